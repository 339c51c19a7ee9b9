"""Files that are made to cost: memory and time stay bounded, and nothing but the eight kinds of pictures is opened."""

import asyncio
import functools
import io
import platform
import struct
import subprocess
import sys
import threading
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from assistant.pictures import normalize
from assistant.pictures.normalize import CheckedPicture, check, check_picture
from model_service import PictureFault, PictureRejected, open_picture
from tests.bot.samples import picture

MOST_MIB = 200
"""The memory limit of a process that refuses every bomb here, in turn; Python with Pillow takes about 40."""

BLOWN_UP = 256 << 20
"""The size of the unpacked bombs, in bytes: more than MOST_MIB."""

PEAK = """
import re, sys
from pathlib import Path
from assistant.pictures.normalize import check_picture
from model_service import PictureRejected

for name in sys.argv[1:]:
    try:
        checked = check_picture(Path(name).read_bytes())
        verdict = f"opened {checked.width}x{checked.height}"
    except PictureRejected as error:
        verdict = error.fault
    peak = re.search(r"VmHWM:\\s+([0-9]+) kB", Path("/proc/self/status").read_text())[1]
    print(Path(name).name, verdict, int(peak) // 1024, sep=", ")
"""


HELD = """
import asyncio, re, sys
from pathlib import Path
from assistant.pictures.normalize import check
from model_service import PictureRejected

def mebibytes(name):
    return int(re.search(name + r":\\s+([0-9]+) kB", Path("/proc/self/status").read_text())[1]) // 1024

async def look(data, chat):
    try:
        await check(data, chat)
    except PictureRejected:
        pass

async def main():
    pictures = [Path(name).read_bytes() for name in sys.argv[1:]]
    before = mebibytes("VmRSS")
    await asyncio.gather(*(look(data, chat) for chat, data in enumerate(pictures * 2)))
    print(before, mebibytes("VmHWM"), mebibytes("VmRSS"))

asyncio.run(main())
"""

MOST_HELD_MIB = 120
"""The memory that a process may keep after large pictures; glibc alone would keep several hundred."""


@functools.cache
def zeros(size: int) -> bytes:
    """Return `size` zeros, deflated: a thousandth of it."""
    packer, block = zlib.compressobj(9), bytes(1 << 20)
    return b"".join([*(packer.compress(block) for _ in range(size >> 20)), packer.flush()])


def png(width: int, height: int, *chunks: tuple[bytes, bytes]) -> bytes:
    """Return a PNG of 8 bits grey with these chunks after its header."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    packed = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in ((b"IHDR", header), *chunks, (b"IEND", b""))
    )
    return b"\x89PNG\r\n\x1a\n" + packed


def tiled_tiff(tile: int) -> bytes:
    """Return a TIFF of 100x100 pixels in a deflated tile that is far larger."""
    data = zeros(1 << 20)
    tags = {256: 100, 257: 100, 258: 8, 259: 8, 262: 1, 277: 1, 322: tile, 323: tile, 324: 8, 325: len(data)}
    start = 8 + len(data) + len(data) % 2
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items())
    directory = struct.pack("<H", len(tags)) + entries + bytes(4)
    return b"II*\0" + struct.pack("<I", start) + data.ljust(start - 8, b"\0") + directory


def huge_webp() -> bytes:
    """Return a WebP of two small frames on a canvas of 16383x16383 pixels."""
    side = struct.pack("<I", 16382)[:3]
    frame = bytes(6) + struct.pack("<I", 15)[:3] * 2 + bytes(4) + picture(16, 16, kind="WEBP")[12:]
    frames = (b"ANMF" + struct.pack("<I", len(frame)) + frame) * 2
    body = b"WEBPVP8X" + struct.pack("<II", 10, 2) + side * 2 + b"ANIM" + struct.pack("<I", 6) + bytes(6) + frames
    return b"RIFF" + struct.pack("<I", len(body)) + body


def many_scans() -> bytes:
    """Return a JPEG that sharpens hundreds of times: 75 bytes each, but each goes over the whole picture."""
    data = picture(64, 64, kind="JPEG", progressive=True)
    scan = data[data.rindex(b"\xff\xda") : -2]
    return data[:-2] + scan * 600 + data[-2:]


def empty_scans() -> bytes:
    """Return a JPEG of 7000x7000 pixels with 480 scans of nothing: fewer than are refused, but 8 s of work."""
    data = bytearray(picture(64, 64, kind="JPEG", progressive=True, mode="L"))
    frame = data.index(b"\xff\xc2")
    data[frame + 5 : frame + 9] = struct.pack(">HH", 7000, 7000)
    return bytes(data[:-2] + data[data.rindex(b"\xff\xda") : -2] * 470 + data[-2:])


def many_segments() -> bytes:
    """Return a JPEG with a million empty comments."""
    data = picture(64, 64, kind="JPEG")
    return data[:2] + b"\xff\xfe\0\2" * 1_000_000 + data[2:]


def huge_runs() -> bytes:
    """Return a BMP of 20000x20000 pixels in a few runs, which Pillow unpacks pixel by pixel."""
    header = struct.pack("<IiiHHIIiiII", 40, 20_000, 20_000, 1, 8, 1, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 2000, 0, 0, 14 + 40 + 1024) + header + bytes(1024) + b"\0\2\1\1\0\0" * 100


def many_directories() -> bytes:
    """Return a TIFF of directories that point to each other, in the chain and as children."""
    directory = struct.pack("<HHHIIHHIII", 2, 256, 4, 1, 100, 330, 4, 1000, 60, 0)
    return b"II*\0\x08\0\0\0" + (directory + bytes(60 - len(directory) % 60)) * 2000


def huge_samples() -> bytes:
    """Return a JPEG 2000 that is small by its header, and has a codestream of 60000x60000."""
    data = bytearray(picture(64, 64, kind="JPEG2000"))
    stream = data.index(b"\xff\x4f\xff\x51")
    data[stream + 8 : stream + 16] = struct.pack(">II", 60_000, 60_000)
    return bytes(data)


def huge_jpeg() -> bytes:
    """Return a JPEG whose header claims 65500x65500 pixels."""
    data = bytearray(picture(64, 64, kind="JPEG"))
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = struct.pack(">HH", 65500, 65500)
    return bytes(data)


def huge_gif() -> bytes:
    """Return a GIF whose screen is 65535x65535 pixels."""
    return b"GIF89a" + struct.pack("<HH", 65535, 65535) + picture(16, 16, kind="GIF")[10:]


PIXELS = (b"IDAT", zlib.compress(bytes(65 * 64)))

BOMBS: dict[str, tuple[Callable[[], bytes], str]] = {
    "pixels.png": (lambda: png(50_000, 50_000, (b"IDAT", zeros(1 << 20))), "too_many_pixels"),
    "text.png": (lambda: png(64, 64, (b"zTXt", b"a\0\0" + zeros(BLOWN_UP)), PIXELS), "opened 64x64"),
    "texts.png": (lambda: png(64, 64, *[(b"zTXt", b"a\0\0" + zeros(1 << 20))] * 1000, PIXELS), "opened 64x64"),
    "profile.png": (lambda: png(64, 64, (b"iCCP", b"a\0\0" + zeros(BLOWN_UP)), PIXELS), "opened 64x64"),
    "more-rows.png": (lambda: png(64, 64, (b"IDAT", zeros(BLOWN_UP))), "opened 64x64"),
    "tile.tiff": (lambda: tiled_tiff(46_000), "too_much"),
    "canvas.webp": (huge_webp, "too_many_pixels"),
    "screen.gif": (huge_gif, "too_many_pixels"),
    "header.jpg": (huge_jpeg, "too_much"),
    "scans.jpg": (many_scans, "too_much"),
    "empty-scans.jpg": (empty_scans, "too_much"),
    "segments.jpg": (many_segments, "too_much"),
    "runs.bmp": (huge_runs, "too_much"),
    "directories.tiff": (many_directories, "truncated"),
    "samples.jp2": (huge_samples, "unusual"),
}


@pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="Linux tells a process's peak")
def test_bombs_take_no_memory(tmp_path: Path) -> None:
    """Much in little: pixels, texts, profiles, tiles, canvases, scans. A large picture shows that the measure sees."""
    bombs = BOMBS | {"large.png": (lambda: png(10_000, 10_000, (b"IDAT", zeros(96 << 20))), "opened 10000x10000")}
    files = [tmp_path / name for name in bombs]
    for file in files:
        file.write_bytes(bombs[file.name][0]())
    command = [sys.executable, "-c", PEAK, *map(str, files)]
    said = subprocess.run(command, capture_output=True, check=True, text=True).stdout  # noqa: S603
    lines = [line.split(", ") for line in said.splitlines()]
    assert {name: verdict for name, verdict, _ in lines} == {name: verdict for name, (_, verdict) in bombs.items()}
    *refused, opened = [int(mebibytes) for _, _, mebibytes in lines]
    assert max(refused) < MOST_MIB < opened


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="it is glibc that keeps memory")
def test_memory_of_large_pictures_is_given_back(tmp_path: Path) -> None:
    """Whole ones and torn ones, of many chats, in a process of its own."""
    files = {
        "whole.png": png(10_000, 10_000, (b"IDAT", zeros(96 << 20))),
        "torn.png": png(10_000, 10_000, (b"IDAT", zeros(96 << 20)[:80_000])),
        "pixels.png": BOMBS["pixels.png"][0](),
        "scans.jpg": many_scans(),
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    command = [sys.executable, "-c", HELD, *(str(tmp_path / name) for name in files)]
    said = subprocess.run(command, capture_output=True, check=True, text=True).stdout  # noqa: S603
    before, peak, after = (int(number) for number in said.split())
    assert peak > before + 2 * MOST_HELD_MIB
    assert after < before + MOST_HELD_MIB, said


async def test_a_crowd_of_large_pictures_is_decoded_a_few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many people send them at once."""
    inside, most, two, go = 0, 0, threading.Event(), threading.Event()
    lock = threading.Lock()

    def slow(data: bytes, turns: int | None) -> CheckedPicture:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
            if inside == normalize.MOST_AT_ONCE:
                two.set()
        go.wait()
        with lock:
            inside -= 1
        return CheckedPicture(data, "png", 1, 1, 1)

    monkeypatch.setattr(normalize, "check_picture", slow)
    crowd = asyncio.gather(*(check(b"", chat) for chat in range(8)))
    await asyncio.to_thread(two.wait)
    go.set()
    assert len(await crowd) == 8
    assert most == normalize.MOST_AT_ONCE


async def test_who_sends_bad_pictures_takes_no_place_for_good() -> None:
    """A refusal is told to who asked, and the next picture is decoded."""
    refused = await asyncio.gather(*(check(b"no picture", chat=5) for _ in range(5)), return_exceptions=True)
    assert all(isinstance(error, PictureRejected) for error in refused)
    assert (await check(picture(30, 20), chat=5)).width == 30


OTHERS = ("EPS", "PDF", "PPM", "TGA", "PCX", "ICO", "SGI", "XBM", "DDS", "MSP", "DIB", "QOI", "ICNS")
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>'
FOREIGN = {
    "svg": SVG,
    "svgz": zlib.compress(SVG),
    "html": b"<html><script>alert(1)</script><img src=x></html>",
    "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n(/etc/passwd) (r) file\n%%EOF\n",
    "psd": b"8BPS\0\1" + bytes(100),
    "zip": b"PK\3\4" + bytes(100),
    "elf": b"\x7fELF" + bytes(100),
    "nothing": b"",
}


@pytest.mark.parametrize("name", FOREIGN)
def test_scripts_and_programs_are_not_opened(name: str) -> None:
    """Pillow would start Ghostscript for an EPS; it is never asked."""
    with pytest.raises(PictureRejected) as caught:
        open_picture(FOREIGN[name])
    named = name in {"svg", "eps", "psd"}
    assert caught.value.fault is (PictureFault.FOREIGN if named else PictureFault.NOT_A_PICTURE)


@pytest.mark.parametrize("kind", OTHERS)
def test_of_pillows_formats_only_eight_are_opened(kind: str) -> None:
    """Its rare ones were its weakest."""
    buffer = io.BytesIO()
    mode = {"XBM": "1", "MSP": "1"}.get(kind, "RGB")
    try:
        Image.new(mode, (32, 32)).save(buffer, kind)
    except (KeyError, OSError):
        pytest.skip(f"this Pillow writes no {kind}")
    with pytest.raises(PictureRejected):
        open_picture(buffer.getvalue())


@pytest.mark.parametrize("tail", [b"PK\3\4" + bytes(50), b"%PDF-1.7\n", b"<script>alert(1)</script>", b"\xff\xd8\xff"])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "BMP"])
def test_a_file_of_two_kinds_is_only_ever_a_picture(kind: str, tail: bytes) -> None:
    """Data behind it is ignored."""
    assert check_picture(picture(32, 32, kind=kind) + tail).suffix in {"jpg", "png"}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF", "AVIF", "JPEG2000"])
def test_a_torn_file_is_refused_or_opened_never_worse(kind: str) -> None:
    """At every length, and with every 7th byte turned over: one refusal, never another error."""
    data = picture(24, 24, kind=kind)
    torn = [data[:length] for length in range(len(data))][:: max(1, len(data) // 150)]
    torn += [data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :] for at in range(0, min(len(data), 1500), 7)]
    for broken in torn:
        try:
            check_picture(broken)
        except PictureRejected as error:
            assert error.fault in PictureFault
