"""Pictures are decoded a few at a time, of a chat one; copies are bounded."""

import asyncio
import threading

import pytest

from assistant.pictures import normalize
from assistant.pictures.normalize import (
    ACROSS,
    MOST_KEPT_BYTES,
    MOST_LONG,
    MOST_PIXELS,
    MOST_SIDE,
    CheckedPicture,
    begin_worker,
    check,
    check_picture,
    scale_of,
)
from assistant.tasks import spawn
from model_service import PictureFault, PictureRejected, pixel_workers
from tests.bot.samples import picture
from tests.model_service.pictures import encode, noise


class Slow:
    """A decoding that takes as long as it is let; `most` is how many went on at a time."""

    def __init__(self) -> None:
        self.began: list[bytes] = []
        self.go = threading.Event()
        self.one = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def check(self, data: bytes, turns: int | None) -> CheckedPicture:
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


@pytest.mark.parametrize(
    ("width", "height"),
    [(1, 200), (640, 480), (4000, 3000), (3024, 4032), (1080, 20_000), (2000, 20_000), (3000, 30_000), (300, 60_000)],
)
def test_a_copy_is_bounded_in_every_way(width: int, height: int) -> None:
    """It is no larger than the picture; small or long ones lose nothing."""
    scale = scale_of(width, height)
    area = width * height * scale**2
    assert 0 < scale <= 1
    assert area <= MOST_LONG * 1.001 and max(width, height) * scale <= MOST_SIDE
    assert area <= MOST_PIXELS * 1.001 or min(width, height) * scale <= ACROSS * 1.001
    if min(width, height) <= ACROSS and width * height <= MOST_LONG:
        assert scale == 1


def test_a_copy_is_bounded_in_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not compress away is compressed harder."""
    data = encode(noise(300, 300), "BMP")
    assert MOST_KEPT_BYTES == 8 << 20
    large = len(check_picture(data).copy)
    monkeypatch.setattr(normalize, "MOST_KEPT_BYTES", large // 3)
    assert len(check_picture(data).copy) <= large // 3


async def test_a_worker_finds_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same copy, size, print and flaws as here; and refuses the same."""
    pictures = [picture(640, 480, kind=kind) for kind in ("JPEG", "PNG", "WEBP", "TIFF")]
    pictures.append(encode(noise(160, 320), "PNG")[:-9000])
    here = [check_picture(data) for data in pictures]
    with pixel_workers(begin_worker):
        monkeypatch.setattr(normalize, "check_picture", None)  # Of this process.
        assert [await check(data, chat=5) for data in pictures] == here
        with pytest.raises(PictureRejected) as caught:
            await check(b"a letter", chat=5)
    assert caught.value.fault is PictureFault.NOT_A_PICTURE


def test_of_a_cut_picture_what_is_there_is_kept() -> None:
    """With its flaw; the copy itself is whole."""
    cut = check_picture(encode(noise(160, 320), "PNG")[:-9000])
    assert (cut.flaws, cut.suffix) == ("cut", "jpg")
    assert check_picture(cut.copy).flaws == ""
