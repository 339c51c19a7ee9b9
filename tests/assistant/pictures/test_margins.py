"""Tests of the part of a picture that is looked at: its print, without blank paper and the table around."""

import random

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from assistant.pictures.bands import find_print
from assistant.pictures.margins import Parts, find_parts
from model_service import Region

LINES = ("Invoice 2024-117", "Total to be paid 12.25 EUR", "before the 1st of May", "1")
BOX = tuple[int, int, int, int]


def written(image: Image.Image, at: tuple[int, int], size: int = 22, lines: tuple[str, ...] = LINES) -> BOX:
    """Write lines into a picture, and return the rectangle that they take."""
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(size)
    boxes = []
    for number, line in enumerate(lines):
        place = at[0], at[1] + round(number * 1.5 * size)
        draw.text(place, line, fill=(20, 20, 20), font=font)
        boxes.append(draw.textbbox(place, line, font=font))
    left, top, right, bottom = zip(*boxes, strict=True)
    return int(min(left)), int(min(top)), int(max(right)) + 1, int(max(bottom)) + 1


def line_in(image: Image.Image) -> float:
    """Return the height of its lines as the product finds it."""
    height = find_print(image).height
    assert height is not None
    return height


def area(region: Region) -> float:
    """Return the share of the picture that a region is."""
    return (region.right - region.left) * (region.bottom - region.top)


def holds(region: Region, box: BOX, size: tuple[int, int]) -> bool:
    """Whether a rectangle in pixels lies within a region."""
    left, top, right, bottom = region.box(*size)
    return left <= box[0] and top <= box[1] and right >= box[2] and bottom >= box[3]


def table(width: int, height: int) -> Image.Image:
    """Return a dark table with slanted creases all over it, a little blurred."""
    image, rng = Image.new("RGB", (width, height), (120, 60, 50)), random.Random(1)
    draw = ImageDraw.Draw(image)
    for _ in range(14):
        ends = [(rng.randrange(width), 0), (rng.randrange(width), height)]
        draw.line(ends, fill=(40, 20, 20), width=4)
    return image.filter(ImageFilter.GaussianBlur(1))


@pytest.mark.parametrize("size", [12, 22, 40])
@pytest.mark.parametrize("at", [(40, 40), (500, 900)])
def test_blank_paper_is_left_out(size: int, at: tuple[int, int]) -> None:
    """All that is printed stays, a lone figure too, whatever the size of type and wherever it stands."""
    image = Image.new("RGB", (1200, 1600), (250, 248, 240))
    box = written(image, at, size)
    found = find_parts(image, line_in(image)).drawn
    assert found is not None and holds(found, box, image.size) and area(found) < 0.3


def test_a_receipt_on_a_table_is_looked_at_alone() -> None:
    """The table is not blank: there is something to be seen."""
    image = table(1200, 1200)
    paper = Image.new("RGB", (600, 500), (245, 245, 240))
    box = written(paper, (60, 60))
    image.paste(paper, (300, 400))
    placed = (box[0] + 300, box[1] + 400, box[2] + 300, box[3] + 400)
    parts = find_parts(image, line_in(paper))
    assert parts.drawn is None
    assert parts.printed is not None and holds(parts.printed, placed, image.size) and area(parts.printed) < 0.25


@pytest.mark.parametrize("colour", [(0, 90, 160), (255, 245, 180), (228, 228, 228)])
def test_what_is_drawn_beside_the_print_belongs_to_it(colour: tuple[int, int, int]) -> None:
    """A bar that is longer than what is written, however pale."""
    image = Image.new("RGB", (1400, 1400), "white")
    box = written(image, (100, 100))
    ImageDraw.Draw(image).rectangle((100, 400, 1000, 700), fill=colour)
    found = find_parts(image, line_in(image)).drawn
    assert found is not None and holds(found, (box[0], box[1], 1001, 701), image.size)


def test_a_page_that_is_full_stays_as_it_is() -> None:
    """There is nothing to leave out."""
    image = Image.new("RGB", (600, 640), "white")
    written(
        image,
        (20, 20),
        22,
        tuple(f"{number} a line of a page that is full of print to the edge" for number in range(18)),
    )
    assert find_parts(image, line_in(image)) == Parts()


def test_a_picture_of_nothing_has_no_such_part() -> None:
    """Nor has one of noise alone."""
    assert find_parts(Image.new("RGB", (300, 300), "white"), 20) == Parts()
    noise = np.random.default_rng(1).integers(0, 255, (300, 300, 3), dtype=np.uint8)
    assert find_parts(Image.fromarray(noise), 20) == Parts()
