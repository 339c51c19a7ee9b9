"""Polling: ask Telegram for updates, store them before the next poll acknowledges them, and say why it fails."""

import asyncio
import json
import logging
import math
import sqlite3
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from telegram import Bot, Update
from telegram.error import Conflict, NetworkError, TelegramError

from assistant.settings.settings import TelegramSettings
from assistant.tasks import spawn
from bot.delivery.faults import CountedRequest, TelegramFaults
from bot.delivery.transport import transport
from bot.updates.inbox_queue import InboxQueue
from bot.updates.sift import sift

TAKE_BACK_PAUSE = 60.0
"""The least seconds between two attempts to take polling back: two programs must not fight without a pause."""

OTHER_POLLS = "; another program polls with the same token"
OTHER_HOOKS = (
    "; another program has set a webhook for this bot, so it gets the messages. If this comes again, find that program "
    "and stop it, or have @BotFather revoke the token and give the new one to Eyeglass alone"
)

NO_UPDATES = b'{"ok":true,"result":[]}'

_log = logging.getLogger(__name__)


class PollingRequest(CountedRequest):
    """The connection that polls for updates.

    If one update cannot be parsed, the library drops its whole batch, and requests it again at once and without end.
    Here each is tried first; a bad one is kept in the inbox with its text, and only its number is passed on. The good
    ones are stored, all in one transaction. `refused` is set when Telegram no longer takes the token: polling then ends
    silently. `ending` is to be set before polling is stopped: of the library's last request, which only tells Telegram
    what arrived, no failure counts; without it the next start is given those updates again, and knows them.
    """

    def __init__(self, queue: InboxQueue, telegram: TelegramSettings, faults: TelegramFaults) -> None:
        """Ask by the way that the settings name.

        Raises:
            SettingsError: it can be no proxy.
        """
        timeout = telegram.timeout_seconds
        super().__init__(
            faults,
            connection_pool_size=1,
            read_timeout=timeout,
            connect_timeout=timeout,
            pool_timeout=timeout,
            httpx_kwargs={"transport": transport(telegram, 1)},
        )
        self._queue = queue
        self.ending = False
        self.refused = asyncio.Event()

    async def do_request(self, url: str, method: str, *args: Any, **options: Any) -> tuple[int, bytes]:
        """Make a request; pass on only those of its updates that can be parsed."""
        if self.ending and self._faults.silence is not None:
            return HTTPStatus.OK, NO_UPDATES
        try:
            code, payload = await super().do_request(url, method, *args, **options)
        except TelegramError:
            if not self.ending:
                raise
            return HTTPStatus.OK, NO_UPDATES
        if self.ending and code != HTTPStatus.OK:
            return HTTPStatus.OK, NO_UPDATES
        if not url.endswith("/getUpdates"):
            return code, payload
        if code in {HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND}:
            self.refused.set()
        if code == HTTPStatus.OK:
            payload = await self._sift(payload)
        return code, payload

    async def _sift(self, payload: bytes) -> bytes:
        try:
            answer = json.loads(payload)
        except ValueError:
            return payload
        updates = answer.get("result") if isinstance(answer, dict) else None
        if not isinstance(updates, list):
            return payload
        try:
            sifted = await sift(self._queue, updates)
        except sqlite3.Error as error:
            raise NetworkError(f"{len(updates)} updates could not be written down: {error}") from error
        if all(isinstance(read, Update) for read in sifted):
            return payload
        answer["result"] = [
            update if isinstance(read, Update) else {"update_id": read}
            for update, read in zip(updates, sifted, strict=True)
            if read is not None
        ]
        return json.dumps(answer).encode()


class PollingFaults:
    """Log why polling failed, with what to do. Where a webhook gets the updates, delete it: polling then goes on."""

    def __init__(self, bot: Bot, clock: Callable[[], float] = time.monotonic) -> None:
        self._bot = bot
        self._clock = clock
        self._taken_back = -math.inf

    def __call__(self, error: TelegramError) -> None:
        """Handle one failure of getUpdates."""
        hooked = isinstance(error, Conflict) and "webhook" in error.message.casefold()
        hint = OTHER_HOOKS if hooked else OTHER_POLLS if isinstance(error, Conflict) else ""
        _log.warning("asking for updates failed and is tried again: %s%s", error, hint)
        if hooked and self._clock() - self._taken_back >= TAKE_BACK_PAUSE:
            self._taken_back = self._clock()
            spawn(self._take_back(), "take polling back")

    async def _take_back(self) -> None:
        try:
            await self._bot.delete_webhook(drop_pending_updates=False)  # What was sent meanwhile is answered.
        except TelegramError as error:
            _log.warning("the webhook could not be deleted: %s", error)
        else:
            _log.warning("the webhook is deleted, and updates come here again")
