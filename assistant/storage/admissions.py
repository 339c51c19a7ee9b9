"""Admissions: people and groups that were let in, ask to be, or were turned away."""

import sqlite3
import time
from dataclasses import dataclass
from enum import StrEnum

from assistant.storage.database import Database


class Standing(StrEnum):
    """The role of a person or a group."""

    OWNER = "owner"
    ADMIN = "admin"
    GUEST = "guest"
    ASKING = "asking"
    REFUSED = "refused"


INSIDE = frozenset({Standing.OWNER, Standing.ADMIN, Standing.GUEST})
"""The standings that may use the bot."""


@dataclass(frozen=True, slots=True)
class Admission:
    """A person, or a group (a negative `id`). `language` is the one to write in, where it is known."""

    id: int
    name: str
    language: str | None
    standing: Standing

    @property
    def is_group(self) -> bool:
        """Whether this is a group."""
        return self.id < 0


class Admissions:
    """The table of admissions, by Telegram's id."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, id: int) -> Admission | None:
        """Return the admission of a person or a group."""
        row = await self._database.row("SELECT * FROM admissions WHERE id = ?", id)
        return _admission(row) if row else None

    async def inside(self, *ids: int) -> bool:
        """Whether one of these was let in."""
        marks = ", ".join("?" * len(ids))
        rows = await self._database.rows(f"SELECT standing FROM admissions WHERE id IN ({marks})", *ids)  # noqa: S608
        return any(Standing(row["standing"]) in INSIDE for row in rows)

    async def owner(self) -> Admission | None:
        """Return the owner of the bot."""
        row = await self._database.row("SELECT * FROM admissions WHERE standing = 'owner'")
        return _admission(row) if row else None

    async def all(self) -> list[Admission]:
        """Return everybody except those who were turned away: the owner, admins, guests, and those who ask."""
        order = "CASE standing WHEN 'owner' THEN 0 WHEN 'admin' THEN 1 WHEN 'asking' THEN 2 ELSE 3 END, name, id"
        sql = f"SELECT * FROM admissions WHERE standing <> 'refused' ORDER BY {order}"  # noqa: S608
        return [_admission(row) for row in await self._database.rows(sql)]

    async def pair(self, id: int, name: str, language: str) -> bool:
        """Make this person the owner; return False if there is one."""
        sql = (
            "INSERT INTO admissions (id, name, language, standing, decided_by, decided_at) "
            "SELECT ?1, ?2, ?3, 'owner', ?1, ?4 WHERE NOT EXISTS (SELECT 1 FROM admissions WHERE standing = 'owner') "
            "ON CONFLICT (id) DO UPDATE SET name = ?2, language = ?3, standing = 'owner', decided_by = ?1, "
            "decided_at = ?4"
        )
        return await self._database.write(sql, id, name, language, time.time()) == 1

    async def unpair(self) -> bool:
        """Make the owner a guest like others; return False if there is none."""
        return await self._database.write("UPDATE admissions SET standing = 'guest' WHERE standing = 'owner'") == 1

    async def ask(self, id: int, name: str, language: str, now: float, pause: float) -> bool:
        """Record that a stranger asks to be let in; return False if they did within the last `pause` seconds.

        A time in the future, from a clock that was ahead, counts as long ago.
        """
        sql = (
            "INSERT INTO admissions (id, name, language, standing, asked_at) VALUES (?1, ?2, ?3, 'asking', ?4) "
            "ON CONFLICT DO UPDATE SET name = ?2, language = ?3, asked_at = ?4 "
            "WHERE standing = 'asking' AND (asked_at <= ?4 - ?5 OR asked_at > ?4 + ?5)"
        )
        return await self._database.write(sql, id, name, language, now, pause) == 1

    async def asked_since(self, moment: float) -> int:
        """Return the number of strangers who asked since a moment, in seconds since 1970."""
        sql = (
            "SELECT count(*) AS strangers FROM admissions WHERE standing = 'asking' AND asked_at > ? AND asked_at <= ?"
        )
        row = await self._database.row(sql, moment, time.time())
        return row["strangers"] if row else 0

    async def change(self, admission: Admission, standing: Standing, by: int) -> bool:
        """Change somebody's standing; return False if it is no longer the one in `admission`."""
        sql = "UPDATE admissions SET standing = ?, decided_by = ?, decided_at = ? WHERE id = ? AND standing = ?"
        return await self._database.write(sql, standing, by, time.time(), admission.id, admission.standing) == 1

    async def let_in(self, id: int, name: str, by: int, language: str | None = None) -> bool:
        """Let in somebody who need not have asked; return False if they are in already.

        `language` is the one to write in where none is known.
        """
        sql = (
            "INSERT INTO admissions (id, name, language, standing, decided_by, decided_at) "
            "VALUES (?1, ?2, ?3, 'guest', ?4, ?5) "
            "ON CONFLICT DO UPDATE SET standing = 'guest', decided_by = ?4, decided_at = ?5 "
            "WHERE standing IN ('asking', 'refused')"
        )
        return await self._database.write(sql, id, name, language, by, time.time()) == 1


def _admission(row: sqlite3.Row) -> Admission:
    return Admission(row["id"], row["name"], row["language"], Standing(row["standing"]))
