"""When Telegram says "too many requests", the one chat concerned waits, and no other."""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from typing import Any

from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

from bot.sending import seconds_of

Result = bool | dict[str, Any] | list[dict[str, Any]]

ATTEMPTS = 4
"""How often a request that meets "too many requests" is made, unless its `rate_limit_args` say otherwise."""

ONCE = 1

_log = logging.getLogger(__name__)


class ChatPacing(BaseRateLimiter[int]):
    """Holds back the requests to a chat for as long as Telegram asked.

    `rate_limit_args` is the number of attempts (PTB passes over a 0). With ONCE the request fails at once with
    RetryAfter, without going out while the chat is held back: right for what loses its worth by waiting, as a look at
    a growing answer does.
    """

    def __init__(self) -> None:
        self._held_until: dict[object, float] = {}

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Forget who is held back."""
        self._held_until.clear()

    async def process_request(  # noqa: PLR0917
        self,
        callback: Callable[..., Coroutine[Any, Any, Result]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> Result:
        """Make the request once the chat may be written to."""
        attempts = ATTEMPTS if rate_limit_args is None else rate_limit_args
        patient = attempts > ONCE
        chat = data.get("chat_id")
        while True:
            await self._wait(chat, patient=patient)
            try:
                return await callback(*args, **kwargs)
            except RetryAfter as error:
                seconds = seconds_of(error)
                _log.warning("Telegram asks to wait %.0f s before the next %s", seconds, endpoint)
                self._held_until[chat] = max(time.monotonic() + seconds, self._held_until.get(chat, 0.0))
                attempts -= 1
                if attempts <= 0:
                    raise

    async def _wait(self, chat: object, *, patient: bool) -> None:
        while (left := self._held_until.get(chat, 0.0) - time.monotonic()) > 0:
            if not patient:
                raise RetryAfter(max(1, round(left)))
            await asyncio.sleep(left)
        self._held_until.pop(chat, None)
