"""Deleted data is gone: rows, files, the log, backups."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.clock import Clock
from assistant.retention import FRESH, PAUSE, Retention
from assistant.storage import FOLDER, Admissions, Database, NewPicture, Pictures, Turn, Turns, open_database
from assistant.tasks import background
from bot.updates.inbox import Inbox
from model_service import Detail, FinishReason

DAY = 86_400.0
NEW = NewPicture(5, 10, None, "photo", "FILE-OF-ADA", "U", 640, 480, 1000, "ada.jpg")
TURN = Turn("QUESTION-OF-ADA", "ANSWER-TO-ADA", 42, 11, (12,), Detail(512), FinishReason.STOP)
UPDATE = b'{"update_id": 1, "message": {"message_id": 20, "chat": {"id": 5}, "text": "WAITING-OF-ADA"}}'
PRESS = b'{"update_id": 2, "callback_query": {"data": "PRESS-OF-ADA", "message": {"chat": {"id": 5}}}}'
OTHERS = b'{"update_id": 3, "message": {"message_id": 20, "chat": {"id": 6}, "text": "WAITING-OF-BEN"}}'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The storage's folder."""
    return tmp_path / "data"


def keep(folder: Path, name: str, written: float) -> None:
    """Write a copy on the disk, dated to a moment in seconds since 1970."""
    file = folder / FOLDER / name
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(b"PIXELS")
    os.utime(file, (written, written))


def copies(folder: Path) -> set[str]:
    """Return the files in the folder of pictures."""
    return {file.name for file in (folder / FOLDER).iterdir()}


def all_bytes(folder: Path) -> Iterator[bytes]:
    """Yield every file of the storage: database, write-ahead log, pictures, backups."""
    return (file.read_bytes() for file in folder.rglob("*") if file.is_file())


async def test_a_forgotten_chat_is_gone_from_every_file(database: Database, folder: Path) -> None:
    """While the database is open, too: neither it, nor its log, nor a backup, nor a copy holds a word or pixel."""
    pictures, turns, inbox = Pictures(database), Turns(database), Inbox(database)
    await turns.add([(await pictures.add(NEW), TURN)])
    bens = await pictures.add(replace(NEW, chat=6, file_id="F", path="ben.jpg"))
    await turns.add([(bens, replace(TURN, question="QUESTION-OF-BEN", answer="A cat."))])
    for number, payload in enumerate((UPDATE, PRESS, OTHERS), start=1):
        await inbox.receive(number, payload)
    await inbox.set_aside(4, UPDATE, "odd")
    await inbox.set_aside(5, b"no JSON", "odd")
    await inbox.claim(1)
    await inbox.note_answer(1, 77)
    for name in ("ada.jpg", "ben.jpg"):
        keep(folder, name, DAY)
    (folder / "eyeglass.sqlite3.v1.bak").write_bytes(b"QUESTION-OF-ADA")
    assert any(b"QUESTION-OF-ADA" in data for data in all_bytes(folder))

    forgotten = await Retention(database, folder, keep_seconds=0).forget(5, update_id=9)

    assert (forgotten.pictures, forgotten.questions, forgotten.files) == (1, 1, ("ada.jpg",))
    assert copies(folder) == {"ben.jpg"}
    data = b"".join(all_bytes(folder))
    assert b"ADA" not in data and b"ada.jpg" not in data
    assert b"QUESTION-OF-BEN" in data and b"WAITING-OF-BEN" in data


async def test_a_forgetting_that_is_cut_off_is_finished_by_the_next_one(
    database: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the copies, after the rows: no copy stays, not even one that no row names; the counts are those of all."""
    inbox, retention = Inbox(database), Retention(database, folder, keep_seconds=0)
    for number in (1, 2):
        await inbox.receive(number, UPDATE)
    await Turns(database).add([(await Pictures(database).add(NEW), TURN)])
    for name in ("ada.jpg", "5_loose.jpg", "5_torn.jpg.part", "55_bens.jpg"):
        keep(folder, name, DAY)
    with monkeypatch.context() as cut, pytest.raises(KeyboardInterrupt):
        cut.setattr("assistant.storage.Deletion.chat", _killed)
        await retention.forget(5, update_id=2)
    assert copies(folder) == {"55_bens.jpg"}
    with monkeypatch.context() as cut, pytest.raises(KeyboardInterrupt):
        cut.setattr("assistant.storage.Deletion.scrub", _killed)
        await retention.forget(5, update_id=2)
    keep(folder, "5_late.jpg", DAY)
    assert await inbox.claim(2)
    forgotten = await retention.forget(5, update_id=2)
    assert (forgotten.pictures, forgotten.questions, forgotten.erased) == (1, 1, True)
    assert copies(folder) == {"55_bens.jpg"}
    assert not await inbox.claim(1)


async def _killed(*_: object) -> None:
    raise KeyboardInterrupt


async def test_forgotten_updates_are_not_taken_in_again(database: Database, folder: Path) -> None:
    """Neither by the next start nor from Telegram."""
    inbox = Inbox(database)
    await inbox.receive(1, UPDATE)
    await Retention(database, folder, keep_seconds=0).forget(5, update_id=9)
    assert not await inbox.claim(1)
    assert await inbox.waiting(9) == []
    assert not await inbox.receive(1, UPDATE)


async def test_what_was_asked_after_forget_goes_on(database: Database, folder: Path) -> None:
    """Only what came before is meant; the update that says so is done when all is."""
    inbox = Inbox(database)
    for number in (1, 2, 3):
        await inbox.receive(number, UPDATE)
    await Retention(database, folder, keep_seconds=0).forget(5, update_id=2)
    assert [row.update_id for row in await inbox.waiting(9)] == [2, 3]


async def test_what_is_too_old_goes(database: Database, folder: Path) -> None:
    """A picture's age counts from the last question about it; copies go with their pictures."""
    pictures, turns = Pictures(database), Turns(database)
    for number, name in enumerate(("old.jpg", "asked.jpg", "new.jpg")):
        picture = await pictures.add(replace(NEW, message_id=number, path=name))
        await turns.add([(picture, replace(TURN, question_message=50 + number))])
        await turns.add([(picture, replace(TURN, question_message=60 + number))])
        keep(folder, name, 0.0)
    await database.write("UPDATE pictures SET created_at = ? WHERE path <> 'new.jpg'", 5 * DAY)
    await database.write("UPDATE turns SET created_at = ? WHERE picture = 1", 6 * DAY)
    await database.write("UPDATE turns SET created_at = ? WHERE picture = 2 AND id = 5", 6 * DAY)
    await Inbox(database).set_aside(1, UPDATE, "odd")
    await database.write("UPDATE inbox SET received_at = ?", 6 * DAY)
    await Admissions(database).ask(9, "Eve", "en", 6 * DAY, 3600)

    assert await Retention(database, folder, keep_seconds=90 * DAY).sweep(now=97 * DAY) == 1

    assert copies(folder) == {"asked.jpg", "new.jpg"}
    assert len(await database.rows("SELECT id FROM turns WHERE picture = 2")) == 3
    assert await database.rows("SELECT * FROM inbox") == []
    assert await Admissions(database).all() == []


async def test_without_an_age_everything_stays_but_loose_files(database: Database, folder: Path) -> None:
    """A file that no picture names is what a crash left; a fresh one may be on its way into the database."""
    await Pictures(database).add(NEW)
    now = 1000 * DAY
    keep(folder, "ada.jpg", 0.0)
    keep(folder, "loose.jpg", now - FRESH - 1)
    keep(folder, "torn.jpg.part", now - FRESH - 1)
    keep(folder, "fresh.jpg", now - FRESH + 1)
    assert await Retention(database, folder, keep_seconds=0).sweep(now) == 0
    assert copies(folder) == {"ada.jpg", "fresh.jpg"}


async def test_backups_grow_old_too(database: Database, folder: Path) -> None:
    """Data that retention deletes must not live on in a copy."""
    for version, written in ((1, 5 * DAY), (2, 95 * DAY)):
        file = folder / f"eyeglass.sqlite3.v{version}.bak"
        file.write_bytes(b"")
        os.utime(file, (written, written))
    await Retention(database, folder, keep_seconds=90 * DAY).sweep(now=97 * DAY)
    assert not (folder / "eyeglass.sqlite3.v1.bak").exists()
    assert (folder / "eyeglass.sqlite3.v2.bak").exists()


class Hours:
    """The clocks of a sweeping that is let go hour by hour: `set_by` says by how much the wall clock is set in each."""

    def __init__(self, wall: float, *set_by: float) -> None:
        self.wall = wall
        self.steady = 0.0
        self.set_by = list(set_by)
        self.over = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        """Take no time, but turn the clocks; for good once all hours are over."""
        if not self.set_by:
            self.over.set()
            await asyncio.Event().wait()
        self.steady += seconds
        self.wall += seconds + self.set_by.pop(0)

    async def sweep(self, database: Database, folder: Path) -> None:
        """Sweep at the start and after each hour."""
        clock = Clock(lambda: self.wall, lambda: self.steady)
        retention = Retention(database, folder, 90 * DAY, clock)
        async with background(retention.keep_sweeping(self.sleep), "sweep"):
            await self.over.wait()


async def kept_since(database: Database, folder: Path, moment: float) -> set[str]:
    """Store a picture with its turn, a backup, and a copy without a row, all of that moment; return the names left."""
    await Turns(database).add([(await Pictures(database).add(NEW), TURN)])
    await Inbox(database).receive(1, UPDATE)
    for table, column in (("pictures", "created_at"), ("turns", "created_at"), ("inbox", "received_at")):
        await database.write(f"UPDATE {table} SET {column} = ?", moment)  # noqa: S608
    for name in ("ada.jpg", "loose.jpg"):
        keep(folder, name, moment)
    backup = folder / "eyeglass.sqlite3.v1.bak"
    backup.write_bytes(b"")
    os.utime(backup, (moment, moment))
    return left(folder)


def left(folder: Path) -> set[str]:
    """Return the copies and backups that are there."""
    return copies(folder) | {file.name for file in folder.glob("*.bak")}


async def test_a_clock_that_is_ahead_deletes_nothing_until_it_is_set(
    database: Database, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A start with the clock a year ahead, which somebody sets right half an hour later."""
    before = await kept_since(database, folder, 1000 * DAY - 600)
    await Hours(1365 * DAY, -365 * DAY).sweep(database, folder)
    assert left(folder) == before
    assert len(await database.rows("SELECT id FROM turns")) == 2
    assert caplog.text.count("set it if it is wrong") == 1


async def test_a_clock_that_jumps_while_the_bot_runs_deletes_nothing(database: Database, folder: Path) -> None:
    """Ahead by a year for an hour; the loose copy was too old before."""
    before = await kept_since(database, folder, 1000 * DAY)
    await Hours(1000 * DAY + 7200, 365 * DAY, -365 * DAY).sweep(database, folder)
    assert left(folder) == before - {"loose.jpg"}


async def test_a_bot_that_was_off_for_long_sweeps_an_hour_later(database: Database, folder: Path) -> None:
    """The clock went right for that hour: a year has passed indeed."""
    before = await kept_since(database, folder, 1000 * DAY)
    await Hours(1365 * DAY).sweep(database, folder)
    assert left(folder) == before
    await Hours(1365 * DAY, 0.0).sweep(database, folder)
    assert left(folder) == set()


async def test_an_idle_bot_goes_on_sweeping(database: Database, folder: Path) -> None:
    """Nobody wrote for a hundred days while it ran."""
    await kept_since(database, folder, 1000 * DAY)
    await Hours(1000 * DAY, *[DAY - PAUSE - 1] * 101).sweep(database, folder)
    assert left(folder) == set()


async def test_a_clock_that_is_behind_deletes_nothing(database: Database, folder: Path) -> None:
    """The clock is a year behind."""
    before = await kept_since(database, folder, 1000 * DAY)
    await Hours(635 * DAY, 0.0).sweep(database, folder)
    assert left(folder) == before


@pytest.fixture
async def database(folder: Path) -> AsyncIterator[Database]:
    """A new database in that folder."""
    async with open_database(folder) as opened:
        yield opened
