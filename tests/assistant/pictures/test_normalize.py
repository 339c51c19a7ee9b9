"""Pictures are decoded a few at a time, of a chat one."""

import asyncio
import threading

import pytest

from assistant.pictures import normalize
from assistant.pictures.normalize import CheckedPicture, check
from assistant.tasks import spawn


class Slow:
    """A decoding that takes as long as it is let; `most` is how many went on at a time."""

    def __init__(self) -> None:
        self.began: list[bytes] = []
        self.go = threading.Event()
        self.one = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def check(self, data: bytes) -> CheckedPicture:
        """Stand in for `check_picture`."""
        self.began.append(data)
        self._loop.call_soon_threadsafe(self.one.set)
        if data != b"quick":
            self.go.wait()
        return CheckedPicture(data, "png", 1, 1, 1)


async def test_a_chats_pictures_leave_room_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """An album of huge ones is decoded one by one."""
    slow = Slow()
    monkeypatch.setattr(normalize, "check_picture", slow.check)
    album = asyncio.gather(*(check(b"huge", chat=5) for _ in range(10)))
    await slow.one.wait()
    for chat in range(6, 16):
        await check(b"quick", chat)
    assert slow.began == [b"huge"] + [b"quick"] * 10
    slow.go.set()
    assert len(await album) == 10


async def test_who_is_cancelled_keeps_the_slot_until_the_thread_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else who cancels often would take the threads of all."""
    slow = Slow()
    monkeypatch.setattr(normalize, "check_picture", slow.check)
    first, second = (spawn(check(b"huge", chat=5), "check") for _ in range(2))
    await slow.one.wait()
    first.cancel()
    await check(b"quick", chat=6)
    assert (slow.began, first.done()) == ([b"huge", b"quick"], False)
    slow.go.set()
    await asyncio.wait([first, second])
    assert first.cancelled()
    assert slow.began == [b"huge", b"quick", b"huge"]
