"""What people said last, message by message, as it reads now."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from assistant.storage.database import Database
from assistant.storage.pictures import Picture

KEPT_SECONDS = 86_400.0
"""The seconds for which a message may still be edited or followed in a way that matters."""


class Subject(StrEnum):
    """What a message is about.

    SENT: pictures that came with it. NAMED: those that it replies to. ASSUMED: those that the talk was about. MISSING:
    none, so it waits for a picture. UNREAD: something that could not be read. WANTED: pictures that came with it, and
    the bot asked what to know about them. NONE: no picture at all.
    """

    SENT = "sent"
    NAMED = "named"
    ASSUMED = "assumed"
    MISSING = "missing"
    UNREAD = "unread"
    WANTED = "wanted"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class HeardMessage:
    """A message. `said_at` is in seconds since 1970, `file` names its attachment (Telegram's file_unique_id).

    `asked` is the parsed question in JSON; `question` is the message that asked it, None if this one did, and `answer`
    the one that began to answer it before it turned out to be about another picture.
    """

    chat: int
    message_id: int
    topic: int
    person: int | None
    said_at: float
    words: str
    file: str | None
    subject: Subject
    asked: str | None = None
    question: int | None = None
    answer: int | None = None


class Heard:
    """The table of the messages heard."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def note(self, messages: Sequence[HeardMessage]) -> None:
        """Store messages in place of what they said before; let go of all that is a day older."""
        columns = HeardMessage.__dataclass_fields__
        sql = f"INSERT OR REPLACE INTO heard ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"  # noqa: S608
        rows = [tuple(getattr(message, name) for name in columns) for message in messages]
        await self._database.write_all(
            ("DELETE FROM heard WHERE said_at < ?", (messages[0].said_at - KEPT_SECONDS,)),
            *((sql, row) for row in rows),
        )

    async def get(self, chat: int, message_id: int) -> HeardMessage | None:
        """Return a message as it was heard last."""
        row = await self._database.row("SELECT * FROM heard WHERE chat = ? AND message_id = ?", chat, message_id)
        return None if row is None else _heard(row)

    async def last(self, chat: int, topic: int, person: int | None, before: int) -> HeardMessage | None:
        """Return the person's last message there with a lower number than `before`, if it has to do with pictures."""
        sql = (
            "SELECT * FROM heard WHERE chat = ? AND topic = ? AND person IS ? AND message_id < ? AND subject <> 'none' "
            "ORDER BY message_id DESC LIMIT 1"
        )
        row = await self._database.row(sql, chat, topic, person, before)
        return None if row is None else _heard(row)

    async def asked_about(self, pictures: Sequence[Picture], person: int | None, before: int) -> list[HeardMessage]:
        """Return the person's messages numbered below `before` that asked about one of these pictures, newest first."""
        marks = ", ".join("?" * len(pictures))
        sql = (
            "SELECT heard.* FROM heard JOIN message_pictures USING (chat, message_id) WHERE chat = ? AND person IS ? "  # noqa: S608
            f"AND message_id < ? AND asked IS NOT NULL AND picture IN ({marks}) GROUP BY message_id "
            "ORDER BY message_id DESC"
        )
        numbers = (picture.id for picture in pictures)
        return [_heard(row) for row in await self._database.rows(sql, pictures[0].chat, person, before, *numbers)]

    async def unread_since(self, chat: int, topic: int, moment: float) -> bool:
        """Whether anybody sent something there that could not be read, since a moment (in seconds since 1970)."""
        sql = "SELECT 1 FROM heard WHERE chat = ? AND topic = ? AND subject = 'unread' AND said_at >= ? LIMIT 1"
        return await self._database.row(sql, chat, topic, moment) is not None

    async def waiting_before(self, last: HeardMessage, since: float) -> list[HeardMessage]:
        """Return the same person's questions right before a message that wait for a picture, asked `since` then."""
        same, place = "chat = ? AND topic = ? AND person IS ?", (last.chat, last.topic, last.person)
        sql = (
            f"SELECT * FROM heard WHERE {same} AND message_id < ? AND subject = 'missing' AND asked IS NOT NULL "  # noqa: S608
            f"AND said_at >= ? AND message_id > (SELECT coalesce(max(message_id), 0) FROM heard WHERE {same} "
            "AND message_id < ? AND subject NOT IN ('missing', 'none')) ORDER BY message_id"
        )
        rows = await self._database.rows(sql, *place, last.message_id, since, *place, last.message_id)
        return [_heard(row) for row in rows]

    async def drop(self, chat: int, topic: int, person: int | None) -> None:
        """Let nothing that the person asked or sent there belong to what comes next."""
        sql = "UPDATE heard SET subject = 'none', asked = NULL WHERE chat = ? AND topic = ? AND person IS ?"
        await self._database.write(sql, chat, topic, person)

    async def asked(self, chat: int, messages: Iterable[int]) -> HeardMessage | None:
        """Return the first of these messages that asked something."""
        marks = ", ".join("?" * len(numbers := tuple(messages)))
        sql = f"SELECT * FROM heard WHERE chat = ? AND asked IS NOT NULL AND message_id IN ({marks})"  # noqa: S608
        row = await self._database.row(f"{sql} ORDER BY message_id", chat, *numbers)
        return None if row is None else _heard(row)


def _heard(row: sqlite3.Row) -> HeardMessage:
    values = {name: row[name] for name in HeardMessage.__dataclass_fields__}
    return HeardMessage(**values | {"subject": Subject(row["subject"])})
