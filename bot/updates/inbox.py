"""The inbox: updates, stored before Telegram is told that they arrived, kept until they are dealt with."""

import asyncio
import logging
import sqlite3
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assistant.storage.database import Database

MOST_ATTEMPTS = 8
"""The most deaths of the process in an update's own turn; then it is not tried again."""

KEPT_SECONDS = 2 * 24 * 3600
"""The seconds for which the number of a finished update is remembered: Telegram repeats one for at most a day."""

CHAT = (
    "CASE WHEN json_valid(CAST({payload} AS TEXT)) THEN coalesce("
    "CAST({payload} AS TEXT) ->> '$.message.chat.id', "
    "CAST({payload} AS TEXT) ->> '$.edited_message.chat.id', "
    "CAST({payload} AS TEXT) ->> '$.callback_query.message.chat.id', "
    "CAST({payload} AS TEXT) ->> '$.my_chat_member.chat.id') END"
)
"""The chat of an update, in SQL; NULL if it cannot be known."""

QUESTION = (
    "coalesce(CAST(payload AS TEXT) ->> '$.message.message_id', "
    "CAST(payload AS TEXT) ->> '$.edited_message.message_id', "
    "CAST(payload AS TEXT) ->> '$.callback_query.message.message_id')"
)
"""The message under which an update is answered, in SQL."""

MAYBE_BEGUN = f"maybe_begun AND payload <> x'' AND json_valid(CAST(payload AS TEXT)) AND {QUESTION} IS NOT NULL"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Received:
    """An update to be stored. `quick`: it overtakes questions, as commands do."""

    update_id: int
    payload: bytes
    quick: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """An update that waits in the inbox. `chat` is None if it belongs to none."""

    update_id: int
    payload: bytes
    chat: int | None
    quick: bool


@dataclass(frozen=True, slots=True)
class SetAside:
    """An update that was set aside, and why; `received_at` is in seconds since 1970."""

    update_id: int
    error: str
    received_at: float


@dataclass(frozen=True, slots=True)
class Moments:
    """The times when an update was stored, and brought back after it was set aside; in seconds since 1970."""

    received: float | None = None
    retried: float | None = None


class Inbox:
    """The table of updates. A row goes waiting -> working -> done, or is set aside, and may be brought back."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._attempts: dict[int, int] = {}
        self._repeated: set[int] = set()
        self.postponed: set[int] = set()
        """The updates that wait for the next run."""
        self.news = asyncio.Event()
        """Set when an update is set aside; the one that reports that clears it."""

    async def receive(self, update_id: int, payload: bytes, *, quick: bool = False) -> bool:
        """Store an update; return False if it is there already."""
        return bool(await self.receive_all([Received(update_id, payload, quick)]))

    async def receive_all(self, updates: Sequence[Received]) -> set[int]:
        """Store updates, durably, all or none; return the numbers of those that are new."""
        sql = (
            "INSERT INTO inbox (update_id, payload, state, received_at, quick, chat) "  # noqa: S608
            f"VALUES (?1, ?2, 'waiting', ?3, ?4, {CHAT.format(payload='?2')}) "
            "ON CONFLICT DO NOTHING RETURNING update_id"
        )
        new, now = set(), time.time()
        async with self._database.transaction() as connection:
            for update in updates:
                values = (update.update_id, update.payload, now, int(update.quick))
                new |= {row[0] for row in await connection.execute_fetchall(sql, values)}
        return new

    async def set_aside(self, update_id: int, payload: bytes, error: str) -> None:
        """Keep an update that cannot be dealt with, bytes and all, out of everybody's way."""
        sql = (
            "INSERT INTO inbox (update_id, payload, state, error, received_at, chat) "  # noqa: S608
            f"VALUES (?1, ?2, 'set_aside', ?3, ?4, {CHAT.format(payload='?2')}) "
            "ON CONFLICT DO UPDATE SET state = 'set_aside', error = ?3 WHERE state <> 'done'"
        )
        await self._database.write(sql, update_id, payload, error, time.time())
        self.news.set()

    async def claim(self, update_id: int) -> bool:
        """Begin work on a waiting update, or go on with one; return False if it was dealt with, or deleted."""
        sql = "UPDATE inbox SET state = 'working' WHERE update_id = ? AND state IN ('waiting', 'working')"
        return await self._database.write(sql, update_id) == 1

    def attempts(self, update_id: int) -> int:
        """Return how many times the process died while this very update was answered."""
        return self._attempts.get(update_id, 0)

    def is_deadly(self, update_id: int) -> bool:
        """Whether that was too often: the update is to be given up."""
        return self.attempts(update_id) >= MOST_ATTEMPTS

    def is_repeated(self, update_id: int) -> bool:
        """Whether work on this update was begun before, by a former run or by this one."""
        return update_id in self._repeated

    def repeat(self, update_id: int) -> None:
        """Record that work on this update begins once more."""
        self._repeated.add(update_id)

    async def begun(self, chat: int, before: int) -> list[int]:
        """Return the messages that show unfinished answers in a chat, to updates before this one."""
        sql = (
            "SELECT answer_message_id FROM inbox WHERE answer_message_id IS NOT NULL AND state <> 'done' "
            "AND NOT quick AND chat = ? AND update_id < ?"
        )
        return [row["answer_message_id"] for row in await self._database.rows(sql, chat, before)]

    async def maybe_begun(self, chat: int, before: int) -> list[int]:
        """Return the questions of a chat, of updates before this one, under which a former run may have left a message.

        It may have sent one without having recorded its number.
        """
        sql = f"SELECT {QUESTION} AS question FROM inbox WHERE {MAYBE_BEGUN} AND chat = ? AND update_id < ?"  # noqa: S608
        return [row["question"] for row in await self._database.rows(sql, chat, before)]

    async def unrecorded(self) -> list[tuple[int, int, int]]:
        """Return the updates that wait and may have left a message, commands apart: number, chat and question."""
        sql = (
            f"SELECT update_id, chat, {QUESTION} AS question FROM inbox "  # noqa: S608
            f"WHERE {MAYBE_BEGUN} AND state = 'waiting' AND NOT quick AND answer_message_id IS NULL ORDER BY update_id"
        )
        return [(row["update_id"], row["chat"], row["question"]) for row in await self._database.rows(sql)]

    async def said_to_commands(self, chat: int, after: int) -> set[int]:
        """Return a chat's messages, numbered above `after`, that were noted as answers to commands or presses."""
        sql = "SELECT answer_message_id AS message FROM inbox WHERE quick AND chat = ? AND answer_message_id > ?"
        return {row["message"] for row in await self._database.rows(sql, chat, after)}

    async def give_up(self, update_id: int) -> None:
        """Set a deadly update aside."""
        sql = "UPDATE inbox SET state = 'set_aside', error = coalesce(error, ?) WHERE update_id = ?"
        await self._database.write(sql, f"the process died {self.attempts(update_id)} times of it", update_id)
        self.news.set()

    async def aside(self) -> list[SetAside]:
        """Return the updates set aside, oldest first."""
        sql = "SELECT update_id, coalesce(error, '') AS error, received_at FROM inbox WHERE state = 'set_aside'"
        return [SetAside(*row) for row in await self._database.rows(f"{sql} ORDER BY update_id")]

    async def bring_back(self, first: int, last: int) -> list[Waiting]:
        """Have those set aside from number `first` to `last` wait again, as if they had never failed."""
        sql = (
            "UPDATE inbox SET state = 'waiting', attempts = 0, error = NULL, reported_at = NULL, retried_at = ? "
            "WHERE state = 'set_aside' AND update_id BETWEEN ? AND ? RETURNING update_id, payload, chat, quick"
        )
        async with self._database.transaction() as connection:
            rows = await connection.execute_fetchall(sql, (time.time(), first, last))
        for row in rows:
            self._attempts.pop(row["update_id"], None)
        return sorted((_waiting(row) for row in rows), key=lambda row: row.update_id)

    async def finish(self, update_id: int) -> None:
        """Keep only the number of an update that is dealt with, for a while; of a command the chat, too."""
        now = time.time()
        self._repeated.discard(update_id)
        await self._database.write_all(
            (
                "UPDATE inbox SET state = 'done', payload = x'', chat = iif(quick, chat, NULL), deleted = NULL, "
                "finished_at = ? WHERE update_id = ? AND state = 'working'",
                (now, update_id),
            ),
            ("DELETE FROM inbox WHERE state = 'done' AND finished_at < ?", (now - KEPT_SECONDS,)),
        )

    async def fail(self, update_id: int, error: str) -> None:
        """Record what went wrong while working on the update."""
        await self._database.write("UPDATE inbox SET error = ? WHERE update_id = ?", error, update_id)

    async def postpone(self, update_id: int) -> None:
        """Leave an update to the next run."""
        self.postponed.add(update_id)
        sql = "UPDATE inbox SET state = 'waiting' WHERE update_id = ? AND state = 'working'"
        await self._database.write(sql, update_id)

    async def unreported(self) -> list[int]:
        """Return the numbers of the updates set aside that nobody was told of."""
        sql = "SELECT update_id FROM inbox WHERE state = 'set_aside' AND reported_at IS NULL ORDER BY received_at"
        return [row["update_id"] for row in await self._database.rows(sql)]

    async def last_report(self) -> float:
        """Return when somebody was last told of updates set aside, in seconds since 1970; 0 if unknown."""
        row = await self._database.row("SELECT max(reported_at) AS last FROM inbox")
        return (row["last"] if row else None) or 0.0

    async def note_report(self, update_ids: Iterable[int]) -> None:
        """Record that somebody was told of these."""
        sql, now = "UPDATE inbox SET reported_at = ? WHERE update_id = ?", time.time()
        await self._database.write_all(*((sql, (now, number)) for number in update_ids))

    async def release(self) -> None:
        """Leave updates in progress to the next run: the process ends in good order."""
        await self._database.write("UPDATE inbox SET state = 'waiting' WHERE state = 'working'")

    async def note_answer(self, update_id: int, message_id: int) -> None:
        """Record the message that shows the update's answer, so that the next run goes on in it."""
        await self._database.write("UPDATE inbox SET answer_message_id = ? WHERE update_id = ?", message_id, update_id)

    async def answer_of(self, update_id: int) -> int | None:
        """Return the message that already shows a part of the update's answer."""
        row = await self._database.row("SELECT answer_message_id FROM inbox WHERE update_id = ?", update_id)
        return row["answer_message_id"] if row else None

    async def moments(self, update_id: int) -> Moments:
        """Return when the update was stored, and when it was brought back."""
        row = await self._database.row("SELECT received_at, retried_at FROM inbox WHERE update_id = ?", update_id)
        return Moments(row["received_at"], row["retried_at"]) if row else Moments()

    async def recover(self, killers: Iterable[int] = ()) -> None:
        """Have the last run's unfinished updates wait again, at the start; count its death against `killers`."""
        blamed = set(killers)
        unfinished = "state IN ('waiting', 'working')"
        sql = f"UPDATE inbox SET attempts = attempts + 1 WHERE update_id = ? AND {unfinished}"  # noqa: S608
        await self._database.write_all(
            *((sql, (number,)) for number in blamed),
            ("UPDATE inbox SET maybe_begun = 1 WHERE state = 'working' AND answer_message_id IS NULL", ()),
            ("UPDATE inbox SET state = 'waiting' WHERE state = 'working'", ()),
        )
        for number in blamed:
            _log.warning("the process died while it worked on update %d", number)
        sql = f"SELECT * FROM inbox WHERE attempts > 0 AND {unfinished}"  # noqa: S608
        rows = await self._database.rows(sql)
        self._attempts = {row["update_id"]: row["attempts"] for row in rows}
        self.news.set()

    async def waiting(self, most: int) -> list[Waiting]:
        """Return the waiting updates, oldest first: of each chat at most `most` commands and `most` others."""
        sql = (
            "SELECT update_id, payload, chat, quick FROM (SELECT *, row_number() OVER "
            "(PARTITION BY chat, quick ORDER BY update_id) AS place FROM inbox WHERE state = 'waiting') "
            "WHERE place <= ? OR chat IS NULL ORDER BY update_id"
        )
        return [_waiting(row) for row in await self._database.rows(sql, most)]

    async def waiting_of(self, chat: int, quick: bool, most: int, known: Iterable[int]) -> list[Waiting]:
        """Return a chat's oldest waiting updates of a kind, `most` at most, without those numbered in `known`."""
        marks = ", ".join("?" * len(numbers := tuple(known)))
        sql = (
            "SELECT update_id, payload, chat, quick FROM inbox WHERE state = 'waiting' AND chat = ? AND quick = ? "  # noqa: S608
            f"AND update_id NOT IN ({marks}) ORDER BY update_id LIMIT ?"
        )
        return [_waiting(row) for row in await self._database.rows(sql, chat, int(quick), *numbers, most)]

    async def count_waiting(self) -> dict[tuple[int | None, bool], int]:
        """Return how many updates of each chat wait, commands apart."""
        sql = "SELECT chat, quick, count(*) AS count FROM inbox WHERE state = 'waiting' GROUP BY chat, quick"
        return {(row["chat"], bool(row["quick"])): row["count"] for row in await self._database.rows(sql)}


def _waiting(row: sqlite3.Row) -> Waiting:
    return Waiting(row["update_id"], row["payload"], row["chat"], bool(row["quick"]))
