"""Draw pictures that stand upright: papers, charts, lines in any script, and pictures without print."""

import contextlib
import io
import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from training.camera.photo import photograph
from training.curriculum import FIELDS
from training.documents import PAPERS, Kind
from training.exam import jpeg
from training.fonts import Family, Split, find_families, find_words
from training.pages import Colour, Glyphs, choose_look
from training.pictures import draw_picture
from training.upright.scripts import STACKED, Script, find_scripts

Floats = NDArray[numpy.float32]

MOST_TILT = 12.0
"""The most degrees by which a sheet is tilted, either way."""

PRINTED = {Kind.CHART, *PAPERS}
FIRST_MARK = 0xE000
"""The first code point that is a mark and no printed character (`training.marks`)."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """An upright RGB picture, and the centres (n, 2) of its printed characters in pixels."""

    image: Image.Image
    centres: Floats


@dataclass(frozen=True, slots=True)
class Case:
    """What sheets are drawn with: typefaces, scripts and words of one split."""

    split: Split
    fonts: tuple[Family, ...]
    scripts: tuple[Script, ...]
    words: tuple[str, ...]


@lru_cache
def open_case(split: Split) -> Case:
    """Find typefaces, scripts and words."""
    return Case(split, find_families(split=split), find_scripts(split), find_words())


def draw_sheet(rng: random.Random, case: Case) -> Sheet:
    """Draw a sheet of any sort as it comes from a camera or a scanner; deterministic by `rng`."""
    make = rng.choices((draw_paper, draw_script, draw_unprinted), (40, 40, 20))[0]
    return send(rng, make(rng, case), case)


def draw_paper(rng: random.Random, case: Case, kind: Kind | None = None) -> Sheet:
    """Draw a paper or a chart of the pocket model's world."""
    kind = kind or rng.choice((*PAPERS, *FIELDS, Kind.CHART))
    size = rng.randint(300, 900), rng.randint(300, 900)
    em = math.exp(rng.uniform(math.log(12), math.log(max(14.0, min(70.0, size[0] / 9, size[1] / 4)))))
    for wanted, height in ((kind, em), (kind, em * 0.6), (Kind.WORDS, em * 0.6), (Kind.WORDS, 12.0)):
        with contextlib.suppress(ValueError):
            most = rng.choice((40, 150, 500))
            page = draw_picture(
                rng, case.fonts, case.words, *size, em=height, kind=wanted, limit=most, split=case.split
            )
            printed = page.glyphs.codes < FIRST_MARK
            return Sheet(page.image, numpy.stack((page.glyphs.x[printed], page.glyphs.y[printed]), axis=1))
    return draw_script(rng, case)


def draw_script(rng: random.Random, case: Case) -> Sheet:
    """Draw lines, columns or loose words in one script, now and then with figures or Latin words among them."""
    script = rng.choices(case.scripts, [script.weight for script in case.scripts])[0]
    size = rng.randint(200, 750), rng.randint(200, 750)
    look = choose_look(rng)
    image = Image.new("RGB", size, look.paper)
    em = math.exp(rng.uniform(math.log(12), math.log(90)))
    set_ = _Setting(rng, image, script, ink=look.ink, em=em)
    ways: tuple[Callable[[], None], ...] = (set_.lines, set_.lines, set_.columns, set_.loose)
    rng.choice((*ways, set_.stacks, set_.stacks) if script.name in STACKED else ways)()
    return Sheet(image, numpy.array(set_.centres, numpy.float32).reshape(-1, 2))


class _Setting:
    """Set type in one face on an image, and note where the characters stand."""

    def __init__(self, rng: random.Random, image: Image.Image, script: Script, *, ink: Colour, em: float) -> None:
        self.centres: list[tuple[float, float]] = []
        self._rng, self._image, self._ink, self._script, self._em = rng, image, ink, script, em
        self._words = find_words()
        self._pen = ImageDraw.Draw(image)
        self._font = ImageFont.truetype(rng.choice(script.faces), round(em))

    def lines(self) -> None:
        """Fill the sheet with lines from a margin."""
        left, leading = self._em * self._rng.uniform(0.5, 2), self._em * self._rng.uniform(1.15, 1.9)
        y = self._em * self._rng.uniform(0.3, 2)
        until = self._image.height * self._rng.uniform(0.3, 1)
        while y < until:
            x, end = left, self._image.width * self._rng.uniform(0.3, 0.97)
            while x < end:
                x += self._word(x, y, end) + self._em * 0.3
            y += leading

    def columns(self) -> None:
        """Set a table, perhaps with its grid."""
        across = self._em * self._rng.uniform(3, 8)
        leading = self._em * self._rng.uniform(1.3, 2.4)
        rows, columns = int(self._image.height / leading), max(1, int(self._image.width / across))
        if self._rng.random() < 0.4:
            for row in range(rows):
                self._pen.line((0, row * leading, self._image.width, row * leading), self._ink, 1)
            for column in range(columns):
                self._pen.line((column * across, 0, column * across, self._image.height), self._ink, 1)
        for row in range(rows):
            for column in range(columns):
                self._word(column * across + 3, row * leading + self._em * 0.1, (column + 1) * across)

    def loose(self) -> None:
        """Strew a few words."""
        for _ in range(self._rng.randint(1, 8)):
            x = self._rng.uniform(0, max(1.0, self._image.width - 3 * self._em))
            y = self._rng.uniform(0, max(1.0, self._image.height - 1.3 * self._em))
            self._word(x, y, self._image.width)

    def stacks(self) -> None:
        """Set signs from top to bottom, column after column from the right."""
        x = self._image.width - self._em * self._rng.uniform(1.3, 2.5)
        leading, step = self._em * self._rng.uniform(1.3, 2), self._em * self._rng.uniform(1.0, 1.2)
        while x > 0:
            y, end = self._em * 0.5, self._image.height * self._rng.uniform(0.3, 0.95)
            while y + self._em < end:
                self._pen.text((x, y), self._rng.choice(self._script.characters), self._ink, self._font)
                self.centres.append((x + self._em / 2, y + self._em * 0.6))
                y += step
            x -= leading

    def _word(self, x: float, y: float, end: float) -> float:
        """Set one word if it fits; return its width."""
        word = self._script.word(self._rng, self._words)
        width = self._font.getlength(word)
        if x + width <= end:
            self._pen.text((x, y), word, self._ink, self._font)
            count = len(word)
            self.centres += [(x + width * (place + 0.5) / count, y + self._em * 0.65) for place in range(count)]
        return width


def draw_unprinted(rng: random.Random, case: Case) -> Sheet:
    """Draw a picture that does not tell by print which way up it is."""
    size = rng.randint(200, 750), rng.randint(200, 750)
    nothing = numpy.zeros((0, 2), numpy.float32)
    sort = rng.random()
    if sort < 0.5:
        kind = Kind.FOREIGN if sort < 0.35 else Kind.SHAPES
        page = draw_picture(rng, case.fonts, case.words, *size, em=20, kind=kind, split=case.split)
        return Sheet(page.image, nothing)
    if sort < 0.7:
        return Sheet(_modules(rng, size), nothing)
    if sort < 0.85:
        return Sheet(_strokes(rng, size), nothing)
    mirrored = draw_script(rng, case).image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    return Sheet(mirrored, nothing)


def _modules(rng: random.Random, size: tuple[int, int]) -> Image.Image:
    """Draw what machines read: squares as in a QR code, or bars; or a chessboard, tiles, a grid."""
    chance = numpy.random.default_rng(rng.getrandbits(32))
    side = rng.randint(2, 30)
    shape = max(2, size[1] // side), max(2, size[0] // side)
    sort = rng.randrange(4)
    squares = chance.random(shape)
    if sort == 0:
        squares = squares.round()
    elif sort == 1:
        squares = numpy.tile(squares[:1].round(), (shape[0], 1))
    elif sort == 2:
        squares = (numpy.add.outer(numpy.arange(shape[0]), numpy.arange(shape[1])) % 2).astype(float)
    levels = rng.randint(0, 90) + squares * rng.randint(90, 160)
    image = Image.fromarray(levels.astype(numpy.uint8)).resize(size, Image.Resampling.NEAREST).convert("RGB")
    return image.rotate(rng.uniform(-40, 40), Image.Resampling.BILINEAR) if rng.random() < 0.3 else image


def _strokes(rng: random.Random, size: tuple[int, int]) -> Image.Image:
    """Draw strokes, arcs and dots: sketches, maps, circuits, leaves."""
    look = choose_look(rng)
    image = Image.new("RGB", size, look.paper)
    pen = ImageDraw.Draw(image)
    unit = rng.uniform(6, 90)
    for _ in range(rng.randint(10, 300)):
        x, y = rng.uniform(0, size[0]), rng.uniform(0, size[1])
        across, down = (rng.uniform(-unit, unit) for _ in range(2))
        box = (min(x, x + across), min(y, y + down), max(x, x + across) + 1, max(y, y + down) + 1)
        width = rng.randint(1, 4)
        sort = rng.randrange(5)
        if sort == 0:
            pen.line((x, y, x + across, y + down), look.ink, width)
        elif sort == 1:
            pen.arc(box, rng.uniform(0, 360), rng.uniform(0, 360), look.ink, width)
        elif sort == 2:
            pen.rectangle(box, outline=look.ink, width=width)
        elif sort == 3:
            pen.ellipse(box, fill=look.accent)
        else:
            pen.line([(x + rng.uniform(-unit, unit), y + rng.uniform(-unit, unit)) for _ in range(5)], look.ink, width)
    return image


def send(rng: random.Random, sheet: Sheet, case: Case, strength: float | None = None) -> Sheet:
    """Return the sheet as it is sent: drawn or scanned, tilted, photographed, compressed."""
    if rng.random() < 0.4:
        sheet = _tilted(rng, sheet, rng.uniform(-MOST_TILT, MOST_TILT))
    if strength is None:
        strength = rng.random() if rng.random() < 0.6 else 0.0
    image, centres = sheet.image, sheet.centres
    glyphs = Glyphs(numpy.zeros(len(centres), numpy.int32), centres[:, 0], centres[:, 1])
    scale = rng.uniform(0.7, 1.0)
    size = max(80, round(image.width * scale)), max(80, round(image.height * scale))
    photo, moved = photograph(rng, image, glyphs, size, strength=strength, split=case.split)
    if rng.random() < 0.4:
        with Image.open(io.BytesIO(jpeg(photo, rng.randint(15, 90)))) as packed:
            photo = packed.convert("RGB")
    return Sheet(photo, numpy.stack((moved.x, moved.y), axis=1).astype(numpy.float32))


def _tilted(rng: random.Random, sheet: Sheet, degrees: float) -> Sheet:
    image = sheet.image
    ground = tuple(rng.randint(0, 255) for _ in range(3)) if rng.random() < 0.3 else image.getpixel((2, 2))
    turned = image.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=ground)
    middle = numpy.array([image.width / 2, image.height / 2], numpy.float32)
    sine, cosine = math.sin(math.radians(degrees)), math.cos(math.radians(degrees))
    away = sheet.centres - middle
    centres = numpy.stack((away[:, 0] * cosine + away[:, 1] * sine, away[:, 1] * cosine - away[:, 0] * sine), axis=1)
    return Sheet(turned, (centres + middle).astype(numpy.float32))
