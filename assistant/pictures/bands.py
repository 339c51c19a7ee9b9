"""Find the print in a picture, and cut a picture of small or much print into bands that are read one after another.

Bands are cut in the white between lines. Where there is none, as in a tilted scan, they overlap by some lines.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Ink = NDArray[np.bool_]
Counts = NDArray[np.int64]

ANALYSED_PIXELS = 3_000_000
"""The most pixels that are searched for print; a larger picture is shrunk before."""

CONTRAST = 36
"""By how much of 255 two pixels with one between them differ at the edge of a letter, dark or light."""

LONGEST_STROKE = 90
"""The longest upright edge of a letter in pixels; what is longer is a frame, a bubble or a dark area."""

STRIPS, NARROWEST = 6, 120
"""The strips side by side, in pixels at least, in which lines are looked for: a tilted line is level in each."""

FAINT = 0.03
"""The share of a strip's usual ink up to which a row of pixels is between two lines."""

LINE_PIXELS = (5, 120)
REGULAR = 0.6
"""A picture is print if the pieces of lines of about one height have this share of all strokes."""

CHARACTER = 0.52
"""The width of a character, in heights of its line."""

SHORTEST_LINE = 40
"""The characters that a line counts for at least: short lines that look alike are as hard to tell apart."""

OVERLAP = 2.6
"""How much two bands have in common where there is no white between lines, in heights of a line."""

FEWEST_ROWS = 3
"""The rows, and the columns, of tokens that a band has at least: models know no thinner pictures."""

TALLEST = 1.5
"""How many times as tall as wide a band is at most; a narrow one gets more paper."""

ENLARGED = (22.0, 20.0, 18.0, 16.5)
"""The heights of a line to which a band is enlarged, in pixels of what the model is shown, the largest first."""

MARGIN = 0.8
"""The paper that is added to a band in all, left and right, above and below, in heights of a line."""

FEWEST_STROKES = 400
"""The fewest distances between strokes that tell anything: a picture of shapes has as many at their edges."""

EARLIEST = 0.5
"""The share of a band's length before which no white is looked for."""


@dataclass(frozen=True, slots=True)
class Print:
    """The print of a picture: the height of most of its lines in pixels, None without print; about how many letters.

    Without print, `stroke` is the usual distance between strokes, in pixels: None where there are hardly any.
    """

    height: float | None = None
    characters: int = 0
    stroke: float | None = None


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of a picture in pixels."""

    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True, slots=True)
class Band:
    """A part of a picture, and how many lines it holds, at most if there is no white between them.

    `overlaps`: it may begin with the last lines of the band before.
    """

    box: Box
    lines: int
    overlaps: bool = False


@dataclass(frozen=True, slots=True)
class Capacity:
    """How much a band holds: a grid of `tokens` at most, at most `columns` across, and `characters`.

    A token sees `token_pixels` across and down, at which lines are `line` pixels high.
    """

    tokens: int
    characters: int
    token_pixels: int
    columns: int = 46
    line: float = 15.0


def find_print(image: Image.Image) -> Print:
    """Return what print a picture holds, measured in its own pixels."""
    ink, scale = _ink(image)
    runs = [run for strip in _strips(ink) for run in _lines(ink[:, slice(*strip)], strip)]
    if not runs:
        return Print(stroke=_stroke(ink, scale))
    height = _median([run.height for run in runs], [run.ink for run in runs])
    regular = [run for run in runs if 0.55 * height <= run.height <= 1.8 * height]
    if sum(run.ink for run in regular) < REGULAR * ink.sum():
        return Print(stroke=_stroke(ink, scale))
    letters = sum(_inked_width(ink[run.top : run.bottom, slice(*run.strip)], run.height) for run in regular)
    return Print(height / scale, round(letters / (CHARACTER * height)))


def cut(image: Image.Image, found: Print, capacity: Capacity) -> list[Band]:
    """Cut a picture of print into bands, in reading order. `found` is in its own pixels.

    Where lines are too long for a band, the picture is cut into columns first. Without print there are no bands.
    """
    ink, scale = _ink(image)
    if found.height is None or not ink.any():
        return []
    line = found.height * scale
    token = capacity.token_pixels * line / capacity.line  # A token's pixels here.
    across = ink.sum(axis=0)
    left, right = _extent(across, line)
    bands: list[Band] = []
    if right - left > capacity.columns * token:  # The bar of an H has only edges from above to below.
        across = across + _ink(image.transpose(Image.Transpose.TRANSPOSE))[0].sum(axis=1)
    for first, last, _ in _cuts(across[left:right], capacity.columns * token, line):
        column = ink[:, left + first : left + last]
        inked = column.sum(axis=1)
        if not inked.any():
            continue
        top, bottom = _extent(inked, line)
        columns = math.ceil((column.shape[1] + MARGIN * line) / token)
        rows = max(FEWEST_ROWS, min(capacity.tokens // columns, int(math.sqrt(capacity.tokens * TALLEST))))
        characters = found.characters * inked.sum() / ink.sum()
        dense = max(characters, SHORTEST_LINE * _lines_in(inked, line)) / (bottom - top)
        longest = min(rows * token - MARGIN * line, capacity.characters / dense if dense else math.inf)
        for begin, end, overlaps in _cuts(inked[top:bottom], longest, line):
            edges = (left + first, top + begin, left + last, top + end)
            box = Box(*(round(edge / scale) for edge in edges))
            lines = _lines_in(inked[top + begin : top + end], line)
            tilted = overlaps or (end < bottom - top and inked[top + end - 1] > 0)
            bands.append(Band(box, max(lines, round((end - begin) / line)) if tilted else lines, overlaps))
    return bands


def framed(image: Image.Image, band: Band, height: float, capacity: Capacity) -> tuple[Image.Image, int]:
    """Return a band with paper around it, of the very shape of a grid of tokens, and how many tokens that has.

    Its lines, `height` pixels high in the picture, are enlarged as far as the capacity's tokens allow.
    """
    box = band.box
    part = image.crop((box.left, box.top, min(box.right, image.width), min(box.bottom, image.height)))
    for line in (*ENLARGED, capacity.line):
        token = capacity.token_pixels * height / line
        rows = max(FEWEST_ROWS, math.ceil((part.height + MARGIN * height) / token))
        across = math.ceil((part.width + MARGIN * height) / token)
        columns = max(FEWEST_ROWS, math.ceil(rows / TALLEST), across)
        if rows * columns <= capacity.tokens:
            break
    spots = np.asarray(part.resize((24, 24), Image.Resampling.NEAREST)).reshape(-1, 3)
    paper = tuple(int(value) for value in np.median(spots, axis=0))
    whole = Image.new("RGB", (round(columns * token), round(rows * token)), paper)
    whole.paste(part, (round(MARGIN / 2 * height), round(MARGIN / 2 * height)))
    return whole, rows * columns


@dataclass(frozen=True, slots=True)
class _Run:
    """A piece of a line of print in a strip: its rows of pixels, and how much ink they have."""

    top: int
    bottom: int
    ink: int
    strip: tuple[int, int]

    @property
    def height(self) -> int:
        return self.bottom - self.top


def _ink(image: Image.Image) -> tuple[Ink, float]:
    """Return where the edges of letters are in a picture, shrunk to what is searched, and by how much it was shrunk.

    Only edges from left to right count: rules have none, and those of frames are long.
    """
    scale = min(1.0, math.sqrt(ANALYSED_PIXELS / (image.width * image.height)))
    grey = image.convert("L")
    if scale < 1.0:
        size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
        grey = grey.resize(size, Image.Resampling.BOX, reducing_gap=2.0)
    values = np.asarray(grey, dtype=np.int16)
    ink = np.zeros(values.shape, dtype=np.bool_)
    ink[:, 1:-1] = np.abs(values[:, 2:] - values[:, :-2]) > CONTRAST
    return ink & ~_is_long(ink), scale


def _stroke(ink: Ink, scale: float) -> float | None:
    """Return the usual distance between strokes in pixels of the picture; None where there are hardly any."""
    rows, places = np.nonzero(ink)
    steps = np.diff(places)
    gaps = steps[(np.diff(rows) == 0) & (steps > 1) & (steps <= LONGEST_STROKE)]
    return float(np.median(gaps)) / scale if len(gaps) >= FEWEST_STROKES else None


def _is_long(ink: Ink) -> Ink:
    """Return what belongs to a vertical stroke longer than a letter's."""
    places = np.arange(len(ink), dtype=np.int32)[:, None]
    before = np.maximum.accumulate(np.where(ink, -1, places))
    behind = np.minimum.accumulate(np.where(ink, len(ink), places)[::-1])[::-1]
    return ink & (behind - before - 1 > LONGEST_STROKE)


def _strips(ink: Ink) -> Iterator[tuple[int, int]]:
    width = ink.shape[1]
    count = max(1, min(STRIPS, width // NARROWEST))
    edges = [round(width * number / count) for number in range(count + 1)]
    return pairwise(edges)


def _lines(ink: Ink, strip: tuple[int, int]) -> list[_Run]:
    """Return the pieces of lines in a strip."""
    counts = ink.sum(axis=1)
    if not counts.any():
        return []
    faint = FAINT * float(np.percentile(counts[counts > 0], 75))
    runs = (_Run(top, bottom, int(counts[top:bottom].sum()), strip) for top, bottom in _runs(counts > max(1, faint)))
    return [run for run in runs if LINE_PIXELS[0] <= run.height <= LINE_PIXELS[1]]


def _runs(mask: Ink) -> list[tuple[int, int]]:
    """Return where a mask begins and ends to be true."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
    return [(int(begin), int(end)) for begin, end in zip(edges[::2], edges[1::2], strict=True)]


def _lines_in(inked: Counts, line: float) -> int:
    """Count the lines of print in rows of pixels with this much ink."""
    return sum(end - begin > line / 3 for begin, end in _runs(inked > 0))


def _median(values: list[int], weights: list[int]) -> float:
    order = np.argsort(values)
    summed = np.cumsum(np.asarray(weights)[order])
    return float(np.asarray(values)[order][np.searchsorted(summed, summed[-1] / 2)])


def _inked_width(ink: Ink, height: int) -> int:
    """Return how many columns of a line's piece hold letters, or the white between them."""
    columns = ink.any(axis=0)
    reach = max(1, round(0.3 * height))
    near = np.convolve(columns, np.ones(2 * reach + 1), "same") > 0
    return int(near.sum())


def _extent(counts: Counts, line: float) -> tuple[int, int]:
    """Return where the print begins and ends, with a line's height of white around it, without specks at the edges.

    A speck is less than a letter, however much print there is.
    """
    summed = np.cumsum(counts)
    speck = min(0.002 * summed[-1], 2 * line)
    first = int(np.searchsorted(summed, speck))
    last = int(np.searchsorted(summed, summed[-1] - speck))
    return max(0, round(first - line)), min(len(counts), round(last + 1 + line))


def _cuts(inked: Counts, most: float, line: float) -> list[tuple[int, int, bool]]:
    """Cut a length, of which `inked` has the ink at each place, into pieces of at most `most`.

    Return where each begins and ends, and whether it overlaps the one before.
    """
    length = len(inked)
    count = math.ceil(length / most - 0.1)
    most = max(4 * line, min(most, 1.15 * length / max(1, count)))
    pieces, begin, overlaps = list[tuple[int, int, bool]](), 0, False
    while length - begin > most:
        place = _white(inked, begin + EARLIEST * most, begin + most)
        end = round(begin + most) if place is None else place
        pieces.append((begin, end, overlaps))
        overlaps = place is None
        begin = end if place is not None else round(end - OVERLAP * line)
    return [*pieces, (begin, length, overlaps)]


def _white(inked: Counts, earliest: float, latest: float) -> int | None:
    """Return the middle of the last wide white gap between two places; None if there is none."""
    first, last = round(earliest), round(latest)
    gaps = [(begin, end) for begin, end in _runs(inked[first:last] == 0) if end - begin >= 2]
    if not gaps:
        return None
    widest = max(end - begin for begin, end in gaps)
    begin, end = next(gap for gap in reversed(gaps) if gap[1] - gap[0] >= 0.6 * widest)
    return first + (begin + end) // 2
