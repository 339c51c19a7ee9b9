"""What is deleted for good: a whole chat, or whatever is too old."""

import time
from dataclasses import dataclass

from bot.storage.database import Database

CHAT = (
    "CASE WHEN json_valid(CAST(payload AS TEXT)) THEN coalesce("
    "CAST(payload AS TEXT) ->> '$.message.chat.id', "
    "CAST(payload AS TEXT) ->> '$.callback_query.message.chat.id', "
    "CAST(payload AS TEXT) ->> '$.my_chat_member.chat.id') END"
)
"""The chat of an update in the inbox, in SQL; NULL where it cannot be known."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What of a chat was deleted: how many answered questions, the copies' names, the messages of growing answers."""

    questions: int
    files: tuple[str, ...]
    answers: tuple[int, ...]


class Forgetting:
    """Deletes over all tables at once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def chat(self, chat: int, update_id: int) -> Forgotten:
        """Delete a chat's pictures, turns and the unfinished updates up to this number; its settings stay.

        Of the updates the numbers stay, so that none of them is taken in again.
        """
        async with self._database.transaction() as connection:
            answers = await connection.execute_fetchall(
                "SELECT answer_message_id FROM inbox "  # noqa: S608
                f"WHERE answer_message_id IS NOT NULL AND {CHAT} = ? AND update_id <= ?",
                (chat, update_id),
            )
            await connection.execute(
                "UPDATE inbox SET state = 'done', payload = x'', error = NULL, finished_at = ? "  # noqa: S608
                f"WHERE payload <> x'' AND {CHAT} = ? AND update_id <= ?",
                (time.time(), chat, update_id),
            )
            answered = await connection.execute_fetchall(
                "DELETE FROM turns WHERE chat = ? RETURNING iif(role = 'user', coalesce(message_id, -id), NULL)",
                (chat,),
            )
            files = await connection.execute_fetchall("DELETE FROM pictures WHERE chat = ? RETURNING path", (chat,))
        await self._database.scrub()
        questions = {row[0] for row in answered} - {None}
        return Forgotten(len(questions), tuple(row[0] for row in files), tuple(row[0] for row in answers))

    async def older_than(self, moment: float) -> int:
        """Delete turns, pictures that nobody talked about since, and updates set aside, from before `moment`.

        Returns how many pictures there were. `moment` is in seconds since 1970.
        """
        async with self._database.transaction() as connection:
            await connection.execute("DELETE FROM turns WHERE created_at < ?", (moment,))
            pictures = await connection.execute(
                "DELETE FROM pictures WHERE created_at < ? AND id NOT IN (SELECT picture FROM turns)", (moment,)
            )
            await connection.execute("DELETE FROM inbox WHERE state = 'set_aside' AND received_at < ?", (moment,))
            await connection.execute("DELETE FROM admissions WHERE standing = 'asking' AND asked_at < ?", (moment,))
        await self._database.scrub()
        return pictures.rowcount

    async def newest(self) -> float | None:
        """When the newest update, picture or turn was written, in seconds since 1970; None where there is none."""
        row = await self._database.row(
            "SELECT max(moment) AS newest FROM (SELECT max(received_at) AS moment FROM inbox "
            "UNION ALL SELECT max(created_at) FROM pictures UNION ALL SELECT max(created_at) FROM turns)"
        )
        return row["newest"] if row else None

    async def files(self) -> set[str]:
        """The names of all copies that a picture still needs."""
        return {row["path"] for row in await self._database.rows("SELECT path FROM pictures")}
