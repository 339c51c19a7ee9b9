"""Succession: another bot, with a token of its own, goes on with the data of a former one."""

from assistant.storage import FIRST_CHAT
from assistant.storage.database import Database
from bot.updates.former_messages import NUMBERED, furthest, let_go


class Succession:
    """Knows whose data this is. A renewed token of the same bot changes nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, bot: int) -> int | None:
        """Record that this bot works here now; return how many updates of a former one are dropped unanswered.

        None: it is the same one, or the first that is known. Messages and updates are numbered by bot, so the former
        numbers are let go, and its updates with them. Who may speak here, what was set, and pictures with what was said
        about them stay.
        """
        async with self._database.transaction() as connection:
            former = [row[0] for row in await connection.execute_fetchall("SELECT id FROM bot")]
            if former == [bot]:
                return None
            await connection.execute("DELETE FROM bot")
            await connection.execute("INSERT INTO bot (id) VALUES (?)", (bot,))
            if not former:
                return None
            values = {"beyond": await furthest(connection), "page": FIRST_CHAT}
            for table in NUMBERED:  # The page numbers its messages itself.
                sql = f"UPDATE {table} SET message_id = {let_go('message_id')} WHERE chat < :page"  # noqa: S608
                await connection.execute(sql, values)
            await connection.execute("DELETE FROM looked_at WHERE chat < ?", (FIRST_CHAT,))
            await connection.execute("DELETE FROM heard")
            states = [row[0] for row in await connection.execute_fetchall("DELETE FROM inbox RETURNING state")]
        return len(states) - states.count("done")
