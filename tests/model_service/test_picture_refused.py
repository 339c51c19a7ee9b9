"""Promises of `open_picture` for bytes that are no good picture."""

import contextlib

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image

from model_service import MAX_BYTES, PictureFault, PictureRejected, open_picture
from model_service.picture import decoding
from tests.model_service.pictures import corners, encode, noise

KINDS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF")
WHOLE = {kind: encode(noise(), kind) for kind in KINDS}
SMALL = [encode(corners(), kind) for kind in KINDS] + [
    encode(corners(), "AVIF"),
    encode(corners(), "JPEG2000"),
    encode(corners(), "JPEG", progressive=True),
    encode(corners().convert("CMYK"), "JPEG"),
    encode(corners().convert("CMYK"), "TIFF", compression="tiff_lzw"),
    encode(corners().quantize(8), "PNG", transparency=1),
    encode(corners().convert("RGBA"), "WEBP", lossless=True),
    encode(corners().convert("1"), "TIFF", compression="group4"),
]


def _refusal_of(data: bytes) -> PictureRejected:
    with pytest.raises(PictureRejected) as refusal:
        open_picture(data)
    return refusal.value


def _fault_of(data: bytes) -> PictureFault:
    return _refusal_of(data).fault


@pytest.mark.parametrize("data", [b"", b"\0" * 1000, b"%PDF-1.7 a document", b"<html>", "Καλημέρα".encode() * 50])
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    """Text, documents and nothing at all are NOT_A_PICTURE."""
    assert _fault_of(data) is PictureFault.NOT_A_PICTURE


@pytest.mark.parametrize("share", [0.1, 0.5, 0.8])
@pytest.mark.parametrize("kind", KINDS)
def test_a_cut_off_picture_is_refused(kind: str, share: float) -> None:
    """A file that ends too early is TRUNCATED; half a page is not guessed at."""
    assert _fault_of(WHOLE[kind][: int(len(WHOLE[kind]) * share)]) is PictureFault.TRUNCATED


def test_a_file_of_too_many_bytes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """One byte more than the limit is too many, whatever they are."""
    assert MAX_BYTES == 128 << 20
    monkeypatch.setattr(decoding, "MAX_BYTES", 1000)
    assert _fault_of(bytes(1001)) is PictureFault.TOO_MANY_BYTES
    assert _fault_of(bytes(1000)) is PictureFault.NOT_A_PICTURE


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (40, 1)])
def test_what_has_no_surface_is_refused(size: tuple[int, int]) -> None:
    """One pixel wide is TOO_SMALL; the sentence says how small."""
    refusal = _refusal_of(encode(Image.new("RGB", size), "PNG"))
    assert (refusal.fault, refusal.facts) == (PictureFault.TOO_SMALL, {"width": size[0], "height": size[1]})


@pytest.mark.parametrize("size", [(2, 401), (4000, 19)])
def test_a_thread_is_refused(size: tuple[int, int]) -> None:
    """Over two hundred times longer than wide: TOO_NARROW."""
    assert _fault_of(encode(Image.new("RGB", size), "PNG")) is PictureFault.TOO_NARROW


@pytest.mark.parametrize("size", [(400, 2), (20, 4000)])
def test_a_narrow_picture_within_the_limit_is_read(size: tuple[int, int]) -> None:
    """A panorama, a till roll: two hundred to one is still a picture."""
    assert open_picture(encode(Image.new("RGB", size), "PNG")).size == size


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
    st.sampled_from(
        [
            b"",
            b"\xff\xd8\xff",
            b"\x89PNG\r\n\x1a\n",
            b"RIFF\0\0\0\0WEBPVP8X",
            b"BM",
            b"II*\0",
            b"GIF89a",
            b"\0\0\0\x20ftypavif",
            b"\xff\x4f\xff\x51\0",
        ]
    ),
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
