"""A group that became a supergroup: everything of it goes on under its new id."""

from bot.storage.database import Database


class Moving:
    """Moves rows of all tables at once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def group(self, before: int, after: int) -> None:
        """Give everything of the group `before` to `after`; a second time changes nothing.

        A supergroup numbers its messages anew, so the old numbers are taken off: they would name others now. Files
        have names of their own and stay where they are.
        """
        steps = (
            "UPDATE OR REPLACE admissions SET id = ?1 WHERE id = ?2",
            "UPDATE OR REPLACE chats SET id = ?1 WHERE id = ?2",
            "UPDATE pictures SET chat = ?1, message_id = -id, album = NULL WHERE chat = ?2",
            "UPDATE turns SET chat = ?1, message_id = NULL WHERE chat = ?2",
            "DELETE FROM message_pictures WHERE chat = ?2",
        )
        async with self._database.transaction() as connection:
            for step in steps:
                await connection.execute(step, (after, before))
