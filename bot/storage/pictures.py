"""Pictures that were sent: what they are, where their bounded copy lies, which messages are about them."""

import sqlite3
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from bot.storage.database import Database, Statement

FOLDER = "pictures"
"""Where the copies lie, in the storage's folder."""

Source = Literal["photo", "file"]
"""A photo was compressed by Telegram; an image sent as a file was not."""


@dataclass(frozen=True, slots=True)
class NewPicture:
    """A picture about to be remembered. `width` and `height` are pixels as sent, upright; `path` is a file's name."""

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


@dataclass(frozen=True, slots=True)
class Picture(NewPicture):
    """A picture that is remembered."""

    id: int


class Pictures:
    """The tables of pictures and of the messages about them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, new: NewPicture) -> Picture:
        """Remember a picture, and that its message is about it; the same message again replaces its file."""
        sql = (
            "INSERT INTO pictures (chat, message_id, album, source, file_id, file_unique_id, width, height, bytes, "
            "path, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT DO UPDATE SET file_id = excluded.file_id, path = excluded.path RETURNING *"
        )
        values = (new.chat, new.message_id, new.album, new.source, new.file_id, new.file_unique_id)
        size = (new.width, new.height, new.bytes, new.path, time.time())
        async with self._database.transaction() as connection:
            rows = list(await connection.execute_fetchall(sql, (*values, *size)))
            picture = _picture(rows[0])
            await connection.execute(_ABOUT, (new.chat, new.message_id, picture.id))
        return picture

    async def get(self, picture: int) -> Picture | None:
        """The picture of this number."""
        row = await self._database.row("SELECT * FROM pictures WHERE id = ?", picture)
        return _picture(row) if row else None

    async def of_message(self, chat: int, message_id: int) -> Picture | None:
        """The picture that a message shows or is about."""
        sql = (
            "SELECT pictures.* FROM message_pictures JOIN pictures ON pictures.id = message_pictures.picture "
            "WHERE message_pictures.chat = ? AND message_pictures.message_id = ?"
        )
        row = await self._database.row(sql, chat, message_id)
        return _picture(row) if row else None

    async def of_album(self, chat: int, album: str) -> list[Picture]:
        """The pictures of an album that arrived so far."""
        sql = "SELECT * FROM pictures WHERE chat = ? AND album = ? ORDER BY id"
        return [_picture(row) for row in await self._database.rows(sql, chat, album)]

    async def about(self, picture: Picture, message_ids: list[int]) -> None:
        """Remember that these messages of the picture's chat are about it."""
        await self._database.write_all(*linking(picture, message_ids))


def linking(picture: Picture, message_ids: Iterable[int]) -> list[Statement]:
    """The statements that remember which messages are about a picture."""
    return [(_ABOUT, (picture.chat, message, picture.id)) for message in message_ids]


_ABOUT = (
    "INSERT INTO message_pictures (chat, message_id, picture) VALUES (?, ?, ?) "
    "ON CONFLICT DO UPDATE SET picture = excluded.picture"
)


def _picture(row: sqlite3.Row) -> Picture:
    return Picture(**{name: row[name] for name in Picture.__dataclass_fields__})
