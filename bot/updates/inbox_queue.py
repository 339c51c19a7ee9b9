"""The queue between polling and the handlers: an update is stored first, and few of each chat are in memory."""

import asyncio
import json
import logging
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from telegram import Bot, Update
from telegram.error import NetworkError

from assistant.storage import surely
from assistant.tasks import spawn
from bot.updates.inbox import Inbox, Received, Waiting
from bot.updates.utterances import album_of

MOST_OF_A_CHAT = 64
"""The most updates of a chat, commands apart, in memory: queued, at work, or held back by Telegram.

Those beyond wait in the inbox. It is more than a chat's questions that may wait (`model.waiting_per_chat`), so that
people are told of that limit, and little enough that one chat is no burden to the others.
"""

MOST_OF_AN_ALBUM = 10

Line = tuple[int, bool]
"""A chat, and whether its commands are meant or all else."""

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Loaded:
    """The updates of a line in memory. `more`: others wait in the inbox. `album`: that of the newest one."""

    numbers: set[int] = field(default_factory=set)
    more: bool = False
    album: str | None = None

    def has_room_for(self, update: Update) -> bool:
        """Whether an update may come in: an album that has begun comes in as a whole."""
        album = album_of(update)
        return len(self.numbers) < MOST_OF_A_CHAT or (album is not None and album == self.album)


class InboxQueue(asyncio.Queue[object]):
    """A queue whose `put` returns once the update is stored. `is_quick`: the update overtakes others of its chat."""

    def __init__(self, inbox: Inbox, is_quick: Callable[[Update], bool]) -> None:
        super().__init__()
        self.inbox = inbox
        self._is_quick = is_quick
        self._bot: Bot | None = None
        self._written: set[int] = set()
        self._lines: dict[Line, _Loaded] = {}
        self._line_of: dict[int, Line] = {}
        self._loading = asyncio.Lock()

    @property
    def in_memory(self) -> int:
        """The number of updates in memory, those at work included."""
        return len(self._line_of)

    async def write_down(self, updates: Sequence[Update], payloads: Sequence[bytes]) -> None:
        """Store the updates of one request, in one transaction; `put` then need not.

        Raises:
            sqlite3.Error: none of it was written.
        """
        rows = [
            Received(update.update_id, payload, self._is_quick(update))
            for update, payload in zip(updates, payloads, strict=True)
        ]
        self._written |= await self.inbox.receive_all(rows)

    async def put(self, item: object) -> None:
        """Queue an update that is stored, or leave it in the inbox if many of its chat are in memory already.

        Ignore one that is known already.

        Raises:
            NetworkError: the database failed; polling survives this error alone, and asks Telegram again.
        """
        if not isinstance(item, Update):
            await super().put(item)
            return
        number, quick = item.update_id, self._is_quick(item)
        try:
            new = number in self._written or await self.inbox.receive(number, item.to_json().encode(), quick=quick)
        except sqlite3.Error as error:
            raise NetworkError(f"update {number} could not be written down: {error}") from error
        self._written.discard(number)
        if new:
            async with self._loading:
                self._admit(item, item.effective_chat.id if item.effective_chat else None, quick=quick)

    async def replay(self, bot: Bot) -> int:
        """Queue the updates of a former run, oldest first; return their number, those left in the inbox included."""
        self._bot, most = bot, MOST_OF_A_CHAT + MOST_OF_AN_ALBUM
        async with self._loading:
            waiting = await self.inbox.count_waiting()
            await self._take(await self.inbox.waiting(most))
            for (chat, quick), count in waiting.items():
                if chat is not None and count > most:
                    self._lines.setdefault((chat, quick), _Loaded()).more = True
        return sum(waiting.values())

    async def bring_back(self, first: int, last: int) -> int:
        """Try again the updates set aside from number `first` to `last`; return how many there were."""
        async with self._loading:
            rows = await self.inbox.bring_back(first, last)
            await self._take(rows)
        return len(rows)

    def done(self, update_id: int) -> None:
        """End the work on an update, and let the next one of its line in."""
        line = self._line_of.pop(update_id, None)
        if line is None:
            return
        loaded = self._lines[line]
        loaded.numbers.discard(update_id)
        if loaded.more and len(loaded.numbers) <= MOST_OF_A_CHAT // 2:
            spawn(self._load(line), "fetch what waits in the inbox")
        elif not loaded.more and not loaded.numbers:
            del self._lines[line]

    def _admit(self, update: Update, chat: int | None, *, quick: bool) -> None:
        """Queue the update, or record that its line goes on in the inbox."""
        if chat is None:
            self.put_nowait(update)
            return
        line = (chat, quick)
        loaded = self._lines.setdefault(line, _Loaded())
        if update.update_id in loaded.numbers:
            return
        if loaded.more or not loaded.has_room_for(update):
            if not loaded.more:
                _log.info("chat %d: %d updates are in memory, the next ones wait in the inbox", chat, MOST_OF_A_CHAT)
            loaded.more = True
            return
        loaded.numbers.add(update.update_id)
        loaded.album = album_of(update)
        self._line_of[update.update_id] = line
        self.put_nowait(update)

    async def _load(self, line: Line) -> None:
        """Fetch a line's next updates from the inbox."""
        async with self._loading:
            loaded = self._lines.get(line)
            if loaded is None or not loaded.more:
                return
            most = MOST_OF_A_CHAT + MOST_OF_AN_ALBUM - len(loaded.numbers)
            known = loaded.numbers | self.inbox.postponed
            rows = await surely(lambda: self.inbox.waiting_of(*line, most, known), "fetching what waits")
            loaded.more = False
            await self._take(rows)
            loaded.more = loaded.more or len(rows) == most
            if not loaded.more and not loaded.numbers:
                self._lines.pop(line, None)

    async def _take(self, rows: Iterable[Waiting]) -> None:
        """Read updates back and queue those for which there is room; set aside those that cannot be read."""
        for row in rows:
            try:
                update = Update.de_json(json.loads(row.payload), self._bot)
            except Exception as error:  # whatever the library raises on an odd update, the others go on
                _log.exception("update %d cannot be read back and is set aside", row.update_id)
                await self.inbox.set_aside(row.update_id, row.payload, repr(error))
            else:
                self.inbox.repeat(row.update_id)
                self._admit(update, row.chat, quick=row.quick)
