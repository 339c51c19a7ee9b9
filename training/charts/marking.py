"""Marks on a chart: which label, which value and which bar or point belong together, and how they compare."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from training.charts.data import Chart
from training.charts.layout import Plot
from training.layout import Run
from training.marks import SPACING, mark
from training.pages import Glyphs, locate

INSET = 4.0
"""Pixels from a bar's end to its mark: within the bar."""

Points = NDArray[np.float64]


def mark_chart(chart: Chart, plot: Plot, half: float) -> Glyphs:
    """Return the printed characters in reading order, then the marks; `half` is half of a bar's width in pixels.

    A value that is not printed at its bar or point is the tick that is level with it.
    """
    title = plot.runs[-1] if plot.runs[-1].text == chart.title else plot.runs[0]
    parts: list[tuple[int, Points]] = [(mark("title"), _printed(title))]
    figures = plot.values or [plot.ticks[chart.ticks.index(number)] for number in chart.numbers]
    names = [(str(place), _rank(chart, number)) for place, number in enumerate(chart.numbers, 1)]
    for name, label, figure in zip(names, plot.labels, figures, strict=True):
        parts += [(mark("label", *name), _printed(label)), (mark("value", *name), _printed(figure))]
    for part, bodies in (("centre", _ends(chart, plot)), ("body", _bodies(chart, plot, half))):
        thing = "point" if chart.form == "line" else "bar"
        parts += [(mark(thing, part, *name), body) for name, body in zip(names, bodies, strict=True)]
    codes = np.concatenate([np.full(len(points), code) for code, points in parts])
    x, y = np.concatenate([points for _, points in parts]).T
    marks = Glyphs(codes.astype(np.int32), x.astype(np.float32), y.astype(np.float32))
    return locate(plot.runs).followed_by(marks)


def _rank(chart: Chart, number: int) -> str:
    return {max(chart.numbers): "largest", min(chart.numbers): "smallest"}.get(number, "between")


def _printed(run: Run) -> Points:
    glyphs = locate([run])
    return np.stack((glyphs.x, glyphs.y), axis=1).astype(np.float64)


def _ends(chart: Chart, plot: Plot) -> list[Points]:
    """Return (1, 2) each: the point, or the middle of the bar's end, just within it."""
    inset = 0.0 if chart.form == "line" else -INSET if chart.form == "bars" else INSET
    places = [(middle, end + inset) for middle, end in zip(plot.middles, plot.ends, strict=True)]
    return [np.array([place[::-1] if chart.form == "bars" else place]) for place in places]


def _bodies(chart: Chart, plot: Plot, half: float) -> list[Points]:
    """Return (n, 2) each: points all over the bar; of a line those nearer to this point than to another."""
    if chart.form == "line":
        corners = np.stack((plot.middles, plot.ends), axis=1)
        line = np.concatenate([_steps(one, other) for one, other in pairwise(corners)])
        nearest = np.abs(line[:, :1] - plot.middles).argmin(axis=1)
        return [line[nearest == place] for place in range(len(corners))]
    lying = chart.form == "bars"
    base, across = plot.box.left if lying else plot.box.bottom, _steps(-0.8 * half, 0.8 * half)
    bars = [
        np.stack(np.meshgrid(middle + across, _steps(end, base)), axis=-1).reshape(-1, 2)
        for middle, end in zip(plot.middles, plot.ends, strict=True)
    ]
    return [bar[:, ::-1] for bar in bars] if lying else bars


def _steps(start: float | Points, end: float | Points) -> Points:
    """Return numbers, or points, from one to the other."""
    return np.linspace(start, end, 2 + int(np.linalg.norm(np.subtract(end, start)) / SPACING))
