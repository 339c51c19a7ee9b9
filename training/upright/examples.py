"""Cut sheets into the pieces that the network learns from."""

import random
from dataclasses import dataclass

import numpy
from numpy.typing import NDArray

from model_service.upright import PIECE, cut_pieces
from training.upright.sheets import Case, Sheet, draw_sheet

MOST_IN_TILE = 4
"""More than are looked at later: so that much is learned from each sheet."""

INSIDE, NEAR = 3, 14
"""Pixels: a character counts if its centre lies so far inside; print is near if one lies so little outside."""


@dataclass(frozen=True, slots=True)
class Examples:
    """n upright pieces (n, PIECE, PIECE) uint8, and for each whether it shows print (n,) bool."""

    pieces: NDArray[numpy.uint8]
    printed: NDArray[numpy.bool_]


def cut_sheets(case: Case, seed: int, first: int, last: int) -> Examples:
    """Draw the sheets of these numbers and cut them; what shows but the edge of print is left out."""
    cut = [_cut(draw_sheet(random.Random(f"upright {seed} {number}"), case)) for number in range(first, last)]
    return joined(cut)


def joined(parts: list[Examples]) -> Examples:
    """Return all examples as one."""
    return Examples(
        numpy.concatenate([part.pieces for part in parts]), numpy.concatenate([part.printed for part in parts])
    )


def _cut(sheet: Sheet) -> Examples:
    pieces, printed = [numpy.zeros((0, PIECE, PIECE), numpy.uint8)], [numpy.zeros(0, bool)]
    for scale, found, places in cut_pieces(sheet.image, MOST_IN_TILE):
        away = sheet.centres[None] * scale - places[:, None]
        inside = _any_within(away, INSIDE)
        kept = inside | ~_any_within(away, -NEAR)
        pieces.append(found[kept])
        printed.append(inside[kept])
    return Examples(numpy.concatenate(pieces), numpy.concatenate(printed))


def _any_within(away: NDArray[numpy.float32], margin: int) -> NDArray[numpy.bool_]:
    """Return (n,): whether any of m centres, (n, m, 2) from n pieces' corners, lies in the piece within a margin."""
    within = numpy.logical_and(away >= margin, away < PIECE - margin)
    return numpy.asarray(within.all(-1).any(-1))
