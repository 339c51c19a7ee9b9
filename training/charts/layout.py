"""Lay out a chart on the canvas; nothing is drawn here."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from training.charts.data import Chart
from training.fonts import Face
from training.layout import Run, Type

WIDEST_BESIDE = 0.4
"""The largest share of the width for a title at the side of the chart."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a chart is arranged: `bar` is a bar's share of its band, `align` puts the title from left 0 to right 1.

    `beside` is the side at which the title stands where it is narrow enough, and then `align` goes from top to bottom.
    `crossing` is the share of the categories that come before the ticks, less than 1. `level` prints the values in a
    row, or a column, beyond the longest bar.

    The last three are kept out of training: the title below, the ticks at the far side (right or top), and the
    values within the bars that have room for them.
    """

    bar: float
    align: float
    beside: Literal["left", "right"] | None = None
    crossing: float = 0.0
    level: bool = False
    title_below: bool = False
    far_axis: bool = False
    inside: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """Edges in pixels of the canvas."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """Pixels across."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Pixels down."""
        return self.bottom - self.top


@dataclass(frozen=True, slots=True)
class Plot:
    """A laid-out chart, in pixels.

    `box` is the area of the bars or the line, `band` the room for one category, `middles` each category's middle
    across the bands, `ends` where each value lies along the axis and `grid` where each tick does. `runs` is all
    that is printed, in reading order; `values` are those of the values, in the order of the categories and empty
    where none are printed; `inside` tells which of them lie on their bars; `crossed` whether the ticks stand amid them.
    """

    box: Box
    band: float
    middles: tuple[float, ...]
    ends: tuple[float, ...]
    grid: tuple[float, ...]
    runs: tuple[Run, ...]
    labels: tuple[Run, ...]
    values: tuple[Run, ...]
    inside: tuple[bool, ...]
    ticks: tuple[Run, ...]
    crossed: bool = False

    @property
    def text(self) -> str:
        """All that is printed, in reading order."""
        return "".join(run.text + ("\n" if run.ends_line else " ") for run in self.runs).rstrip("\n")


def choose_box(rng: random.Random, how: Type, width: int, height: int) -> Box:
    """Choose the part of the canvas for the chart: often all of it but the margins."""
    across, down = (rng.choice((1.0, 1.0, rng.uniform(0.75, 1))) * size for size in (how.width, how.height))
    left = how.margin + rng.random() * (how.width - across)
    top = how.margin + rng.random() * (how.height - down)
    return Box(left, top, min(left + across, width), min(top + down, height))


def set_chart(chart: Chart, how: Type, box: Box, manner: Manner) -> Plot | None:
    """Measure and place everything; None where it does not fit the box."""
    title, room = _set_title(chart, how, box, manner)
    if title.width > box.width:
        return None
    plot = (_set_lying if chart.form == "bars" else _set_upright)(chart, how.body, room, manner)
    if not plot:
        return None
    return replace(plot, runs=(*plot.runs, title) if manner.title_below else (title, *plot.runs))


def _set_title(chart: Chart, how: Type, box: Box, manner: Manner) -> tuple[Run, Box]:
    """Place the title; return it and the room that it leaves."""
    gap = 0.45 * how.body.size
    beside = manner.beside and how.body.length(chart.title) < WIDEST_BESIDE * box.width
    widest = WIDEST_BESIDE * box.width if beside else box.width
    face = how.title if how.title.length(chart.title) <= widest else how.body
    length, line = face.length(chart.title), face.ascent + face.descent
    if beside:
        baseline = box.top + face.ascent + manner.align * (box.height - line)
        left = manner.beside == "left"
        title = Run(chart.title, box.left if left else box.right - length, baseline, length, face, ends_line=True)
        used = length + 2 * gap
        return title, replace(box, left=box.left + used) if left else replace(box, right=box.right - used)
    baseline = box.bottom - face.descent if manner.title_below else box.top + face.ascent
    title = Run(chart.title, box.left + manner.align * (box.width - length), baseline, length, face, ends_line=True)
    used = line + gap
    return title, replace(box, bottom=box.bottom - used) if manner.title_below else replace(box, top=box.top + used)


def _set_upright(chart: Chart, face: Face, room: Box, manner: Manner) -> Plot | None:
    """Place columns or a line over their labels."""
    em, line, marks = face.size, face.ascent + face.descent, _ticks(chart)
    aside = max(map(face.length, marks)) + 0.5 * em if marks else 0.0
    crossed = _crossed(chart, manner)
    left = room.left if crossed or manner.far_axis else room.left + aside
    right = room.right - aside if manner.far_axis else room.right
    top = room.top + (1.1 * line if chart.marked else 0.5 * line)
    box = Box(left, top, right, room.bottom - 1.15 * line)
    start = box.bottom - (1.6 * em if chart.form == "line" and chart.marked else 0)
    gap = aside if crossed else 0.0
    band = (box.width - gap) / len(chart.labels)
    if _widest(chart, face) > band - 0.35 * em or _crowded(chart, em, start - top, 1.15 * em):
        return None
    middles = _middles(box.left, band, len(chart.labels), crossed, gap)
    ends, grid = (_along(chart, numbers, start, top) for numbers in (chart.numbers, chart.ticks))
    edge = box.right + 0.5 * em if manner.far_axis else box.left + crossed * band + gap - 0.5 * em
    ticks = [
        _run(mark, edge, y + face.middle, face, 0 if manner.far_axis else 1)
        for mark, y in zip(marks, grid, strict=False)
    ]
    labels = [
        _run(label, x, room.bottom - face.descent, face, 0.5) for label, x in zip(chart.labels, middles, strict=False)
    ]
    printed = chart.values if chart.marked else ()
    roomy = manner.inside and chart.form == "columns"
    inside = tuple(
        roomy and box.bottom - end > 1.5 * line and face.length(value) < manner.bar * band - 0.2 * em
        for value, end in zip(printed, ends, strict=False)
    )
    row = [box.top - 0.5 * em] * len(printed)
    places = row if manner.level else [_beside_point(chart, place, ends, face) for place in range(len(printed))]
    values = [
        _run(value, x, end + 0.2 * em + face.ascent if within else place, face, 0.5)
        for value, x, end, within, place in zip(printed, middles, ends, inside, places, strict=False)
    ]
    runs = (*reversed(ticks), *_joined(values), *_joined(labels))
    return Plot(box, band, middles, ends, grid, runs, tuple(labels), tuple(values), inside, tuple(ticks), crossed > 0)


def _beside_point(chart: Chart, place: int, ends: tuple[float, ...], face: Face) -> float:
    """Return the baseline of a value: over its bar or point, but under the point if the line comes from above."""
    around = [ends[other] for other in (place - 1, place + 1) if 0 <= other < len(ends)]
    end, em = ends[place], face.size
    if chart.form == "line" and all(other < end for other in around):
        return end + 0.5 * em + 2 * face.middle
    return end - (0.5 if chart.form == "line" else 0.33) * em


def _set_lying(chart: Chart, face: Face, room: Box, manner: Manner) -> Plot | None:
    """Place bars to the right of their labels, the first at the top."""
    em, line, marks = face.size, face.ascent + face.descent, _ticks(chart)
    printed = chart.values if chart.marked else ()
    left = room.left + max(map(face.length, chart.labels)) + 0.5 * em
    right = room.right - (max(map(face.length, printed)) + 0.5 * em if printed else face.length(marks[-1]) / 2)
    crossed, below = _crossed(chart, manner), 1.2 * line if marks else 0.0
    gap = below if crossed else 0.0
    top = room.top + below if manner.far_axis else room.top
    bottom = room.bottom if crossed or manner.far_axis else room.bottom - below
    box = Box(left, top, right, bottom)
    band = (box.height - gap) / len(chart.labels)
    spacing = max(map(face.length, marks)) + 0.6 * em if marks else 0.0
    if band < 1.05 * line or _crowded(chart, em, box.width, spacing):
        return None
    above = len(chart.labels) - crossed
    middles = _middles(box.top, band, len(chart.labels), above, gap)
    ends, grid = (_along(chart, numbers, box.left, box.right) for numbers in (chart.numbers, chart.ticks))
    labels = [_run(label, room.left, y + face.middle, face, 0) for label, y in zip(chart.labels, middles, strict=False)]
    roomy = manner.inside and manner.bar * band > line
    inside = tuple(
        roomy and end - box.left > face.length(value) + 0.8 * em for value, end in zip(printed, ends, strict=False)
    )
    values = [
        _run(
            value,
            (box.right if manner.level else end) + (-0.35 if within else 0.35) * em,
            y + face.middle,
            face,
            1 if within else 0,
        )
        for value, end, y, within in zip(printed, ends, middles, inside, strict=False)
    ]
    foot = box.top + above * band + gap if crossed else room.bottom
    baseline = room.top + face.ascent if manner.far_axis else foot - face.descent
    ticks = [_run(mark, x, baseline, face, 0.5) for mark, x in zip(marks, grid, strict=False)]
    rows = tuple(run for row in zip(labels, values, strict=False) for run in _joined(row)) if values else tuple(labels)
    runs = (*_joined(ticks), *rows) if manner.far_axis else (*rows, *_joined(ticks))
    return Plot(box, band, middles, ends, grid, runs, tuple(labels), tuple(values), inside, tuple(ticks), crossed > 0)


def _along(chart: Chart, numbers: Sequence[int], start: float, end: float) -> tuple[float, ...]:
    return tuple(start + chart.share(number) * (end - start) for number in numbers)


def _middles(start: float, band: float, count: int, first: int, gap: float) -> tuple[float, ...]:
    """Return the middles of `count` bands, with a gap before the band `first`."""
    return tuple(start + band * (place + 0.5) + (gap if place >= first else 0.0) for place in range(count))


def _crossed(chart: Chart, manner: Manner) -> int:
    """Return how many categories lie between the ticks and the side where they usually stand."""
    return int(manner.crossing * len(chart.labels)) if chart.axis and not manner.far_axis else 0


def _ticks(chart: Chart) -> list[str]:
    return [chart.scale.write(tick) for tick in chart.ticks] if chart.axis else []


def _widest(chart: Chart, face: Face) -> float:
    return max(map(face.length, (*chart.labels, *(chart.values if chart.marked else ()))))


def _crowded(chart: Chart, em: float, extent: float, spacing: float) -> bool:
    """Return whether the axis is too short: for itself, for ticks `spacing` apart, or to tell two values apart."""
    numbers = sorted(chart.numbers)
    closest = min(after - before for before, after in pairwise(numbers))
    pixels = extent / (chart.ticks[-1] - chart.ticks[0])
    return (
        extent < 2.5 * em
        or closest * pixels < 0.2 * em
        or (chart.axis and (chart.ticks[1] - chart.ticks[0]) * pixels < spacing)
    )


def _run(text: str, x: float, baseline: float, face: Face, align: float) -> Run:
    """Set text that begins at `x`, ends there or has its middle there: `align` 0, 1 or 0.5."""
    length = face.length(text)
    return Run(text, x - align * length, baseline, length, face, ends_line=True)


def _joined(runs: Sequence[Run]) -> tuple[Run, ...]:
    """Join runs into one line of text."""
    return (*(replace(run, ends_line=False) for run in runs[:-1]), *runs[-1:])
