"""Former messages: what is known of them stays, but their numbers name nothing any more.

A number that was let go is negative, so that it never names another message. Each is beyond those let go before, so
that all of them stay apart, and in order.
"""

import aiosqlite

NUMBERED = ("pictures", "turns", "message_pictures", "unread")
"""The tables of which a row has the number of a message."""

BEYOND = (
    "SELECT coalesce(max(-message_id), 0) FROM ("  # noqa: S608
    + " UNION ALL ".join(f"SELECT message_id FROM {table}" for table in NUMBERED)  # noqa: S608
    + ") WHERE message_id < 0"
)


def let_go(number: str) -> str:
    """Return the SQL of what a message's number becomes; :beyond is the one that `furthest` returns."""
    return f"iif({number} > 0, -(:beyond + {number}), {number})"


async def furthest(connection: aiosqlite.Connection) -> int:
    """Return the number, without its sign, that was let go and is the furthest from zero; 0 if there is none."""
    rows = await connection.execute_fetchall(BEYOND)
    return next(int(row[0]) for row in rows)
