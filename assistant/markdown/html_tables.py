"""Tables in HTML, as readers write them, become tables in Markdown; doubts stay with their characters."""

import html
import re
from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser
from itertools import count

from model_service import Doubt

MOST_SPAN = 50
"""Columns or rows that a cell may claim: more are no table of a page."""

_TABLE = re.compile(r"<table\b.*?(?:</table\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_BEGUN = re.compile(r"<[^<>]*\Z|&#?\w*\Z")
"""A mark that has begun, at the end of a text that grows."""

Characters = list[tuple[str, int | None]]
"""Characters, each with its place in the source, if it has one."""


def with_tables(text: str, doubts: Sequence[Doubt]) -> tuple[str, tuple[Doubt, ...]]:
    """Return a text with its HTML tables in Markdown, whole ones and one that still grows; other text as it is.

    A cell that spans several columns or rows stands in the first of them; the others are empty.
    """
    if "<table" not in text.lower():
        return text, tuple(doubts)
    written: Characters = []
    at = 0
    for found in _TABLE.finditer(text):
        written += [(text[place], place) for place in range(at, found.start())]
        written = _set_apart(written, _written(found[0], found.start()))
        at = found.end()
        if text[at:].strip():
            written += _plain("\n\n")
            at += len(text[at:]) - len(text[at:].lstrip())
    written += [(text[place], place) for place in range(at, len(text))]
    return "".join(character for character, _ in written), _moved(doubts, written)


def _set_apart(before: Characters, table: Characters) -> Characters:
    """Return what stands before a table, and the table behind a blank line."""
    while before and before[-1][0].isspace():
        before = before[:-1]
    return [*before, *_plain("\n\n" if before and table else ""), *table]


def _moved(doubts: Sequence[Doubt], written: Characters) -> tuple[Doubt, ...]:
    """Return the doubts about characters that are still there, in their new places, in order."""
    places = {source: place for place, (_, source) in enumerate(written) if source is not None}
    moved = list[Doubt]()
    for doubt in doubts:
        kept = [places[source] for source in range(doubt.start, doubt.end) if source in places]
        if kept:
            moved.append(replace(doubt, start=kept[0], end=kept[-1] + 1))
        elif doubt.start == doubt.end:  # Whether anything follows.
            moved.append(replace(doubt, start=len(written), end=len(written)))
    return tuple(sorted(moved, key=lambda doubt: (doubt.start, doubt.end)))


def _plain(text: str) -> Characters:
    return [(character, None) for character in text]


def _written(table: str, begin: int) -> Characters:
    """Return a table of HTML, which begins at that place of the source, in Markdown; nothing where it has no cell."""
    rows = [row for row in _Rows(_BEGUN.sub("", table), begin).rows if row]
    width = max((max(row) + 1 for row in rows), default=0)
    lines = [[_in_line(row.get(column, [])) for column in range(width)] for row in rows]
    written: Characters = []
    for number, line in enumerate(lines):
        written += _plain("\n|" if number else "|")
        for cell in line:
            written += [*_plain(" "), *cell, *_plain(" |")]
        written += _plain("" if number else f"\n|{' --- |' * width}")
    return written


def _in_line(cell: Characters) -> Characters:
    """Return a cell on one line, without blanks around it."""
    inner = "".join(character for character, _ in cell)
    begin, end = len(inner) - len(inner.lstrip()), len(inner.rstrip())
    line: Characters = []
    for character, place in cell[begin:end]:
        line += [("\\", None)] if character == "|" else []  # Else it would end the cell.
        line.append((" " if character.isspace() else character, place))
    return line


class _Rows(HTMLParser):
    """The rows of a table, each with its cells by their columns."""

    def __init__(self, source: str, begin: int) -> None:
        super().__init__(convert_charrefs=False)
        self.rows: list[dict[int, Characters]] = []
        self._cell: Characters | None = None
        self._claimed: dict[int, int] = {}
        """Columns that cells from above claim, in how many rows more."""
        self._lines = [begin]
        for line in source.split("\n"):
            self._lines.append(self._lines[-1] + len(line) + 1)
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a row or a cell; a break in a cell is a blank."""
        if tag == "tr" or (tag in {"td", "th"} and not self.rows):
            self._begin_row()
        if tag in {"td", "th"}:
            self._begin_cell(dict(attrs))
        elif tag == "br" and self._cell is not None:
            self._cell.append((" ", None))

    def handle_endtag(self, tag: str) -> None:
        """End a cell."""
        if tag in {"td", "th", "tr", "table"}:
            self._cell = None

    def handle_data(self, data: str) -> None:
        """Add text to a cell; what stands between cells is none."""
        line, column = self.getpos()
        begin = self._lines[line - 1] + column
        if self._cell is not None:
            self._cell += [(character, begin + number) for number, character in enumerate(data)]

    def handle_entityref(self, name: str) -> None:
        """Add a character that is written by its name."""
        self._named(f"&{name};")

    def handle_charref(self, name: str) -> None:
        """Add a character that is written by its number."""
        self._named(f"&#{name};")

    def _named(self, reference: str) -> None:
        line, column = self.getpos()
        place = self._lines[line - 1] + column
        if self._cell is not None:
            self._cell += [(character, place) for character in html.unescape(reference)]

    def _begin_row(self) -> None:
        self._cell = None
        row: dict[int, Characters] = {column: [] for column in self._claimed}
        self._claimed = {column: rows - 1 for column, rows in self._claimed.items() if rows > 1}
        self.rows.append(row)

    def _begin_cell(self, told: dict[str, str | None]) -> None:
        row, self._cell = self.rows[-1], []
        first = next(column for column in count() if column not in row)
        columns, rows = (_span(told.get(name)) for name in ("colspan", "rowspan"))
        for column in range(first, first + columns):
            row.setdefault(column, self._cell if column == first else [])
            if rows > 1:
                self._claimed[column] = rows - 1


def _span(told: str | None) -> int:
    return max(1, min(MOST_SPAN, int(told))) if told and told.isdecimal() else 1
