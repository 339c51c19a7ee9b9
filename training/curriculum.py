"""The curriculum: from a few large words on small grids to whole pages at every level of detail."""

import math
import random
from dataclasses import dataclass

from model_service.engines.glm4v.dial import GLM4V_DIAL
from training.documents import PAPERS, Kind

EASY = (Kind.WORDS, Kind.WORDS, Kind.NOTE)
FIELDS = (Kind.CARD, Kind.LABEL, Kind.INVOICE, Kind.RECEIPT)
"""The papers with most fields to ask about."""

ALL = (*PAPERS * 3, *FIELDS * 4, *(Kind.CARD,) * 2, *(Kind.CHART,) * 9, *(Kind.SHAPES,) * 4, *(Kind.FOREIGN,) * 2)


@dataclass(frozen=True, slots=True)
class Stage:
    """One part of training, up to the share `until` of all steps.

    `tokens` bounds the visual tokens of a grid, `large` is the share of grids beyond them, up to the level max; `em`
    bounds the size of type in pixels of the grid, `limit` the characters of a page; `strength` is how badly a page may
    be photographed, from 0 to 1; `reading` is the share of pages whose whole text is asked for.
    """

    until: float
    tokens: tuple[int, int]
    em: tuple[float, float]
    limit: int
    kinds: tuple[Kind, ...]
    strength: float
    large: float = 0.0
    reading: float = 0.55


STAGES = (
    Stage(0.05, (24, 80), (15, 32), 24, EASY, 0.0),
    Stage(0.10, (40, 160), (13, 32), 60, EASY, 0.1),
    Stage(0.20, (64, 320), (12, 30), 130, ALL, 0.3),
    Stage(0.40, (100, 540), (10, 34), 340, ALL, 0.6, 0.12),
    Stage(1.00, (100, 540), (10, 32), 340, ALL, 1.0, 0.15),
)


def stage_at(progress: float) -> Stage:
    """Return the stage at a share of training from 0 to 1."""
    return next(stage for stage in STAGES if progress <= stage.until)


def choose_grid(rng: random.Random, stage: Stage) -> tuple[int, int]:
    """Choose (rows, columns) of visual tokens, shaped like a page, a card or a receipt.

    Whole pages are now and then read at the native square, or between it and the largest of the other levels.
    """
    low, high = stage.tokens
    if rng.random() < stage.large:
        if rng.random() < 0.75:
            return GLM4V_DIAL.native_side, GLM4V_DIAL.native_side
        low, high = high, GLM4V_DIAL.max_tokens
    budget = rng.uniform(low, high) if rng.random() < 0.5 else rng.uniform((low + high) / 2, high)
    aspect = math.exp(rng.uniform(math.log(0.4), math.log(1.9)))
    rows = max(2, round(math.sqrt(budget / aspect)))
    return rows, max(3, round(budget / rows))


def choose_squash(rng: random.Random, rows: int, columns: int, kind: Kind) -> float:
    """Choose how much a page's shape is changed to fit the grid: the native square takes pages of any shape.

    Shapes keep their looks: a circle squashed by a third would be an oval.
    """
    if rows == columns == GLM4V_DIAL.native_side:
        most = 1.2 if kind is Kind.SHAPES else 2.0
        return math.exp(rng.uniform(-math.log(most), math.log(most)))
    return rng.uniform(0.93, 1.07)


def choose_em(rng: random.Random, stage: Stage, rows: int, columns: int) -> float:
    """Choose a size of type that leaves room for a line or two, small sizes as likely as large ones."""
    low, high = stage.em
    if rows * columns > stage.tokens[1]:
        low, high = low * 1.4, high * 2
    most = max(low + 1, min(high, columns * GLM4V_DIAL.token_pixels / 9, rows * GLM4V_DIAL.token_pixels / 2.5))
    return math.exp(rng.uniform(math.log(low), math.log(most)))
