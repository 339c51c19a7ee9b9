"""Marks all over each shape: its name, its colour, its centre and, in a row, its number."""

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from training.marks import SPACING, mark
from training.pages import Glyphs
from training.shapes.outlines import Shape, corners

CLEARLY_APART = 0.6
"""Shapes stand in a row from left to right where their centres differ by this share of the narrowest one's width."""


def in_a_row(shapes: Sequence[Shape]) -> bool:
    """Return whether the order of the shapes from the left is plain to see; they are sorted so."""
    gap = min((right.x - left.x for left, right in pairwise(shapes)), default=math.inf)
    return gap >= CLEARLY_APART * min(shape.width for shape in shapes)


def mark_shapes(shapes: Sequence[Shape]) -> Glyphs:
    """Mark the centres of all shapes, and then points all over each."""
    row = in_a_row(shapes)
    names = [(shape.name, shape.colour, *([str(number)] if row else [])) for number, shape in enumerate(shapes, 1)]
    bodies = [_points(shape) for shape in shapes]
    codes = [mark("centre", *name) for name in names]
    for name, body in zip(names, bodies, strict=True):
        codes += [mark("body", *name)] * len(body)
    points = np.concatenate([np.array([(shape.x, shape.y) for shape in shapes]), *bodies]).astype(np.float32)
    return Glyphs(np.array(codes, np.int32), points[:, 0], points[:, 1])


def _points(shape: Shape) -> NDArray[np.float64]:
    """Return (n, 2): points on the outline of an open shape; of a filled one on rings within, of its form."""
    ring = np.array(corners(shape))
    sides = np.hypot(*(np.roll(ring, -1, axis=0) - ring).T)
    lengths, ring = np.concatenate(([0.0], np.cumsum(sides))), np.concatenate((ring, ring[:1]))
    places = np.linspace(0, lengths[-1], math.ceil(lengths[-1] / SPACING), endpoint=False)
    ring = np.stack([np.interp(places, lengths, ring[:, axis]) for axis in (0, 1)], axis=1)
    rings = math.ceil(min(shape.width, shape.height) / 2 / SPACING)
    scales = np.ones(1) if shape.line else (np.arange(rings) + 0.5) / rings
    return np.concatenate([(shape.x, shape.y) + ring * scale for scale in scales])
