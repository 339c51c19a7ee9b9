"""A database that is damaged, or held by another program: one sentence and what to do, never a traceback."""

import contextlib
import os
import random
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assistant.storage import StorageError, open_database
from assistant.storage.database import FILE, migrations
from assistant.storage.errors import is_outage, storage_error
from cli.__main__ import clear_errors
from playground import Server
from tests.cli.test_commands import TOKEN, eyeglass
from tests.conversation.conftest import Stage, server, stage

__all__ = ["server", "stage"]

PAGE = 4096


def filled(folder: Path) -> Path:
    """Create a database of some hundred pages."""
    folder.mkdir(exist_ok=True)
    file = folder / FILE
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        for number, step in enumerate(migrations(), start=1):
            connection.executescript(f"{step}; PRAGMA user_version = {number};")
        with connection:
            connection.executemany(
                "INSERT INTO inbox (update_id, payload, state, received_at) VALUES (?, ?, 'done', 1.0)",
                ((number, b"x" * 700) for number in range(2000)),
            )
    return file


def halve(file: Path) -> None:
    """Cut the file in half, as a full disk or an unfinished copy would."""
    os.truncate(file, file.stat().st_size // 2)


def garble(file: Path) -> None:
    """Fill the file with random bytes, as undelete programs bring back."""
    file.write_bytes(random.Random(1).randbytes(file.stat().st_size))


def tear(file: Path) -> None:
    """Replace one page in the middle."""
    with file.open("r+b") as opened:
        opened.seek(file.stat().st_size // PAGE // 2 * PAGE)
        opened.write(random.Random(1).randbytes(PAGE))


def replace(file: Path) -> None:
    """Replace the file by one that was never a database."""
    file.write_bytes(b"This is a letter." * 100)


@pytest.mark.parametrize("damage", [halve, garble, tear, replace])
async def test_a_damaged_database_stops_the_start_with_a_sentence(
    tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    """It says what to do; the file stays as it is."""
    (tmp_path / "settings.toml").write_text("")
    file = filled(tmp_path / "data")
    damage(file)
    before = file.read_bytes()
    code, _, said = await eyeglass("run", folder=tmp_path, TELEGRAM_BOT_TOKEN=TOKEN)
    assert (code, said.count("\n")) == (1, 1), said
    for words in ("storage.path: the database data/eyeglass.sqlite3 is damaged", "backup", "begin with an empty"):
        assert words in said
    assert file.read_bytes() == before


@contextlib.contextmanager
def held(file: Path) -> Iterator[None]:
    """Have another program write, without an end."""
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        yield


async def test_a_database_that_another_program_holds_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Once the time-out is over."""
    monkeypatch.setattr("assistant.storage.database.BUSY_MILLISECONDS", 20)
    with held(filled(tmp_path)), pytest.raises(SystemExit) as ended, clear_errors():
        async with open_database(tmp_path):
            pass
    assert ended.value.code == 1
    said = capsys.readouterr().err
    assert "another program holds the database" in said and said.count("\n") == 1


async def test_a_database_that_fails_at_the_start_ends_the_bot_with_a_sentence(
    stage: Stage, server: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It was opened, and then another program takes it: the log has no traceback."""
    monkeypatch.setattr("assistant.storage.database.BUSY_MILLISECONDS", 20)
    with contextlib.ExitStack() as other:

        async def take(*_: object) -> None:
            connection = other.enter_context(contextlib.closing(sqlite3.connect(stage.folder / FILE)))
            connection.execute("BEGIN IMMEDIATE")

        monkeypatch.setattr("bot.app.command_menus.tell_everybody", take)
        with pytest.raises(StorageError, match="another program holds"):
            await stage.start()
    assert [record.message for record in caplog.records if record.exc_info] == []
    assert "Traceback" not in caplog.text


def error_of(code: int) -> sqlite3.OperationalError:
    """Return the library's error with SQLite's code."""
    error = sqlite3.OperationalError("something")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (sqlite3.SQLITE_CORRUPT_VTAB, "is damaged"),
        (sqlite3.SQLITE_NOTADB, "is damaged"),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, "another program holds"),
        (sqlite3.SQLITE_LOCKED, "another program holds"),
        (sqlite3.SQLITE_FULL, "free some space"),
        (sqlite3.SQLITE_IOERR_WRITE, "look at the disk"),
        (sqlite3.SQLITE_READONLY_DIRECTORY, "permissions"),
        (sqlite3.SQLITE_CANTOPEN, "permissions"),
    ],
)
def test_each_kind_has_its_own_advice(code: int, words: str) -> None:
    """Told apart by SQLite's code, the extended ones too."""
    assert is_outage(error_of(code))
    said = str(storage_error(error_of(code), Path("data") / FILE))
    assert words in said and said.startswith("storage.path: ") and said.endswith(".")


async def test_a_mistake_of_the_program_is_not_laid_on_the_disk(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """It ends with a sentence as well; its traceback, which is what mends it, is in the log at its lowest level."""
    caplog.set_level("DEBUG", "cli")
    with pytest.raises(SystemExit) as ended, clear_errors():
        async with open_database(tmp_path) as database:
            await database.rows("SELECT * FROM absent")
    assert ended.value.code == 1
    said = capsys.readouterr().err
    assert "no such table: absent" in said and said.count("\n") == 1 and "damaged" not in said
    assert "Traceback" in caplog.text
    assert not is_outage(sqlite3.ProgrammingError("closed"))
