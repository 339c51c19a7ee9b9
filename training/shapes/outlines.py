"""The flat shapes that the pocket model names: their outlines, colours and names in English and Chinese."""

import math
import random
import zlib
from dataclasses import dataclass

from PIL import Image, ImageDraw

from training.lists import read_data

Colour = tuple[int, int, int]
Point = tuple[float, float]

NAMED = read_data("shapes/names")
SHAPES: dict[str, tuple[str, float]] = {name: (chinese, aspect) for name, (chinese, aspect) in NAMED["SHAPES"].items()}
"""Each shape's Chinese name and its width by its height."""

COLOURS: dict[str, tuple[str, Colour]] = {
    name: (chinese, tuple(colour)) for name, (chinese, colour) in NAMED["COLOURS"].items()
}
FINE = {"pentagon", "hexagon"}
"""Shapes that need room, because their corners have to be counted."""

JITTER = 14
SUPERSAMPLING = 2


@dataclass(frozen=True, slots=True)
class Shape:
    """One shape, its centre and its box's sides in pixels; `line` is the outline's thickness, 0 for a filled shape."""

    name: str
    colour: str
    x: float
    y: float
    width: float
    height: float
    line: float = 0.0
    tilt: float = 0.0


def is_held_out(colour: str, name: str) -> bool:
    """Return whether a colour and a shape never meet in training: about a tenth of the pairs."""
    return zlib.crc32(f"{colour} {name}".encode()) % 10 == 0


def shade(rng: random.Random, colour: str) -> Colour:
    """Vary a named colour a little; black, white and grey stay without a hue."""
    red, green, blue = COLOURS[colour][1]
    if colour in {"black", "white", "grey"}:
        level = max(0, min(255, red + rng.randint(-JITTER, JITTER)))
        return level, level, level
    low, high = (-5, 5) if colour == "brown" else (-JITTER, JITTER)
    return _bounded(red + rng.randint(low, high), green + rng.randint(low, high), blue + rng.randint(low, high))


def _bounded(red: int, green: int, blue: int) -> Colour:
    return max(0, min(255, red)), max(0, min(255, green)), max(0, min(255, blue))


def distance(one: Colour, other: Colour) -> float:
    """Return the distance of two colours, 0 to 442."""
    return math.dist(one, other)


def outline(name: str) -> list[Point]:
    """Return the corners of a shape in the box from -1 to 1; curved ones have many."""
    cornered: dict[str, list[Point]] = {
        "square": [(-1, -1), (1, -1), (1, 1), (-1, 1)],
        "rectangle": [(-1, -1), (1, -1), (1, 1), (-1, 1)],
        "triangle": [(0, -1), (1, 1), (-1, 1)],
        "diamond": [(0, -1), (1, 0), (0, 1), (-1, 0)],
        "cross": _cross(0.34),
        "star": _star(),
        "heart": _heart(),
        "pentagon": _regular(5, -math.pi / 2),
        "hexagon": _regular(6, 0),
    }
    return cornered.get(name) or _regular(72, 0)


def _regular(corners: int, start: float) -> list[Point]:
    angles = [start + 2 * math.pi * corner / corners for corner in range(corners)]
    return [(math.cos(angle), math.sin(angle)) for angle in angles]


def _star() -> list[Point]:
    reach = (1, 0.42) * 5
    return [(x * far, y * far) for far, (x, y) in zip(reach, _regular(10, -math.pi / 2), strict=True)]


def _cross(arm: float) -> list[Point]:
    quarter = [(-arm, -1.0), (arm, -1.0), (arm, -arm)]
    points: list[Point] = []
    for _ in range(4):
        points += quarter
        quarter = [(-y, x) for x, y in quarter]
    return points


def _heart() -> list[Point]:
    points = []
    for step in range(64):
        t = 2 * math.pi * step / 64
        y = 13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t)
        points.append((math.sin(t) ** 3, -(y + 2.5) / 14.5))
    return points


def corners(shape: Shape) -> list[Point]:
    """Return the corners of a shape as it is drawn, turned and in pixels from its centre."""
    turn = math.radians(shape.tilt)
    points = []
    for x, y in outline(shape.name):
        across, down = x * shape.width / 2, y * shape.height / 2
        points.append(
            (across * math.cos(turn) - down * math.sin(turn), across * math.sin(turn) + down * math.cos(turn))
        )
    return points


def paint_shape(image: Image.Image, shape: Shape, colour: Colour) -> None:
    """Draw a shape onto an RGB picture, its edges smooth."""
    half = math.ceil(math.hypot(shape.width, shape.height) / 2 + shape.line) + 2
    points = [((half + x) * SUPERSAMPLING, (half + y) * SUPERSAMPLING) for x, y in corners(shape)]
    mask = Image.new("L", (2 * half * SUPERSAMPLING, 2 * half * SUPERSAMPLING))
    pen = ImageDraw.Draw(mask)
    if shape.line:
        pen.line([*points, *points[:2]], 255, round(shape.line * SUPERSAMPLING), "curve")
    else:
        pen.polygon(points, 255)
    image.paste(colour, (round(shape.x) - half, round(shape.y) - half), mask.reduce(SUPERSAMPLING))
