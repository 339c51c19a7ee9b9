"""Promises of `open_picture` for bytes that are no good picture."""

import contextlib
import struct
import warnings
import zlib

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image

from model_service import MAX_BYTES, PictureFault, PictureRejected, open_picture
from tests.model_service.pictures import corners, encode, noise

KINDS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF")
WHOLE = {kind: encode(noise(), kind) for kind in KINDS}
SMALL = [encode(corners(), kind) for kind in KINDS] + [
    encode(corners().convert("CMYK"), "JPEG"),
    encode(corners().convert("CMYK"), "TIFF", compression="tiff_lzw"),
    encode(corners().quantize(8), "PNG", transparency=1),
    encode(corners().convert("RGBA"), "WEBP", lossless=True),
    encode(corners().convert("1"), "TIFF", compression="group4"),
]


def _fault_of(data: bytes) -> PictureFault:
    with pytest.raises(PictureRejected) as refusal:
        open_picture(data)
    return refusal.value.fault


def png_of(width: int, height: int) -> bytes:
    """A PNG that promises a size and holds next to nothing."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b"")


@pytest.mark.parametrize("data", [b"", b"\0" * 1000, b"%PDF-1.7 a document", b"<svg/>", "Καλημέρα".encode() * 50])
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    """Text, documents and nothing at all are NOT_A_PICTURE."""
    assert _fault_of(data) is PictureFault.NOT_A_PICTURE


def test_a_format_outside_the_list_is_refused() -> None:
    """What Pillow could open besides (icons, say) is not let near the decoder."""
    assert _fault_of(encode(corners(32, 32), "ICO")) is PictureFault.NOT_A_PICTURE


@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
@pytest.mark.parametrize("kind", KINDS)
def test_a_cut_off_picture_is_refused(kind: str, share: float) -> None:
    """A file that ends too early is TRUNCATED; half a page is not guessed at."""
    assert _fault_of(WHOLE[kind][: int(len(WHOLE[kind]) * share)]) is PictureFault.TRUNCATED


def test_a_file_over_twenty_mebibytes_is_refused() -> None:
    """One byte more than the limit is too many, whatever they are."""
    assert _fault_of(bytes(MAX_BYTES + 1)) is PictureFault.TOO_MANY_BYTES
    assert _fault_of(bytes(MAX_BYTES)) is PictureFault.NOT_A_PICTURE


@pytest.mark.parametrize("size", [(7072, 7071), (10_000, 10_000), (15_000, 15_000), (100_000, 100_000)])
def test_a_file_over_fifty_megapixels_is_refused_unread(size: tuple[int, int]) -> None:
    """The header is enough to refuse it, below and beyond Pillow's own limits, and no warning of Pillow's shows."""
    with warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("always")
        assert _fault_of(png_of(*size)) is PictureFault.TOO_MANY_PIXELS
    assert not shown


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (40, 1), (2, 101), (1000, 19)])
def test_a_thread_is_refused(size: tuple[int, int]) -> None:
    """One pixel wide, or over fifty times longer than wide: TOO_NARROW."""
    assert _fault_of(encode(Image.new("RGB", size), "PNG")) is PictureFault.TOO_NARROW


def test_a_narrow_picture_within_the_limit_is_read() -> None:
    """Fifty to one is still a picture."""
    assert open_picture(encode(Image.new("RGB", (100, 2)), "PNG")).size == (100, 2)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_an_animation_is_refused(kind: str) -> None:
    """More than one frame in a GIF, WebP or PNG is ANIMATED."""
    frames = [Image.new("RGB", (60, 40), colour) for colour in ("red", "blue")]
    assert _fault_of(encode(corners(), kind, save_all=True, append_images=frames)) is PictureFault.ANIMATED


def _must_be_read_or_refused(data: bytes) -> None:
    with contextlib.suppress(PictureRejected):
        assert open_picture(data).mode == "RGB"


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBPVP8X", b"BM", b"II*\0", b"GIF89a"]),
    st.binary(max_size=400),
)
@example(b"II*\0", b"\x08\0\0\0\xff\xff")
def test_random_bytes_are_refused_and_nothing_worse(start: bytes, data: bytes) -> None:
    """Behind any signature, any bytes end in a picture or in PictureRejected."""
    _must_be_read_or_refused(start + data)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(SMALL),
    st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=8),
    st.integers(0, 40),
)
def test_damaged_pictures_are_read_or_refused(data: bytes, changes: list[tuple[int, int]], cut: int) -> None:
    """A few bytes changed anywhere, and some cut from the end: a picture or PictureRejected, never anything else."""
    damaged = bytearray(data)
    for place, value in changes:
        damaged[place % len(damaged)] = value
    _must_be_read_or_refused(bytes(damaged[: len(damaged) - cut]))
