"""Updates that arrived: written before Telegram is told so, kept until they are dealt with."""

import asyncio
import contextlib
import json
import logging
import sqlite3
import time
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass

from telegram import Bot, Update
from telegram.error import NetworkError

from bot.storage.database import Database

SUSPECT_ATTEMPTS = 2
"""An update that was being worked on this many times when the process died has to wait for other such updates."""

MOST_ATTEMPTS = 5
"""After this many deaths, most of them without another suspect at work, it is deadly: it is not tried again."""

KEPT_SECONDS = 2 * 24 * 3600
"""How long the number of a finished update is remembered: Telegram repeats one for at most a day."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Unfinished:
    """An update that a former run of the program did not finish."""

    update_id: int
    payload: bytes


class Inbox:
    """The table of updates. A row goes waiting -> working -> done, or is set aside."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._suspects: frozenset[int] = frozenset()
        self._deadly: frozenset[int] = frozenset()
        self._suspect_at_work = asyncio.Lock()
        self.news = asyncio.Event()
        """Set when an update is set aside; whoever reports that clears it."""

    async def receive(self, update_id: int, payload: bytes) -> bool:
        """Write an update down; False where it is there already."""
        sql = (
            "INSERT INTO inbox (update_id, payload, state, received_at) VALUES (?, ?, 'waiting', ?) "
            "ON CONFLICT DO NOTHING"
        )
        return await self._database.write(sql, update_id, payload, time.time()) == 1

    async def set_aside(self, update_id: int, payload: bytes, error: str) -> None:
        """Keep an update that cannot be dealt with, bytes and all, out of everybody's way."""
        sql = (
            "INSERT INTO inbox (update_id, payload, state, error, received_at) VALUES (?1, ?2, 'set_aside', ?3, ?4) "
            "ON CONFLICT DO UPDATE SET state = 'set_aside', error = ?3 WHERE state <> 'done'"
        )
        await self._database.write(sql, update_id, payload, error, time.time())
        self.news.set()

    @contextlib.asynccontextmanager
    async def one_suspect(self, update_id: int) -> AsyncIterator[None]:
        """Work in the block: an update that may be what killed the process is worked on with no other such beside it.

        So those that were only at work at the same time as a deadly one do not share its next deaths.
        """
        async with self._suspect_at_work if update_id in self._suspects else contextlib.nullcontext():
            yield

    async def claim(self, update_id: int) -> bool:
        """Begin work on a waiting update; False where there is none."""
        sql = "UPDATE inbox SET state = 'working', attempts = attempts + 1 WHERE update_id = ? AND state = 'waiting'"
        return await self._database.write(sql, update_id) == 1

    def is_deadly(self, update_id: int) -> bool:
        """Whether former runs died too often while they worked on this update: it is to be given up."""
        return update_id in self._deadly

    async def give_up(self, update_id: int) -> None:
        """Set a deadly update aside."""
        sql = "UPDATE inbox SET state = 'set_aside', error = coalesce(error, ?) WHERE update_id = ?"
        await self._database.write(sql, f"the process died {MOST_ATTEMPTS} times while working on it", update_id)
        self.news.set()

    async def finish(self, update_id: int) -> None:
        """The update is dealt with: only its number is kept, for a while."""
        now = time.time()
        await self._database.write_all(
            (
                "UPDATE inbox SET state = 'done', payload = x'', finished_at = ? "
                "WHERE update_id = ? AND state = 'working'",
                (now, update_id),
            ),
            ("DELETE FROM inbox WHERE state = 'done' AND finished_at < ?", (now - KEPT_SECONDS,)),
        )

    async def fail(self, update_id: int, error: str) -> None:
        """Note what went wrong while working on the update."""
        await self._database.write("UPDATE inbox SET error = ? WHERE update_id = ?", error, update_id)

    async def postpone(self, update_id: int, *, blameless: bool) -> None:
        """Leave the update to the next run; `blameless` takes the attempt back."""
        sql = (
            "UPDATE inbox SET state = 'waiting', attempts = max(0, attempts - ?) "
            "WHERE update_id = ? AND state = 'working'"
        )
        await self._database.write(sql, int(blameless), update_id)

    async def unreported(self) -> list[int]:
        """The updates set aside that nobody was told of."""
        sql = "SELECT update_id FROM inbox WHERE state = 'set_aside' AND reported_at IS NULL ORDER BY received_at"
        return [row["update_id"] for row in await self._database.rows(sql)]

    async def last_report(self) -> float:
        """When somebody was told of updates set aside, in seconds since 1970; 0 where that is forgotten."""
        row = await self._database.row("SELECT max(reported_at) AS last FROM inbox")
        return (row["last"] if row else None) or 0.0

    async def note_report(self, update_ids: Iterable[int]) -> None:
        """Somebody was told of these."""
        sql, now = "UPDATE inbox SET reported_at = ? WHERE update_id = ?", time.time()
        await self._database.write_all(*((sql, (now, number)) for number in update_ids))

    async def release(self) -> None:
        """The process ends in good order: what is still being worked on is left to the next run, without blame."""
        sql = "UPDATE inbox SET state = 'waiting', attempts = max(0, attempts - 1) WHERE state = 'working'"
        await self._database.write(sql)

    async def note_answer(self, update_id: int, message_id: int) -> None:
        """Remember the message that shows the update's answer, so that the next run goes on in it."""
        await self._database.write("UPDATE inbox SET answer_message_id = ? WHERE update_id = ?", message_id, update_id)

    async def answer_of(self, update_id: int) -> int | None:
        """The message that already shows a part of the update's answer."""
        row = await self._database.row("SELECT answer_message_id FROM inbox WHERE update_id = ?", update_id)
        return row["answer_message_id"] if row else None

    async def received(self, update_id: int) -> float | None:
        """When the update was written down, in seconds since 1970."""
        row = await self._database.row("SELECT received_at FROM inbox WHERE update_id = ?", update_id)
        return row["received_at"] if row else None

    async def recover(self) -> list[Unfinished]:
        """At the start: what a former run left, in order, what is deadly included."""
        await self._database.write_all(
            # What kills even on its way to being given up.
            ("UPDATE inbox SET state = 'set_aside' WHERE state = 'working' AND attempts > ?", (MOST_ATTEMPTS,)),
            ("UPDATE inbox SET state = 'waiting' WHERE state = 'working'", ()),
        )
        self.news.set()
        sql = "SELECT update_id, payload, attempts FROM inbox WHERE state = 'waiting' ORDER BY update_id"
        rows = await self._database.rows(sql)
        self._suspects = frozenset(row["update_id"] for row in rows if row["attempts"] >= SUSPECT_ATTEMPTS)
        self._deadly = frozenset(row["update_id"] for row in rows if row["attempts"] >= MOST_ATTEMPTS)
        return [Unfinished(row["update_id"], row["payload"]) for row in rows]


class InboxQueue(asyncio.Queue[object]):
    """The queue between polling and the handlers: `put` returns once the update is on the disk."""

    def __init__(self, inbox: Inbox) -> None:
        super().__init__()
        self._inbox = inbox

    async def put(self, item: object) -> None:
        """Write the update down, then queue it; one that is known already is passed over.

        Raises:
            NetworkError: the database failed; polling survives this error alone, and asks Telegram again.
        """
        if not isinstance(item, Update):
            await super().put(item)
            return
        try:
            new = await self._inbox.receive(item.update_id, item.to_json().encode())
        except sqlite3.Error as error:
            raise NetworkError(f"update {item.update_id} could not be written down: {error}") from error
        if new:
            await super().put(item)

    async def replay(self, bot: Bot) -> int:
        """Queue what a former run left unfinished, oldest first; returns how many there were."""
        left = await self._inbox.recover()
        for row in left:
            try:
                update = Update.de_json(json.loads(row.payload), bot)
            except Exception as error:  # whatever the library raises on an odd update, the others go on
                _log.exception("update %d cannot be read back and is set aside", row.update_id)
                await self._inbox.set_aside(row.update_id, row.payload, repr(error))
            else:
                await super().put(update)
        return len(left)
