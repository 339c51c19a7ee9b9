"""Group migration: move everything of a group that became a supergroup to its new id."""

from assistant.storage.database import Database

PAYLOAD = "CAST(payload AS TEXT)"
RENUMBERED = ", ".join(
    f"'{message}.chat.id', ?1, '{message}.message_id', -({PAYLOAD} ->> '{message}.message_id')"
    for message in ("$.message", "$.message.reply_to_message", "$.callback_query.message")
)


class GroupMigration:
    """Moves rows of all tables at once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def group(self, before: int, after: int) -> None:
        """Move everything of the group `before` to `after`; a second call changes nothing.

        A supergroup renumbers its messages. The former numbers are kept as negative ones, so that they never name
        another message. Files have names of their own and stay where they are.
        """
        if before == after:
            return
        steps = (
            "UPDATE OR REPLACE admissions SET id = ?1 WHERE id = ?2",
            "UPDATE OR REPLACE chats SET id = ?1 WHERE id = ?2",
            "UPDATE pictures SET chat = ?1, message_id = -message_id WHERE chat = ?2",
            "UPDATE looked_at SET chat = ?1 WHERE chat = ?2",
            "UPDATE turns SET chat = ?1, message_id = -message_id WHERE chat = ?2",
            "UPDATE message_pictures SET chat = ?1, message_id = -message_id WHERE chat = ?2",
            f"UPDATE inbox SET payload = CAST(json_replace({PAYLOAD}, {RENUMBERED}) AS BLOB), "  # noqa: S608
            "chat = ?1, answer_message_id = NULL WHERE state IN ('waiting', 'working') AND chat = ?2",
        )
        async with self._database.transaction() as connection:
            for step in steps:
                await connection.execute(step, (after, before))
