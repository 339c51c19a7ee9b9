"""Draw bar charts and line charts."""

import random
from collections.abc import Sequence
from typing import Literal

from PIL import Image, ImageDraw

from training.charts.data import Chart, Form, choose_chart
from training.charts.layout import Manner, Plot, choose_box, set_chart
from training.charts.looks import Look, choose_look, reading_ink
from training.charts.marking import mark_chart
from training.charts.questions import ask_chart
from training.documents import Kind, Source
from training.fonts import Family
from training.layout import Run, choose_type
from training.pages import Colour, Page
from training.phrasing import Wording

FORMS: tuple[Form, ...] = ("columns", "bars", "line")
MOST_CATEGORIES = (6, 6, 6, 5, 5, 4, 4, 3)
ATTEMPTS_EACH = 5
FINE = 2
"""How many times finer a line is drawn than the canvas, to be smoothed."""


def draw_chart(
    rng: random.Random,
    fonts: Sequence[Family],
    words: Sequence[str],
    width: int,
    height: int,
    *,
    em: float,
    split: Wording,
    wording: Wording | None = None,
) -> Page:
    """Draw a bar chart or a line chart of `width` x `height` pixels with type of `em` pixels.

    Deterministic by `rng`. `split` "test" takes categories, arrangements and colours kept out of training, and
    `wording`, by default the same, questions that were.

    Raises:
        ValueError: not even three categories fit the canvas at this size of type.
    """
    source = Source(rng, words)
    for most in MOST_CATEGORIES:
        how = choose_type(rng, rng.choice(fonts), em, width, height)
        for _ in range(ATTEMPTS_EACH):
            chart = choose_chart(source, rng.choice(FORMS), rng.randint(3, most), split)
            manner = choose_manner(rng, split)
            plot = set_chart(chart, how, choose_box(rng, how, width, height), manner)
            if plot:
                image = paint_chart(chart, plot, manner, choose_look(rng, chart, em, split), (width, height))
                qa = ask_chart(rng, chart, wording or split)
                glyphs = mark_chart(chart, plot, manner.bar * plot.band / 2)
                return Page(image, plot.text, glyphs, qa, Kind.CHART, em)
    raise ValueError(f"no chart with type of {em:g} pixels fits a canvas of {width}x{height}")


def choose_manner(rng: random.Random, split: Wording) -> Manner:
    """Choose how a chart is arranged: in the test split with at least one of the ways kept out of training.

    Training puts the title, the ticks and the values in several places, too, so that they are known by what they are.
    """
    align = rng.choice((0.0, 0.5, 0.5, 1.0))
    if split != "test":
        beside: Literal["left", "right"] | None = rng.choice(("left", "right")) if rng.random() < 0.5 else None
        return Manner(
            rng.uniform(0.4, 0.9),
            rng.random() if beside else align,
            beside=beside,
            crossing=rng.random() if rng.random() < 0.4 else 0.0,
            level=rng.random() < 0.25,
        )
    held_out = rng.choice(("below", "far", "inside", "below far", "below inside"))
    wide = "inside" in held_out
    return Manner(
        rng.uniform(0.75, 0.9) if wide else rng.uniform(0.4, 0.9),
        align,
        title_below="below" in held_out,
        far_axis="far" in held_out,
        inside=wide,
    )


def paint_chart(chart: Chart, plot: Plot, manner: Manner, look: Look, canvas: tuple[int, int]) -> Image.Image:
    """Paint a laid-out chart."""
    image = Image.new("RGB", canvas, look.ground)
    pen = ImageDraw.Draw(image)
    box = (plot.box.left, plot.box.top, plot.box.right, plot.box.bottom)
    pen.rectangle(box, look.panel, look.faint if look.frame else None)
    lying = chart.form == "bars"
    for at in plot.grid if look.grid else ():
        pen.line((at, box[1], at, box[3]) if lying else (box[0], at, box[2], at), look.faint, look.grid)
    if chart.form == "line":
        _paint_line(image, plot, look)
    else:
        _paint_bars(pen, plot, look, manner.bar * plot.band / 2, lying=lying)
    if look.axis:
        right = manner.far_axis and chart.axis
        side = box[2] if right and not lying else box[0]
        pen.line((side, box[1], side, box[3]), look.ink, look.axis)
        flat = box[1] if manner.far_axis and lying else box[3]
        if not lying or chart.axis:
            pen.line((box[0], flat, box[2], flat), look.ink, look.axis)
    _print(pen, chart, plot, look)
    return image


def _paint_bars(pen: ImageDraw.ImageDraw, plot: Plot, look: Look, half: float, *, lying: bool) -> None:
    edge = look.ink if look.outline else None
    for middle, end, colour in zip(plot.middles, plot.ends, look.bars, strict=True):
        if lying:
            pen.rectangle((plot.box.left, middle - half, end, middle + half), colour, edge)
        else:
            pen.rectangle((middle - half, end, middle + half, plot.box.bottom), colour, edge)


def _paint_line(image: Image.Image, plot: Plot, look: Look) -> None:
    """Paint the line and its points, drawn finer and smoothed."""
    size = 1.3 * look.stroke
    left, top = int(plot.box.left), int(plot.box.top - 2 * size)
    width, height = int(plot.box.width) + 2, int(plot.box.height + 4 * size) + 2
    mask = Image.new("L", (width * FINE, height * FINE))
    pen = ImageDraw.Draw(mask)
    points = [((x - left) * FINE, (y - top) * FINE) for x, y in zip(plot.middles, plot.ends, strict=True)]
    pen.line(points, 255, look.stroke * FINE, joint="curve")
    for x, y in points:
        r = size * FINE
        if look.marker == "square":
            pen.rectangle((x - r, y - r, x + r, y + r), 255)
        elif look.marker == "diamond":
            pen.polygon(((x - 1.3 * r, y), (x, y - 1.3 * r), (x + 1.3 * r, y), (x, y + 1.3 * r)), 255)
        else:
            pen.ellipse((x - r, y - r, x + r, y + r), 255)
        if look.marker == "ring":
            pen.ellipse((x - r / 2, y - r / 2, x + r / 2, y + r / 2), 0)
    image.paste(look.bars[0], (left, top), mask.reduce(FINE))


def _print(pen: ImageDraw.ImageDraw, chart: Chart, plot: Plot, look: Look) -> None:
    """Print all text; values over a grid or near a line get a rim of the ground's colour."""
    rim = 2 if look.grid or chart.form == "line" else 0
    inks: dict[tuple[float, float], Colour] = {}
    for run, bar, within in zip(plot.values, look.bars, plot.inside, strict=False):
        inks[run.x, run.baseline] = reading_ink(bar) if within or look.tags else look.ink
        if look.tags:
            pen.rectangle(_plate(run), bar)
    if plot.crossed:
        inks |= {(run.x, run.baseline): look.ink for run in plot.ticks}
    for run in plot.runs:
        at = run.x, run.baseline
        on_panel = rim and at in inks and inks[at] == look.ink
        pen.text(
            at,
            run.text,
            inks.get(at, look.ink),
            run.face.font,
            anchor="ls",
            stroke_width=rim if on_panel else 0,
            stroke_fill=look.panel,
        )


def _plate(run: Run) -> tuple[float, float, float, float]:
    """Return the edges of a value's plate, narrow enough to leave its bar or point in sight."""
    rim = 0.12 * run.face.size
    return (
        run.x - 2 * rim,
        run.baseline - 2 * run.face.middle - 2 * rim,
        run.x + run.width + 2 * rim,
        run.baseline + rim,
    )
