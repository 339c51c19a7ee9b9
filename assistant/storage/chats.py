"""The chosen settings of chats and topics."""

from dataclasses import replace

from assistant.settings.chat_settings import READERS, ChatSettings, Setting
from assistant.storage.database import Database
from assistant.storage.group_commit import Value

_SETTINGS = (
    f"SELECT {', '.join(f'coalesce(topics.{name}, chats.{name}) AS {name}' for name in Setting)} "  # noqa: S608
    "FROM (SELECT ? AS chat, ? AS topic) AS here LEFT JOIN chats ON chats.id = here.chat "
    "LEFT JOIN topics ON topics.chat = here.chat AND topics.topic = here.topic"
)


class Chats:
    """The tables of chats and of their topics, by Telegram's ids. Topic None is the chat outside of any.

    `defaults` hold where a chat chose nothing.
    """

    def __init__(self, database: Database, defaults: ChatSettings | None = None) -> None:
        self._database = database
        self._defaults = defaults or ChatSettings()

    async def settings(self, chat: int, topic: int | None = None) -> ChatSettings:
        """Return the settings there; a topic inherits its chat's."""
        row = await self._database.row(_SETTINGS, chat, topic)
        assert row is not None  # noqa: S101
        chosen = {name.value: read(row[name]) for name, read in READERS.items() if row[name] is not None}
        return replace(self._defaults, **chosen)

    async def choose(self, setting: Setting, word: str, chat: int, topic: int | None = None) -> None:
        """Store a choice; `word` is spelt as by `ChatSettings.word`."""
        await self._set({setting.value: word}, chat, topic)

    async def reset(self, chat: int, topic: int | None = None) -> None:
        """Reset to the defaults, in a topic to its chat's settings; who may change them stays as it was chosen."""
        await self._set({name.value: None for name in Setting if name is not Setting.CHANGED_BY}, chat, topic)

    async def _set(self, values: dict[str, Value], chat: int, topic: int | None) -> None:
        place: dict[str, Value] = {"id": chat} if topic is None else {"chat": chat, "topic": topic}
        table = "chats" if topic is None else "topics"
        columns = [*place, *values]
        sql = (
            f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))}) "  # noqa: S608
            f"ON CONFLICT DO UPDATE SET {', '.join(f'{column} = excluded.{column}' for column in values)}"
        )
        await self._database.write(sql, *place.values(), *values.values())

    async def may_tell_stranger(self, chat: int, now: float, pause: float) -> bool:
        """Whether a stranger was not told so within the last `pause` seconds; if so, record that they are now."""
        sql = (
            "INSERT INTO chats (id, stranger_told_at) VALUES (?1, ?2) "
            "ON CONFLICT DO UPDATE SET stranger_told_at = ?2 "
            "WHERE coalesce(stranger_told_at, 0) <= ?2 - ?3 OR stranger_told_at > ?2 + ?3"
        )
        return await self._database.write(sql, chat, now, pause) == 1
