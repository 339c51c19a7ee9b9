"""Promises of `open_picture` for good pictures."""

import io
import struct

import numpy as np
import pytest
from PIL import Image

from model_service import open_picture
from tests.model_service.pictures import BLUE, RED, WHITE, corners, encode, near

ORIENTATION = 0x0112
UNDONE = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
"""How a camera stores an upright scene, by the EXIF orientation it writes."""


def _stored(orientation: int) -> tuple[Image.Image, Image.Exif]:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    turn = UNDONE[orientation]
    return (corners() if turn is None else corners().transpose(turn)), exif


def _assert_corners(image: Image.Image, tolerance: int = 12) -> None:
    assert image.mode == "RGB"
    assert image.size == (60, 40)
    assert near(image, (5, 5), RED, tolerance)
    assert near(image, (55, 35), BLUE, tolerance)
    assert near(image, (55, 5), WHITE, tolerance)
    assert near(image, (5, 35), WHITE, tolerance)


@pytest.mark.parametrize(
    ("kind", "tolerance"),
    [("JPEG", 12), ("PNG", 0), ("WEBP", 12), ("BMP", 0), ("TIFF", 0), ("GIF", 0), ("AVIF", 12), ("JPEG2000", 0)],
)
def test_every_format_is_read(kind: str, tolerance: int) -> None:
    """JPEG, PNG, WebP, BMP, TIFF, AVIF, JPEG 2000 and a GIF of one frame come out as the picture that went in."""
    options = {"quality": 95, "subsampling": 0} if kind == "JPEG" else {}
    _assert_corners(open_picture(encode(corners(), kind, **options)), tolerance)


@pytest.mark.parametrize("orientation", UNDONE)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_the_picture_stands_upright(kind: str, orientation: int) -> None:
    """All eight EXIF orientations are undone."""
    image, exif = _stored(orientation)
    options = {"quality": 95, "subsampling": 0} if kind == "JPEG" else {}
    _assert_corners(open_picture(encode(image, kind, exif=exif, **options)))


def test_a_torn_exif_block_costs_no_picture() -> None:
    """Metadata that cannot be read is no reason to refuse what can be seen."""
    assert open_picture(encode(corners(), "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff")).size == (60, 40)


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_printing_ink_is_converted(kind: str) -> None:
    """CMYK comes out in its colours, in a TIFF and in Adobe's inverted JPEG alike."""
    image = Image.new("CMYK", (60, 40), (0, 255, 255, 0))
    assert near(open_picture(encode(image, kind)), (30, 20), RED)


def test_a_cmyk_jpeg_without_adobes_mark_is_not_inverted() -> None:
    """Only Adobe stores ink inverted; a plain CMYK JPEG says what it means."""
    # Pillow writes ink inverted, so this stores 0, 255, 255, 0: red, once Adobe's mark is gone.
    red_ink = encode(Image.new("CMYK", (64, 64), (255, 0, 0, 255)), "JPEG", quality=95)
    mark = red_ink.index(b"\xff\xee")
    length = struct.unpack(">H", red_ink[mark + 2 : mark + 4])[0]
    plain = red_ink[:mark] + red_ink[mark + 2 + length :]
    assert near(open_picture(plain), (32, 32), RED)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
@pytest.mark.parametrize("order", ["<u2", ">u2"])
def test_sixteen_bit_grey_is_scaled_not_clipped(kind: str, order: str) -> None:
    """65535 is white, half of it is middle grey: nothing is cut off at 255."""
    ramp = np.linspace(0, 65535, 256).astype(order).reshape(1, 256).repeat(8, axis=0)
    grey = np.asarray(open_picture(encode(Image.fromarray(ramp), kind)))
    assert grey.shape == (8, 256, 3)
    assert np.abs(grey[0, :, 0].astype(int) - np.arange(256)).max() <= 1


def test_other_deep_grey_is_stretched() -> None:
    """Floating-point and 32-bit grey have no fixed white: the darkest becomes black, the brightest white."""
    for ramp in (np.linspace(-1, 3, 256, dtype=np.float32), np.linspace(-70_000, 90_000, 256).astype(np.int32)):
        image = Image.fromarray(ramp.reshape(1, 256).repeat(8, axis=0))
        grey = np.asarray(open_picture(encode(image, "TIFF")))
        assert np.abs(grey[0, :, 1].astype(int) - np.arange(256)).max() <= 1


def test_an_even_deep_grey_is_read() -> None:
    """A floating-point picture of one value, or of none at all, is black rather than an error."""
    for value in (3.5, np.nan, np.inf):
        image = Image.fromarray(np.full((8, 8), value, dtype=np.float32))
        assert open_picture(encode(image, "TIFF")).getpixel((4, 4)) == (0, 0, 0)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "PA"])
def test_transparency_is_laid_on_white(mode: str) -> None:
    """What is see-through becomes white, as on a page; what is half so becomes lighter."""
    image = Image.new("RGBA", (60, 40), (0, 0, 0, 0))
    image.paste((0, 0, 0, 255), (0, 0, 20, 40))
    image.paste((0, 0, 0, 128), (20, 0, 40, 40))
    data = encode(image if mode == "RGBA" else image.convert("LA"), "PNG")
    if mode == "PA":
        data = encode(image.quantize(8), "PNG")
    opened = open_picture(data)
    assert near(opened, (10, 20), (0, 0, 0))
    assert near(opened, (30, 20), (127, 127, 127))
    assert near(opened, (50, 20), WHITE)


def test_a_transparent_colour_is_laid_on_white() -> None:
    """One colour of a palette, or of an RGB or grey PNG, may be the transparent one."""
    halves = Image.new("RGB", (60, 40), RED)
    halves.paste(BLUE, (30, 0, 60, 40))
    palette = halves.quantize(8)
    blue = palette.getpixel((55, 35))
    assert near(open_picture(encode(palette, "PNG", transparency=blue)), (55, 35), WHITE)
    assert near(open_picture(encode(palette, "GIF", transparency=blue)), (55, 35), WHITE)
    assert near(open_picture(encode(halves, "PNG", transparency=BLUE)), (55, 35), WHITE)
    assert near(open_picture(encode(Image.new("L", (8, 8), 7), "PNG", transparency=7)), (4, 4), WHITE)


@pytest.mark.parametrize("mode", ["1", "L", "P", "YCbCr"])
def test_other_modes_become_rgb(mode: str) -> None:
    """Black and white, grey, palette and YCbCr pictures are read."""
    image = Image.new("RGB", (60, 40), WHITE).convert(mode)
    assert near(open_picture(encode(image, "TIFF")), (30, 20), WHITE)


def test_of_a_scan_with_several_pages_the_first_is_read() -> None:
    """A TIFF of many pages is a common scan, not an animation."""
    pages = [Image.new("RGB", (60, 40), BLUE) for _ in range(2)]
    _assert_corners(open_picture(encode(corners(), "TIFF", save_all=True, append_images=pages)), 0)


def test_of_a_phones_two_pictures_the_first_is_read() -> None:
    """Phones write a second JPEG (depth, gain) behind the first: no animation either."""
    data = encode(corners(), "MPO", save_all=True, append_images=[Image.new("RGB", (60, 40), BLUE)], quality=95)
    assert Image.open(io.BytesIO(data)).format == "MPO"
    _assert_corners(open_picture(data), 60)
