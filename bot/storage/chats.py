"""What a chat, or a topic of it, has chosen, and the picture it is talking about."""

from dataclasses import dataclass
from typing import Literal

from bot.storage.database import Database
from model_service import Detail


@dataclass(frozen=True, slots=True)
class ChatSettings:
    """A chat's own settings; None means the default. `picture` is the one that the next question is about.

    `watch` says that every picture of a group is answered, asked or not.
    """

    detail: Detail | None = None
    language: str | None = None
    picture: int | None = None
    watch: bool = False


class Chats:
    """The tables of chats and of the topics in them, by Telegram's ids. Topic None is the chat outside of any."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def settings(self, chat: int, topic: int | None = None) -> ChatSettings:
        """What holds there: a topic has a picture of its own, and the chat's settings where it chose none."""
        sql = (
            "SELECT coalesce(topics.detail, chats.detail) AS detail, chats.language AS language, "
            "iif(here.topic IS NULL, chats.picture, topics.picture) AS picture, "
            "coalesce(topics.watch, chats.watch, 0) AS watch "
            "FROM (SELECT ? AS chat, ? AS topic) AS here LEFT JOIN chats ON chats.id = here.chat "
            "LEFT JOIN topics ON topics.chat = here.chat AND topics.topic = here.topic"
        )
        row = await self._database.row(sql, chat, topic)
        assert row is not None  # noqa: S101
        detail = Detail.parse(row["detail"]) if row["detail"] else None
        return ChatSettings(detail, row["language"], row["picture"], bool(row["watch"]))

    async def choose_detail(self, chat: int, detail: Detail, topic: int | None = None) -> None:
        """Look this closely at every picture from now on."""
        await self._set("detail", str(detail), chat, topic)

    async def look_at(self, chat: int, picture: int | None, topic: int | None = None) -> None:
        """The next question is about this picture; None: about none."""
        await self._set("picture", picture, chat, topic)

    async def watch(self, chat: int, on: bool, topic: int | None = None) -> None:
        """Answer every picture from now on, or only when asked."""
        await self._set("watch", int(on), chat, topic)

    async def _set(
        self, column: Literal["detail", "picture", "watch"], value: str | int | None, chat: int, topic: int | None
    ) -> None:
        table, key, ids = ("chats", "id", [chat]) if topic is None else ("topics", "chat, topic", [chat, topic])
        marks = ", ".join("?" * len(ids))
        sql = (
            f"INSERT INTO {table} ({key}, {column}) VALUES ({marks}, ?) "  # noqa: S608
            f"ON CONFLICT DO UPDATE SET {column} = excluded.{column}"
        )
        await self._database.write(sql, *ids, value)

    async def may_tell_stranger(self, chat: int, now: float, pause: float) -> bool:
        """Whether a stranger was not told his place within the last `pause` seconds; if so, he is now."""
        sql = (
            "INSERT INTO chats (id, stranger_told_at) VALUES (?1, ?2) "
            "ON CONFLICT DO UPDATE SET stranger_told_at = ?2 WHERE coalesce(stranger_told_at, 0) <= ?2 - ?3"
        )
        return await self._database.write(sql, chat, now, pause) == 1
