"""One process at a time has the storage open, and a dead one has it no longer."""

import asyncio
import errno
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.storage import StorageError, StorageInUse, open_database
from assistant.storage.lock import LOCK, locked
from tests.cli.test_commands import TOKEN, eyeglass

HOLDS = """
import asyncio, sys
from pathlib import Path
from assistant.storage import open_database

async def hold():
    async with open_database(Path(sys.argv[1])):
        print("open", flush=True)
        await asyncio.to_thread(sys.stdin.read)

asyncio.run(hold())
"""


async def holder(folder: Path) -> asyncio.subprocess.Process:
    """Start another process that has the storage open until it is killed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOLDS, str(folder), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"open\n"
    return process


async def test_a_second_process_ends_with_one_sentence(tmp_path: Path) -> None:
    """It says what to do, and whatever it was to do is not done: run, migrate, unpair."""
    (tmp_path / "settings.toml").write_text("")
    other = await holder(tmp_path / "data")
    try:
        for command in ("run", "migrate", "unpair"):
            code, _, said = await eyeglass(command, folder=tmp_path, TELEGRAM_BOT_TOKEN=TOKEN)
            assert (code, said.count("\n")) == (1, 1), said
            assert "Another Eyeglass is using storage.path (data): stop it first" in said
    finally:
        other.kill()
        await other.wait()


async def test_a_killed_process_leaves_no_lock(tmp_path: Path) -> None:
    """Its file stays and says nothing."""
    other = await holder(tmp_path)
    with pytest.raises(StorageInUse):
        async with open_database(tmp_path):
            pass
    other.kill()
    await other.wait()
    assert (tmp_path / LOCK).exists()
    async with open_database(tmp_path) as database:
        assert await database.write("DELETE FROM inbox WHERE FALSE") == 0


async def test_a_storage_that_does_not_open_is_not_left_locked(tmp_path: Path) -> None:
    """The next try meets the same error, not the lock of the first."""
    (tmp_path / "eyeglass.sqlite3").write_bytes(b"This is a letter." * 100)
    for _ in range(2):
        with pytest.raises(StorageError) as met:
            async with open_database(tmp_path):
                pass
        assert not isinstance(met.value, StorageInUse)


async def test_programs_that_the_bot_starts_do_not_keep_the_lock(tmp_path: Path) -> None:
    """One that outlives a killed bot must not stand in the way of the next start."""
    async with open_database(tmp_path):
        child = await asyncio.create_subprocess_exec("cat", stdin=subprocess.PIPE)
    try:
        async with open_database(tmp_path):
            pass
    finally:
        child.kill()
        await child.wait()


async def test_check_beside_a_running_bot_is_content(tmp_path: Path) -> None:
    """A folder in use is no fault; another folder is checked."""
    other = await holder(tmp_path / "data")
    try:
        _, out, _ = await eyeglass("check", folder=tmp_path, EYEGLASS_MODEL__NAME=str(tmp_path / "nothing"))
    finally:
        other.kill()
        await other.wait()
    lines = dict(line.split(": ", 1) for line in out.splitlines())
    assert lines["storage"] == "ok, data is in use by a running Eyeglass"
    assert lines["access"].startswith("ok, ")


def test_a_file_system_without_locks_is_warned_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The bot runs as it did before there was a lock."""

    def no_locks(descriptor: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr("assistant.storage.lock.fcntl.flock", no_locks)
    with locked(tmp_path):
        pass
    assert "only one Eyeglass" in caplog.text


def test_the_lock_is_this_users_alone(tmp_path: Path) -> None:
    """Another user who could open it could keep the bot from starting."""
    with locked(tmp_path):
        assert stat.S_IMODE((tmp_path / LOCK).stat().st_mode) == 0o600
