"""The pages and questions that a model is examined with, in typefaces that training never used."""

import io
import random
from collections.abc import Sequence
from dataclasses import dataclass

from model_service import Detail, Level, plan_detail
from model_service.detail import LEVEL_TOKENS
from training.documents import Kind
from training.fonts import Family
from training.pages import Page, draw
from training.questions import QA, Asked, Wording

MOST_CHARACTERS = 200
SMALLEST_PRINT = 13.0
"""Pixels of body text once the picture is scaled to the grid of `high`; the largest is 22."""

LARGEST_PRINT = 22.0
SHAPES = {
    Kind.RECEIPT: ((800, 1250), (820, 1400), (900, 1200)),
    Kind.CARD: ((1050, 650), (1000, 700)),
    Kind.LABEL: ((1000, 700), (1100, 800), (900, 900)),
}
OTHER_SHAPES = ((850, 1100), (900, 1200), (1100, 850), (960, 960), (1000, 750))


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page of the exam: the picture as a JPEG file's bytes, and what is asked about it."""

    page: Page
    picture: bytes
    questions: tuple[QA, ...]


def print_scale(width: int, height: int) -> float:
    """Pixels at the grid of `high` for each pixel of a picture of this size (the smaller of both directions)."""
    plan = plan_detail(Detail(LEVEL_TOKENS[Level.HIGH]), width, height)
    return min(plan.width / width, plan.height / height)


def exam(
    seed: int,
    count: int,
    fonts: Sequence[Family],
    words: Sequence[str],
    most_questions: int = 2,
    *,
    wording: Wording = "test",
) -> tuple[Sheet, ...]:
    """That many sheets, all kinds in equal shares, each with one reading and at most `most_questions` field questions.

    A question for a field that is not there comes on top. The same seed and typefaces give the same sheets.
    `wording`: `test` is kept out of training, word for word; `plain` and `train` are not.
    """
    rng = random.Random(seed)
    kinds = tuple(Kind)
    sheets = []
    for index in range(count):
        kind = kinds[index % len(kinds)]
        width, height = rng.choice(SHAPES.get(kind, OTHER_SHAPES))
        em = rng.uniform(SMALLEST_PRINT, LARGEST_PRINT) / print_scale(width, height)
        page = draw(rng, fonts, words, width, height, em=em, kind=kind, limit=MOST_CHARACTERS, split=wording)
        fields = [qa for qa in page.qa if qa.kind is Asked.FIELD][:most_questions]
        absent = [qa for qa in page.qa if qa.kind is Asked.ABSENT]
        sheets.append(Sheet(page, jpeg(page), (page.qa[0], *fields, *absent)))
    return tuple(sheets)


def jpeg(page: Page, quality: int = 90) -> bytes:
    """The page as a photo comes: a JPEG file's bytes."""
    buffer = io.BytesIO()
    page.image.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()
