"""Group migration: move everything of a group that became a supergroup to its new id."""

from assistant.storage.database import Database
from bot.updates.former_messages import NUMBERED, furthest, let_go

PAYLOAD = "CAST(payload AS TEXT)"
RENUMBERED = ", ".join(
    f"'{message}.chat.id', :after, '{message}.message_id', " + let_go(f"({PAYLOAD} ->> '{message}.message_id')")
    for message in (
        "$.message",
        "$.message.reply_to_message",
        "$.edited_message",
        "$.edited_message.reply_to_message",
        "$.callback_query.message",
    )
)


class GroupMigration:
    """Moves rows of all tables at once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def group(self, before: int, after: int) -> None:
        """Move everything of the group `before` to `after`; a second call changes nothing.

        A supergroup renumbers its messages, so the former numbers are let go. Files have names of their own and stay
        where they are.
        """
        if before == after:
            return
        steps = (
            "UPDATE OR REPLACE admissions SET id = :after WHERE id = :before",
            "UPDATE OR REPLACE chats SET id = :after WHERE id = :before",
            "DELETE FROM heard WHERE chat = :before",
            "UPDATE looked_at SET chat = :after WHERE chat = :before",
            *(
                f"UPDATE {table} SET chat = :after, message_id = {let_go('message_id')} WHERE chat = :before"  # noqa: S608
                for table in NUMBERED
            ),
            f"UPDATE inbox SET payload = CAST(json_replace({PAYLOAD}, {RENUMBERED}) AS BLOB), "  # noqa: S608
            "chat = :after, answer_message_id = NULL WHERE state IN ('waiting', 'working') AND chat = :before",
        )
        async with self._database.transaction() as connection:
            values = {"before": before, "after": after, "beyond": await furthest(connection)}
            for step in steps:
                await connection.execute(step, values)
