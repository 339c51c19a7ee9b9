"""Find the parts of a picture that its print takes, so that no visual tokens are spent on blank paper and the table."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from assistant.pictures.bands import Ink, ink_in
from model_service import Region

DENSE = 0.1
"""The share of a square as high as a line that the edges of letters fill at least; those of a crease fill less."""

FAINT = 16
"""By how much of 255 a colour differs between two pixels, one between them, where anything is drawn, however pale."""

SEARCHED = 1200
"""The longest side in pixels to which a picture is shrunk before."""

AROUND = 1.0
"""The white that is left around print, in heights of its line."""

WORTH_WHILE = 0.85
"""The share of a picture up to which its print is looked at alone: to leave out less would save nothing."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a picture of print that are not margin; None where that would be nearly all of it.

    `drawn`: all around it is blank, so nothing is lost. `printed` is looked for where that leaves out too little: it is
    what letters are in, as of a receipt on a table.
    """

    drawn: Region | None = None
    printed: Region | None = None


def find_parts(image: Image.Image, line: float | None) -> Parts:
    """Return the parts of a picture whose lines of print are `line` pixels high; without print it has none."""
    if line is None:
        return Parts()
    drawn = _extent(_edges(image), image.size, line)
    if drawn is not None and _area(drawn) <= WORTH_WHILE:
        return Parts(drawn=drawn)
    ink, scale = ink_in(image)
    printed = _extent(_dense(ink, line * scale), image.size, line)
    return Parts(printed=printed if printed is not None and _area(printed) <= WORTH_WHILE else None)


def _edges(image: Image.Image) -> Ink:
    """Return where anything is drawn: the edges of all that is seen, in both directions."""
    small = image.convert("RGB")
    small.thumbnail((SEARCHED, SEARCHED), Image.Resampling.BOX, reducing_gap=2.0)
    values = np.asarray(small, dtype=np.int16)
    edges = np.zeros(values.shape, dtype=np.bool_)
    edges[:, 1:-1] = np.abs(values[:, 2:] - values[:, :-2]) > FAINT
    edges[1:-1] |= np.abs(values[2:] - values[:-2]) > FAINT
    drawn: Ink = np.any(edges, axis=2)
    return drawn


def _dense(ink: Ink, line: float) -> Ink:
    """Return the ink that stands as densely as in print."""
    reach = max(1, round(line / 2))
    summed = np.pad(ink, reach).astype(np.int32).cumsum(0).cumsum(1)
    summed = np.pad(summed, ((1, 0), (1, 0)))
    side = 2 * reach + 1
    height, width = ink.shape
    inside = summed[side:, side:] - summed[:-side, side:] - summed[side:, :-side] + summed[:-side, :-side]
    dense: Ink = ink & (inside[:height, :width] >= DENSE * side * side)
    return dense


def _extent(ink: Ink, size: tuple[int, int], line: float) -> Region | None:
    """Return the rectangle of all ink with some white around it; None without ink."""
    columns, rows = np.flatnonzero(ink.any(axis=0)), np.flatnonzero(ink.any(axis=1))
    if not len(columns):
        return None
    across, down = AROUND * line / size[0], AROUND * line / size[1]
    height, width = ink.shape
    return Region(
        max(0.0, float(columns[0]) / width - across),
        max(0.0, float(rows[0]) / height - down),
        min(1.0, float(columns[-1] + 1) / width + across),
        min(1.0, float(rows[-1] + 1) / height + down),
    )


def _area(region: Region) -> float:
    return (region.right - region.left) * (region.bottom - region.top)
