"""Drawn scenes that are neither print nor plain shapes: hills, faces, rooms, water, night, noise."""

import math
import random
from collections.abc import Callable

import numpy
from PIL import Image, ImageDraw, ImageFilter

from training.phrasing import Wording

Colour = tuple[int, int, int]
Draw = Callable[[random.Random, int, int], Image.Image]


def draw_scene(rng: random.Random, width: int, height: int, split: Wording) -> Image.Image:
    """Draw a scene of `width` x `height` pixels, RGB; cities and wood are for "test" alone, and frequent there."""
    held_out = split == "test" and rng.random() < 0.5
    scene = rng.choice(HELD_OUT if held_out else SCENES)(rng, width, height)
    return scene.filter(ImageFilter.BoxBlur(rng.uniform(0.5, 2))) if rng.random() < 0.2 else scene


def _colour(rng: random.Random, low: int = 0, high: int = 255) -> Colour:
    return rng.randint(low, high), rng.randint(low, high), rng.randint(low, high)


def _gradient(rng: random.Random, width: int, height: int, top: Colour, bottom: Colour) -> Image.Image:
    """Paint two or three colours from top to bottom."""
    middle = tuple((a + b) // 2 + rng.randint(-25, 25) for a, b in zip(top, bottom, strict=True))
    levels = numpy.array([[top], [middle], [bottom]]).clip(0, 255).astype(numpy.uint8)
    return Image.fromarray(levels).resize((width, height), Image.Resampling.BICUBIC)


def _ridge(rng: random.Random, width: int, base: float, swing: float) -> list[tuple[float, float]]:
    """Return a wavy line from edge to edge."""
    waves = [(rng.uniform(0.5, 5), rng.uniform(0, 7), rng.uniform(0.2, 1)) for _ in range(3)]
    steps = range(41)
    heights = [sum(a * math.sin(f * step * 0.157 + p) / f for f, p, a in waves) for step in steps]
    return [(width * step / 40, base + swing * high) for step, high in zip(steps, heights, strict=True)]


def _hills(rng: random.Random, width: int, height: int) -> Image.Image:
    image = _gradient(rng, width, height, (rng.randint(50, 200), rng.randint(110, 200), 240), _colour(rng, 170, 255))
    pen, unit = ImageDraw.Draw(image), min(width, height)
    x, y, radius = rng.uniform(0, width), rng.uniform(0, height * 0.4), unit * rng.uniform(0.04, 0.1)
    pen.ellipse((x - radius, y - radius, x + radius, y + radius), (255, rng.randint(180, 245), 130))
    for _ in range(rng.randint(0, 4)):
        x, y = rng.uniform(0, width), rng.uniform(0, height * 0.4)
        for _ in range(5):
            left, top, size = x + rng.uniform(-1, 1) * unit * 0.1, y + rng.uniform(-0.02, 0.02) * unit, unit * 0.08
            pen.ellipse((left, top, left + size * 1.6, top + size), _colour(rng, 225, 255))
    for layer in range(rng.randint(2, 5)):
        ridge = _ridge(rng, width, height * (0.5 + 0.11 * layer), height * 0.09)
        tone = (rng.randint(10, 130), rng.randint(70, 170) - 15 * layer, rng.randint(10, 110))
        pen.polygon([*ridge, (width, height), (0, height)], tone)
    for _ in range(rng.randint(0, 9)):
        x, foot, size = rng.uniform(0, width), rng.uniform(0.65, 0.98) * height, unit * rng.uniform(0.05, 0.16)
        pen.rectangle((x - size * 0.08, foot - size * 0.5, x + size * 0.08, foot), (85, 55, 30))
        pen.ellipse(
            (x - size * 0.4, foot - size * 1.3, x + size * 0.4, foot - size * 0.4), (20, rng.randint(70, 140), 40)
        )
    return image


def _face(rng: random.Random, width: int, height: int) -> Image.Image:
    image = _gradient(rng, width, height, _colour(rng), _colour(rng))
    pen, unit = ImageDraw.Draw(image), min(width, height) * rng.uniform(0.28, 0.44)
    x, y = width * rng.uniform(0.42, 0.58), height * rng.uniform(0.42, 0.55)
    skin = rng.choice(((245, 210, 180), (225, 175, 140), (190, 135, 95), (140, 90, 60), (95, 60, 40)))
    hair, dark = rng.choice(((30, 20, 15), (90, 55, 25), (215, 175, 90), (150, 150, 150), (160, 60, 25))), (40, 25, 25)

    def oval(dx: float, dy: float, across: float, down: float, fill: Colour) -> None:
        left, top = x + (dx - across) * unit, y + (dy - down) * unit
        pen.ellipse((left, top, left + 2 * across * unit, top + 2 * down * unit), fill)

    oval(0, 1.7, 1.2, 0.8, _colour(rng))
    oval(0, -0.2, 0.88, rng.uniform(0.95, 1.3), hair)
    oval(0, 0.9, 0.3, 0.4, skin)
    oval(0, 0.1, 0.72, 0.9, skin)
    for side in (-1, 1):
        oval(side * 0.3, -0.05, 0.15, 0.1, (250, 250, 250))
        oval(side * 0.3, -0.05, 0.07, 0.08, dark)
        oval(side * 0.3, -0.27, 0.19, 0.035, hair)
    oval(0, 0.25, 0.07, 0.14, (skin[0] - 25, skin[1] - 25, skin[2] - 25))
    oval(0, 0.58, rng.uniform(0.15, 0.32), rng.uniform(0.04, 0.11), (185, 70, 75))
    return image


def _room(rng: random.Random, width: int, height: int) -> Image.Image:
    image = _gradient(rng, width, height, _colour(rng, 130, 240), _colour(rng, 130, 240))
    pen = ImageDraw.Draw(image)

    def box(left: float, top: float, across: float, down: float, fill: Colour) -> None:
        corner = left * width, top * height
        pen.rectangle((*corner, corner[0] + across * width, corner[1] + down * height), fill, _colour(rng, 20, 90))

    floor = rng.uniform(0.66, 0.8)
    box(-0.1, floor, 1.2, 0.5, (rng.randint(110, 180), rng.randint(70, 120), rng.randint(30, 80)))
    left, top = rng.uniform(0.05, 0.5), rng.uniform(0.08, 0.2)
    box(left, top, 0.32, 0.3, (165, 210, 245))
    box(left + 0.15, top, 0.02, 0.3, (240, 240, 240))
    box(left, top + 0.14, 0.32, 0.02, (240, 240, 240))
    left, seat = rng.uniform(0.05, 0.4), _colour(rng, 60, 210)
    box(left, floor - 0.16, 0.5, 0.14, seat)
    box(left - 0.03, floor - 0.06, 0.56, 0.12, seat)
    box(left, floor + 0.06, 0.03, 0.05, (60, 40, 20))
    box(left + 0.46, floor + 0.06, 0.03, 0.05, (60, 40, 20))
    lamp = rng.uniform(0.75, 0.92)
    box(lamp, floor - 0.3, 0.012, 0.34, (70, 60, 55))
    shade = [
        (lamp - 0.07, floor - 0.28),
        (lamp + 0.08, floor - 0.28),
        (lamp + 0.04, floor - 0.4),
        (lamp - 0.03, floor - 0.4),
    ]
    pen.polygon([(x * width, y * height) for x, y in shade], (250, 225, rng.randint(120, 200)))
    return image


def _noise(rng: random.Random, width: int, height: int) -> Image.Image:
    """Paint plasma: grids of random colours, each finer and weaker."""
    chance = numpy.random.default_rng(rng.getrandbits(32))
    half = max(1, width // 2), max(1, height // 2)
    image = Image.new("RGB", half, (128, 128, 128))
    for cells in (rng.randint(2, 5), rng.randint(6, 14), rng.randint(20, 70)):
        grid = chance.integers(0, 256, (cells, cells, 3), numpy.uint8)
        layer = Image.fromarray(grid).resize(half, Image.Resampling.BILINEAR)
        image = Image.blend(image, layer, rng.uniform(0.25, 0.6))
    return image.resize((width, height), Image.Resampling.BILINEAR)


def _blobs(rng: random.Random, width: int, height: int) -> Image.Image:
    """Paint lights out of focus."""
    small = Image.new("RGB", (max(8, width // 6), max(8, height // 6)), _colour(rng, 0, 160))
    pen = ImageDraw.Draw(small)
    for _ in range(rng.randint(12, 40)):
        x, y, radius = rng.uniform(0, small.width), rng.uniform(0, small.height), small.width * rng.uniform(0.03, 0.2)
        pen.ellipse((x - radius, y - radius, x + radius, y + radius * rng.uniform(0.6, 1.3)), _colour(rng))
    blurred = small.filter(ImageFilter.GaussianBlur(rng.uniform(2, 6)))
    return blurred.resize((width, height), Image.Resampling.BICUBIC)


def _night(rng: random.Random, width: int, height: int) -> Image.Image:
    image = _gradient(rng, width, height, (5, 5, rng.randint(15, 50)), (rng.randint(20, 70), 25, rng.randint(40, 100)))
    pen = ImageDraw.Draw(image)
    for _ in range(rng.randint(60, 220)):
        x, y, size = rng.uniform(0, width), rng.uniform(0, height), rng.choice((1, 1, 2, 3))
        pen.ellipse((x, y, x + size, y + size), _colour(rng, 170, 255))
    radius = 0.08 * min(width, height)
    x, y = rng.uniform(0.1, 0.9) * width, rng.uniform(0.08, 0.35) * height
    pen.ellipse((x - radius, y - radius, x + radius, y + radius), (240, 238, 215))
    pen.ellipse((x - radius * 0.4, y - radius * 1.1, x + radius * 1.5, y + radius * 0.8), (12, 10, 35))
    pen.polygon([*_ridge(rng, width, height * 0.82, height * 0.08), (width, height), (0, height)], (4, 6, 12))
    return image


def _water(rng: random.Random, width: int, height: int) -> Image.Image:
    image = _gradient(rng, width, height, _colour(rng, 120, 250), (rng.randint(0, 50), rng.randint(50, 120), 150))
    pen, horizon = ImageDraw.Draw(image), height * rng.uniform(0.2, 0.5)
    pen.rectangle((0, horizon, width, height), (rng.randint(0, 60), rng.randint(70, 140), rng.randint(120, 190)))
    for _ in range(rng.randint(80, 200)):
        depth = rng.random() ** 1.6
        x, y, length = rng.uniform(-0.1, 1) * width, horizon + depth * (height - horizon), width * (0.03 + 0.2 * depth)
        tone = rng.randint(110, 235)
        pen.arc((x, y, x + length, y + length * 0.16), 200, 340, (tone - 60, tone - 15, tone), 1 + round(4 * depth))
    return image


def _flowers(rng: random.Random, width: int, height: int) -> Image.Image:
    image = _gradient(rng, width, height, (rng.randint(120, 210), 215, 235), (40, rng.randint(100, 160), 40))
    pen, unit = ImageDraw.Draw(image), min(width, height)
    for _ in range(rng.randint(4, 14)):
        x, y, size = rng.uniform(0, width), rng.uniform(0.25, 0.9) * height, unit * rng.uniform(0.05, 0.14)
        pen.line((x, y, x + rng.uniform(-1, 1) * size, height), (25, 95, 30), max(2, round(size * 0.1)))
        petals, tint = rng.randint(5, 9), _colour(rng, 90, 255)
        for petal in range(petals):
            angle = 2 * math.pi * petal / petals
            across, down = x + size * 0.6 * math.cos(angle), y + size * 0.6 * math.sin(angle)
            pen.ellipse((across - size * 0.35, down - size * 0.35, across + size * 0.35, down + size * 0.35), tint)
        pen.ellipse((x - size * 0.3, y - size * 0.3, x + size * 0.3, y + size * 0.3), (235, 190, 40))
    return image


def _city(rng: random.Random, width: int, height: int) -> Image.Image:
    image = _gradient(rng, width, height, _colour(rng, 20, 220), _colour(rng, 120, 255))
    pen, left = ImageDraw.Draw(image), 0.0
    while left < width:
        across, top = width * rng.uniform(0.08, 0.2), height * rng.uniform(0.2, 0.75)
        pen.rectangle((left, top, left + across, height), _colour(rng, 30, 140))
        pane = across / rng.randint(4, 7)
        for row in range(int((height - top) / pane)):
            for column in range(int(across / pane)):
                x, y = left + (column + 0.25) * pane, top + (row + 0.25) * pane
                pen.rectangle((x, y, x + pane * 0.45, y + pane * 0.5), rng.choice(((250, 225, 130), (60, 70, 90))))
        left += across
    return image


def _wood(rng: random.Random, width: int, height: int) -> Image.Image:
    """Paint rings around a point outside or inside the picture, bent by a wave."""
    x, y = rng.uniform(-0.5, 1.5), rng.uniform(-0.5, 1.5)
    down, across = numpy.mgrid[0:1:160j, 0:1:160j]
    bent = numpy.hypot((across - x) * rng.uniform(0.3, 1), down - y) + 0.03 * numpy.sin(down * rng.uniform(5, 25))
    rings = 0.5 + 0.5 * numpy.sin(bent * rng.uniform(40, 110))
    dark, light = numpy.array(_colour(rng, 40, 110)), numpy.array((225, 180, rng.randint(90, 150)))
    levels = (dark + (light - dark) * rings[..., None]).astype(numpy.uint8)
    return Image.fromarray(levels).resize((width, height), Image.Resampling.BILINEAR)


SCENES: tuple[Draw, ...] = (_hills, _hills, _face, _face, _room, _noise, _blobs, _night, _water, _flowers)
HELD_OUT: tuple[Draw, ...] = (_city, _wood)
