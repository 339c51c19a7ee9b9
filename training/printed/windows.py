"""Choose windows of printed pages: all of a page, or a part in which its type has a certain size."""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from training.pages import Glyphs
from training.printed.sheets import Box, Line, Print, Sheet, read, rows_of

WHOLE_SHARE = {"papers": 0.45, "layouts": 0.8, "foreign": 0.6}
"""The share of windows that show all of a page, or nearly."""

EDGE = 0.3
"""How much of a size of type may be missing of a line that still counts as whole."""


@dataclass(frozen=True, slots=True)
class Window:
    """A part of a sheet as it is seen, its lengths in pixels of the grid that it will be scaled to.

    `glyphs` are the visible characters without blanks, `em` (n,) their sizes of type; `rows` the lines that are seen
    from end to end, pieces of one row together; `torn` says whether others are cut off by an edge.
    """

    sheet: Sheet
    box: Box
    glyphs: Glyphs
    em: np.ndarray
    rows: tuple[tuple[Line, ...], ...]
    torn: bool
    scale: float
    whole: bool
    size: tuple[int, int]


def choose_window(rng: random.Random, sheets: Sequence[Sheet], group: str, size: tuple[int, int]) -> Window:
    """Choose a page that has about the shape of the picture, and a window of it; `size` is that of the grid."""
    aspect = size[0] / size[1]
    whole = rng.random() < WHOLE_SHARE[group]
    tries = [rng.choice(sheets) for _ in range(6 if whole else 1)]
    sheet = min(tries, key=lambda one: abs(math.log(one.width / one.height / aspect))) if whole else tries[0]
    printed = read(sheet)
    width = min(sheet.width, sheet.height * aspect)
    if not whole and printed.lines:
        em = math.exp(rng.uniform(math.log(9), math.log(34)))
        width = min(width, size[0] * rng.choice(printed.lines).em / em)
    elif rng.random() < 0.4:
        width *= rng.uniform(0.8, 1)
    height = width / aspect
    left, top = _place(rng, sheet, printed, width, height, whole=whole)
    return look(sheet, (left, top, left + width, top + height), size)


def _place(
    rng: random.Random, sheet: Sheet, printed: Print, width: float, height: float, *, whole: bool
) -> tuple[float, float]:
    """Choose the top left corner: a whole page from its top, mostly; a part around a line."""
    across, down = sheet.width - width, sheet.height - height
    if whole or not printed.lines:
        return rng.uniform(0, across), (0.0 if rng.random() < 0.7 else rng.uniform(0, down))
    line = rng.choice(printed.lines)
    x = rng.choice((line.box[0] - 0.04 * width, rng.uniform(line.box[0], line.box[2]) - width / 2))
    y = (line.box[1] + line.box[3]) / 2 - height * rng.uniform(0.1, 0.9)
    return min(max(0.0, x), across), min(max(0.0, y), down)


def look(sheet: Sheet, box: Box, size: tuple[int, int]) -> Window:
    """Return what is seen in a window of a sheet on a grid of `size` pixels."""
    printed, (left, top, right, bottom) = read(sheet), box
    scale = size[0] / (right - left)
    codes = np.array([ord(letter) for letter in printed.text], np.int32)
    inked = (codes != 32) & (codes != 10)
    seen = inked & (printed.x > left) & (printed.x < right) & (printed.y > top) & (printed.y < bottom)
    x, y = (printed.x[seen] - left) * scale, (printed.y[seen] - top) * size[1] / (bottom - top)
    rows, torn = [], False
    for row in rows_of(printed.lines):
        inside = [_inside(line, box) for line in row]
        if all(inside):
            rows.append(tuple(row))
        elif any(_touches(line, box) for line in row):
            torn = True
    whole = right - left > 0.9 * sheet.width and bottom - top > 0.9 * sheet.height
    glyphs = Glyphs(codes[seen], x.astype(np.float32), y.astype(np.float32))
    return Window(sheet, box, glyphs, printed.em[seen] * scale, tuple(rows), torn, scale, whole, size)


def _inside(line: Line, box: Box) -> bool:
    slack = EDGE * line.em
    return (
        line.box[0] > box[0] - slack
        and line.box[2] < box[2] + slack
        and line.box[1] > box[1] - slack
        and line.box[3] < box[3] + slack
    )


def _touches(line: Line, box: Box) -> bool:
    return line.box[0] < box[2] and line.box[2] > box[0] and line.box[1] < box[3] and line.box[3] > box[1]
