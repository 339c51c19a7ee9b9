"""Cut a few whole rows out of a printed page and lay them on blank paper, so that all of them can be read out."""

import random
from collections.abc import Sequence

import numpy as np
from PIL import Image

from training.pages import Glyphs
from training.printed.asking import MOST_READ, READ, said
from training.printed.sheets import Box, Line, Sheet, read, readable, render, rows_of
from training.printed.windows import Window

LARGEST = 36.0
"""The largest size of type in pixels of the grid."""


def clip(
    rng: random.Random, sheets: Sequence[Sheet], size: tuple[int, int], canvas: tuple[int, int]
) -> tuple[Window, Image.Image] | None:
    """Return what is seen, and the picture; `size` is the grid's and `canvas` the picture's. None if no rows fit."""
    for _ in range(8):
        sheet = rng.choice(sheets)
        rows = _choose_rows(rng, sheet)
        if not rows:
            continue
        lines = [line for row in rows for line in row]
        if any(not _is_inside(line.box, sheet) for line in lines):  # Some files print beyond the edge.
            continue
        box = _around(lines)
        em = min(line.em for line in lines)
        fit = 0.95 * min(size[0] / (box[2] - box[0]), size[1] / (box[3] - box[1]))
        scale = min(fit, LARGEST / em) * rng.uniform(0.65, 1.0)
        if em * scale >= READ:
            return _lay(rng, sheet, rows, box, scale, size=size, canvas=canvas)
    return None


def _choose_rows(rng: random.Random, sheet: Sheet) -> list[list[Line]]:
    """Return consecutive rows of up to a random number of characters."""
    rows = rows_of(read(sheet).lines)
    if not rows:
        return []
    at, most, taken, length = rng.randrange(len(rows)), rng.uniform(20, MOST_READ), [], 0
    while at < len(rows) and length + len(said(rows[at])) + 1 <= most:
        if not readable(said(rows[at])) or (len(rows[at]) > 1 and sheet.about.get("kind") == "page"):
            break
        taken.append(rows[at])
        length += len(said(rows[at])) + 1
        at += 1
    return taken


def _is_inside(box: Box, sheet: Sheet) -> bool:
    return 0 <= box[0] < box[2] <= sheet.width and 0 <= box[1] < box[3] <= sheet.height


def _around(lines: Sequence[Line]) -> Box:
    em = max(line.em for line in lines)
    return (
        min(line.box[0] for line in lines) - 0.4 * em,
        min(line.box[1] for line in lines),
        max(line.box[2] for line in lines) + 0.4 * em,
        max(line.box[3] for line in lines),
    )


def _lay(
    rng: random.Random,
    sheet: Sheet,
    rows: list[list[Line]],
    box: Box,
    scale: float,
    *,
    size: tuple[int, int],
    canvas: tuple[int, int],
) -> tuple[Window, Image.Image]:
    wide, high = canvas[0] / size[0], canvas[1] / size[1]
    box = (max(0.0, box[0]), max(0.0, box[1]), min(sheet.width, box[2]), min(sheet.height, box[3]))
    across, down = (box[2] - box[0]) * scale, (box[3] - box[1]) * scale
    piece = render(sheet, box, max(1, round(across * wide)), max(1, round(down * high)))
    ground: tuple[int, int, int] = piece.getpixel((0, 0))  # type: ignore[assignment]
    left, top = rng.uniform(0, max(0.0, size[0] - across)), rng.uniform(0, max(0.0, size[1] - down))
    picture = Image.new("RGB", canvas, ground)
    picture.paste(piece, (round(left * wide), round(top * high)))
    printed = read(sheet)
    places = [
        line.first + at for row in rows for line in row for at, letter in enumerate(line.text) if letter not in " \n"
    ]
    codes = np.array([ord(printed.text[place]) for place in places], np.int32)
    x, y = (printed.x[places] - box[0]) * scale + left, (printed.y[places] - box[1]) * scale + top
    glyphs = Glyphs(codes, x.astype(np.float32), y.astype(np.float32))
    em = printed.em[places] * scale
    return Window(sheet, box, glyphs, em, tuple(map(tuple, rows)), False, scale, False, size), picture
