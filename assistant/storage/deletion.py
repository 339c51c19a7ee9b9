"""Delete for good: a whole chat, or everything that is too old."""

import json
import time
from dataclasses import dataclass

import aiosqlite

from assistant.storage.conversations import FIRST_CHAT
from assistant.storage.database import Database

_TOO_OLD = {
    "turns": "DELETE FROM turns WHERE created_at < ?",
    "pictures": "DELETE FROM pictures WHERE created_at < ? AND id NOT IN (SELECT picture FROM turns)",
    "updates": "DELETE FROM inbox WHERE state = 'set_aside' AND received_at < ?",
    "heard": "DELETE FROM heard WHERE said_at < ?",
    "unread": "DELETE FROM unread WHERE created_at < ?",
    "entries": "DELETE FROM entries WHERE created_at < ?",
    "conversations": "DELETE FROM conversations WHERE changed_at < ? AND NOT deleted",
    "strangers": "DELETE FROM admissions WHERE standing = 'asking' AND asked_at < ?",
}
"""What goes by age, in this order: what was written before the moment given."""

_QUESTION = "iif(role = 'user', coalesce(message_id, -id), NULL)"
"""The question of a turn, in SQL: one about several pictures counts once; NULL of an answer."""


@dataclass(frozen=True, slots=True)
class Deleted:
    """The result of deleting a chat: the numbers of pictures and answered questions.

    `files` are the names of the pictures' copies, which are still to be deleted. `erased`: the data is overwritten on
    the disk; False while another program reads the database and prevents that, until `Deletion.scrub` succeeds.
    """

    pictures: int
    questions: int
    files: tuple[str, ...]
    erased: bool


class Deletion:
    """Deletes across all tables."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._unscrubbed = True  # The last run may have been killed before it did.

    async def count(self, chat: int) -> tuple[int, int]:
        """Return how many pictures and answered questions of a chat there are to delete."""
        sql = (
            "SELECT (SELECT count(*) FROM pictures WHERE chat = ?1), "  # noqa: S608
            f"(SELECT count(DISTINCT {_QUESTION}) FROM turns WHERE chat = ?1)"
        )
        ((pictures, questions),) = await self._database.rows(sql, chat)
        return pictures, questions

    async def chat(self, chat: int, update_id: int) -> Deleted:
        """Delete a chat's pictures, turns and updates before this one; its settings stay.

        The numbers of the updates stay, so that none of them is taken in again. The update with this number is the one
        that asks for the deletion: it stays as it is until all is done, and records the counts. So when the process is
        killed in the middle the next run does the rest, and counts the whole. The same is true of an earlier one that
        is still at work: two people may ask for it at once.
        """
        async with self._database.transaction() as connection:
            await connection.execute(
                "UPDATE inbox SET state = 'done', payload = x'', error = NULL, chat = NULL, deleted = NULL, "
                "finished_at = ? WHERE chat = ? AND update_id < ? AND NOT (state = 'working' AND deleted IS NOT NULL)",
                (time.time(), chat, update_id),
            )
            await connection.execute("DELETE FROM heard WHERE chat = ?", (chat,))
            await connection.execute("DELETE FROM unread WHERE chat = ?", (chat,))
            answered = await connection.execute_fetchall(
                f"DELETE FROM turns WHERE chat = ? RETURNING {_QUESTION}",  # noqa: S608
                (chat,),
            )
            files = await connection.execute_fetchall("DELETE FROM pictures WHERE chat = ? RETURNING path", (chat,))
            questions = {row[0] for row in answered} - {None}
            counts = await _add_up(connection, update_id, len(list(files)), len(questions))
        erased = await self.scrub()
        return Deleted(*counts, tuple(row[0] for row in files), erased)

    async def scrub(self) -> bool:
        """Leave no deleted data on the disk; return False while another program prevents that."""
        return await self._database.scrub()

    async def copies(self, chat: int) -> list[str]:
        """Return the names of the copies of a chat's pictures."""
        return [row["path"] for row in await self._database.rows("SELECT path FROM pictures WHERE chat = ?", chat)]

    async def older_than(self, moment: float) -> int:
        """Delete turns, pictures without a turn left, updates set aside and requests of strangers from before `moment`.

        Return the number of pictures deleted. `moment` is in seconds since 1970.
        """
        async with self._database.transaction() as connection:
            deleted = {what: (await connection.execute(sql, (moment,))).rowcount for what, sql in _TOO_OLD.items()}
        self._unscrubbed |= any(deleted.values())
        if self._unscrubbed:
            self._unscrubbed = not await self._database.scrub()
        return deleted["pictures"]

    async def newest(self) -> float | None:
        """Return when the newest update, picture or turn was written, in seconds since 1970; None if there is none."""
        row = await self._database.row(
            "SELECT max(moment) AS newest FROM (SELECT max(received_at) AS moment FROM inbox "
            "UNION ALL SELECT max(created_at) FROM pictures UNION ALL SELECT max(created_at) FROM turns)"
        )
        return row["newest"] if row else None

    async def files(self) -> set[str]:
        """Return the names of all copies that a picture still needs, and of the files of which it is a page."""
        sql = "SELECT path FROM pictures UNION SELECT file_id FROM pictures WHERE chat >= ?"
        return {row["path"] for row in await self._database.rows(sql, FIRST_CHAT)}


async def _add_up(connection: aiosqlite.Connection, update_id: int, pictures: int, questions: int) -> tuple[int, int]:
    """Add to the counts of deletions that the update records; return the sums."""
    rows = await connection.execute_fetchall("SELECT deleted FROM inbox WHERE update_id = ?", (update_id,))
    earlier = next((json.loads(row[0]) for row in rows if row[0]), (0, 0))
    sums = earlier[0] + pictures, earlier[1] + questions
    await connection.execute("UPDATE inbox SET deleted = ? WHERE update_id = ?", (json.dumps(sums), update_id))
    return sums
