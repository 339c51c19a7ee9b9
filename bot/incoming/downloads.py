"""Download files from Telegram; wait out an outage."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import quote

from telegram import Bot
from telegram.error import BadRequest, InvalidToken, RetryAfter, TelegramError

from assistant.pictures.documents import File
from assistant.pictures.fair_slots import FairSlots
from assistant.pictures.refusals import FetchFailed, FileTooBig
from bot.delivery.errors import is_transient, seconds_of
from bot.incoming.bodies import MOST_BYTES, TooLong
from bot.incoming.local_files import local_path

MOST_WAIT = 1800.0
"""The seconds for which an outage is waited out; then the person is asked to send it again."""

LONGEST_PAUSE = 60.0
"""The longest pause, in seconds; the pauses between attempts double up to this."""

MOST_REFUSALS = 3
"""The most replies that there is no such file, or no such token: it is no outage if it stays so."""

ATTEMPT = 6
"""The time limit of one attempt, in times that of one answer: 20 MiB in two minutes, by default."""

SAY_AFTER = 20.0
"""The seconds after which a waiting person is told so."""

MOST_OF_A_CHAT = 3
MOST_AT_ONCE = 24
"""The most files fetched at a time: half of `bot.app.CONNECTIONS`; the other half is left for sending."""

_slots = FairSlots(MOST_AT_ONCE, MOST_OF_A_CHAT)

_log = logging.getLogger(__name__)


class _Torn(Exception):
    """The data is not what was announced: a part of it, or a gateway's page."""


class Downloads:
    """Download the files that one question needs; they share one time limit for an outage.

    `is_whole` tells a file (of a chat) from a part of one, or from something else, if its size is not the one
    announced. `waiting` is called once, if it takes long. `most_bytes` limits a file; `most_wait` an outage, in
    seconds. `local_files` is the folder of a Bot API server in local mode, whose files are read where they lie.
    """

    def __init__(
        self,
        bot: Bot,
        timeout: float,
        is_whole: Callable[[bytes, int], Awaitable[bool]],
        waiting: Callable[[], Awaitable[None]] | None = None,
        *,
        most_bytes: int = MOST_BYTES,
        local_files: Path | None = None,
        most_wait: float = MOST_WAIT,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._bot = bot
        self._timeout = timeout
        self._is_whole = is_whole
        self._waiting = waiting
        self._most_bytes = most_bytes
        self._local_files = local_files
        self._most_wait = most_wait
        self._clock = clock
        self._sleep = sleep
        self._since: float | None = None

    async def fetch(self, file_id: str, chat: int, announced: int | None = None) -> File:
        """Return a file of a chat; `announced` is its size, if known.

        Raises:
            FileTooBig: it is too big.
            FetchFailed: it is gone, or was not available in time.
        """
        self._check_size(announced, self._most_bytes)
        began, pause, refusals = self._clock(), 1.0, 0
        while True:
            try:
                data = await self._attempt(file_id, chat, announced)
            except BadRequest as error:
                if "too big" in error.message.lower():
                    raise FileTooBig(None, MOST_BYTES) from error
                raise FetchFailed(f"Telegram declined: {error.message}") from error
            except (TelegramError, TimeoutError, _Torn) as error:
                refusals += isinstance(error, InvalidToken)
                if refusals == MOST_REFUSALS or not _may_pass(error):
                    raise FetchFailed(type(error).__name__) from error
                if isinstance(error.__cause__, TooLong):
                    raise FileTooBig(None, MOST_BYTES) from error
                await self._wait(error, began, pause)
                pause = min(LONGEST_PAUSE, 2 * pause)
            else:
                self._since = None
                return data

    async def _wait(self, error: Exception, began: float, pause: float) -> None:
        """Wait for the next attempt, for as long as Telegram asks if it does."""
        if self._since is None:
            self._since = began
        if isinstance(error, RetryAfter):
            pause = seconds_of(error)
        left = self._since + self._most_wait - self._clock()
        if pause > left:
            raise FetchFailed(f"{type(error).__name__}, and the next attempt would be too late") from error
        _log.warning("a file could not be fetched, and is tried again in %.0f s: %s", pause, type(error).__name__)
        if self._waiting is not None and pause > self._since + SAY_AFTER - self._clock():
            waiting, self._waiting = self._waiting, None
            await waiting()
        await self._sleep(pause)

    async def _attempt(self, file_id: str, chat: int, announced: int | None) -> File:
        longest = self._timeout * ATTEMPT
        # A server in local mode answers only when it has the whole file.
        first = self._timeout if self._local_files is None else longest
        async with _slots.of(chat), asyncio.timeout(longest):
            file = await self._bot.get_file(file_id, read_timeout=first)
            size = file.file_size or announced
            self._check_size(size, self._most_bytes)
            here = await asyncio.to_thread(local_path, file.file_path or "", self._local_files)
            if here is not None:
                return await asyncio.to_thread(self._read, here)
            self._check_size(size, MOST_BYTES)
            data = await self._retrieve(file.file_path)
        self._check_size(len(data), self._most_bytes)
        if size is not None and len(data) != size and not await self._is_whole(data, chat):
            raise _Torn(f"{len(data)} bytes of {size}")
        return data

    def _read(self, path: Path) -> File:
        """Return the bytes of a file on this machine, or of a large one only where it lies."""
        try:
            size = path.stat().st_size
            self._check_size(size, self._most_bytes)
            return path if size > MOST_BYTES else path.read_bytes()
        except OSError as error:  # Its own text names the path, in which the token stands.
            raise FetchFailed(f"the server's file cannot be read: {type(error).__name__}") from None

    @staticmethod
    def _check_size(size: int | None, most: int) -> None:
        if size is not None and size > most:
            raise FileTooBig(size, most)

    async def _retrieve(self, path: str | None) -> bytes:
        if not path:
            raise FetchFailed("Telegram named no path for the file")
        if not path.startswith(("http://", "https://")):
            # The library takes a path that also exists in the working directory for a local file of the server.
            path = f"{self._bot.base_file_url}/{path}"
        return await self._bot.request.retrieve(quote(path, safe=":/%"), read_timeout=self._timeout)


def _may_pass(error: Exception) -> bool:
    """Whether another attempt makes sense."""
    return is_transient(error) or isinstance(error, TimeoutError | InvalidToken | _Torn)
