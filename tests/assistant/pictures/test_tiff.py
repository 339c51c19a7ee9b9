"""Pages of a TIFF: each can be opened alone, and what is no page is not taken for one."""

import io
import struct
from collections.abc import Sequence

import pytest
from PIL import Image, ImageOps

from assistant.pictures.tiff import tiff_page, tiff_pages

SUBFILE, OLD_SUBFILE, PHOTOMETRIC, CHILDREN, DNG_VERSION = 254, 255, 262, 330, 0xC612


def scan(*sides: int, mode: str = "L", **options: object) -> bytes:
    """Return a TIFF of square pages with these sides in pixels, each darker than the one before."""
    sheets = [Image.new("L", (side, side), 250 - 20 * number).convert(mode) for number, side in enumerate(sides)]
    out = io.BytesIO()
    sheets[0].save(out, "TIFF", save_all=True, append_images=sheets[1:], **options)
    return out.getvalue()


def written(directories: Sequence[dict[int, int]], order: str = "<", *, big: bool = False) -> bytes:
    """Return a TIFF of directories with these values and no pixels."""
    count, entry, offset, place = ("Q", "HHQQ", "Q", 16) if big else ("H", "HHII", "I", 8)
    start = struct.pack(order + "2sHHHQ", b"", 43, 8, 0, 16) if big else struct.pack(order + "2sHI", b"", 42, 8)
    body = b""
    for number, values in enumerate(directories, start=1):
        place += struct.calcsize(order + count + offset) + len(values) * struct.calcsize(order + entry)
        body += struct.pack(order + count, len(values))
        for tag, value in sorted(values.items()):
            packed = struct.pack(order + "I", value).ljust(struct.calcsize(offset), b"\0")
            body += struct.pack(order + entry[:-1], tag, 4, 1) + packed
        body += struct.pack(order + offset, place if number < len(directories) else 0)
    return (b"II" if order == "<" else b"MM") + start[2:] + body


def page(width: int = 1000, **values: int) -> dict[int, int]:
    """Return the values of a page as wide as high."""
    return {256: width, 257: width, 262: 1} | {
        {"subfile": SUBFILE, "old_subfile": OLD_SUBFILE, "photometric": PHOTOMETRIC, "dng": DNG_VERSION}[name]: value
        for name, value in values.items()
    }


@pytest.mark.parametrize("compression", [None, "group4", "tiff_lzw", "tiff_adobe_deflate", "jpeg"])
@pytest.mark.parametrize("big", [False, True])
def test_each_page_is_a_tiff_of_its_own(compression: str | None, *, big: bool) -> None:
    """With its own size, in whatever form the pixels are."""
    mode = "1" if compression == "group4" else "L"
    data = scan(100, 130, 160, mode=mode, compression=compression, big_tiff=big)
    pages = tiff_pages(data)
    assert len(pages) == 3
    for number, place in enumerate(pages):
        with Image.open(io.BytesIO(tiff_page(data, place))) as alone:
            assert (alone.size, getattr(alone, "n_frames", 0)) == ((100 + 30 * number,) * 2, 1)
            with Image.open(io.BytesIO(data)) as whole:
                whole.seek(number)
                assert ImageOps.grayscale(alone).tobytes() == ImageOps.grayscale(whole).tobytes()


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("big", [False, True])
def test_directories_are_found_in_every_form(order: str, *, big: bool) -> None:
    """Either order of bytes, and the form for files of more than 4 GB."""
    assert len(tiff_pages(written([page(), page(900), page()], order, big=big))) == 3


NO_PAGES = {
    "a thumbnail behind": [page(), page(200, subfile=1)],
    "a thumbnail behind that does not say so": [page(), page(160)],
    "a thumbnail by the old tag": [page(), page(500, old_subfile=2)],
    "a mask": [page(), page(subfile=4)],
    "a mask by its pixels": [page(), page(photometric=4)],
    "a raw photo's thumbnail": [page(160, subfile=1), page(), page()],
    "a raw photo": [page(dng=1), page(), page()],
    "a sensor's data": [page(photometric=32803), page(), page()],
    "nothing": [],
}


@pytest.mark.parametrize("directories", NO_PAGES.values(), ids=NO_PAGES.keys())
def test_what_is_no_page_is_not_taken_for_one(directories: list[dict[int, int]]) -> None:
    """Such a file is one picture."""
    assert len(tiff_pages(written(directories))) < 2


def test_small_pages_are_pages() -> None:
    """Nothing is a thumbnail of something as small as itself; a receipt among sheets is a page as well."""
    assert len(tiff_pages(scan(100, 100, 120))) == 3
    assert len(tiff_pages(written([page(3000), page(400)]))) == 2


def test_a_circle_of_directories_ends() -> None:
    """And so does a link to nowhere."""
    data = bytearray(scan(60, 60))
    first, second = tiff_pages(bytes(data))
    link = data.index(struct.pack("<I", second))
    data[link : link + 4] = struct.pack("<I", first)
    assert len(tiff_pages(bytes(data))) <= 2
    data[link : link + 4] = struct.pack("<I", 1 << 31)
    assert tiff_pages(bytes(data)) == [first]


def test_a_torn_tiff_has_the_pages_that_are_there() -> None:
    """Or none; at every length, and with any byte turned over."""
    data = scan(20, 20, 20)
    for length in range(len(data)):
        for place in tiff_pages(data[:length]):
            assert tiff_page(data[:length], place)[:2] == data[:2]
    for at in range(min(len(data), 1500)):
        broken = data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]
        for place in tiff_pages(broken):
            tiff_page(broken, place)
