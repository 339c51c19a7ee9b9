"""Find the part of a picture that its print takes, so that no visual tokens are spent on blank paper and the table."""

import numpy as np
from PIL import Image

from assistant.pictures.bands import Ink, ink_in
from model_service import Region, open_picture

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


def without_margins(data: bytes, line: float, *, only_print: bool) -> Region | None:
    """Return the part of an encoded picture of print that is not margin; None where that is nearly all of it.

    `line` is the height of its lines, as a share of its width. Where all around is blank, no more is left out: a
    chart's bars belong to it. With `only_print` it is else what letters are in, as of a receipt on a table.

    Raises:
        PictureRejected: it cannot be looked at.
    """
    image = open_picture(data)
    return part_in(image, line * image.width, only_print=only_print)


def part_in(image: Image.Image, line: float, *, only_print: bool) -> Region | None:
    """Return the part of a picture that is not margin, its lines `line` pixels high; see `without_margins`."""
    drawn = _extent(_edges(image), image.size, line)
    if drawn is not None and _area(drawn) <= WORTH_WHILE:
        return drawn
    if not only_print:
        return None
    ink, scale = ink_in(image)
    printed = _extent(_dense(ink, line * scale), image.size, line)
    return printed if printed is not None and _area(printed) <= WORTH_WHILE else None


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
