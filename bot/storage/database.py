"""The SQLite file: opened, migrated, read freely, written by one at a time."""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Sequence
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

import aiosqlite

FILE = "eyeglass.sqlite3"
BACKUPS = f"{FILE}.v*.bak"
"""What a database looked like before a newer program changed its layout."""

BUSY_MILLISECONDS = 10_000

Value = str | int | float | bytes | None
Statement = tuple[str, Sequence[Value]]
"""SQL and its values."""


class StorageError(Exception):
    """The storage cannot be used; the text is one sentence for the owner."""


class Database:
    """One connection. Reads go straight through; a write is a `transaction`, one after another."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection
        self._writer = asyncio.Lock()

    async def row(self, sql: str, *values: Value) -> sqlite3.Row | None:
        """The first row of a query."""
        # One step on the connection's thread: a statement left open between two would keep `scrub` from working.
        return next(iter(await self._connection.execute_fetchall(sql, values)), None)

    async def rows(self, sql: str, *values: Value) -> list[sqlite3.Row]:
        """All rows of a query."""
        return list(await self._connection.execute_fetchall(sql, values))

    async def write(self, sql: str, *values: Value) -> int:
        """One statement, which is a transaction by itself; returns the number of rows it changed."""
        # BEGIN and COMMIT would be two more ways to the connection's thread and back.
        async with self._writer:
            return (await self._connection.execute(sql, values)).rowcount

    async def write_all(self, *statements: Statement) -> None:
        """Several statements in one transaction, durably all or none.

        It takes one way to the connection's thread, where a `transaction` takes one for each step. That counts: for so
        long nobody else may write, and each way back waits its turn on a busy event loop.
        """
        async with self._writer:
            # The library has no public call that runs a function on its thread.
            await self._connection._execute(_write_all, self._connection._conn, statements)  # type: ignore[no-untyped-call]

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[aiosqlite.Connection]:
        """Everything in the block is written, durably, or nothing of it."""
        async with self._writer:
            try:
                await self._connection.execute("BEGIN IMMEDIATE")
                yield self._connection
                await self._connection.execute("COMMIT")
            except BaseException:
                # Cancelled while BEGIN was on its way there is no telling whether a transaction is open.
                with contextlib.suppress(sqlite3.OperationalError):
                    await self._connection.execute("ROLLBACK")
                raise

    async def scrub(self) -> None:
        """Leave nothing of what was deleted in the write-ahead log; `secure_delete` overwrote it in the file."""
        async with self._writer:
            await self._connection.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")


def _write_all(connection: sqlite3.Connection, statements: Sequence[Statement]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    with connection:  # Commits, or rolls back.
        for sql, values in statements:
            connection.execute(sql, values)


@contextlib.asynccontextmanager
async def open_database(folder: Path) -> AsyncIterator[Database]:
    """Open (and create, and migrate) the database in `folder`.

    Raises:
        StorageError: the folder cannot be written, the file is no database, or it is newer than this program.
    """
    try:
        await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
        connection = await aiosqlite.connect(folder / FILE, isolation_level=None)
    except (OSError, sqlite3.Error) as error:
        raise StorageError(f"storage.path: {folder} cannot be used: {error}.") from None
    try:
        try:
            await _prepare(connection, folder / FILE)
        except (OSError, sqlite3.Error) as error:
            raise StorageError(f"storage.path: {folder / FILE} cannot be used: {error}.") from None
        yield Database(connection)
    finally:
        await connection.close()


async def _prepare(connection: aiosqlite.Connection, file: Path) -> None:
    connection.row_factory = sqlite3.Row
    pragmas = (
        f"busy_timeout = {BUSY_MILLISECONDS}",
        "journal_mode = WAL",
        # An update must be on the disk, not in a cache, when Telegram is told that it arrived.
        "synchronous = FULL",
        "foreign_keys = ON",
        # What is deleted is overwritten with zeros, not only taken off the list.
        "secure_delete = ON",
    )
    for pragma in pragmas:
        await connection.execute_fetchall(f"PRAGMA {pragma}")
    steps = migrations()
    older = 0 < await version_of(connection) < len(steps)
    if older:
        await back_up(connection, file)
    await migrate(connection, steps)
    if older:  # An earlier program may have deleted without overwriting.
        await connection.execute("VACUUM")


def migrations() -> list[str]:
    """The numbered SQL files in order; the first one leads to version 1."""

    def number(file: Traversable) -> int:
        return int(file.name.split("_")[0])

    folder = resources.files("bot.storage") / "migrations"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".sql")), key=number)
    return [file.read_text(encoding="utf-8") for file in files]


async def version_of(connection: aiosqlite.Connection) -> int:
    """How many migrations the database has seen; 0 where it is new."""
    rows = await connection.execute_fetchall("PRAGMA user_version")
    return next(int(row[0]) for row in rows)


async def back_up(connection: aiosqlite.Connection, file: Path) -> Path:
    """Copy the whole database to a file beside `file` that is named after its version; returns the copy's path."""
    copy = file.with_name(BACKUPS.replace("*", str(await version_of(connection))))
    torn = copy.with_suffix(".part")
    await asyncio.to_thread(torn.unlink, missing_ok=True)
    await connection.execute_fetchall("VACUUM INTO ?", (str(torn),))
    await asyncio.to_thread(torn.replace, copy)
    return copy


async def migrate(connection: aiosqlite.Connection, steps: Sequence[str]) -> int:
    """Bring the database up to date, each step in a transaction of its own; returns its version.

    Raises:
        StorageError: the database was made by a newer program.
    """
    version = await version_of(connection)
    if version > len(steps):
        raise StorageError(
            f"The database is of version {version}, but this Eyeglass knows versions up to {len(steps)}: "
            "install the newer Eyeglass again, or take another storage.path."
        )
    for number, script in enumerate(steps[version:], start=version + 1):
        try:
            await connection.executescript(f"BEGIN IMMEDIATE;\n{script}\n;PRAGMA user_version = {number};\nCOMMIT;")
        except BaseException:
            if connection.in_transaction:
                await connection.execute("ROLLBACK")
            raise
    return len(steps)
