"""What a chat has chosen, and the picture it is talking about."""

from dataclasses import dataclass

from bot.storage.database import Database
from model_service import Detail


@dataclass(frozen=True, slots=True)
class ChatSettings:
    """A chat's own settings; None means the default. `picture` is the one that the next question is about."""

    detail: Detail | None = None
    language: str | None = None
    picture: int | None = None


class Chats:
    """The table of chats, by Telegram's id."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def settings(self, chat: int) -> ChatSettings:
        """The chat's settings; all defaults where the chat is new."""
        row = await self._database.row("SELECT detail, language, picture FROM chats WHERE id = ?", chat)
        if row is None:
            return ChatSettings()
        detail = Detail.parse(row["detail"]) if row["detail"] else None
        return ChatSettings(detail, row["language"], row["picture"])

    async def choose_detail(self, chat: int, detail: Detail) -> None:
        """Look this closely at every picture from now on."""
        sql = "INSERT INTO chats (id, detail) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET detail = ?2"
        await self._database.write(sql, chat, str(detail))

    async def look_at(self, chat: int, picture: int | None) -> None:
        """The next question is about this picture; None: about none."""
        sql = "INSERT INTO chats (id, picture) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET picture = ?2"
        await self._database.write(sql, chat, picture)

    async def may_tell_stranger(self, chat: int, now: float, pause: float) -> bool:
        """Whether a stranger was not told his place within the last `pause` seconds; if so, he is now."""
        sql = (
            "INSERT INTO chats (id, stranger_told_at) VALUES (?1, ?2) "
            "ON CONFLICT DO UPDATE SET stranger_told_at = ?2 WHERE coalesce(stranger_told_at, 0) <= ?2 - ?3"
        )
        return await self._database.write(sql, chat, now, pause) == 1
