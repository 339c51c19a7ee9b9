"""The dial of detail: a level (or a number of tokens) and a picture's size become a grid of visual tokens.

Levels and their numbers of tokens are the same for all models, so that settings need none; what a token sees, and how
large a grid may be, is each model's own `DetailDial`. Everything here is a pure function.
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from model_service.errors import UnknownDetail

MIN_TOKENS = 16
MAX_TOKENS = 1600

USEFUL_ENLARGEMENT = 2.0
"""A small picture is enlarged at most this much a side: beyond it tokens are spent without more to see."""


class Level(StrEnum):
    """The named stops of the dial."""

    LOW = "low"
    STANDARD = "standard"
    FINE = "fine"
    HIGH = "high"
    MAX = "max"


LEVEL_TOKENS = {Level.LOW: 128, Level.STANDARD: 256, Level.FINE: 384, Level.HIGH: 512, Level.MAX: MAX_TOKENS}
"""The most visual tokens that a level spends on one picture."""


@dataclass(frozen=True, slots=True)
class Detail:
    """A budget: at most `tokens` visual tokens, from 16 to 1600."""

    tokens: int

    def __post_init__(self) -> None:
        """Refuse a budget out of range."""
        if not MIN_TOKENS <= self.tokens <= MAX_TOKENS:
            raise UnknownDetail(f"{self.tokens} visual tokens: not within {MIN_TOKENS} to {MAX_TOKENS}")

    @classmethod
    def parse(cls, text: str) -> "Detail":
        """Read a level's name or a number of tokens, as a person types it.

        Raises:
            UnknownDetail: neither a level nor a number from 16 to 1600.
        """
        word = text.strip().casefold()
        if word in LEVEL_TOKENS:
            return cls(LEVEL_TOKENS[Level(word)])
        if not (word.isascii() and word.isdigit()):
            raise UnknownDetail(f"{text[:40]!r} is neither a level nor a number of tokens")
        return cls(int(word[:9]))

    @property
    def level(self) -> Level | None:
        """The level that has this budget; None if it is between levels."""
        return next((level for level, tokens in LEVEL_TOKENS.items() if tokens == self.tokens), None)

    def __str__(self) -> str:
        """The level's name where the budget is a level's, else the number: what `parse` reads back."""
        return self.level or str(self.tokens)


STANDARD = Detail(LEVEL_TOKENS[Level.STANDARD])
"""The default: everyday photos."""


@dataclass(frozen=True, slots=True)
class DetailPlan:
    """The grid a picture is read at: `rows` x `columns` visual tokens of `token_pixels` a side, for a budget."""

    detail: Detail
    rows: int
    columns: int
    token_pixels: int

    @property
    def tokens(self) -> int:
        """Visual tokens spent."""
        return self.rows * self.columns

    @property
    def width(self) -> int:
        """Pixels across."""
        return self.columns * self.token_pixels

    @property
    def height(self) -> int:
        """Pixels down."""
        return self.rows * self.token_pixels


@dataclass(frozen=True, slots=True)
class DetailDial:
    """The dial of a model: `token_pixels` is the side of the square that one visual token sees.

    It was trained on squares of `native_side` tokens a side; with `squashes_at_max` a picture of any shape becomes one
    at `max_tokens`. `levels` are the stops of its dial, the lowest first. A picture gets `fewest` tokens at least,
    however small it is.
    """

    token_pixels: int
    native_side: int
    squashes_at_max: bool
    min_tokens: int = MIN_TOKENS
    max_tokens: int = MAX_TOKENS
    levels: tuple[Detail, ...] = tuple(Detail(tokens) for tokens in LEVEL_TOKENS.values())
    fewest: int = 1

    def closer(self, detail: Detail) -> Detail | None:
        """Return the next level up; None at the highest."""
        return next((level for level in self.levels if level.tokens > detail.tokens), None)

    def coarser(self, plan: DetailPlan) -> Detail | None:
        """Return the highest level that spends fewer tokens than a grid; None at the lowest."""
        return next((level for level in reversed(self.levels) if level.tokens < plan.tokens), None)


def plan_detail(dial: DetailDial, detail: Detail, width: int, height: int, cap: int = MAX_TOKENS) -> DetailPlan:
    """Choose the grid for a picture of `width` x `height` pixels.

    Of all grids within the budget it takes the one that wastes the fewest tokens and distorts least. `cap` is the most
    tokens that memory allows.
    """
    detail = Detail(min(detail.tokens, max(min(cap, dial.max_tokens), dial.min_tokens)))
    if detail.tokens == dial.max_tokens and dial.squashes_at_max:
        return DetailPlan(detail, dial.native_side, dial.native_side, dial.token_pixels)
    most_rows, most_columns = _at_least(dial.fewest, _useful_tokens(height, dial), _useful_tokens(width, dial))
    budget = min(detail.tokens, most_rows * most_columns)
    rows, columns = _grid(most_rows, most_columns, budget, dial.fewest, width / height)
    return DetailPlan(detail, rows, columns, dial.token_pixels)


@lru_cache(4096)
def _grid(most_rows: int, most_columns: int, budget: int, fewest: int, aspect: float) -> tuple[int, int]:
    """Return the cheapest grid: the same is asked for again and again, on the event loop too.

    Of those with so many rows it is one of the two nearest to the aspect: with fewer columns both parts of the cost
    grow, with more the distortion grows more than the waste falls.
    """
    grids: list[tuple[int, int]] = []
    for rows in range(1, min(budget, most_rows) + 1):
        least, most = -(-fewest // rows), min(budget // rows, most_columns)
        if least <= most:
            wanted = math.floor(rows * aspect)
            grids += ((rows, min(max(columns, least, 1), most)) for columns in (wanted, wanted + 1))
    return min(grids, key=lambda grid: _cost(grid[0], grid[1], budget, aspect))


def _useful_tokens(pixels: int, dial: DetailDial) -> int:
    return max(1, math.ceil(pixels * USEFUL_ENLARGEMENT / dial.token_pixels))


def _at_least(tokens: int, rows: int, columns: int) -> tuple[int, int]:
    """Enlarge a grid, its shape kept, until it has so many tokens."""
    times = 1
    while rows * columns * times * times < tokens:
        times += 1
    return rows * times, columns * times


def _cost(rows: int, columns: int, budget: int, aspect: float) -> float:
    """Distortion (natural logarithm of the aspect's error) plus the share of tokens left unused."""
    return abs(math.log(columns / rows / aspect)) + (1 - rows * columns / budget)
