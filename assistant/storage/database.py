"""The SQLite database: open, migrate, read concurrently, write one at a time."""

import asyncio
import contextlib
import sqlite3
from collections import deque
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

import aiosqlite

from assistant.storage.errors import StorageError, damaged, is_outage, storage_error
from assistant.storage.group_commit import Batch, GroupCommit, Statement, Value
from assistant.storage.lock import locked
from assistant.tasks import spawn

FILE = "eyeglass.sqlite3"
BACKUPS = f"{FILE}.v*.bak"
"""The pattern of the backups from before a migration."""

FOLDER = "pictures"
"""The folder of the copies of pictures, next to the database."""

RESTORING = "restoring"
"""The file that is there from when a restore begins to replace what was kept until it has."""

BUSY_MILLISECONDS = 10_000


@dataclass(frozen=True, slots=True, eq=False)
class _Write:
    """Statements of one caller, who awaits the number of changed rows."""

    statements: Sequence[Statement]
    rows: asyncio.Future[int]


class Database:
    """One connection. Reads go straight through; writes are transactions, one after another.

    `outage` is the error of the last write, if the database, its disk or another program was at fault; None: it went
    through.
    """

    def __init__(self, connection: aiosqlite.Connection, batches: deque[Batch]) -> None:
        """Use a connection to a `GroupCommit` that takes its batches from `batches`."""
        self.outage: sqlite3.Error | None = None
        self._connection = connection
        self._batches = batches
        self._writer = asyncio.Lock()
        self._waiting: list[_Write] = []

    async def row(self, sql: str, *values: Value) -> sqlite3.Row | None:
        """Return the first row of a query."""
        # One step on the connection's thread: a statement left open between two would keep `scrub` from working.
        return next(iter(await self._connection.execute_fetchall(sql, values)), None)

    async def rows(self, sql: str, *values: Value) -> list[sqlite3.Row]:
        """Return all rows of a query."""
        return list(await self._connection.execute_fetchall(sql, values))

    async def write(self, sql: str, *values: Value) -> int:
        """Execute one statement in a transaction; return the number of changed rows."""
        return await self.write_all((sql, values))

    async def write_all(self, *statements: Statement) -> int:
        """Execute several statements, all or none, durably; return the number of changed rows.

        Callers who come during a write are written together: one trip to the connection's thread and one sync for all.
        """
        write = _Write(statements, asyncio.get_running_loop().create_future())
        self._waiting.append(write)
        if len(self._waiting) == 1:
            spawn(self._write_waiting(), "write to the database")
        return await write.rows

    async def _write_waiting(self) -> None:
        async with self._writer:
            writes = [write for write in self._waiting if not write.rows.cancelled()]
            self._waiting.clear()
            batch = Batch([write.statements for write in writes])
            self._batches.append(batch)
            try:
                await self._connection.commit()
                outcomes = batch.outcomes
                if any(isinstance(outcome, int) for outcome in outcomes):
                    self._note(None)
            except Exception as error:  # it concerns all of them, and each is told
                outcomes = [error] * len(writes)
                self._note(error)
        for write, outcome in zip(writes, outcomes, strict=True):
            if write.rows.cancelled():
                continue
            if isinstance(outcome, Exception):
                write.rows.set_exception(outcome)
            else:
                write.rows.set_result(outcome)

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[aiosqlite.Connection]:
        """Write everything in the block, durably, or nothing of it."""
        async with self._writer:
            try:
                await self._connection.execute("BEGIN IMMEDIATE")
                yield self._connection
                await self._connection.execute("COMMIT")
                self._note(None)
            except BaseException as error:
                self._note(error)
                # Cancelled while BEGIN was on its way there is no telling whether a transaction is open.
                with contextlib.suppress(sqlite3.OperationalError):
                    await self._connection.execute("ROLLBACK")
                raise

    def _note(self, error: BaseException | None) -> None:
        if error is None:
            self.outage = None
        elif isinstance(error, sqlite3.Error) and is_outage(error):
            self.outage = error

    async def scrub(self) -> bool:
        """Leave nothing of deleted data in the database's file nor in the write-ahead log.

        `secure_delete` overwrites deleted rows, not what stays behind when a row moves to another page: VACUUM does.
        Return False while another program reads the database and keeps the log from being emptied.
        """
        async with self._writer:
            if not await self._empty_log():  # Each VACUUM before the reader ends would make the log longer.
                return False
            await self._connection.execute_fetchall("VACUUM")
            return await self._empty_log()

    async def _empty_log(self) -> bool:
        # Waiting for the reader would hold up everybody else: to try again later is better.
        await self._connection.execute_fetchall("PRAGMA busy_timeout = 0")
        try:
            rows = await self._connection.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            await self._connection.execute_fetchall(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
        return not any(row[0] for row in rows)


@contextlib.asynccontextmanager
async def open_database(folder: Path) -> AsyncIterator[Database]:
    """Open (and create, and migrate) the database in `folder`; no other process can meanwhile.

    Raises:
        StorageError: the folder cannot be written, another process uses it (`StorageInUse`), the file is damaged or no
            database, or newer than this program; or the database failed in the block, through no fault of its user.
    """
    async with contextlib.AsyncExitStack() as opened:
        try:
            await asyncio.to_thread(_make_private, folder)
            opened.enter_context(locked(folder))
            if (folder / RESTORING).exists():
                raise StorageError(
                    f"storage.path: a restore into {folder} was broken off. Restore the backup again; what was there "
                    "before lies in its folder restore.former."
                )
            batches: deque[Batch] = deque()
            factory = partial(GroupCommit, batches)
            connection = await aiosqlite.connect(folder / FILE, isolation_level=None, factory=factory)
            opened.push_async_callback(connection.close)
            await _prepare(connection, folder / FILE)
        except (OSError, sqlite3.Error) as error:
            raise storage_error(error, folder / FILE) from None
        try:
            yield Database(connection, batches)
        except sqlite3.Error as error:
            if not is_outage(error):
                raise
            raise storage_error(error, folder / FILE) from None


def _make_private(folder: Path) -> None:
    """Make the files readable to this user alone; a folder that existed before keeps its own permissions."""
    if not folder.is_dir():
        folder.mkdir(mode=0o700, parents=True)
    (folder / FOLDER).mkdir(mode=0o700, exist_ok=True)
    (folder / FILE).touch(mode=0o600)
    with contextlib.suppress(PermissionError):  # Some file systems know no permissions, or another user's file.
        (folder / FOLDER).chmod(0o700)
        for file in folder.glob(f"{FILE}*"):
            file.chmod(0o600)


async def _prepare(connection: aiosqlite.Connection, file: Path) -> None:
    connection.row_factory = sqlite3.Row
    pragmas = (
        f"busy_timeout = {BUSY_MILLISECONDS}",
        "journal_mode = WAL",
        # An update must be on the disk, not in a cache, when Telegram is told that it arrived.
        "synchronous = FULL",
        # What is deleted is overwritten with zeros, not only taken off the list.
        "secure_delete = ON",
    )
    for pragma in pragmas:
        await connection.execute_fetchall(f"PRAGMA {pragma}")
    await _examine(connection, file)
    steps = migrations()
    older = 0 < await version_of(connection) < len(steps)
    if older:
        await back_up(connection, file)
    await migrate(connection, steps)
    # Only now: while a migration recreates a table, the rows that refer to it must stay.
    await connection.execute_fetchall("PRAGMA foreign_keys = ON")
    if older:  # An earlier program may have deleted without overwriting.
        await connection.execute("VACUUM")


async def _examine(connection: aiosqlite.Connection, file: Path) -> None:
    """Check the whole file once, 0.2 s for 100 MB: a damaged page is better found now than when somebody needs it.

    Raises:
        StorageError: it is damaged.
    """
    rows = await connection.execute_fetchall("PRAGMA quick_check(1)")
    found = next(str(row[0]) for row in rows)  # "ok", or the first fault
    if found != "ok":
        raise damaged(file, found)


def migrations() -> list[str]:
    """Return the numbered SQL files in order; the first one leads to version 1."""

    def number(file: Traversable) -> int:
        return int(file.name.split("_")[0])

    folder = resources.files("assistant.storage") / "migrations"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".sql")), key=number)
    return [file.read_text(encoding="utf-8") for file in files]


async def version_of(connection: aiosqlite.Connection) -> int:
    """Return the number of migrations that the database has had; 0 if it is new."""
    rows = await connection.execute_fetchall("PRAGMA user_version")
    return next(int(row[0]) for row in rows)


async def back_up(connection: aiosqlite.Connection, file: Path) -> Path:
    """Copy the whole database to a file next to `file`, named after its version; return the copy's path."""
    copy = file.with_name(BACKUPS.replace("*", str(await version_of(connection))))
    torn = copy.with_suffix(".part")
    await asyncio.to_thread(torn.unlink, missing_ok=True)
    await asyncio.to_thread(torn.touch, 0o600)
    await connection.execute_fetchall("VACUUM INTO ?", (str(torn),))
    await asyncio.to_thread(torn.replace, copy)
    return copy


async def migrate(connection: aiosqlite.Connection, steps: Sequence[str]) -> int:
    """Bring the database up to date, each step in a transaction of its own; return its version.

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
