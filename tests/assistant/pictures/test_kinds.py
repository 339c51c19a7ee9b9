"""What a file is, its bytes tell: signatures, containers, and what lies before them."""

import io
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from assistant.pictures.kinds import Kind, is_whole_heic, kind_of
from tests.bot.samples import pdf, picture

CASES = Path(__file__).parents[2] / "cases" / "pictures"
HEIC = (CASES / "IMG_1234.HEIC").read_bytes()
SCAN = (CASES / "scan-3-pages.tif").read_bytes()


def archive(*names: str) -> bytes:
    """Return a ZIP with files of these names."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as written:
        for name in names:
            written.writestr(name, picture(8, 8))
    return out.getvalue()


def boxes(major: bytes, *others: bytes) -> bytes:
    """Return the beginning of a file of ISO boxes with these brands."""
    return (16 + 4 * len(others)).to_bytes(4, "big") + b"ftyp" + major + bytes(4) + b"".join(others) + b"\0\0\0\x08free"


def avif() -> bytes:
    """Return an AVIF."""
    out = io.BytesIO()
    Image.new("RGB", (16, 16)).save(out, "AVIF")
    return out.getvalue()


FILES = {
    "jpeg": (picture(kind="JPEG"), Kind.PICTURE),
    "png": (picture(), Kind.PICTURE),
    "webp": (picture(kind="WEBP"), Kind.PICTURE),
    "bmp": (picture(kind="BMP"), Kind.PICTURE),
    "gif": (picture(kind="GIF"), Kind.PICTURE),
    "avif": (avif(), Kind.PICTURE),
    "avif by another brand": (boxes(b"mif1", b"miaf", b"avif"), Kind.PICTURE),
    "tiff of one page": (picture(kind="TIFF"), Kind.PICTURE),
    "tiff of several pages": (SCAN, Kind.TIFF_PAGES),
    "heic": (HEIC, Kind.HEIC),
    "heic by another brand": (boxes(b"mif1", b"heic", b"hevc"), Kind.HEIC),
    "heic without another brand": (boxes(b"mif1"), Kind.HEIC),
    "film": (boxes(b"isom", b"mp41"), Kind.RECORDING),
    "film of a phone": (boxes(b"qt  "), Kind.RECORDING),
    "wave": (b"RIFF\x10\0\0\0WAVEfmt ", Kind.RECORDING),
    "mp3": (b"ID3\4\0\0", Kind.RECORDING),
    "pdf": (pdf(), Kind.PDF),
    "pdf behind junk": (b"\r\n\r\n" + b"Content-Type: application/pdf\r\n\r\n" * 20 + pdf(), Kind.PDF),
    "picture before a pdf": (picture() + pdf(), Kind.PICTURE),
    "zip": (archive("a.png", "b.png"), Kind.ARCHIVE),
    "zip with a pdf in it": (archive("word.pdf", "b.pdf"), Kind.ARCHIVE),
    "word": (archive("[Content_Types].xml", "word/document.xml"), Kind.OFFICE),
    "open document": (archive("mimetype", "content.xml"), Kind.OFFICE),
    "old word": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), Kind.OFFICE),
    "rar": (b"Rar!\x1a\7\1\0", Kind.ARCHIVE),
    "text": (b"A letter about a %PD file.", Kind.UNKNOWN),
    "nothing": (b"", Kind.UNKNOWN),
}


@pytest.mark.parametrize(("data", "kind"), FILES.values(), ids=FILES.keys())
def test_a_file_is_known_by_its_bytes(data: bytes, kind: Kind) -> None:
    """Whatever it is called."""
    assert kind_of(data) is kind


@pytest.mark.parametrize("name", FILES)
def test_a_torn_file_is_some_kind(name: str) -> None:
    """At any length, and no error."""
    data = FILES[name][0]
    for length in {*range(min(len(data), 200)), len(data) // 2, len(data) - 1}:
        assert kind_of(data[: max(0, length)]) in Kind


def test_a_heic_is_whole_if_its_boxes_fill_it() -> None:
    """So a torn download is known, without decoding it."""
    assert is_whole_heic(HEIC)
    assert not any(is_whole_heic(HEIC[:length]) for length in (10, 300, len(HEIC) - 1))
    assert not is_whole_heic(b"<html><body>We are back soon</body></html>")
