"""Pieces of print with their places, put together to lines of text, or to a table."""

from collections.abc import Sequence
from dataclasses import dataclass

Line = tuple[str, float]
"""A line, and the score of its least certain piece."""

SAME_ROW = 0.5
"""The share of a piece's height by which it must stand beside another to be in one row with it."""


@dataclass(frozen=True, slots=True)
class Box:
    """A piece of print: its borders in pixels, its text, and how sure the reader is of that, from 0 to 1."""

    left: float
    top: float
    right: float
    bottom: float
    text: str
    score: float

    @property
    def height(self) -> float:
        """Its height in pixels."""
        return self.bottom - self.top


def rows_of(boxes: Sequence[Box]) -> list[list[Box]]:
    """Return the pieces row by row, each from left to right."""
    rows: list[list[Box]] = []
    for box in sorted(boxes, key=lambda box: (box.top + box.bottom) / 2):
        last = rows[-1] if rows else []
        if last and _beside(last, box) and not any(_overlap(other, box) for other in last):
            last.append(box)
        else:
            rows.append([box])
    return [sorted(row, key=lambda box: box.left) for row in rows]


def as_text(boxes: Sequence[Box]) -> list[Line]:
    """Return a line for each row; pieces in one row stand apart."""
    return [("  ".join(box.text for box in row), min(box.score for box in row)) for row in rows_of(boxes)]


def as_table(boxes: Sequence[Box]) -> list[Line]:
    """Return a table in Markdown: columns are what free space parts from top to bottom; the first row is its head.

    Rows of one piece that spans several columns stand in the first of these. None of it where there are fewer than two
    rows with two pieces.
    """
    rows = rows_of(boxes)
    table = [row for row in rows if len(row) > 1]
    if len(table) < 2:
        return []
    borders = _columns(table)
    lines: list[Line] = []
    for row in rows:
        cells = [""] * len(borders)
        for box in row:
            place = _column_of(box, borders)
            cells[place] = f"{cells[place]} {box.text}".strip().replace("|", "\\|")
        lines.append((f"| {' | '.join(cells)} |", min(box.score for box in row)))
        if len(lines) == 1:
            lines.append((f"|{' --- |' * len(borders)}", 1.0))
    return lines


def _columns(rows: Sequence[Sequence[Box]]) -> list[tuple[float, float]]:
    """Return the left and right border of each column: the joined extents of what overlaps from row to row."""
    spans = sorted((box.left, box.right) for row in rows for box in row)
    columns = [spans[0]]
    for left, right in spans[1:]:
        if left < columns[-1][1]:
            columns[-1] = columns[-1][0], max(columns[-1][1], right)
        else:
            columns.append((left, right))
    return columns


def _column_of(box: Box, columns: Sequence[tuple[float, float]]) -> int:
    """Return the column in which a piece begins, or else the one that it is nearest to."""

    def distance(column: tuple[float, float]) -> float:
        return max(column[0] - box.left, box.left - column[1], 0.0)

    return min(range(len(columns)), key=lambda number: distance(columns[number]))


def _beside(row: Sequence[Box], box: Box) -> bool:
    """Whether a piece stands at the height of a row's pieces."""
    other = row[-1]
    shared = min(other.bottom, box.bottom) - max(other.top, box.top)
    return shared > SAME_ROW * min(other.height, box.height)


def _overlap(one: Box, other: Box) -> bool:
    return min(one.right, other.right) - max(one.left, other.left) > SAME_ROW * min(one.height, other.height)
