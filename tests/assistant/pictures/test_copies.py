"""Copies are on the disk as a whole or not at all."""

import asyncio
import os
import stat
import threading
from pathlib import Path

import pytest

from assistant.pictures.copies import Copies, digest_of, name_of
from assistant.tasks import spawn


def names(folder: Path) -> list[str]:
    """Return the files in the folder."""
    return [file.name for file in folder.iterdir()]


async def test_a_copy_is_private_and_alone(tmp_path: Path) -> None:
    """Nobody else reads it, and nothing else is left."""
    copies = Copies(tmp_path / "pictures")
    await copies.keep("a.png", b"one")
    await copies.keep("a.png", b"two")
    assert await copies.read("a.png") == (b"two", digest_of(b"two"))
    (file,) = copies.folder.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert (await copies.read("b.png"))[0] == b""


async def test_a_copy_is_synced_before_it_has_its_name_and_the_folder_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A power cut leaves the whole copy or none."""
    synced, sync = [], os.fsync

    def watched(number: int) -> None:
        is_folder = stat.S_ISDIR(os.fstat(number).st_mode)
        synced.append(("folder" if is_folder else "file", (tmp_path / "a.png").exists()))
        sync(number)

    monkeypatch.setattr("assistant.pictures.copies.os.fsync", watched)
    await Copies(tmp_path).keep("a.png", b"one")
    assert synced == [("file", False), ("folder", True)]


async def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And is told."""

    def full(number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("assistant.pictures.copies.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        await Copies(tmp_path).keep("a.png", b"one")
    assert names(tmp_path) == []


async def test_who_is_cancelled_while_it_is_written_leaves_no_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However often: the thread goes on, and is waited for."""
    writing, go = threading.Event(), threading.Event()

    def slow(number: int) -> None:
        writing.set()
        go.wait()

    monkeypatch.setattr("assistant.pictures.copies.os.fsync", slow)
    keeping = spawn(Copies(tmp_path).keep("a.png", b"one"), "keep")
    await asyncio.to_thread(writing.wait)
    for _ in range(3):
        keeping.cancel()
        await asyncio.sleep(0)
    assert not keeping.done()
    go.set()
    await asyncio.wait([keeping])
    assert keeping.cancelled()
    assert names(tmp_path) == []


def test_a_name_begins_with_its_chat() -> None:
    """And is never the same twice."""
    assert name_of(-1005, "png").startswith("-1005_")
    assert name_of(5, "png") != name_of(5, "png")


def test_a_digest_tells_copies_apart() -> None:
    """Also one that was cut."""
    assert len({digest_of(data) for data in (b"one", b"two", b"on", b"")}) == 4
