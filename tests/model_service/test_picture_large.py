"""The largest picture is the one that memory bears: by format and by mode, read from the header."""

import struct
import warnings
import zlib

import numpy as np
import pytest
from PIL import Image

from model_service import PictureFault, PictureRejected, decode_picture
from model_service.picture import bounds, decoding
from model_service.picture.avif import check_frames
from tests.cases import PICTURES
from tests.model_service.pictures import BLUE, RED, corners, encode, near

GREY, COLOUR, PALETTE, ALPHA = 0, 2, 3, 6


def png_of(width: int, height: int, colour: int = COLOUR, depth: int = 8) -> bytes:
    """Return a PNG that promises a size and holds next to nothing."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    palette = chunk(b"PLTE", bytes(6)) if colour == PALETTE else b""
    packed = chunk(b"IDAT", zlib.compress(bytes(100)))
    return b"\x89PNG\r\n\x1a\n" + header + palette + packed + chunk(b"IEND", b"")


def jpeg_of(width: int, height: int, **options: object) -> bytes:
    """Return a JPEG of one even block that promises a size."""
    data = bytearray(encode(Image.new("RGB", (8, 8)), "JPEG", **options))
    frame = data.index(b"\xff\xc2" if options else b"\xff\xc0")
    data[frame + 5 : frame + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def _refused(data: bytes) -> PictureRejected:
    with pytest.raises(PictureRejected) as refusal:
        decode_picture(data)
    return refusal.value


@pytest.mark.parametrize(
    ("size", "colour", "depth", "most"),
    [
        ((12_000, 10_000), COLOUR, 8, 117),
        ((12_000, 10_000), ALPHA, 16, 117),
        ((20_000, 16_000), GREY, 16, 235),
        ((22_000, 22_000), GREY, 8, 471),
        ((22_000, 22_000), PALETTE, 8, 471),
        ((22_000, 22_000), GREY, 1, 471),
        ((100_000, 100_000), COLOUR, 8, 117),
    ],
)
def test_a_png_over_the_limit_of_its_mode_is_refused_unread(
    size: tuple[int, int], colour: int, depth: int, most: int
) -> None:
    """The header is enough; the limit that is told is the mode's own; no warning of Pillow's shows."""
    with warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("always")
        refusal = _refused(png_of(*size, colour, depth))
    assert not shown
    assert refusal.fault is PictureFault.TOO_MANY_PIXELS
    assert refusal.facts == {"megapixels": size[0] * size[1] // 1_000_000, "most": most}


@pytest.mark.parametrize(("colour", "most"), [(COLOUR, 117), (GREY, 471)])
def test_the_limit_that_is_told_is_the_one_that_holds(colour: int, most: int) -> None:
    """A picture of that size gets as far as its pixels, which are missing here."""
    width = 20_000
    assert _refused(png_of(width, most * 1_000_000 // width, colour)).fault is PictureFault.TRUNCATED
    assert _refused(png_of(width, (most + 1) * 1_000_000 // width, colour)).fault is PictureFault.TOO_MANY_PIXELS


@pytest.mark.parametrize("size", [(8160, 6144), (9248, 6936), (12_000, 9000), (16_320, 12_240)])
def test_what_phones_make_is_within_the_limit(size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    """JPEGs of 50, 64, 108 and 200 megapixels are decoded at a half, a quarter, an eighth."""
    seen: list[tuple[int, int]] = []

    def load(image: Image.Image) -> bool:
        seen.append(image.size)
        return False

    monkeypatch.setattr(decoding, "_load", load)
    _refused(jpeg_of(*size))
    assert seen[0][0] * seen[0][1] <= bounds.MOST_DECODED


def test_scans_of_a_large_jpeg_are_kept_whole_and_count() -> None:
    """A progressive one of 400 megapixels would take more than a gigabyte."""
    refusal = _refused(jpeg_of(20_000, 20_000, progressive=True))
    assert refusal.fault in {PictureFault.TOO_MANY_PIXELS, PictureFault.TOO_MUCH}


def test_scans_times_pixels_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each scan goes over the whole picture, be it empty."""
    data = encode(Image.new("L", (640, 640), 255), "JPEG", progressive=True)
    scan = data[data.rindex(b"\xff\xda") : -2]
    decode_picture(data[:-2] + scan * 100 + data[-2:])
    monkeypatch.setattr(bounds, "MOST_WORK", 50 * 640 * 640)
    assert _refused(data[:-2] + scan * 100 + data[-2:]).fault is PictureFault.TOO_MUCH
    decode_picture(data)


def test_scans_that_hide_behind_junk_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stray marks between the scans, which a decoder passes over, are passed over here."""
    data = encode(Image.new("L", (64, 64), 255), "JPEG", progressive=True)
    scan = b"\x01\xff\xd0\xff\x01\xff\xff" + data[data.rindex(b"\xff\xda") : -2]
    monkeypatch.setattr(bounds, "MOST_SCANS", 50)
    assert _refused(data[:-2] + scan * 60 + data[-2:]).fault is PictureFault.TOO_MUCH


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "TIFF", "JPEG2000", "BMP", "WEBP"])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_a_large_picture_is_decoded_smaller(kind: str, mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The size that is told is the file's own."""
    monkeypatch.setattr(bounds, "MOST_DECODED", 20_000)
    monkeypatch.setattr(bounds, "LARGE", 20_000)
    decoded = decode_picture(encode(corners(300, 200).convert(mode), kind))
    assert (decoded.width, decoded.height) == (300, 200)
    assert decoded.image.size == (150, 100)
    assert near(decoded.image, (145, 95), BLUE if mode == "RGB" else (29, 29, 29), 20)


def test_a_large_turned_picture_is_told_upright(monkeypatch: pytest.MonkeyPatch) -> None:
    """Width and height are those that people see."""
    monkeypatch.setattr(bounds, "MOST_DECODED", 20_000)
    exif = Image.Exif()
    exif[0x0112] = 6
    for kind in ("JPEG", "PNG", "TIFF"):
        decoded = decode_picture(encode(corners(300, 200), kind, exif=exif))
        assert (decoded.width, decoded.height, decoded.image.size) == (200, 300, (100, 150))
        assert near(decoded.image, (95, 5), RED, 20)


def test_bands_meet_without_a_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    """Large pictures are converted band by band."""
    ramp = Image.linear_gradient("L").resize((300, 400))
    whole = decode_picture(encode(ramp.convert("LA"), "PNG")).image.tobytes()
    monkeypatch.setattr("model_service.picture.colour.BAND", 300 * 7)
    assert decode_picture(encode(ramp.convert("LA"), "PNG")).image.tobytes() == whole


def test_a_jpeg_2000_whose_headers_contradict_each_other_is_refused() -> None:
    """A small picture by its box, a huge one by its samples."""
    data = bytearray(encode(corners(), "JPEG2000"))
    stream = data.index(b"\xff\x4f\xff\x51")
    data[stream + 8 : stream + 16] = struct.pack(">II", 60_000, 60_000)
    assert _refused(bytes(data)).fault is PictureFault.UNUSUAL


def test_an_avif_whose_frame_is_far_larger_than_its_picture_is_refused() -> None:
    """It would be decoded whole."""
    data = bytearray(encode(Image.new("RGB", (600, 400)), "AVIF"))
    decode_picture(bytes(data))
    place = data.index(b"ispe")
    data[place + 8 : place + 16] = struct.pack(">II", 64, 64)
    assert _refused(bytes(data)).fault is PictureFault.UNUSUAL


@pytest.mark.parametrize("bytes_of_places", [0x00, 0x44])
def test_places_of_items_that_never_end_are_refused(bytes_of_places: int) -> None:
    """A table of 65535 items with 65535 extents each that takes no room."""
    data = bytearray(encode(Image.new("RGB", (60, 40)), "AVIF"))
    place = data.index(b"iloc")
    data[place + 8 : place + 12] = bytes([bytes_of_places, 0, 0xFF, 0xFF])
    with pytest.raises(PictureRejected):
        check_frames(bytes(data[: place + 12]) + b"\xff\xff" * 4000, (60, 40))


@pytest.mark.parametrize("options", [{}, {"subsampling": "4:4:4", "quality": 100}])
@pytest.mark.parametrize(("mode", "size"), [("RGB", (37, 61)), ("RGBA", (300, 200)), ("L", (640, 64))])
def test_ordinary_avifs_are_read(mode: str, size: tuple[int, int], options: dict[str, object]) -> None:
    """With an alpha, of odd sizes, in full colour."""
    image = Image.linear_gradient("L").resize(size).convert(mode)
    assert decode_picture(encode(image, "AVIF", **options)).image.size == size


@pytest.mark.parametrize(
    ("name", "size"),
    [("phone-50mp.png", (8160, 6144)), ("a3-600dpi.tif", (7016, 9921)), ("panorama.png", (20_000, 300))],
)
def test_large_files_that_people_sent_are_read(name: str, size: tuple[int, int]) -> None:
    """Of 50 megapixels, of 70 in black and white, 67 times as long as high."""
    decoded = decode_picture((PICTURES / name).read_bytes())
    assert (decoded.width, decoded.height) == size
    assert np.asarray(decoded.image.resize((400, 400)).convert("L")).std() > 1
