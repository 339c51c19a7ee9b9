"""Conversations on the page in a browser: whose they are, and what was sent and told in each."""

import sqlite3
import time
from dataclasses import dataclass

from assistant.storage.database import Database

FIRST_CHAT = 2**52
"""The least number of a conversation's chat: Telegram's ids are below it, and JavaScript's numbers hold it."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation; `changed_at` is when something was last sent there, in seconds since 1970."""

    id: int
    person: int
    title: str
    changed_at: float

    @property
    def chat(self) -> int:
        """The number of its chat, by which pictures and turns are kept."""
        return FIRST_CHAT + self.id


@dataclass(frozen=True, slots=True)
class Entry:
    """A file or a question that was sent. `sent` and `told` are JSON; `told` is None as long as nothing was."""

    number: int
    sent: str
    told: str | None


class Conversations:
    """The tables of conversations and their entries."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, person: int) -> Conversation:
        """Begin a conversation."""
        sql = "INSERT INTO conversations (person, changed_at) VALUES (?, ?) RETURNING *"
        async with self._database.transaction() as connection:
            (row,) = await connection.execute_fetchall(sql, (person, time.time()))
        return _conversation(row)

    async def get(self, id: int, person: int) -> Conversation | None:
        """Return a person's conversation; None if it is nobody's, or another's."""
        sql = "SELECT * FROM conversations WHERE id = ? AND person = ? AND NOT deleted"
        row = await self._database.row(sql, id, person)
        return None if row is None else _conversation(row)

    async def of_chat(self, chat: int, person: int) -> Conversation | None:
        """Return a person's conversation by its chat."""
        return await self.get(chat - FIRST_CHAT, person)

    async def of(self, person: int) -> list[Conversation]:
        """Return a person's conversations in which something was sent, the newest first."""
        sql = "SELECT * FROM conversations WHERE person = ? AND NOT deleted AND title <> '' ORDER BY changed_at DESC"
        return [_conversation(row) for row in await self._database.rows(sql, person)]

    async def entries(self, id: int) -> list[Entry]:
        """Return all that was sent there, in order."""
        rows = await self._database.rows("SELECT * FROM entries WHERE conversation = ? ORDER BY number", id)
        return [_entry(row) for row in rows]

    async def entry(self, id: int, number: int) -> Entry | None:
        """Return one of its entries."""
        row = await self._database.row("SELECT * FROM entries WHERE conversation = ? AND number = ?", id, number)
        return None if row is None else _entry(row)

    async def send(self, id: int, sent: str, title: str | None = None) -> int:
        """Record what was sent, and the conversation's new title if there is one; return the entry's number."""
        now = time.time()
        async with self._database.transaction() as connection:
            sql = "INSERT INTO entries (conversation, sent, created_at) VALUES (?, ?, ?) RETURNING number"
            (row,) = await connection.execute_fetchall(sql, (id, sent, now))
            sql = "UPDATE conversations SET changed_at = ?, title = coalesce(?, title) WHERE id = ?"
            await connection.execute(sql, (now, title, id))
        return int(row["number"])

    async def tell(self, number: int, told: str | None) -> None:
        """Record what was told about an entry, or that nothing is yet."""
        await self._database.write("UPDATE entries SET told = ? WHERE number = ?", told, number)

    async def take_back(self, number: int) -> None:
        """Remove an entry: what was sent could not be taken in."""
        await self._database.write("DELETE FROM entries WHERE number = ?", number)

    async def delete(self, id: int) -> None:
        """Delete its words, and mark it as being deleted until `remove`: its pictures and turns are to be deleted."""
        await self._database.write_all(
            ("UPDATE conversations SET title = '', deleted = 1 WHERE id = ?", (id,)),
            ("DELETE FROM entries WHERE conversation = ?", (id,)),
        )

    async def remove(self, id: int) -> None:
        """Remove a conversation of which nothing is left."""
        await self._database.write("DELETE FROM conversations WHERE id = ?", id)

    async def half_deleted(self) -> list[Conversation]:
        """Return those whose deletion was begun and is not done."""
        return [_conversation(row) for row in await self._database.rows("SELECT * FROM conversations WHERE deleted")]


def _conversation(row: sqlite3.Row) -> Conversation:
    return Conversation(row["id"], row["person"], row["title"], row["changed_at"])


def _entry(row: sqlite3.Row) -> Entry:
    return Entry(row["number"], row["sent"], row["told"])
