"""Hang a printed page before a photograph, seen from the side."""

import random
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from training.pages import Glyphs
from training.printed.windows import Window

Matrix = NDArray[np.float64]
SKEW = 0.10
"""How far a corner strays, in shares of the page's width and height."""


def mount(
    rng: random.Random, drawn: Image.Image, ground: Image.Image, window: Window, size: tuple[int, int]
) -> tuple[Image.Image, Window]:
    """Lay a drawn page over a ground; return the picture and what is seen of the window on a grid of `size` pixels."""
    width, height = ground.size
    share = rng.uniform(0.55, 0.98)
    across, down = drawn.width * share, drawn.height * share
    left, top = rng.uniform(0, width - across), rng.uniform(0, height - down)
    corners = [(left, top), (left + across, top), (left + across, top + down), (left, top + down)]
    strength = rng.random() * SKEW
    moved = [
        (
            min(max(x + rng.uniform(-1, 1) * strength * across, 0), width),
            min(max(y + rng.uniform(-1, 1) * strength * down, 0), height),
        )
        for x, y in corners
    ]
    source = [(0, 0), (drawn.width, 0), (drawn.width, drawn.height), (0, drawn.height)]
    back, forth = homography(moved, source), homography(source, moved)
    how = Image.Transform.PERSPECTIVE
    coefficients = tuple(back.flatten()[:8])
    laid = drawn.transform(ground.size, how, coefficients, Image.Resampling.BICUBIC)
    shape = Image.new("L", drawn.size, 255).transform(ground.size, how, coefficients, Image.Resampling.BILINEAR)
    return Image.composite(laid, ground, shape), _seen(window, drawn, forth, share, canvas=ground.size, size=size)


def _seen(
    window: Window, drawn: Image.Image, forth: Matrix, share: float, *, canvas: tuple[int, int], size: tuple[int, int]
) -> Window:
    """Return the window with its glyphs where they are in the picture, on the grid."""
    glyphs = window.glyphs
    x, y = glyphs.x * drawn.width / window.size[0], glyphs.y * drawn.height / window.size[1]
    places = forth @ np.stack((x, y, np.ones_like(x)))
    x, y = places[0] / places[2] * size[0] / canvas[0], places[1] / places[2] * size[1] / canvas[1]
    scale = share * min(
        drawn.width / canvas[0] * size[0] / window.size[0], drawn.height / canvas[1] * size[1] / window.size[1]
    )
    moved = Glyphs(glyphs.codes, x.astype(np.float32), y.astype(np.float32))
    return replace(window, glyphs=moved, em=window.em * scale, scale=window.scale * scale, size=size)


def homography(source: Sequence[tuple[float, float]], target: Sequence[tuple[float, float]]) -> Matrix:
    """Return the 3x3 matrix that moves four points to four others."""
    rows, values = [], []
    for (x, y), (u, v) in zip(source, target, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    solved = np.linalg.solve(np.array(rows, float), np.array(values, float))
    return np.append(solved, 1.0).reshape(3, 3)
