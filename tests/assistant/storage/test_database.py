"""The SQLite file: transactions, migrations, and what cannot be opened."""

import asyncio
import contextlib
import random
import sqlite3
from pathlib import Path

import aiosqlite
import pytest

from assistant.storage import BACKUPS, Database, Pictures, StorageError, Turns, open_database
from assistant.storage.database import FILE, migrate, migrations, version_of
from assistant.tasks import spawn


async def test_it_is_set_up_to_lose_nothing(database: Database) -> None:
    """Write-ahead log, synced at each commit, with foreign keys; deleted is overwritten; a lock is waited for."""
    names = ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "busy_timeout")
    found = [(await database.row(f"PRAGMA {name}")) for name in names]
    assert [row[0] for row in found if row] == ["wal", 2, 1, 1, 10_000]


async def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    """All or nothing, and the next one works."""
    with pytest.raises(RuntimeError):
        async with database.transaction() as connection:
            await connection.execute("INSERT INTO chats (id) VALUES (1)")
            raise RuntimeError
    await database.write("INSERT INTO chats (id) VALUES (2)")
    assert [row["id"] for row in await database.rows("SELECT id FROM chats")] == [2]


async def test_a_cancelled_writer_does_not_block_the_next(database: Database) -> None:
    """Cancelled at any point, the transaction is rolled back and the lock is free."""
    for turns in range(12):
        work = asyncio.ensure_future(database.write("INSERT INTO chats (id) VALUES (?)", turns))
        for _ in range(turns):
            await asyncio.sleep(0)
        work.cancel()
        await asyncio.wait([work])
    assert await database.write("INSERT INTO chats (id) VALUES (1000)") == 1


async def test_a_commit_that_fails_leaves_nothing(database: Database) -> None:
    """An error that shows only at the end is rolled back too, and the next write works."""
    with pytest.raises(sqlite3.IntegrityError):
        async with database.transaction() as connection:
            await connection.execute("PRAGMA defer_foreign_keys = ON")
            await connection.execute("INSERT INTO looked_at (chat, topic, picture) VALUES (1, 0, 12345)")
    await database.write("INSERT INTO chats (id) VALUES (2)")
    assert [row["id"] for row in await database.rows("SELECT id FROM chats")] == [2]


async def test_a_transaction_that_cannot_begin_says_why(tmp_path: Path) -> None:
    """Another program writes: that it does is told, not that there was nothing to roll back; afterwards it works."""
    insert = "INSERT INTO chats (id) VALUES (1)"
    async with open_database(tmp_path) as database:
        await database.rows("PRAGMA busy_timeout = 0")
        with contextlib.closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(sqlite3.OperationalError, match="database is locked"):
                async with database.transaction() as connection:
                    await connection.execute(insert)
        assert await database.row("SELECT id FROM chats") is None
        assert await database.write(insert) == 1


async def test_writers_take_turns(database: Database) -> None:
    """Many at once do not disturb each other."""
    await asyncio.gather(*(database.write("INSERT INTO chats (id) VALUES (?)", number) for number in range(50)))
    assert len(await database.rows("SELECT id FROM chats")) == 50


async def test_a_second_start_finds_what_the_first_wrote(tmp_path: Path) -> None:
    """Migrations run once."""
    async with open_database(tmp_path) as first:
        await first.write("INSERT INTO chats (id) VALUES (7)")
    async with open_database(tmp_path) as second:
        assert await second.row("SELECT id FROM chats WHERE id = 7") is not None
        version = await second.row("PRAGMA user_version")
    assert version is not None and version[0] == len(migrations())


async def test_a_newer_database_is_refused_in_one_sentence(tmp_path: Path) -> None:
    """An old program must not touch what a newer one made."""
    async with open_database(tmp_path) as database:
        await database.write("PRAGMA user_version = 99")
    advice = r"version 99, .*: install the newer Eyeglass again, or take another storage\.path\.$"
    with pytest.raises(StorageError, match=advice):
        async with open_database(tmp_path):
            pass


async def test_a_migration_that_fails_changes_nothing(tmp_path: Path) -> None:
    """The version and the tables stay as they were."""
    async with aiosqlite.connect(tmp_path / FILE, isolation_level=None) as connection:
        with pytest.raises(sqlite3.Error):
            await migrate(connection, ["CREATE TABLE one (id)", "CREATE TABLE two (id); CREATE TABLE one (id)"])
        assert list(await connection.execute_fetchall("PRAGMA user_version")) == [(1,)]
        assert list(await connection.execute_fetchall("SELECT name FROM sqlite_master")) == [("one",)]


async def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    """The sentence names the setting and the file."""
    (tmp_path / FILE).write_bytes(b"This is a letter." * 100)
    with pytest.raises(StorageError, match=r"storage\.path"):
        async with open_database(tmp_path):
            pass


async def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """There is a file where the folder should be."""
    (tmp_path / "data").write_text("a file")
    with pytest.raises(StorageError, match=r"storage\.path"):
        async with open_database(tmp_path / "data"):
            pass


def backups(folder: Path) -> list[str]:
    """Return the names of the copies."""
    return [file.name for file in folder.glob(BACKUPS)]


async def old_database(folder: Path) -> None:
    """Create a database as the first version left it, with some rows."""
    async with aiosqlite.connect(folder / FILE, isolation_level=None) as connection:
        await migrate(connection, migrations()[:1])
        await connection.execute("INSERT INTO chats (id, detail) VALUES (7, 'high')")


async def test_a_migration_leaves_a_backup_of_what_was(tmp_path: Path) -> None:
    """The copy is a whole database of the older version; the data goes on in the new one."""
    await old_database(tmp_path)
    async with open_database(tmp_path) as database:
        row = await database.row("SELECT detail FROM chats WHERE id = 7")
    assert row is not None and row["detail"] == "high"
    assert backups(tmp_path) == [f"{FILE}.v1.bak"]
    async with aiosqlite.connect(tmp_path / f"{FILE}.v1.bak") as copy:
        assert await version_of(copy) == 1
        assert list(await copy.execute_fetchall("SELECT detail FROM chats")) == [("high",)]


async def test_without_a_migration_there_is_no_backup(tmp_path: Path) -> None:
    """Neither a new database nor one that is up to date is copied."""
    for _ in range(2):
        async with open_database(tmp_path):
            pass
    assert backups(tmp_path) == []


async def test_without_room_for_a_backup_nothing_is_migrated(tmp_path: Path) -> None:
    """The start stops with a sentence, and the database is of the older version still."""
    await old_database(tmp_path)
    (tmp_path / f"{FILE}.v1.bak").mkdir()
    with pytest.raises(StorageError, match=r"storage\.path"):
        async with open_database(tmp_path):
            pass
    async with aiosqlite.connect(tmp_path / FILE) as connection:
        assert await version_of(connection) == 1


async def test_several_statements_are_written_all_or_none(tmp_path: Path) -> None:
    """One that fails takes back those before it, and the next writer finds no transaction open."""
    insert = "INSERT INTO chats (id, detail) VALUES (?, ?)"
    async with open_database(tmp_path) as database:
        await database.write_all((insert, (1, "low")), (insert, (2, "high")))
        with pytest.raises(sqlite3.IntegrityError):
            await database.write_all((insert, (3, "low")), (insert, (1, "max")))
        await database.write_all(("DELETE FROM chats WHERE id = ?", (2,)))
        assert [row["id"] for row in await database.rows("SELECT id FROM chats")] == [1]


async def test_who_waits_is_written_together(database: Database) -> None:
    """Each is told of its own success or failure; who gave up meanwhile is not written."""
    insert = "INSERT INTO chats (id) VALUES (?)"
    async with database.transaction():
        wanted = [spawn(database.write(insert, number), "write") for number in (1, 2, 3)]
        twice, leaving = (spawn(database.write(insert, number), "write") for number in (1, 4))
        await asyncio.sleep(0)  # All have come.
        leaving.cancel()
    with pytest.raises(sqlite3.IntegrityError):
        await twice
    with pytest.raises(asyncio.CancelledError):
        await leaving
    assert [await each for each in wanted] == [1, 1, 1]
    assert [row["id"] for row in await database.rows("SELECT id FROM chats ORDER BY id")] == [1, 2, 3]


async def test_a_full_disk_is_told_to_all_who_wait(database: Database) -> None:
    """Nothing of what any of them wanted is there; once there is room the next write works."""
    insert = "INSERT INTO chats (id, detail) VALUES (?, ?)"
    ((pages,),) = await database.rows("PRAGMA page_count")
    await database.rows(f"PRAGMA max_page_count = {pages}")
    details = ("low", "x" * 100_000, "high")
    writes = (database.write(insert, number, detail) for number, detail in enumerate(details))
    async with asyncio.timeout(10):
        told = await asyncio.gather(*writes, return_exceptions=True)
    assert [str(error) for error in told] == ["database or disk is full"] * 3
    assert str(database.outage) == "database or disk is full"
    await database.rows(f"PRAGMA max_page_count = {pages + 100}")
    assert await database.write(insert, 7, "low") == 1
    assert database.outage is None
    assert [row["id"] for row in await database.rows("SELECT id FROM chats")] == [7]


async def test_an_outage_is_known_until_a_write_goes_through(database: Database) -> None:
    """Of a transaction as well; a mistake in a statement is none, and at the start there is none."""
    assert database.outage is None
    ((pages,),) = await database.rows("PRAGMA page_count")
    await database.rows(f"PRAGMA max_page_count = {pages}")
    insert = "INSERT INTO chats (id, detail) VALUES (?, ?)"
    with pytest.raises(sqlite3.OperationalError, match="full"):
        async with database.transaction() as connection:
            await connection.execute(insert, (1, "x" * 100_000))
    for attempt in (database.write("INSERT INTO nowhere VALUES (1)"), database.write(insert, 1, "x" * 100_000)):
        with pytest.raises(sqlite3.OperationalError):
            await attempt
        assert database.outage is not None
    await database.rows(f"PRAGMA max_page_count = {pages + 100}")
    async with database.transaction() as connection:
        await connection.execute(insert, (1, "low"))
    with pytest.raises(sqlite3.OperationalError, match="nowhere"):
        await database.write("INSERT INTO nowhere VALUES (1)")
    assert database.outage is None
    with pytest.raises(sqlite3.OperationalError, match="nowhere"):
        async with database.transaction() as connection:
            await connection.execute("INSERT INTO nowhere VALUES (1)")
    assert database.outage is None


async def test_what_was_talked_about_before_albums_is_still_known(tmp_path: Path) -> None:
    """Recreated tables keep their rows, and the rows that refer to them."""
    async with aiosqlite.connect(tmp_path / FILE, isolation_level=None) as connection:
        await migrate(connection, migrations()[:7])
        await connection.executescript(
            "INSERT INTO pictures VALUES (3, 5, 10, 'A', 'photo', 'F', 'U', 640, 480, 1000, 'a.jpg', 1.0);"
            "INSERT INTO message_pictures VALUES (5, 10, 3), (5, 11, 3);"
            "INSERT INTO turns (chat, picture, role, text, created_at) VALUES (5, 3, 'user', 'What?', 1.0);"
            "INSERT INTO chats (id, picture) VALUES (5, 3), (6, NULL);"
            "INSERT INTO topics (chat, topic, picture) VALUES (5, 7, 3);"
        )
    async with open_database(tmp_path) as database:
        pictures = Pictures(database)
        (picture,) = (await pictures.current(5)).pictures
        assert (picture.id, picture.path, picture.page) == (3, "a.jpg", 0)
        assert (await pictures.current(5, 7)).pictures == await pictures.of_message(5, 11) == [picture]
        assert [message.text for message in await Turns(database).history(picture, None)] == ["What?"]
        assert await database.rows("PRAGMA foreign_key_check") == []
        await database.write("DELETE FROM pictures")
        for table in ("message_pictures", "looked_at", "turns"):
            assert await database.rows(f"SELECT * FROM {table}") == []  # noqa: S608


async def test_who_gives_up_while_it_is_written_keeps_no_other_waiting(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those who were written together with them are told, and what they wanted is written."""
    commit = database._connection.commit
    insert = "INSERT INTO chats (id) VALUES (?)"
    leaving, staying = (spawn(database.write(insert, number), "write") for number in (1, 2))

    async def leave() -> None:
        leaving.cancel()
        await commit()

    monkeypatch.setattr(database._connection, "commit", leave)
    assert await staying == 1
    assert leaving.cancelled()
    assert [row["id"] for row in await database.rows("SELECT id FROM chats ORDER BY id")] == [1, 2]


async def test_folders_on_the_way_are_made(tmp_path: Path) -> None:
    """None of them need be there."""
    async with open_database(tmp_path / "a" / "b") as database:
        assert await database.rows("SELECT id FROM chats") == []


async def test_where_permissions_cannot_be_set_it_is_opened_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some file systems know none."""

    def refuse(self: Path, mode: int) -> None:
        raise PermissionError(f"{self} {mode}")

    monkeypatch.setattr(Path, "chmod", refuse)
    async with open_database(tmp_path) as database:
        assert await database.rows("SELECT id FROM chats") == []


async def test_damage_that_only_an_examination_shows_is_told_with_the_file(tmp_path: Path) -> None:
    """A row that its table does not allow, say: SQLite reads it without a word."""
    async with open_database(tmp_path) as database:
        await database.write("INSERT INTO chats (id) VALUES (7)")
    with contextlib.closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        sql = "UPDATE sqlite_schema SET sql = replace(sql, 'detail TEXT', 'detail TEXT NOT NULL') WHERE name = 'chats'"
        assert connection.execute(sql).rowcount == 1
    with pytest.raises(StorageError) as told:
        async with open_database(tmp_path):
            pass
    assert str(tmp_path / FILE) in str(told.value)
    assert "NULL value in chats.detail" in str(told.value)


def kept(folder: Path) -> bytes:
    """Return all that is in the database's files."""
    return b"".join(file.read_bytes() for file in folder.glob(f"{FILE}*"))


async def test_nothing_is_called_erased_while_another_program_reads_it(tmp_path: Path) -> None:
    """It is still in the log; once the reader ends it is in no file."""
    async with open_database(tmp_path) as database:
        await database.write("INSERT INTO chats (id, detail) VALUES (7, 'zebra')")
        with contextlib.closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as other:
            other.execute("BEGIN")
            assert other.execute("SELECT detail FROM chats").fetchall() == [("zebra",)]
            await database.write("DELETE FROM chats")
            assert not await database.scrub()
            assert b"zebra" in kept(tmp_path)
        assert await database.scrub()
        assert b"zebra" not in kept(tmp_path)


@pytest.mark.parametrize("seed", [2, 4])
async def test_scrubbing_erases_what_stayed_behind_when_a_page_was_divided(tmp_path: Path, seed: int) -> None:
    """`secure_delete` overwrites a row where it is deleted, but not where it was before it moved to another page."""
    chance, deleted = random.Random(seed), list[str]()
    words = [f"zebra{number:05}x" for number in range(15)]
    async with open_database(tmp_path) as database:
        await database.write("CREATE TABLE updates (id INTEGER PRIMARY KEY, chat INTEGER, said BLOB)")
        await database.write("CREATE TABLE said (id INTEGER PRIMARY KEY, chat INTEGER, text TEXT)")
        await database.write("CREATE INDEX by_chat ON updates (chat)")
        await database.write("CREATE INDEX said_by_chat ON said (chat)")
        for number in range(1200):
            chat = chance.randrange(15)
            said, text = f"What is q{number} of {words[chat]}?", "z" * chance.randrange(20, 400)
            payload = said.encode() + b"y" * chance.randrange(300, 1500)
            async with database.transaction() as connection:
                await connection.execute("INSERT INTO updates VALUES (?, ?, ?)", (number, chat, payload))
                await connection.execute("INSERT INTO said (chat, text) VALUES (?, ?)", (chat, said + text))
                over = max(0, number - chance.randrange(6))
                await connection.execute("UPDATE updates SET said = x'' WHERE id = ?", (over,))
            if number % 25 == 24:
                chat = chance.randrange(15)
                await database.write("UPDATE updates SET said = x'' WHERE chat = ?", chat)
                await database.write("DELETE FROM said WHERE chat = ?", chat)
                assert await database.scrub()
                deleted.append(words[chat])
                words[chat] = f"zebra{number:05}x"
    left = (tmp_path / FILE).read_bytes()
    assert [word for word in deleted if word.encode() in left] == []


async def test_what_a_restore_left_half_done_is_not_opened(tmp_path: Path) -> None:
    """The mark that it leaves keeps its name: the program that finds it may be another version."""
    (tmp_path / "restoring").touch()
    with pytest.raises(StorageError) as told:
        async with open_database(tmp_path):
            pass
    assert str(told.value) == (
        f"storage.path: a restore into {tmp_path} was broken off. Restore the backup again; what was there before lies "
        "in its folder restore.former."
    )
    (tmp_path / "restoring").unlink()
    async with open_database(tmp_path) as database:
        assert await database.rows("SELECT id FROM chats") == []
