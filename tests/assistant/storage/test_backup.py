"""A backup is whole, is checked before it replaces anything, and leads nowhere else."""

import asyncio
import json
import shutil
import sqlite3
import stat
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from assistant.storage import Pictures, StorageError, StorageInUse, open_database
from assistant.storage.archive import LIST
from assistant.storage.backup import back_up_all
from assistant.storage.conversations import FIRST_CHAT
from assistant.storage.database import FILE, FOLDER, RESTORING, migrations
from assistant.storage.restore import FORMER, NEW, restore_all
from tests.assistant.storage.test_tables import NEW as PICTURE

COPY, LOST, SENT = "42_a.jpg", "42_lost.jpg", "4503_original.pdf"


async def fill(folder: Path) -> None:
    """Store a picture, one whose copy is lost, and a file that was sent on the page."""
    async with open_database(folder) as database:
        pictures = Pictures(database)
        await pictures.add(replace(PICTURE, path=COPY))
        await pictures.add(replace(PICTURE, message_id=99, path=LOST))
        await pictures.add(replace(PICTURE, chat=FIRST_CHAT + 1, path="4503_page.jpg", file_id=SENT))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with them, a copy that no row names, and the page's key."""
    folder = tmp_path / "data"
    with ThreadPoolExecutor() as threads:  # Some tests have a loop of their own.
        threads.submit(asyncio.run, fill(folder)).result()
    for name in (COPY, SENT, "4503_page.jpg", "loose.jpg"):
        (folder / FOLDER / name).write_bytes(name.encode() * 1000)
    (folder / "web.key").write_bytes(b"secret" * 6)
    return folder


@pytest.fixture
def backup(folder: Path, tmp_path: Path) -> Path:
    """A backup of it."""
    back_up_all(folder, tmp_path / "backup.zip", "1.0")
    return tmp_path / "backup.zip"


def rows(folder: Path) -> list[tuple[Any, ...]]:
    """Return what the database says of pictures."""
    with closing(sqlite3.connect(folder / FILE)) as connection:
        return connection.execute("SELECT id, chat, path FROM pictures ORDER BY id").fetchall()


def files(folder: Path) -> dict[str, bytes]:
    """Return all files in a folder, but for the lock."""
    found = (file for file in folder.rglob("*") if file.is_file() and file.name != "lock")
    return {str(file.relative_to(folder)): file.read_bytes() for file in found}


def test_all_that_is_needed_is_in_it_and_no_secret(folder: Path, backup: Path) -> None:
    """The copies that rows name and the page's files; no key, no loose file; what is lost is counted."""
    with zipfile.ZipFile(backup) as archive:
        assert sorted(archive.namelist()) == sorted(
            [LIST, FILE, f"{FOLDER}/{COPY}", f"{FOLDER}/{SENT}", f"{FOLDER}/4503_page.jpg"]
        )
        assert json.loads(archive.read(LIST))["missing"] == 1
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert [file.name for file in backup.parent.iterdir() if file.name.startswith(".")] == []


async def test_it_comes_back_as_it_was(folder: Path, backup: Path, tmp_path: Path) -> None:
    """In a folder that was not there, readable by this user alone, and it opens."""
    empty = tmp_path / "new" / "data"
    listing = restore_all(empty, backup)
    assert (listing.program, listing.database, listing.missing) == ("1.0", len(migrations()), 1)
    assert rows(empty) == rows(folder)
    assert (empty / FOLDER / COPY).read_bytes() == (folder / FOLDER / COPY).read_bytes()
    assert {file.name for file in empty.iterdir()} == {FILE, FOLDER, "lock"}
    modes = {stat.S_IMODE(path.stat().st_mode) for path in empty.rglob("*")}
    assert modes == {0o600, 0o700}
    async with open_database(empty) as database:
        assert len(await Pictures(database).recent(PICTURE.chat, 9)) == 2


async def test_what_runs_is_backed_up_as_it_is_at_one_moment(folder: Path, tmp_path: Path) -> None:
    """What is written later is not in it; what is still in the write-ahead log is."""
    async with open_database(folder) as database:
        await Pictures(database).add(replace(PICTURE, message_id=100, path="42_b.jpg"))
        back_up_all(folder, tmp_path / "b.zip", "1.0")
        await Pictures(database).add(replace(PICTURE, message_id=101, path="42_c.jpg"))
    restore_all(tmp_path / "new", tmp_path / "b.zip")
    assert [row[2] for row in rows(tmp_path / "new")] == [COPY, LOST, "4503_page.jpg", "42_b.jpg"]


@pytest.mark.parametrize("version", [1, 8, len(migrations()) - 1])
async def test_a_backup_of_an_older_program_is_brought_up_to_date(version: int, tmp_path: Path) -> None:
    """By the first start after the restore, as an older folder is."""
    (tmp_path / "old" / FOLDER).mkdir(parents=True)
    with closing(sqlite3.connect(tmp_path / "old" / FILE)) as connection:
        connection.executescript("".join(migrations()[:version]) + f"; PRAGMA user_version = {version};")
    assert back_up_all(tmp_path / "old", tmp_path / "b.zip", "0.1").database == version
    restore_all(tmp_path / "new", tmp_path / "b.zip")
    async with open_database(tmp_path / "new") as database:
        row = await database.row("PRAGMA user_version")
        assert row is not None and row[0] == len(migrations())


async def test_nothing_is_restored_under_a_running_bot(folder: Path, backup: Path) -> None:
    """Whatever is asked for."""
    async with open_database(folder):
        for wanted in (False, True):
            with pytest.raises(StorageInUse):
                restore_all(folder, backup, replace=wanted)
    assert not (folder / NEW).exists()


def test_what_is_there_stays_unless_it_is_to_be_replaced(folder: Path, backup: Path) -> None:
    """And is gone then: the copies, the log, what the process before died of; keys of web pages stay."""
    with closing(sqlite3.connect(folder / FILE)) as connection:
        connection.execute("DELETE FROM pictures")
        connection.commit()
    (folder / FOLDER / "later.jpg").write_bytes(b"later")
    (folder / f"{FILE}-wal").write_bytes(b"")
    (folder / "at_work").write_bytes(b"7")
    before = files(folder)
    with pytest.raises(StorageError, match="--replace"):
        restore_all(folder, backup)
    assert files(folder) == before
    restore_all(folder, backup, replace=True)
    assert len(rows(folder)) == 3
    assert set(files(folder)) == {FILE, f"{FOLDER}/{COPY}", f"{FOLDER}/{SENT}", f"{FOLDER}/4503_page.jpg", "web.key"}


def test_pictures_without_a_database_are_not_replaced_either(backup: Path, tmp_path: Path) -> None:
    """A folder with pictures is not empty; one with a lock alone is."""
    (tmp_path / "x" / FOLDER).mkdir(parents=True)
    (tmp_path / "x" / FOLDER / "a.jpg").write_bytes(b"a")
    with pytest.raises(StorageError, match="not empty"):
        restore_all(tmp_path / "x", backup)
    (tmp_path / "x" / FOLDER / "a.jpg").unlink()
    restore_all(tmp_path / "x", backup)
    assert len(rows(tmp_path / "x")) == 3


def again(backup: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """Return a backup whose files were changed, its list unless `change` does so itself still that of before."""
    with zipfile.ZipFile(backup) as archive:
        inside = {name: archive.read(name) for name in archive.namelist()}
    change(inside)
    changed = backup.with_name("changed.zip")
    with zipfile.ZipFile(changed, "w") as archive:
        for name, data in inside.items():
            archive.writestr(name, data)
    return changed


def listed(**values: object) -> Callable[[dict[str, bytes]], None]:
    """Change what the list says."""

    def change(inside: dict[str, bytes]) -> None:
        inside[LIST] = json.dumps(json.loads(inside[LIST]) | values).encode()

    return change


def named(name: str) -> Callable[[dict[str, bytes]], None]:
    """Give a picture another name, in the list as well."""

    def change(inside: dict[str, bytes]) -> None:
        said = json.loads(inside[LIST])
        said["files"][name] = said["files"].pop(f"{FOLDER}/{COPY}")
        inside[name] = inside.pop(f"{FOLDER}/{COPY}")
        inside[LIST] = json.dumps(said).encode()

    return change


def put(name: str, data: bytes) -> Callable[[dict[str, bytes]], None]:
    """Put other bytes in a file's place, or add one."""

    def change(inside: dict[str, bytes]) -> None:
        inside[name] = data

    return change


def database(sql: str) -> Callable[[dict[str, bytes]], None]:
    """Change the database by SQL, and its entry in the list accordingly."""

    def change(inside: dict[str, bytes]) -> None:
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.deserialize(inside[FILE])
            connection.executescript(sql)
            inside[FILE] = connection.serialize()
        said = json.loads(inside[LIST])
        said["files"][FILE] = {"size": len(inside[FILE]), "digest": sha256(inside[FILE]).hexdigest()}
        inside[LIST] = json.dumps(said).encode()

    return change


BROKEN = {
    "a picture of other bytes": (put(f"{FOLDER}/{COPY}", COPY.encode()[::-1] * 1000), "is not what it was"),
    "a shorter picture": (put(f"{FOLDER}/{COPY}", b"x"), "is not what it was"),
    "a longer picture": (put(f"{FOLDER}/{COPY}", b"x" * 99_999), "longer than its list says"),
    "another database": (put(FILE, b"x" * 100), "is not what it was"),
    "a file more": (put(f"{FOLDER}/more.jpg", b"x"), "does not name what is in it"),
    "a file less": (lambda inside: inside.pop(f"{FOLDER}/{COPY}") and None, "does not name what is in it"),
    "no database": (lambda inside: inside.pop(FILE) and None, "does not name"),
    "no list": (lambda inside: inside.pop(LIST) and None, "is no backup of Eyeglass"),
    "a list that is none": (put(LIST, b"["), "its list cannot be read"),
    "a list of other things": (listed(files=["a"]), "its list cannot be read"),
    "a newer form": (listed(format=2), "a newer Eyeglass"),
    "a newer database": (listed(database=len(migrations()) + 1), "a newer Eyeglass"),
    "an older database than it is": (listed(database=1), "not what it was"),
    "a way out": (named("../../evil.jpg"), "holds a file called"),
    "a way out of the folder of pictures": (named(f"{FOLDER}/../evil.jpg"), "holds a file called"),
    "an absolute name": (named("/evil.jpg"), "holds a file called"),
    "a folder in it": (named(f"{FOLDER}/a/evil.jpg"), "holds a file called"),
    "a hidden name": (named(f"{FOLDER}/.evil"), "holds a file called"),
    "another file of the folder": (named("web.key"), "holds a file called"),
    "a row that leads elsewhere": (
        database("UPDATE pictures SET file_id = '../../evil' WHERE chat > 1000000000000"),
        "no file of Eyeglass's",
    ),
    "a row without a name": (database("UPDATE pictures SET path = '..'"), "no file of Eyeglass's"),
    "no tables": (database("DROP TABLE pictures"), "cannot be read"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_what_is_broken_or_evil_replaces_nothing(kind: str, folder: Path, backup: Path, tmp_path: Path) -> None:
    """One sentence; what was there stays, and nothing is anywhere else."""
    change, said = BROKEN[kind]
    changed, before = again(backup, change), files(folder)
    outside = {path.name for path in tmp_path.iterdir()}
    with pytest.raises(StorageError, match=said):
        restore_all(folder, changed, replace=True)
    assert files(folder) == before
    assert {path.name for path in tmp_path.iterdir()} == outside


@pytest.mark.parametrize("cut", [0, 10, 500, -1, -30])
def test_a_torn_file_replaces_nothing(cut: int, folder: Path, backup: Path) -> None:
    """Empty, its end missing, a byte of it."""
    before = files(folder)
    backup.write_bytes(backup.read_bytes()[:cut])
    with pytest.raises(StorageError, match="damaged"):
        restore_all(folder, backup, replace=True)
    assert files(folder) == before


@pytest.mark.parametrize("at", range(0, 4000, 401))
def test_a_flipped_byte_is_noticed_or_does_not_matter(at: int, folder: Path, backup: Path, tmp_path: Path) -> None:
    """Wherever it is."""
    data = bytearray(backup.read_bytes())
    data[at % len(data)] ^= 0xFF
    backup.write_bytes(data)
    try:
        restore_all(tmp_path / "new", backup)
    except StorageError:
        assert files(tmp_path / "new") == {} if (tmp_path / "new").exists() else True
    else:
        assert rows(tmp_path / "new") == rows(folder)


def test_a_file_that_is_gone_or_a_folder_is_said(tmp_path: Path, folder: Path) -> None:
    """And a backup goes nowhere where it would destroy or be destroyed."""
    with pytest.raises(StorageError, match="cannot be restored"):
        restore_all(tmp_path / "new", tmp_path / "gone.zip")
    with pytest.raises(StorageError, match="nothing to back up"):
        back_up_all(tmp_path / "empty", tmp_path / "b.zip", "1.0")
    with pytest.raises(StorageError, match="is a folder"):
        back_up_all(folder, tmp_path, "1.0")
    with pytest.raises(StorageError, match="lies in storage"):
        back_up_all(folder, folder / FOLDER / "b.zip", "1.0")
    with pytest.raises(StorageError, match="cannot be written"):
        back_up_all(folder, tmp_path / "no" / "b.zip", "1.0")
    (tmp_path / "letter.txt").write_text("keep me")
    with pytest.raises(StorageError, match="left alone"):
        back_up_all(folder, tmp_path / "letter.txt", "1.0")
    assert (tmp_path / "letter.txt").read_text() == "keep me"


def test_a_backup_replaces_the_one_before_only_when_it_is_whole(folder: Path, backup: Path) -> None:
    """A damaged database is not backed up over a good one."""
    good = backup.read_bytes()
    with (folder / FILE).open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 4096)
    with pytest.raises(StorageError, match="damaged"):
        back_up_all(folder, backup, "1.0")
    assert backup.read_bytes() == good
    assert [file.name for file in backup.parent.iterdir() if file.name.startswith(".")] == []


def test_without_room_nothing_is_replaced(folder: Path, backup: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says how much is needed."""
    usage = shutil.disk_usage(folder)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1000))
    before = files(folder)
    with pytest.raises(StorageError, match="there is no room"):
        restore_all(folder, backup, replace=True)
    assert files(folder) == before


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """How many files may still be named, renamed or deleted before the process dies."""
    left = [10**6]

    def dying(work: Callable[..., object]) -> Callable[..., object]:
        def step(*arguments: object, **options: object) -> object:
            left[0] -= 1
            if left[0] < 0:
                raise KeyboardInterrupt
            return work(*arguments, **options)

        return step

    for name in ("rename", "touch", "unlink"):
        monkeypatch.setattr(Path, name, dying(getattr(Path, name)))
    yield left
    monkeypatch.undo()


@pytest.mark.parametrize("at", range(1, 12))
async def test_wherever_it_dies_the_next_restore_does_the_rest(
    at: int, folder: Path, backup: Path, steps: list[int]
) -> None:
    """Until then no bot begins with an empty database; what was there is in one of two places, or replaced."""
    (folder / f"{FILE}-wal").write_bytes(b"")
    before, wanted = rows(folder), rows(folder)
    steps[0] = at
    with pytest.raises(KeyboardInterrupt):
        restore_all(folder, backup, replace=True)
        raise KeyboardInterrupt  # It needs fewer steps.
    steps[0] = 10**6
    if (folder / RESTORING).exists():
        with pytest.raises(StorageError, match="was broken off"):
            async with open_database(folder):
                raise AssertionError
        kept = folder if (folder / FILE).stat().st_size else folder / FORMER
        assert rows(kept) == before
        restore_all(folder, backup)
    assert rows(folder) == wanted
    async with open_database(folder) as opened:
        assert len(await Pictures(opened).recent(PICTURE.chat, 9)) == 2
