"""The dial of detail: a level (or a number of tokens) and a picture's size become a grid of visual tokens.

GLM-4V cuts a picture into patches of 14x14 pixels and merges 2x2 of them, so one visual token sees 28x28 pixels: the
number of tokens and the resolution are the same dial. Everything here is a pure function.
"""

import math
from dataclasses import dataclass
from enum import StrEnum

from model_service.errors import UnknownDetail

TOKEN_PIXELS = 28
"""The side of the square that one visual token sees, in pixels: two patches of 14."""

NATIVE_SIDE = 40
"""The model was trained on 40x40 tokens, 1120x1120 pixels, whatever the picture's shape."""

MIN_TOKENS = 16
MAX_TOKENS = NATIVE_SIDE * NATIVE_SIDE

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
    """How closely to look: at most `tokens` visual tokens, from 16 to 1600."""

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

    def __str__(self) -> str:
        """The level's name where the budget is a level's, else the number: what `parse` reads back."""
        return next((level.value for level, tokens in LEVEL_TOKENS.items() if tokens == self.tokens), str(self.tokens))

    def closer(self) -> "Detail | None":
        """The next level up; None at max."""
        return next((Detail(tokens) for tokens in LEVEL_TOKENS.values() if tokens > self.tokens), None)


STANDARD = Detail(LEVEL_TOKENS[Level.STANDARD])
"""The default: everyday photos."""


@dataclass(frozen=True, slots=True)
class DetailPlan:
    """The grid a picture is read at: `rows` x `columns` visual tokens, for the budget `detail`."""

    detail: Detail
    rows: int
    columns: int

    @property
    def tokens(self) -> int:
        """Visual tokens spent."""
        return self.rows * self.columns

    def coarser(self) -> Detail | None:
        """The highest level that spends fewer tokens than this grid; None at the lowest."""
        return next((Detail(most) for most in sorted(LEVEL_TOKENS.values(), reverse=True) if most < self.tokens), None)

    @property
    def width(self) -> int:
        """Pixels across, a multiple of 28 (so an even number of patches)."""
        return self.columns * TOKEN_PIXELS

    @property
    def height(self) -> int:
        """Pixels down, a multiple of 28 (so an even number of patches)."""
        return self.rows * TOKEN_PIXELS


def plan_detail(detail: Detail, width: int, height: int, cap: int = MAX_TOKENS) -> DetailPlan:
    """Choose the grid for a picture of `width` x `height` pixels.

    Of all grids within the budget it takes the one that wastes the fewest tokens and distorts least. Max alone
    squashes the picture to 40x40, as the model was trained. `cap` is the most tokens that memory allows.
    """
    detail = Detail(min(detail.tokens, max(cap, MIN_TOKENS)))
    if detail.tokens == MAX_TOKENS:
        return DetailPlan(detail, NATIVE_SIDE, NATIVE_SIDE)
    most_columns = _useful_tokens(width)
    most_rows = _useful_tokens(height)
    budget = min(detail.tokens, most_rows * most_columns)
    candidates = ((rows, min(budget // rows, most_columns)) for rows in range(1, min(budget, most_rows) + 1))
    grids = [(rows, columns) for rows, most in candidates for columns in range(1, most + 1)]
    rows, columns = min(grids, key=lambda grid: _cost(grid[0], grid[1], budget, width / height))
    return DetailPlan(detail, rows, columns)


def _useful_tokens(pixels: int) -> int:
    return max(1, math.ceil(pixels * USEFUL_ENLARGEMENT / TOKEN_PIXELS))


def _cost(rows: int, columns: int, budget: int, aspect: float) -> float:
    """Distortion (natural logarithm of the aspect's error) plus the share of tokens left unused."""
    return abs(math.log(columns / rows / aspect)) + (1 - rows * columns / budget)
