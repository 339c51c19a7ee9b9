"""The study of heights: the same pages with type of eight heights in pictures 1,000 pixels wide."""

import random
from collections.abc import Sequence

from PIL import Image

from training.documents import PAPERS
from training.exam import Sheet, choose_questions, jpeg
from training.fonts import Family
from training.pages import draw
from training.phrasing import Wording
from training.questions import Asked

HEIGHTS = (8, 10, 12, 14, 16, 20, 24, 32)
"""Sizes of type (its em) in pixels of the picture as it is sent."""

CANVAS = (1000, 600)
MOST_CHARACTERS = 120
READABLE = (Asked.TEXT, Asked.FIELD)


def heights_exam(
    seed: int, count: int, fonts: Sequence[Family], words: Sequence[str], *, wording: Wording = "test"
) -> tuple[Sheet, ...]:
    """Draw `count` papers, each at all heights in turn; the same for the same seed and typefaces."""
    numbers = range(count * len(HEIGHTS))
    return tuple(heights_sheet(number, seed, fonts, words, wording=wording) for number in numbers)


def heights_sheet(
    number: int, seed: int, fonts: Sequence[Family], words: Sequence[str], *, wording: Wording = "test"
) -> Sheet:
    """Draw one sheet of the study by its number from 0: page `number // 8` with the height `number % 8`.

    A page is drawn once and then seen from farther and farther away, so that nothing but its size changes. It is asked
    for its whole text and at most two fields.
    """
    turn, step = divmod(number, len(HEIGHTS))
    rng = random.Random(f"heights {seed} {turn}")
    kind = PAPERS[turn % len(PAPERS)]
    page = draw(
        rng, fonts, words, *CANVAS, em=max(HEIGHTS), kind=kind, limit=MOST_CHARACTERS, split="test", wording=wording
    )
    questions = tuple(qa for qa in choose_questions(page) if qa.kind in READABLE)
    place = rng.random(), rng.random()
    height = HEIGHTS[step]
    return Sheet(jpeg(step_back(page.image, height / max(HEIGHTS), place)), questions, page.kind, height)


def step_back(image: Image.Image, scale: float, place: tuple[float, float]) -> Image.Image:
    """Shrink the picture by `scale` on a canvas of its old size, in the colour of its first pixel.

    `place`, two numbers from 0 to 1, says where: (0, 0) is the upper left corner.
    """
    width, height = image.size
    small = image.resize((round(width * scale), round(height * scale)), Image.Resampling.LANCZOS)
    canvas = Image.new("RGB", image.size, image.getpixel((0, 0)))
    canvas.paste(small, (round(place[0] * (width - small.width)), round(place[1] * (height - small.height))))
    return canvas
