"""The webhook: Telegram brings each update here by HTTP, and is told that it arrived once it is on the disk."""

import asyncio
import contextlib
import hmac
import json
import logging
import secrets
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from telegram import Bot, Update, WebhookInfo
from telegram.error import InvalidToken, NetworkError, RetryAfter, TelegramError

from assistant.tasks import background
from bot.delivery.errors import seconds_of
from bot.updates.inbox_queue import InboxQueue
from bot.updates.sift import ALLOWED_UPDATES, sift

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105

MOST_BYTES = 1024 * 1024
"""The largest update to take: Telegram's have a few kilobytes."""

CONNECTIONS = 1
"""Telegram brings one update after another: the lanes take them in as they come, so they must come in order."""

FIRST_PAUSE, LONGEST_PAUSE = 2.0, 60.0
"""The seconds between two attempts to set the webhook: the pauses double."""

LOOK_SECONDS = 180.0
"""The seconds between two looks whether the webhook is still set."""

TAKEN = (
    "another program has taken the webhook away, so that no messages come here; it is set again. If this comes again, "
    "find that program and stop it, or have @BotFather revoke the token and give the new one to Eyeglass alone"
)

_log = logging.getLogger(__name__)


class Webhook:
    """Takes the updates that Telegram brings to `address`.

    `route` is to be served before `open` is entered and until it is left. The secret is a new one at each start:
    nothing has to be kept, and one that leaked is soon worth nothing. An update on its way with the former one is
    refused, and comes again. `refused` is set when Telegram no longer takes the token.
    """

    def __init__(
        self,
        bot: Bot,
        queue: InboxQueue,
        address: str,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.route = Route(urlsplit(address).path, self._receive, methods=["POST"])
        self.refused = asyncio.Event()
        self._bot = bot
        self._queue = queue
        self._address = address
        self._sleep = sleep
        self._secret = secrets.token_urlsafe(32)
        self._turn = asyncio.Lock()
        self._open = False
        self._last_error: datetime | None = None
        self._told: str | None = None

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Take updates for as long as the block lasts. The webhook stays set: Telegram keeps what comes afterwards."""
        self._open = True
        try:
            async with background(self._keep(), "keep the webhook"):
                yield
        finally:
            async with self._turn:
                self._open = False

    async def _receive(self, request: Request) -> Response:
        return Response(status_code=await self._answer(request))

    async def _answer(self, request: Request) -> HTTPStatus:
        """Return 200 if the update is on the disk, or never wanted again; Telegram repeats it at anything else."""
        if not hmac.compare_digest(request.headers.get(SECRET_HEADER, "").encode(), self._secret.encode()):
            return HTTPStatus.FORBIDDEN
        try:
            body = await _body(request)
            if body is None:
                return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
            return await self._store(json.loads(body))
        except (ValueError, RecursionError, ClientDisconnect):
            return HTTPStatus.BAD_REQUEST

    async def _store(self, update: object) -> HTTPStatus:
        async with self._turn:  # What came first is queued first.
            if not self._open:
                return HTTPStatus.SERVICE_UNAVAILABLE
            try:
                (sifted,) = await sift(self._queue, [update], self._bot)
                if isinstance(sifted, Update):
                    await self._queue.put(sifted)
            except (sqlite3.Error, NetworkError) as error:
                _log.error("an update could not be written down; Telegram is to bring it again: %s", error)
                return HTTPStatus.SERVICE_UNAVAILABLE
        return HTTPStatus.OK if sifted is not None else HTTPStatus.BAD_REQUEST

    async def _keep(self) -> None:
        """Set the webhook, and look now and then whether it still is."""
        try:
            await self._set()
            _log.info("Telegram brings the updates to the webhook")
            while True:
                await self._sleep(LOOK_SECONDS)
                await self._look()
        except InvalidToken:
            self.refused.set()

    async def _set(self) -> None:
        """Set the webhook, as often as it takes.

        Raises:
            InvalidToken: Telegram refuses the token.
        """
        pause = FIRST_PAUSE
        while True:
            try:
                await self._bot.set_webhook(
                    self._address,
                    secret_token=self._secret,
                    max_connections=CONNECTIONS,
                    allowed_updates=ALLOWED_UPDATES,
                    drop_pending_updates=False,
                )
                self._last_error = (await self._bot.get_webhook_info()).last_error_date
            except InvalidToken:
                raise
            except TelegramError as error:
                wait = max(pause, seconds_of(error)) if isinstance(error, RetryAfter) else pause
                _log.warning("the webhook could not be set, and it is tried again in %.0f s: %s", wait, error)
            else:
                return
            await self._sleep(wait)
            pause = min(LONGEST_PAUSE, 2 * pause)

    async def _look(self) -> None:
        try:
            info = await self._bot.get_webhook_info()
        except InvalidToken:
            raise
        except TelegramError as error:
            _log.warning("Telegram did not say whether the webhook is set: %s", error)
            return
        if _parts(info.url) != _parts(self._address):
            _log.warning(TAKEN)
            await self._set()
            _log.warning("the webhook is set again, and updates come here")
            return
        self._tell(info)

    def _tell(self, info: WebhookInfo) -> None:
        """Log why Telegram could not bring an update, if it failed since the last look, and each reason once."""
        if info.last_error_date == self._last_error:
            self._told = None
            return
        self._last_error = info.last_error_date
        if info.last_error_message != self._told:
            self._told = info.last_error_message
            waiting = info.pending_update_count
            _log.warning("Telegram could not bring an update (%d wait there): %s", waiting, self._told)


async def _body(request: Request) -> bytes | None:
    """Return the body of a request; None if it is too large."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > MOST_BYTES:
            return None
    return body


def _parts(address: str) -> tuple[str, str | None, int | None, str]:
    """Return what tells addresses apart, however they are written."""
    parts = urlsplit(address)
    return parts.scheme, parts.hostname, parts.port or (443 if parts.scheme == "https" else 80), parts.path
