"""Draw flat shapes in plain colours."""

import math
import random
from collections.abc import Sequence

from PIL import Image, ImageDraw

from training.documents import Kind
from training.pages import Page
from training.phrasing import Wording
from training.shapes.marking import mark_shapes
from training.shapes.outlines import (
    COLOURS,
    FINE,
    SHAPES,
    Colour,
    Shape,
    distance,
    is_held_out,
    paint_shape,
    shade,
)
from training.shapes.questions import ask_shapes

NUMBERS = (1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6)
"""The weighted numbers of shapes: counting is learned from many."""

NUMBERS_IN_EXAM = (1, 1, 2, 2, 3, 3, 4, 5, 6)
LEAST_SIZE = 40
LEAST_SHARE = 0.09
CLEAR = 110.0
"""The least distance of a shape's colour from the ground's."""

TURNED = 1.21
"""The most that a box grows when turned by 12 degrees."""


def draw_shapes(rng: random.Random, width: int, height: int, *, split: Wording = "train") -> Page:
    """Draw 1 to 6 shapes on a canvas of `width` x `height` pixels, 100 or more each way, with questions.

    `split` chooses the wording; "test" alone draws striped grounds, shapes in a row, and pairs of colour and shape kept
    out of training.
    """
    ground = _choose_ground(rng)
    placed = _place(rng, width, height, [name for name in COLOURS if _is_clear(name, ground)], split)
    image = _paint_ground(rng, (width, height), ground, split)
    for shape in placed:
        paint_shape(image, shape, shade(rng, shape.colour))
    return Page(image, "", mark_shapes(placed), ask_shapes(rng, placed, split), Kind.SHAPES, 0.0)


def _choose_ground(rng: random.Random) -> Colour:
    light = rng.randint(205, 255)
    choice = rng.random()
    if choice < 0.35:
        return rng.choice(((255, 255, 255), (light, light, light)))
    if choice < 0.75:
        return light, rng.randint(205, 255), rng.randint(195, 255)
    depth = 70
    return rng.randint(0, depth), rng.randint(0, depth), rng.randint(0, depth)


def _is_clear(name: str, ground: Colour) -> bool:
    return distance(COLOURS[name][1], ground) >= CLEAR


def _paint_ground(rng: random.Random, size: tuple[int, int], ground: Colour, split: Wording) -> Image.Image:
    image = Image.new("RGB", size, ground)
    change = -16 if min(ground) > 100 else 16
    other: Colour = (ground[0] + change, ground[1] + change, ground[2] + change)
    style = rng.random()
    if split == "test" and style < 0.25:
        pen, step = ImageDraw.Draw(image), max(8, size[0] // rng.randint(8, 16))
        for left in range(0, size[0], 2 * step):
            pen.rectangle((left, 0, left + step, size[1]), other)
    elif style > 0.8:
        image.paste(other, (0, 0), Image.linear_gradient("L").resize(size))
    return image


def _place(rng: random.Random, width: int, height: int, colours: Sequence[str], split: Wording) -> list[Shape]:
    """Place shapes that do not touch each other, in cells of a grid, filled at random; left to right."""
    wanted = rng.choice(NUMBERS_IN_EXAM if split == "test" else NUMBERS)
    least = max(LEAST_SIZE, LEAST_SHARE * min(width, height))
    cells = _cells(rng, wanted, width, height, in_row=split == "test" and rng.random() < 0.3, least=least)
    few = rng.sample(list(SHAPES), 2) if rng.random() < 0.45 else list(SHAPES)
    shades = rng.sample(list(colours), min(3, len(colours))) if rng.random() < 0.45 else colours
    shapes = []
    for left, top, cell_width, cell_height in cells:
        name, colour = _choose(rng, few, shades, colours, split)
        shapes.append(_fit(rng, name, colour, (left, top, cell_width, cell_height), least))
    return sorted(shapes, key=lambda shape: shape.x)


def _cells(
    rng: random.Random, wanted: int, width: int, height: int, *, in_row: bool, least: float
) -> list[tuple[float, float, float, float]]:
    """Return (left, top, width, height) of up to `wanted` cells that hold a shape of twice the least size or more."""
    room_across, room_down = max(1, int(width / (2.1 * least))), max(1, int(height / (2.1 * least)))
    columns = min(room_across, wanted if in_row or wanted <= 3 else math.ceil(wanted / 2))
    rows = 1 if in_row else min(room_down, max(1, math.ceil(wanted / columns), rng.randint(1, 3)))
    across, down = width / columns, height / rows
    cells = [(column * across, row * down, across, down) for column in range(columns) for row in range(rows)]
    if wanted <= columns:
        return [(column * across, rng.randrange(rows) * down, across, down) for column in range(wanted)]
    return rng.sample(cells, min(wanted, len(cells)))


def _choose(
    rng: random.Random, names: Sequence[str], few: Sequence[str], colours: Sequence[str], split: Wording
) -> tuple[str, str]:
    """Choose a shape's name and colour; if all its few colours are kept out of training, another colour."""
    name = rng.choice(names)
    for choice in (few, colours):
        allowed = [colour for colour in choice if split == "test" or not is_held_out(colour, name)]
        if allowed:
            return name, rng.choice(allowed)
    raise ValueError(f"no colour for a {name}")


def _fit(rng: random.Random, name: str, colour: str, cell: tuple[float, float, float, float], least: float) -> Shape:
    """Fit a shape at a random place of its cell; upright ones are now and then turned a little."""
    left, top, across, down = cell
    aspect = SHAPES[name][1]
    if aspect > 1.5 and rng.random() < 0.4:
        aspect = 1 / aspect
    tilt = rng.uniform(-12, 12) if rng.random() < 0.4 else 0.0
    extent = TURNED if tilt else 1.0
    largest = min(across / aspect, down) * 0.86 / extent
    smallest = min(largest, (1.5 if name in FINE else 1.05) * least / min(1.0, aspect))
    tall = rng.uniform(smallest, largest)
    wide = tall * aspect
    spare_x, spare_y = max(0.0, across * 0.92 - wide * extent), max(0.0, down * 0.92 - tall * extent)
    x = left + across / 2 + rng.uniform(-0.5, 0.5) * spare_x
    y = top + down / 2 + rng.uniform(-0.5, 0.5) * spare_y
    drawn_open = rng.random() < 0.2 and min(wide, tall) > 1.8 * least
    line = max(3.0, rng.uniform(0.05, 0.09) * min(wide, tall)) if drawn_open else 0.0
    return Shape(name, colour, x, y, wide - line, tall - line, line, tilt)
