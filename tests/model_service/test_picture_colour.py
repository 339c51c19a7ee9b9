"""Ink that is light, transparency that is none, grey that uses a part of its range."""

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw

from model_service import open_picture
from tests.cases import PICTURES
from tests.model_service.pictures import BLUE, WHITE, corners, encode, near

BLACK = (0, 0, 0)


def written(ink: tuple[int, ...], mode: str = "RGBA", ground: tuple[int, ...] = (255, 255, 255, 0)) -> Image.Image:
    """Return writing on nothing."""
    image = Image.new("RGBA", (200, 80), ground)
    ImageDraw.Draw(image).text((20, 20), "Total 21.60", fill=ink, font_size=30)
    return image.convert(mode)


def contrast(image: Image.Image) -> int:
    """Return the difference between the ground and what differs from it most."""
    grey = np.asarray(image.convert("L")).astype(int)
    return int(np.abs(grey - grey[0, 0]).max())


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
@pytest.mark.parametrize(
    "ink", [(255, 255, 255, 255), (255, 255, 120, 255), (210, 210, 210, 255), (255, 255, 255, 200)]
)
def test_light_ink_on_nothing_is_laid_on_dark(ink: tuple[int, ...], mode: str) -> None:
    """On white it would vanish."""
    opened = open_picture(encode(written(ink, mode), "PNG"))
    assert opened.getpixel((0, 0)) == BLACK
    assert contrast(opened) > 150


@pytest.mark.parametrize("ink", [(0, 0, 0, 255), (120, 0, 0, 255), (40, 90, 200, 255)])
@pytest.mark.parametrize("ground", [(255, 255, 255, 0), (0, 0, 0, 0)])
def test_dark_ink_on_nothing_stays_on_white(ink: tuple[int, ...], ground: tuple[int, ...]) -> None:
    """Whatever colour the see-through pixels have."""
    opened = open_picture(encode(written(ink, ground=ground), "PNG"))
    assert opened.getpixel((0, 0)) == WHITE
    assert contrast(opened) > 120


def test_ink_of_both_kinds_is_laid_on_grey() -> None:
    """Neither line may vanish."""
    image = written((255, 255, 255, 255))
    ImageDraw.Draw(image).text((20, 45), "Tax 1.20 or so", fill=(0, 0, 0, 255), font_size=30)
    grey = np.asarray(open_picture(encode(image, "PNG")).convert("L"))
    assert 0 < grey[0, 0] < 255
    assert (int(grey.min()), int(grey.max())) == (0, 255)


def test_light_ink_in_a_palette_is_laid_on_dark() -> None:
    """As a GIF, or a PNG of few colours, has it."""
    image = Image.new("P", (60, 40), 0)
    image.putpalette([255, 255, 255, 250, 250, 250])
    image.paste(1, (10, 10, 50, 30))
    assert near(open_picture(encode(image, "GIF", transparency=0)), (2, 2), BLACK)


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP"])
def test_an_alpha_of_nothing_but_zeros_is_none(kind: str) -> None:
    """A program that never wrote it: viewers show what is there."""
    image = corners().convert("RGBA")
    image.putalpha(0)
    options = {"lossless": True, "exact": True} if kind == "WEBP" else {}
    assert near(open_picture(encode(image, kind, **options)), (55, 35), BLUE)


def test_one_opaque_pixel_makes_it_an_alpha() -> None:
    """Then what is see-through is not shown."""
    image = corners().convert("RGBA")
    image.putalpha(0)
    image.putpixel((3, 3), (255, 0, 0, 255))
    assert not near(open_picture(encode(image, "PNG")), (55, 35), BLUE)


@pytest.mark.parametrize("name", ["logo-white.png", "title-la.png"])
def test_the_light_logos_that_people_sent_can_be_seen(name: str) -> None:
    """And so can the dark one, on white."""
    assert contrast(open_picture((PICTURES / name).read_bytes())) > 200
    assert near(open_picture((PICTURES / "logo-black.png").read_bytes()), (0, 0), WHITE)


def test_a_clipboards_bitmap_is_seen() -> None:
    """Its 32 bits hold an alpha mask whose alpha is 0 everywhere."""
    assert contrast(open_picture((PICTURES / "clipboard.bmp").read_bytes())) > 200


@pytest.mark.parametrize("most", [255, 1023, 4095, 16383])
@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_grey_of_fewer_bits_in_sixteen_is_stretched(most: int, kind: str) -> None:
    """A 12-bit scanner's white is white."""
    ramp = np.linspace(0, most, 256).astype(np.uint16).reshape(1, 256).repeat(8, axis=0)
    grey = np.asarray(open_picture(encode(Image.fromarray(ramp), kind)))[0, :, 0].astype(int)
    assert (grey[0], grey[-1]) == (0, 255)
    assert np.abs(grey - np.arange(256)).max() <= 1


def test_grey_far_from_black_is_stretched() -> None:
    """A part of the range in its middle, and a few dead pixels beside it."""
    ramp = np.linspace(31_000, 36_000, 256).astype(np.uint16).reshape(1, 256).repeat(1000, axis=0)
    ramp[0, 0], ramp[1, 1] = 0, 65535
    grey = np.asarray(open_picture(encode(Image.fromarray(ramp), "PNG")))[500, :, 0].astype(int)
    assert np.abs(grey - np.arange(256)).max() <= 1


def test_grey_that_uses_half_its_range_is_left_alone() -> None:
    """A dull scan of 16 bits comes out as one of 8 bits would."""
    ramp = np.linspace(10_000, 50_000, 256).astype(np.uint16).reshape(1, 256).repeat(8, axis=0)
    grey = np.asarray(open_picture(encode(Image.fromarray(ramp), "PNG")))[0, :, 0]
    assert (int(grey[0]), int(grey[-1])) == (39, 195)


def test_where_zero_is_white_grey_is_turned_over() -> None:
    """Tag 262 of a TIFF; without the tag nothing is turned."""
    ramp = np.linspace(0, 65535, 256).astype(np.uint16).reshape(1, 256).repeat(8, axis=0)
    buffer = io.BytesIO()
    Image.fromarray(ramp).save(buffer, "TIFF", tiffinfo={262: 0})
    data = buffer.getvalue()
    if Image.open(io.BytesIO(data)).tag_v2[262] != 0:  # type: ignore[attr-defined]
        tag = data.index(b"\x06\x01\x03\0\x01\0\0\0")
        data = data[: tag + 8] + b"\0" + data[tag + 9 :]
    grey = np.asarray(open_picture(data))[0, :, 0].astype(int)
    assert np.abs(grey - np.arange(255, -1, -1)).max() <= 1


@pytest.mark.parametrize("name", ["scan-12bit.png", "xray-miniswhite.tif"])
def test_deep_scans_that_people_sent_are_black_on_white(name: str) -> None:
    """Mostly white, and with black in it."""
    grey = np.asarray(open_picture((PICTURES / name).read_bytes()).convert("L"))
    assert np.median(grey) > 240
    assert grey.min() < 10
