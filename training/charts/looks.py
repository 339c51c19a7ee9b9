"""The look of a chart: its colours and strokes."""

import colorsys
import random
from collections.abc import Sequence
from dataclasses import dataclass

from training.charts.data import Chart
from training.lists import read_lists
from training.pages import Colour
from training.phrasing import Wording

LISTS = read_lists("charts/looks")


LEAST_CONTRAST = 60
"""Between a bar and its ground, in steps of lightness from 0 to 255."""


@dataclass(frozen=True, slots=True)
class Look:
    """A chart's colours and strokes; `bars` has one colour a category. Widths in pixels, 0 for none.

    `tags` puts the values on little plates of their bars' colours.
    """

    ground: Colour
    panel: Colour
    ink: Colour
    faint: Colour
    bars: tuple[Colour, ...]
    grid: int
    axis: int
    frame: bool
    outline: bool
    stroke: int
    marker: str
    tags: bool


def choose_look(rng: random.Random, chart: Chart, em: float, split: Wording) -> Look:
    """Choose colours and strokes: mostly on light ground, sometimes on dark."""
    light = [255 - rng.choice((0, 0, rng.randint(0, 28))) for _ in range(3)]
    depth = rng.choice((12, 40, 70))
    dark = [rng.randint(0, depth) for _ in range(3)]
    ground, ink = (_colour(dark), _colour(light)) if rng.random() < 0.15 else (_colour(light), _colour(dark))
    panel = _mix(ground, ink, rng.uniform(0.03, 0.08)) if rng.random() < 0.25 else ground
    grid = max(1, round(em / 18))
    return Look(
        ground=ground,
        panel=panel,
        ink=ink,
        faint=_mix(ink, ground, rng.uniform(0.55, 0.8)),
        bars=_choose_bars(rng, panel, len(chart.labels), split),
        grid=grid if not chart.marked or rng.random() < 0.5 * (1 + chart.axis) - 0.2 else 0,
        axis=grid * rng.choice((1, 1, 2)) if rng.random() < 0.8 else 0,
        frame=rng.random() < 0.15,
        outline=rng.random() < 0.15,
        stroke=max(2, round(em * rng.uniform(0.1, 0.2))),
        marker=rng.choice(("circle", "circle", "ring", "square", "diamond")),
        tags=split != "test" and rng.random() < 0.3,
    )


def _choose_bars(rng: random.Random, panel: Colour, count: int, split: Wording) -> tuple[Colour, ...]:
    """Choose a colour for each category, all different from the panel: often the same one."""
    palettes = LISTS.TEST_PALETTES if split == "test" else LISTS.TRAIN_PALETTES
    palette = [_hex(code) for code in rng.choice(palettes).split()]
    if split != "test" and rng.random() < 0.4:
        palette = [_vivid(rng) for _ in range(6)]
    rng.shuffle(palette)
    ink = reading_ink(panel)
    clear = [colour if _contrast(colour, panel) >= LEAST_CONTRAST else _mix(colour, ink, 0.5) for colour in palette]
    return tuple(clear[:1] * count if rng.random() < 0.55 else clear[:count])


def reading_ink(ground: Colour) -> Colour:
    """Return black or white, whichever reads better on a ground."""
    return (0, 0, 0) if _lightness(ground) > 128 else (255, 255, 255)


def _lightness(colour: Colour) -> float:
    return 0.3 * colour[0] + 0.59 * colour[1] + 0.11 * colour[2]


def _contrast(one: Colour, other: Colour) -> float:
    return abs(_lightness(one) - _lightness(other))


def _colour(channels: Sequence[float]) -> Colour:
    red, green, blue = (round(channel) for channel in channels)
    return red, green, blue


def _mix(one: Colour, other: Colour, share: float) -> Colour:
    return _colour([a + (b - a) * share for a, b in zip(one, other, strict=True)])


def _hex(code: str) -> Colour:
    return _colour(list(bytes.fromhex(code)))


def _vivid(rng: random.Random) -> Colour:
    return _colour(
        [255 * part for part in colorsys.hsv_to_rgb(rng.random(), rng.uniform(0.4, 1), rng.uniform(0.4, 0.95))]
    )
