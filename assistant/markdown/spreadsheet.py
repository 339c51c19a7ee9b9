"""Read a table from a model's text, Markdown or CSV, tolerant of errors, and write it as a CSV file."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

from assistant.markdown.reading import read_tables

Row = list[str]

DELIMITERS = (",", ";", "\t")

_FENCE = re.compile(r"^\s*(?:```|~~~)[^\n]*$", re.MULTILINE)
_NUMBER = re.compile(r"[-+]?[\d.,\s]*\d\s*[%€$£¥]?")
_RULE = frozenset("|-: \t")
"""The characters of the line under a head."""

_FORMULA = ("=", "+", "-", "@", "\t")


def rows_of(text: str) -> list[Row]:
    """Return the rows of the table in a text, the head first, all of one length; empty if there is none."""
    lines = [line for line in _FENCE.sub("", text).splitlines() if line.strip()]
    rows = _markdown(lines) or _separated(lines)
    columns = max(map(len, rows), default=0)
    return [row + [""] * (columns - len(row)) for row in rows] if len(rows) > 1 and columns > 1 else []


def as_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """Return a CSV file in UTF-8 with a byte order mark, for spreadsheets. No cell of it is run as a formula."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([_harmless(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig", "replace")


def _markdown(lines: Iterable[str]) -> list[Row]:
    """Read the lines with pipes as one table, with or without a line under its head, and however long its rows are."""
    rows = [
        line.strip().removeprefix("|") for line in lines if "|" in line and not ("-" in line and set(line) <= _RULE)
    ]
    columns = max((row.count("|") + 1 for row in rows), default=0)
    head = [
        "|" * columns + "|",
        "|-" * columns + "|",
    ]  # An empty one, wide enough: the parser drops what stands beyond.
    found = [row for table in read_tables("\n".join(head + [f"|{row}" for row in rows])) for row in table[1:]]
    used = max((number for row in found for number, cell in enumerate(row, 1) if cell), default=0)
    return [row[:used] for row in found]


def _separated(lines: Sequence[str]) -> list[Row]:
    """Return the longest run of lines that one of the delimiters splits into equally many cells."""
    runs = [_longest_run(list(csv.reader(lines, delimiter=sign, skipinitialspace=True))) for sign in DELIMITERS]
    return max(runs, key=len)


def _longest_run(rows: Sequence[Row]) -> list[Row]:
    best: list[Row] = []
    run: list[Row] = []
    for row in rows:
        if len(row) < 2 or (run and len(row) != len(run[0])):
            run = []
        if len(row) > 1:
            run = [*run, [cell.strip() for cell in row]]
        best = max(best, run, key=len)
    return best


def _harmless(cell: str) -> str:
    """Put an apostrophe before a cell that a spreadsheet would run as a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) and not _NUMBER.fullmatch(cell) else cell
