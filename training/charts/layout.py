"""Where everything of a chart stands on the canvas; nothing is drawn here."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from training.charts.data import Chart
from training.fonts import Face
from training.layout import Run, Type


@dataclass(frozen=True, slots=True)
class Manner:
    """How a chart is arranged: `bar` is a bar's share of its band, `align` puts the title from left 0 to right 1.

    The last three are kept out of training: the title below, the ticks at the far side (right or top), and the
    values within the bars that have room for them.
    """

    bar: float
    align: float
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
    where none are printed; `inside` tells which of them lie on their bars.
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

    @property
    def text(self) -> str:
        """All that is printed, in reading order."""
        return "".join(run.text + ("\n" if run.ends_line else " ") for run in self.runs).rstrip("\n")


def choose_box(rng: random.Random, how: Type, width: int, height: int) -> Box:
    """The part of the canvas that the chart takes: often all of it but the margins."""
    across, down = (rng.choice((1.0, 1.0, rng.uniform(0.75, 1))) * size for size in (how.width, how.height))
    left = how.margin + rng.random() * (how.width - across)
    top = how.margin + rng.random() * (how.height - down)
    return Box(left, top, min(left + across, width), min(top + down, height))


def set_chart(chart: Chart, how: Type, box: Box, manner: Manner) -> Plot | None:
    """Measure and place everything; None where it does not fit the box."""
    face = how.title if how.title.length(chart.title) <= box.width else how.body
    length, line, gap = face.length(chart.title), face.ascent + face.descent, 0.45 * how.body.size
    if length > box.width:
        return None
    baseline = box.bottom - face.descent if manner.title_below else box.top + face.ascent
    title = Run(chart.title, box.left + manner.align * (box.width - length), baseline, length, face, ends_line=True)
    used = line + gap
    box = replace(box, bottom=box.bottom - used) if manner.title_below else replace(box, top=box.top + used)
    plot = (_set_lying if chart.form == "bars" else _set_upright)(chart, how.body, box, manner)
    if not plot:
        return None
    return replace(plot, runs=(*plot.runs, title) if manner.title_below else (title, *plot.runs))


def _set_upright(chart: Chart, face: Face, room: Box, manner: Manner) -> Plot | None:
    """Columns or a line over their labels."""
    em, line, marks = face.size, face.ascent + face.descent, _ticks(chart)
    aside = max(map(face.length, marks)) + 0.5 * em if marks else 0.0
    left, right = (room.left, room.right - aside) if manner.far_axis else (room.left + aside, room.right)
    top = room.top + (1.1 * line if chart.marked else 0.5 * line)
    box = Box(left, top, right, room.bottom - 1.15 * line)
    start = box.bottom - (1.6 * em if chart.form == "line" and chart.marked else 0)
    band = box.width / len(chart.labels)
    if _widest(chart, face) > band - 0.35 * em or _crowded(chart, em, start - top, 1.15 * em):
        return None
    middles = _middles(box.left, band, len(chart.labels))
    ends, grid = (_along(chart, numbers, start, top) for numbers in (chart.numbers, chart.ticks))
    edge = box.right + 0.5 * em if manner.far_axis else box.left - 0.5 * em
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
    places = (_beside_point(chart, place, ends, face) for place in range(len(printed)))
    values = [
        _run(value, x, end + 0.2 * em + face.ascent if within else place, face, 0.5)
        for value, x, end, within, place in zip(printed, middles, ends, inside, places, strict=False)
    ]
    runs = (*reversed(ticks), *_joined(values), *_joined(labels))
    return Plot(box, band, middles, ends, grid, runs, tuple(labels), tuple(values), inside, tuple(ticks))


def _beside_point(chart: Chart, place: int, ends: tuple[float, ...], face: Face) -> float:
    """The baseline of a value: over its bar or point, but under the point where the line comes from above."""
    around = [ends[other] for other in (place - 1, place + 1) if 0 <= other < len(ends)]
    end, em = ends[place], face.size
    if chart.form == "line" and all(other < end for other in around):
        return end + 0.5 * em + 2 * face.middle
    return end - (0.5 if chart.form == "line" else 0.33) * em


def _set_lying(chart: Chart, face: Face, room: Box, manner: Manner) -> Plot | None:
    """Bars to the right of their labels, the first at the top."""
    em, line, marks = face.size, face.ascent + face.descent, _ticks(chart)
    printed = chart.values if chart.marked else ()
    left = room.left + max(map(face.length, chart.labels)) + 0.5 * em
    right = room.right - (max(map(face.length, printed)) + 0.5 * em if printed else face.length(marks[-1]) / 2)
    below = 1.2 * line if marks else 0.0
    top, bottom = (room.top + below, room.bottom) if manner.far_axis else (room.top, room.bottom - below)
    box = Box(left, top, right, bottom)
    band = box.height / len(chart.labels)
    spacing = max(map(face.length, marks)) + 0.6 * em if marks else 0.0
    if band < 1.05 * line or _crowded(chart, em, box.width, spacing):
        return None
    middles = _middles(box.top, band, len(chart.labels))
    ends, grid = (_along(chart, numbers, box.left, box.right) for numbers in (chart.numbers, chart.ticks))
    labels = [_run(label, room.left, y + face.middle, face, 0) for label, y in zip(chart.labels, middles, strict=False)]
    roomy = manner.inside and manner.bar * band > line
    inside = tuple(
        roomy and end - box.left > face.length(value) + 0.8 * em for value, end in zip(printed, ends, strict=False)
    )
    values = [
        _run(value, end + (-0.35 if within else 0.35) * em, y + face.middle, face, 1 if within else 0)
        for value, end, y, within in zip(printed, ends, middles, inside, strict=False)
    ]
    baseline = room.top + face.ascent if manner.far_axis else room.bottom - face.descent
    ticks = [_run(mark, x, baseline, face, 0.5) for mark, x in zip(marks, grid, strict=False)]
    rows = tuple(run for row in zip(labels, values, strict=False) for run in _joined(row)) if values else tuple(labels)
    runs = (*_joined(ticks), *rows) if manner.far_axis else (*rows, *_joined(ticks))
    return Plot(box, band, middles, ends, grid, runs, tuple(labels), tuple(values), inside, tuple(ticks))


def _along(chart: Chart, numbers: Sequence[int], start: float, end: float) -> tuple[float, ...]:
    return tuple(start + chart.share(number) * (end - start) for number in numbers)


def _middles(start: float, band: float, count: int) -> tuple[float, ...]:
    return tuple(start + band * (place + 0.5) for place in range(count))


def _ticks(chart: Chart) -> list[str]:
    return [chart.scale.write(tick) for tick in chart.ticks] if chart.axis else []


def _widest(chart: Chart, face: Face) -> float:
    return max(map(face.length, (*chart.labels, *(chart.values if chart.marked else ()))))


def _crowded(chart: Chart, em: float, extent: float, spacing: float) -> bool:
    """Whether the axis is too short: for itself, for ticks `spacing` apart, or to tell two values apart."""
    numbers = sorted(chart.numbers)
    closest = min(after - before for before, after in pairwise(numbers))
    pixels = extent / (chart.ticks[-1] - chart.ticks[0])
    return (
        extent < 2.5 * em
        or closest * pixels < 0.2 * em
        or (chart.axis and (chart.ticks[1] - chart.ticks[0]) * pixels < spacing)
    )


def _run(text: str, x: float, baseline: float, face: Face, align: float) -> Run:
    """Text that begins at `x`, ends there or has its middle there: `align` 0, 1 or 0.5."""
    length = face.length(text)
    return Run(text, x - align * length, baseline, length, face, ends_line=True)


def _joined(runs: Sequence[Run]) -> tuple[Run, ...]:
    """The same as one line of text."""
    return (*(replace(run, ends_line=False) for run in runs[:-1]), *runs[-1:])
