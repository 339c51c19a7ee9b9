"""Bend paper before a camera: tilt, perspective, curl and creases as one coarse map."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Margins = tuple[float, float, float, float]
"""Ground visible left, above, right and below of the page, in shares of the page's width and height."""

NODES = 15
DEGREES = 5.0
PULL = 0.05
CRUMPLED = 0.3
CURLED = 0.3


@dataclass(frozen=True, slots=True)
class Crease:
    """A fold through (`x`, `y`) in page widths and heights, across the unit vector `normal`; `depth` shifts and shades.

    Sharp folds have a small `width`, the reach of the fold to either side.
    """

    x: float
    y: float
    normal: tuple[float, float]
    depth: float
    width: float

    def distance(self, x: Floats, y: Floats) -> Floats:
        """Return the signed distance from the fold in units of its reach."""
        across, down = self.normal
        distance: Floats = ((x - self.x) * across + (y - self.y) * down) / self.width
        return distance


def choose_creases(rng: random.Random, strength: float) -> tuple[Crease, ...]:
    """Choose creases: mostly none; else a few folds of a page from a pocket."""
    if rng.random() >= CRUMPLED * strength:
        return ()
    return tuple(_crease(rng, strength) for _ in range(rng.randint(2, 7)))


def _crease(rng: random.Random, strength: float) -> Crease:
    angle = rng.choice((0, np.pi / 2, rng.uniform(0, np.pi))) + rng.gauss(0, 0.06)
    depth = rng.choice((-1, 1)) * rng.uniform(0.3, 1.0) * strength
    normal = float(np.cos(angle)), float(np.sin(angle))
    return Crease(rng.uniform(0.1, 0.9), rng.uniform(0.1, 0.9), normal, depth, rng.uniform(0.08, 0.25))


def choose_bend(
    rng: random.Random, aspect: float, margins: Margins, creases: Sequence[Crease], strength: float
) -> Floats:
    """Return (2, 15, 15): for nodes spread evenly over the picture, the place of the page seen there.

    Places are x and y in page widths and heights; `aspect` is the page's width over its height. The page's edges lie
    inside the picture by at least `margins`, which are exact where the edge comes nearest.
    """
    down, across = np.meshgrid(np.linspace(-0.5, 0.5, NODES), np.linspace(-0.5, 0.5, NODES), indexing="ij")
    x, y = _tilt(rng, across, down, aspect, strength)
    x, y = _pull(rng, x, y, strength)
    if rng.random() < CURLED * strength:
        y = y + _curl(rng, x, strength)
    if rng.random() < CURLED * strength / 2:
        x = x + _curl(rng, y, strength)
    for crease in creases:
        shift = 0.008 * crease.depth / (1 + crease.distance(x + 0.5, y + 0.5) ** 2)
        x, y = x + shift * crease.normal[1], y + shift * crease.normal[0]
    left, top, right, bottom = margins
    return np.stack((_fit(x, left, right), _fit(y.T, top, bottom).T))


def _tilt(rng: random.Random, x: Floats, y: Floats, aspect: float, strength: float) -> tuple[Floats, Floats]:
    if rng.random() >= 0.8 * strength:
        return x, y
    angle = np.radians(rng.uniform(-1, 1) * DEGREES * strength)
    return x * np.cos(angle) + y * np.sin(angle) / aspect, y * np.cos(angle) - x * np.sin(angle) * aspect


def _pull(rng: random.Random, x: Floats, y: Floats, strength: float) -> tuple[Floats, Floats]:
    """Add perspective: one side of the page farther away than the other."""
    if rng.random() >= 0.7 * strength:
        return x, y
    depth = 1 + 2 * PULL * strength * (rng.uniform(-1, 1) * x + rng.uniform(-1, 1) * y)
    return x / depth, y / depth


def _curl(rng: random.Random, along: Floats, strength: float) -> Floats:
    curl: Floats = rng.uniform(-0.02, 0.02) * strength * np.sin(np.pi * (rng.uniform(0.6, 1.6) * along + rng.random()))
    return curl


def _fit(places: Floats, before: float, after: float) -> Floats:
    """Stretch so that the picture's first and last columns lie outside of 0 and 1 by the margins or more."""
    first, last = places[:, 0].max(), places[:, -1].min()
    fitted: Floats = (places - first) / (last - first) * (1 + before + after) - before
    return fitted


def reach(bend: Floats) -> Margins:
    """Return the most ground that is seen left, above, right and below of the page."""
    left, top = (max(0.0, -float(places.min())) for places in bend)
    right, bottom = (max(0.0, float(places.max()) - 1) for places in bend)
    return left, top, right, bottom


def follow(bend: Floats, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Map places (n,) of the page, in page widths and heights, to nodes of the bend: its inverse."""
    wanted: Floats = np.stack((x, y))
    slope = np.stack((bend[:, :, -1].mean(1) - bend[:, :, 0].mean(1), bend[:, -1].mean(1) - bend[:, 0].mean(1)), axis=1)
    step = np.linalg.inv(slope / (NODES - 1))
    middle = (NODES - 1) / 2
    seen = middle + step @ (wanted - bend.mean((1, 2))[:, None])
    for _ in range(5):
        seen = (seen + step @ (wanted - _at(bend, seen))).clip(0, NODES - 1)
    return seen[0], seen[1]


def _at(bend: Floats, seen: Floats) -> Floats:
    """Interpolate the bend between its nodes, linear each way, as the drawing does."""
    column, row = seen.astype(int).clip(0, NODES - 2)
    right, low = seen[0] - column, seen[1] - row
    upper = bend[:, row, column] * (1 - right) + bend[:, row, column + 1] * right
    lower = bend[:, row + 1, column] * (1 - right) + bend[:, row + 1, column + 1] * right
    between: Floats = upper * (1 - low) + lower * low
    return between
