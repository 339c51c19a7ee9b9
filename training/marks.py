"""Marks: points of shapes, of charts, and of lists of items.

Each of them is one glyph of a private code point.
A point has at most one mark of each kind. They teach the visual tokens what they see before any question is asked, and
a question names its evidence by them.
"""

import numpy as np
from numpy.typing import NDArray

from training.shapes.outlines import COLOURS, SHAPES

MOST_IN_ORDER = 6
SPACING = 20.0
"""Pixels between marked points at most: less than a visual token sees."""

KINDS: dict[str, tuple[str, ...]] = {
    "thing": (*SHAPES, "bar", "point", "label", "value", "title"),
    "colour": tuple(COLOURS),
    "part": ("centre", "body"),
    "order": tuple(str(number) for number in range(1, MOST_IN_ORDER + 1)),
    "rank": ("largest", "smallest", "between"),
}
"""The marks of each kind: a thing has one centre, at the end of a bar; things in a row are numbered from 1."""

ITEM_MARKS = ("label", "centre")
"""The marks of the first letter of a listed item, and of no other place."""

MOST_OF_A_KIND = max(map(len, KINDS.values()))
FIRST = 0x100000
"""The first code point of the last private plane, whose 16 bits hold the marks."""

_BITS = [len(names).bit_length() for names in KINDS.values()]
_SHIFTS = np.cumsum([0, *_BITS[:-1]])
_MASKS = (1 << np.array(_BITS)) - 1
_NUMBERS = {
    name: (column, number) for column, names in enumerate(KINDS.values()) for number, name in enumerate(names, 1)
}


def mark(*names: str) -> int:
    """Return the code point of a place that bears these marks, at most one of each kind."""
    return FIRST + sum(number << int(_SHIFTS[column]) for column, number in map(_NUMBERS.__getitem__, names))


def read_marks(codes: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return (n, 5): the number of each code point's mark of each kind, counted from 1; 0 for none, as for letters."""
    packed = np.where(codes >= FIRST, codes - FIRST, 0)
    return packed[:, None] >> _SHIFTS & _MASKS  # type: ignore[no-any-return]


def bearing(codes: NDArray[np.int32], names: tuple[str, ...]) -> NDArray[np.bool_]:
    """Return (n,): which code points bear all of these marks."""
    columns, numbers = zip(*map(_NUMBERS.__getitem__, names), strict=True)
    return (read_marks(codes)[:, columns] == numbers).all(axis=1)  # type: ignore[no-any-return]
