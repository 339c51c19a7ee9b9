"""Rate limiter: after Telegram's "too many requests", hold back that method in that chat, and nothing else."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta
from typing import Any

from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

from bot.delivery.errors import seconds_of

Result = bool | dict[str, Any] | list[dict[str, Any]]
Held = tuple[object, str]
"""A chat and a method."""

ONCE = 1
"""As `rate_limit_args`: make the request now or never."""

_log = logging.getLogger(__name__)


class RetryAfterLimiter(BaseRateLimiter[int]):
    """Hold back the requests of one method to one chat for as long as Telegram asked.

    They wait, however long that is, and are retried until they pass. Those with ONCE fail instead, at once and without
    being sent while the chat is held back: right for requests that lose their worth by waiting, such as edits of a
    growing answer. Requests about no chat are never held back: their callers know best what to do.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._held_until: dict[Held, float] = {}

    async def initialize(self) -> None:
        """Do nothing: there is nothing to open."""

    async def shutdown(self) -> None:
        """Forget who is held back."""
        self._held_until.clear()

    @property
    def held(self) -> int:
        """The number of chats that are held back, counted once for each method."""
        return len(self._held_until)

    async def process_request(  # noqa: PLR0917
        self,
        callback: Callable[..., Coroutine[Any, Any, Result]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> Result:
        """Make the request once it is allowed.

        Raises:
            RetryAfter: it is not to wait, and would have to.
        """
        chat = data.get("chat_id")
        if chat is None:
            return await callback(*args, **kwargs)
        patient = rate_limit_args != ONCE
        while True:
            await self._wait((chat, endpoint), patient=patient)
            try:
                return await callback(*args, **kwargs)
            except RetryAfter as error:
                self._hold((chat, endpoint), seconds_of(error))
                if not patient:
                    raise

    def _hold(self, held: Held, seconds: float) -> None:
        _log.warning("Telegram asks to wait %.0f s before the next %s to chat %s", seconds, held[1], held[0])
        now = self._clock()
        self._held_until = {other: until for other, until in self._held_until.items() if until > now}
        self._held_until[held] = max(now + seconds, self._held_until.get(held, now))

    async def _wait(self, held: Held, *, patient: bool) -> None:
        while (left := self._held_until.get(held, 0.0) - self._clock()) > 0:
            if not patient:
                raise RetryAfter(timedelta(seconds=left))
            await self._sleep(left)
