"""Stored pictures: their facts, their copies, and the messages about them."""

import sqlite3
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from assistant.storage.database import Database
from assistant.storage.group_commit import Statement, Value
from model_service import Region

Source = Literal["photo", "file", "preview", "page"]
"""The source of a picture: a photo (compressed by Telegram), an image file, a video's preview, a page of a document."""


@dataclass(frozen=True, slots=True)
class NewPicture:
    """A picture to be stored.

    `width` and `height` are pixels as sent, upright; `path` is a file's name. `file_id` is the file to fetch again: of
    a page the whole document, of which it is number `page` of `pages`; both are 0 for any other picture. `digest` is
    that of the copy, None where it was kept before there were digests.

    `print_height` is the height of most lines of print in pixels as sent, None where there is none (or none was looked
    for), and `characters` about how many they hold; without print `stroke` is the usual distance between strokes, None
    where there are hardly any (or none were looked for). With print `drawn` is the part that is not blank margin, or
    else `printed` the one that letters are in; None where that is nearly all of it (or was not looked for).
    `turns` are the quarter turns clockwise that made the copy upright. `flaws` are words that say what of the file
    cannot be seen.
    """

    chat: int
    message_id: int
    album: str | None
    source: Source
    file_id: str
    file_unique_id: str
    width: int
    height: int
    bytes: int
    path: str
    page: int = 0
    pages: int = 0
    digest: str | None = None
    print_height: float | None = None
    characters: int = 0
    stroke: float | None = None
    drawn: Region | None = None
    printed: Region | None = None
    turns: int = 0
    flaws: str = ""


@dataclass(frozen=True, slots=True)
class Picture(NewPicture):
    """A stored picture; `created_at` is in seconds since 1970."""

    id: int = field(kw_only=True)
    created_at: float = field(kw_only=True)


@dataclass(frozen=True, slots=True)
class Current:
    """The pictures that the next question is about, who looked at them last, and when (in seconds since 1970)."""

    pictures: list[Picture]
    person: int | None = None
    looked_on: float = 0.0


class Pictures:
    """The tables of pictures, of the messages about them or what could not be read, and of the current pictures."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, new: NewPicture) -> Picture:
        """Store a picture, and that its message is about it; the same message again replaces its file.

        A page is not linked to its document's message: call `about` for that.
        """
        values = _stored(new, _NEW) | {"created_at": time.time()}
        sql = (
            f"INSERT INTO pictures ({', '.join(values)}) VALUES ({', '.join('?' * len(values))}) "  # noqa: S608
            f"ON CONFLICT DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _OF_FILE)} RETURNING *"
        )
        async with self._database.transaction() as connection:
            rows = list(await connection.execute_fetchall(sql, tuple(values.values())))
            picture = _picture(rows[0])
            if not picture.page:
                await connection.execute(_ABOUT, (new.chat, new.message_id, picture.id))
        return picture

    async def note_copy(self, picture: int, digest: str) -> None:
        """Record the digest of a picture's copy that was written again."""
        await self._database.write("UPDATE pictures SET digest = ? WHERE id = ?", digest, picture)

    async def note_turn(self, turned: Picture) -> None:
        """Record that a picture was turned: its new copy, and its size and print as they stand now."""
        sql = f"UPDATE pictures SET {', '.join(f'{name} = ?' for name in _OF_COPY)} WHERE id = ?"  # noqa: S608
        await self._database.write(sql, *_stored(turned, _OF_COPY).values(), turned.id)

    async def get(self, picture: int) -> Picture | None:
        """Return the picture with this number."""
        return next(iter(await self._select("WHERE pictures.id = ?", picture)), None)

    async def of_message(self, chat: int, message_id: int) -> list[Picture]:
        """Return the picture that a message shows, or all that it is about."""
        sql = (
            "JOIN message_pictures ON message_pictures.picture = pictures.id "
            "WHERE message_pictures.chat = ? AND message_pictures.message_id = ?"
        )
        return await self._select(sql, chat, message_id)

    async def of_album(self, chat: int, album: str) -> list[Picture]:
        """Return the pictures of an album that arrived so far, in the order in which they were sent."""
        return await self._select("WHERE pictures.chat = ? AND album = ?", chat, album)

    async def sent(self, chat: int, album: str) -> list[Picture | None]:
        """Return what was sent as an album so far, in order; None stands for what could not be read."""
        sql = (
            "SELECT message_id FROM unread WHERE chat = ?1 AND album = ?2 "
            "AND message_id NOT IN (SELECT message_id FROM pictures WHERE chat = ?1 AND album = ?2)"
        )
        unread = [row["message_id"] for row in await self._database.rows(sql, chat, album)]
        members: list[tuple[int, Picture | None]] = [(number, None) for number in unread]
        members += [(picture.message_id, picture) for picture in await self.of_album(chat, album)]
        members.sort(key=lambda member: (member[0] > 0, abs(member[0])))  # Former messages have negative numbers.
        return [picture for _, picture in members]

    async def note_unread(self, chat: int, message_ids: Iterable[int], album: str | None = None) -> None:
        """Record messages about something that could not be read, as a part of an album."""
        sql = "INSERT OR REPLACE INTO unread (chat, message_id, album, created_at) VALUES (?, ?, ?, ?)"
        await self._database.write_all(*((sql, (chat, number, album, time.time())) for number in message_ids))

    async def is_unread(self, chat: int, message_id: int) -> bool:
        """Whether a message is about something that could not be read."""
        sql = "SELECT 1 FROM unread WHERE chat = ? AND message_id = ?"
        return await self._database.row(sql, chat, message_id) is not None

    async def pages(self, chat: int, message_id: int) -> list[Picture]:
        """Return the pages of a message's document that were rendered so far."""
        return await self._select("WHERE pictures.chat = ? AND message_id = ? AND page > 0", chat, message_id)

    async def shown_by(self, chat: int, message_id: int) -> list[Picture]:
        """Return the picture that a message shows itself, or the pages of its document that were rendered so far."""
        return await self._select("WHERE pictures.chat = ? AND message_id = ?", chat, message_id)

    async def recent(self, chat: int, most: int) -> list[Picture]:
        """Return the newest pictures of a chat, oldest first."""
        sql = "WHERE pictures.id IN (SELECT id FROM pictures WHERE chat = ? ORDER BY id DESC LIMIT ?)"
        return await self._select(sql, chat, most)

    async def about(self, pictures: Sequence[Picture], message_ids: Iterable[int]) -> None:
        """Record that these messages of the pictures' chat are about them, and about nothing else."""
        await self._database.write_all(*linking(pictures, message_ids))

    async def messages_about(self, chat: int, after: int, before: int) -> set[int]:
        """Return the numbers between two others that belong to messages about pictures."""
        sql = "SELECT DISTINCT message_id FROM message_pictures WHERE chat = ? AND message_id > ? AND message_id < ?"
        return {row["message_id"] for row in await self._database.rows(sql, chat, after, before)}

    async def current(self, chat: int, topic: int | None = None) -> Current:
        """Return the pictures that the next question there is about; none if nothing was looked at."""
        sql = (
            "SELECT pictures.*, person, looked_on FROM looked_at JOIN pictures ON pictures.id = picture "
            "WHERE looked_at.chat = ? AND topic = ? ORDER BY abs(message_id), page"
        )
        rows = await self._database.rows(sql, chat, topic or 0)
        return (
            Current([_picture(row) for row in rows], rows[0]["person"], rows[0]["looked_on"]) if rows else Current([])
        )

    async def look_at(
        self, pictures: Iterable[Picture], chat: int, topic: int | None = None, person: int | None = None
    ) -> None:
        """Set the pictures that the next question there is about, or none; `person` is who looks at them."""
        place, seen = (chat, topic or 0), (person, time.time())
        looked_at = "INSERT INTO looked_at (chat, topic, picture, person, looked_on) VALUES (?, ?, ?, ?, ?)"
        await self._database.write_all(
            ("DELETE FROM looked_at WHERE chat = ? AND topic = ?", place),
            *((looked_at, (*place, picture.id, *seen)) for picture in pictures),
        )

    async def join(self, pictures: Sequence[Picture], album: str) -> None:
        """Make pictures an album: they came one by one and belong together."""
        sql = "UPDATE pictures SET album = ? WHERE id = ?"
        await self._database.write_all(*((sql, (album, picture.id)) for picture in pictures))

    async def remove(self, chat: int, message_id: int) -> None:
        """Remove the pictures that a message showed, with all that was said about them: it shows another one now."""
        await self._database.write("DELETE FROM pictures WHERE chat = ? AND message_id = ?", chat, message_id)

    async def _select(self, where: str, *values: str | int) -> list[Picture]:
        former_first = "pictures.message_id > 0, abs(pictures.message_id)"  # Former messages have negative numbers.
        sql = f"SELECT pictures.* FROM pictures {where} ORDER BY {former_first}, page"  # noqa: S608
        return [_picture(row) for row in await self._database.rows(sql, *values)]


def linking(pictures: Sequence[Picture], message_ids: Iterable[int]) -> list[Statement]:
    """Return the statements that link messages to pictures. A message that shows a picture is about that alone."""
    shown = {picture.message_id for picture in pictures if not picture.page}
    statements: list[Statement] = []
    for message in message_ids:
        if message not in shown:
            chat = pictures[0].chat
            statements.append(("DELETE FROM message_pictures WHERE chat = ? AND message_id = ?", (chat, message)))
            statements += [(_ABOUT, (chat, message, picture.id)) for picture in pictures]
    return statements


_NEW = tuple(NewPicture.__dataclass_fields__)
_PARTS = ("drawn", "printed")
"""What is stored as four numbers: left, top, right, bottom."""

_OF_COPY = ("path", "digest", "turns", "width", "height", "print_height", "characters", "stroke", *_PARTS)
_OF_FILE = (*_OF_COPY, "file_id", "bytes", "flaws")
"""What changes when a picture is turned, and when its message has another file."""

_ABOUT = "INSERT INTO message_pictures (chat, message_id, picture) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"


def _picture(row: sqlite3.Row) -> Picture:
    values = {name: row[name] for name in Picture.__dataclass_fields__}
    return Picture(**values | {name: _region(row[name]) for name in _PARTS})


def _region(stored: str | None) -> Region | None:
    return None if stored is None else Region(*map(float, stored.split()))


def _stored(picture: NewPicture, names: Iterable[str]) -> dict[str, Value]:
    """Return what a row holds of a picture by these names."""
    values = {name: getattr(picture, name) for name in names}
    parts = {name: value for name, value in values.items() if isinstance(value, Region)}
    return values | {name: f"{part.left} {part.top} {part.right} {part.bottom}" for name, part in parts.items()}
