"""Telegram as a webhook speaks to it: what it asks for and what it is told, without a clock."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from telegram import WebhookInfo
from telegram.error import TelegramError

ADDRESS = "http://127.0.0.1/telegram"


def info(url: str = ADDRESS, failed: int | None = None, why: str | None = None, waiting: int = 0) -> WebhookInfo:
    """Return what Telegram says of a webhook; `failed` is when an update could not be brought."""
    date = None if failed is None else datetime.fromtimestamp(failed, UTC)
    return WebhookInfo(url, False, waiting, last_error_date=date, last_error_message=why)


class Telegram:
    """Answers with `sets` (None: it is done) and `infos` while there are any.

    `calls` are the webhooks that were set, `secret` the last one's. Pauses take no time; `pauses` are their seconds,
    and after `rests` of them the next one has no end and `idle` is set.
    """

    def __init__(
        self,
        sets: Sequence[TelegramError | None] = (),
        infos: Sequence[TelegramError | WebhookInfo] = (),
        rests: int = 0,
    ) -> None:
        self.calls: list[dict[str, Any]] = []
        self.secret = ""
        self.pauses: list[float] = []
        self.idle = asyncio.Event()
        self._sets = list(sets)
        self._infos = list(infos)
        self._rests = rests

    async def set_webhook(self, url: str, **options: Any) -> bool:
        """Set it."""
        if self._sets and (error := self._sets.pop(0)) is not None:
            raise error
        self.calls.append({"url": url} | options)
        self.secret = options["secret_token"]
        return True

    async def get_webhook_info(self) -> WebhookInfo:
        """Say how it does."""
        answer = self._infos.pop(0) if self._infos else info()
        if isinstance(answer, TelegramError):
            raise answer
        return answer

    async def sleep(self, seconds: float) -> None:
        """Pause."""
        self.pauses.append(seconds)
        if len(self.pauses) > self._rests:
            self.idle.set()
            await asyncio.Event().wait()
