"""Polling: an update that cannot be parsed is set aside instead of blocking all that follow."""

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

from assistant.tasks import spawn
from bot.delivery.drafts import STOPPED
from bot.delivery.faults import CountedRequest, TelegramFaults
from bot.updates.inbox_queue import InboxQueue

ALLOWED_UPDATES = (Update.MESSAGE, Update.EDITED_MESSAGE, Update.CALLBACK_QUERY, Update.MY_CHAT_MEMBER, STOPPED)
"""The updates that the bot handles; everything else would only be stored and ignored."""

TAKE_BACK_PAUSE = 60.0
"""The least seconds between two attempts to take polling back: two programs must not fight without a pause."""

OTHER_POLLS = "; another program polls with the same token"
OTHER_HOOKS = (
    "; another program has set a webhook for this bot, so it gets the messages. If this comes again, find that program "
    "and stop it, or have @BotFather revoke the token and give the new one to Eyeglass alone"
)

_log = logging.getLogger(__name__)


class PollingRequest(CountedRequest):
    """The connection that polls for updates.

    If one update cannot be parsed, the library drops its whole batch, and requests it again at once and without end.
    Here each is tried first; a bad one is kept in the inbox with its text, and only its number is passed on. The good
    ones are stored, all in one transaction. `refused` is set when Telegram no longer takes the token: polling then ends
    silently.
    """

    def __init__(self, queue: InboxQueue, timeout: float, faults: TelegramFaults) -> None:
        super().__init__(
            faults, connection_pool_size=1, read_timeout=timeout, connect_timeout=timeout, pool_timeout=timeout
        )
        self._queue = queue
        self.refused = asyncio.Event()

    async def do_request(self, url: str, method: str, *args: Any, **options: Any) -> tuple[int, bytes]:
        """Make a request; pass on only those of its updates that can be parsed."""
        code, payload = await super().do_request(url, method, *args, **options)
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
        passed, readable, payloads = [], [], []
        for update in updates:
            await asyncio.sleep(0)  # A hundred updates in one go would hold the event loop for 30 ms.
            text = json.dumps(update)
            read = _read(text)
            if isinstance(read, Update):
                readable.append(read)
                payloads.append(text.encode())
                passed.append(update)
            elif (number := await self._set_aside(update, read)) is not None:
                passed.append({"update_id": number})
        try:
            await self._queue.write_down(readable, payloads)
        except sqlite3.Error as error:
            raise NetworkError(f"{len(readable)} updates could not be written down: {error}") from error
        if passed == updates:
            return payload
        answer["result"] = passed
        return json.dumps(answer).encode()

    async def _set_aside(self, update: object, fault: str) -> int | None:
        """Keep an update that cannot be read; return its number, None if it has none."""
        number = update.get("update_id") if isinstance(update, dict) else None
        _log.error("an update cannot be read and is set aside: %s (update %s)", fault, number)
        if not isinstance(number, int):
            return None
        try:
            await self._queue.inbox.set_aside(number, json.dumps(update).encode(), fault)
        except sqlite3.Error as error:
            raise NetworkError(f"the inbox does not take update {number}: {error}") from error
        return number


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


def _read(text: str) -> Update | str:
    """Return the update, or the library's error."""
    update = json.loads(text)
    if not isinstance(update, dict):
        return "it is not an object"
    try:
        read = Update.de_json(update, None)
    except Exception as error:  # whatever it raises, it would raise again when polling
        return repr(error)
    return read if isinstance(read.update_id, int) else "it has no number"
