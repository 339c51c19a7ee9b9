"""Tests of print that is found in drawn pictures, and of the bands that they are cut into."""

import random
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from assistant.pictures.bands import TALLEST, Band, Capacity, Print, cut, find_print, framed

WORDS = ("The", "goods", "were", "shipped", "by", "rail", "and", "paid", "for", "in", "April", "by", "Ms", "Weber")
Span = tuple[int, int]
Colour = tuple[int, ...]

PAPER, NIGHT = (255, 255, 255), (24, 34, 44)


def lines_of(count: int, words: int = 6) -> list[str]:
    """Return lines of print, no two the same."""
    return [
        " ".join(WORDS[(number + word) % len(WORDS)] for word in range(words)) + f" {number}" for number in range(count)
    ]


def drawn(
    image: Image.Image,
    lines: list[str],
    size: int,
    at: Span = (30, 30),
    *,
    pitch: float = 1.5,
    ink: Colour = (0, 0, 0),
) -> list[Span]:
    """Write lines into a picture, and return the first row and the last of each."""
    draw, font, spans = ImageDraw.Draw(image), ImageFont.load_default(size), []
    for number, line in enumerate(lines):
        place = at[0], at[1] + round(number * pitch * size)
        draw.text(place, line, fill=ink, font=font)
        _, top, _, bottom = draw.textbbox(place, line, font=font)
        spans.append((int(top), int(bottom)))
    return spans


def sheet(lines: list[str], size: int, *, pitch: float = 1.5) -> tuple[Image.Image, list[Span]]:
    """Return lines on white paper, and where each is."""
    image = Image.new("RGB", (60 + size * max(map(len, lines)) * 6 // 10, 60 + round(len(lines) * pitch * size)), PAPER)
    return image, drawn(image, lines, size, pitch=pitch)


def bubbles(count: int, size: int, *, dark: bool) -> tuple[Image.Image, list[Span]]:
    """Return a chat: bubbles to the left and right, each with two lines."""
    step = 5 * size
    image = Image.new("RGB", (1080, count * step), NIGHT if dark else (235, 229, 221))
    spans = []
    for number, (one, two) in enumerate(zip(lines_of(count, 3), lines_of(count, 4), strict=True)):
        left, top = (20, 330)[number % 2], number * step
        colour = ((32, 44, 51), (0, 92, 75)) if dark else (PAPER, (217, 253, 211))
        box = (left, top, left + 720, top + 4 * size)
        ImageDraw.Draw(image).rounded_rectangle(box, size // 2, fill=colour[number % 2])
        ink = (233, 237, 239) if dark else (17, 27, 33)
        spans += drawn(image, [one, two], size, (left + 30, top + size // 2), ink=ink)
    return image, spans


def noise(size: tuple[int, int]) -> Image.Image:
    """Return something like a photo: areas of all colours without a sharp edge."""
    small = np.random.default_rng(7).integers(0, 255, (size[1] // 40, size[0] // 40, 3), dtype=np.uint8)
    return Image.fromarray(small).resize(size, Image.Resampling.BICUBIC)


def height_of(spans: list[Span]) -> float:
    """Return the height of most lines."""
    return float(np.median([bottom - top for top, bottom in spans]))


def holders(bands: list[Band], span: Span) -> list[Band]:
    """Return the bands that a line is whole in."""
    return [band for band in bands if band.box.top <= span[0] and span[1] <= band.box.bottom]


@pytest.mark.parametrize("size", [10, 12, 16, 20, 28, 40, 64, 90])
def test_the_height_of_print_is_found(size: int) -> None:
    """And about how many letters there are, with the white between words."""
    lines = lines_of(24)
    image, spans = sheet(lines, size)
    found = find_print(image)
    assert found.height == pytest.approx(height_of(spans), rel=0.2)
    assert found.characters == pytest.approx(sum(map(len, lines)), rel=0.2)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("size", [24, 40, 52])
def test_the_height_of_print_in_bubbles(size: int, *, dark: bool) -> None:
    """Light on dark or dark on light; their borders are no print."""
    image, spans = bubbles(12, size, dark=dark)
    assert find_print(image).height == pytest.approx(height_of(spans), rel=0.2)


def test_most_of_the_print_counts() -> None:
    """A headline is not its height."""
    lines = lines_of(20)
    image, spans = sheet(["", "", "", *lines], 16)
    drawn(image, ["The goods"], 48, (30, 10))
    assert find_print(image).height == pytest.approx(height_of(spans[3:]), rel=0.2)


def test_one_line_is_print() -> None:
    """Be it as short as an amount."""
    image = Image.new("RGB", (400, 300), PAPER)
    (span,) = drawn(image, ["TOTAL 14.60"], 30, (60, 120))
    assert find_print(image).height == pytest.approx(span[1] - span[0], rel=0.2)


@pytest.mark.parametrize("angle", [-4, 2, 4])
def test_a_tilted_page_has_print(angle: float) -> None:
    """Its lines are looked for in strips."""
    image, spans = sheet(lines_of(24), 20)
    tilted = image.rotate(angle, expand=True, fillcolor=PAPER)
    assert find_print(tilted).height == pytest.approx(height_of(spans), rel=0.5)


def shapes() -> Image.Image:
    """Return a drawing without a letter."""
    image = Image.new("RGB", (900, 700), PAPER)
    draw = ImageDraw.Draw(image)
    draw.rectangle((100, 100, 500, 600), outline=(0, 0, 0), width=4)
    draw.ellipse((300, 200, 850, 650), fill=(200, 60, 20))
    return image


@pytest.mark.parametrize(
    "image",
    [Image.new("RGB", (600, 400), PAPER), Image.new("RGB", (2, 2)), noise((1200, 900)), shapes()],
    ids=["paper", "pixels", "a photo", "a drawing"],
)
def test_what_has_no_print_has_none(image: Image.Image) -> None:
    """Nothing is found, and nothing cut."""
    found = find_print(image)
    assert (found.height, found.characters) == (None, 0)
    assert cut(image, Print(), Capacity(256, 600, 28)) == []


CAPACITIES = [Capacity(256, 200, 28), Capacity(256, 2000, 28), Capacity(128, 600, 28), Capacity(256, 2000, 14)]


@pytest.mark.parametrize("capacity", CAPACITIES, ids=str)
@pytest.mark.parametrize(("size", "pitch"), [(12, 1.3), (20, 1.5), (40, 2.5)])
def test_no_line_is_cut(size: int, pitch: float, capacity: Capacity) -> None:
    """Each is whole in exactly one band; the bands are in reading order, and count them."""
    image, spans = sheet(lines_of(60), size, pitch=pitch)
    bands = cut(image, find_print(image), capacity)
    assert len(bands) > 1
    assert [len(holders(bands, span)) for span in spans] == [1] * len(spans)
    assert [(band.box.top, band.overlaps) for band in bands] == sorted((band.box.top, False) for band in bands)
    assert [band.lines for band in bands] == [sum(band in holders(bands, span) for span in spans) for band in bands]


@pytest.mark.parametrize("dark", [False, True])
def test_no_message_is_lost(*, dark: bool) -> None:
    """Of a long chat, whose bubbles stand to the left and to the right."""
    image, spans = bubbles(40, 36, dark=dark)
    bands = cut(image, find_print(image), Capacity(256, 400, 28))
    assert [len(holders(bands, span)) for span in spans] == [1] * len(spans)
    assert len({(band.box.left, band.box.right) for band in bands}) == 1


def test_a_band_holds_no_more_than_it_may() -> None:
    """About so many letters, and a grid of so many tokens."""
    lines = lines_of(120)
    image, _ = sheet(lines, 20)
    found, capacity = find_print(image), Capacity(256, 500, 28)
    assert found.height is not None
    bands = cut(image, found, capacity)
    assert max(band.lines for band in bands) * sum(map(len, lines)) / len(lines) <= 1.3 * capacity.characters
    assert max(framed(image, band, found.height, capacity)[1] for band in bands) <= capacity.tokens


def test_lines_that_are_too_long_are_cut_between_columns() -> None:
    """The left one is read first."""
    size, lines = 20, lines_of(30, 8)
    image = Image.new("RGB", (1600, 60 + 30 * 30), PAPER)
    left = drawn(image, lines, size)
    drawn(image, lines, size, (850, 30))
    bands = cut(image, find_print(image), Capacity(256, 2000, 28, columns=32))
    columns = sorted({band.box.left for band in bands})
    assert len(columns) == 2
    for column in columns:
        assert [len(holders([band for band in bands if band.box.left == column], span)) for span in left] == [1] * 30
    assert [band.box.left for band in bands] == sorted(band.box.left for band in bands)
    ink = np.asarray(image.convert("L")) < 128
    assert not ink[:, columns[1]].any()


@pytest.mark.parametrize("angle", [2, -3])
def test_without_white_between_lines_bands_overlap(angle: float) -> None:
    """By more than a line, so that each line of a tilted page is whole in one of two."""
    image, spans = sheet(lines_of(60, 12), 20, pitch=1.4)
    tilted = image.rotate(angle, expand=True, fillcolor=PAPER)
    found = find_print(tilted)
    bands = cut(tilted, found, Capacity(256, 2000, 28))
    assert any(band.overlaps for band in bands)
    for one, other in pairwise(bands):
        common = one.box.bottom - other.box.top
        assert common >= 1.8 * height_of(spans) if other.overlaps else common == 0
    assert sum(band.lines for band in bands) >= len(spans)


def test_a_panorama_is_cut_across() -> None:
    """It is read from left to right."""
    image = Image.new("RGB", (12_000, 120), PAPER)
    drawn(image, [" ".join(lines_of(60))], 24)
    bands = cut(image, find_print(image), Capacity(256, 2000, 28))
    assert len(bands) > 3
    assert [band.box.left for band in bands] == sorted({band.box.left for band in bands})
    ink = np.asarray(image.convert("L")) < 128
    assert all(not ink[:, band.box.left].any() for band in bands if not band.overlaps)
    assert not ink[:, : bands[0].box.left].any() and not ink[:, bands[-1].box.right :].any()


def test_nothing_is_lost_at_the_edges_of_much_print() -> None:
    """The first line and the last of a very long till roll, be they short; a speck beside it is no print."""
    size, count = 14, 900
    image = Image.new("RGB", (400, 100 + 24 * count), PAPER)
    spans = drawn(image, ["A", *lines_of(count - 2, 4), "9.50"], size, (60, 30), pitch=24 / size)
    ImageDraw.Draw(image).rectangle((390, 9, 391, 10), fill=(0, 0, 0))
    bands = cut(image, find_print(image), Capacity(256, 2000, 28))
    assert [len(holders(bands, span)) for span in spans] == [1] * count
    assert max(band.box.right for band in bands) < 390


@pytest.mark.parametrize("paper", [PAPER, NIGHT])
def test_a_band_is_framed_in_the_shape_of_a_grid(paper: tuple[int, int, int]) -> None:
    """With paper of its own colour around it, neither too thin nor too tall, whatever it holds."""
    capacity, chosen = Capacity(256, 400, 28), random.Random(3)
    for _ in range(12):
        size, words, count = chosen.choice([12, 20, 40]), chosen.randint(1, 9), chosen.randint(1, 30)
        image = Image.new("RGB", (60 + 40 * size, 60 + 2 * size * count), paper)
        drawn(image, lines_of(count, words), size, ink=tuple(255 - value for value in paper))
        found = find_print(image)
        assert found.height is not None
        for band in cut(image, found, capacity):
            whole, tokens = framed(image, band, found.height, capacity)
            rows = round((tokens * whole.height / whole.width) ** 0.5)
            columns = tokens // rows
            assert rows * columns == tokens <= capacity.tokens
            assert abs(whole.width / columns - whole.height / rows) < 1
            assert min(rows, columns) >= 3 and rows <= TALLEST * columns
            assert {whole.getpixel((0, 0)), whole.getpixel((whole.width - 1, whole.height - 1))} == {paper}
