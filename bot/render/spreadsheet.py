"""A table out of what a model wrote, as a CSV file: from Markdown or from CSV, with what is wrong in it put up with."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

Row = list[str]

DELIMITERS = (",", ";", "\t")

_FENCE = re.compile(r"^\s*(?:```|~~~)[^\n]*$", re.MULTILINE)
_PIPE = re.compile(r"(?<!\\)\|")
_RULE = re.compile(r"\s*:?-+:?\s*")
_MARKS = re.compile(r"(\*\*|__|`)(.+?)\1")
_NUMBER = re.compile(r"[-+]?[\d.,\s]*\d\s*[%€$£¥]?")
_FORMULA = ("=", "+", "-", "@", "\t")


def rows_of(text: str) -> list[Row]:
    """The rows of the table in a text, the head first, all of one length; empty where there is none."""
    lines = [line for line in _FENCE.sub("", text).splitlines() if line.strip()]
    rows = _markdown(lines) or _separated(lines)
    columns = max(map(len, rows), default=0)
    return [row + [""] * (columns - len(row)) for row in rows] if len(rows) > 1 and columns > 1 else []


def as_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """A CSV file of UTF-8, with the mark by which spreadsheets know that it is. No cell of it is run as a formula."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([_harmless(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig", "replace")


def _markdown(lines: Iterable[str]) -> list[Row]:
    """The lines with pipes; those that rule off the head are left out."""
    rows = [_cells(line) for line in lines if _PIPE.search(line)]
    return [row for row in rows if not all(_RULE.fullmatch(cell) for cell in row)]


def _cells(line: str) -> Row:
    cells = _PIPE.split(line.strip().removeprefix("|"))
    if len(cells) > 1 and not cells[-1].strip():
        cells.pop()
    return [_MARKS.sub(r"\2", cell).replace("\\|", "|").replace("<br>", " ").strip() for cell in cells]


def _separated(lines: Sequence[str]) -> list[Row]:
    """The longest run of lines that one of the delimiters cuts into equally many cells."""
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
    """What a spreadsheet would take for a formula gets the apostrophe that makes it a text."""
    return f"'{cell}" if cell.startswith(_FORMULA) and not _NUMBER.fullmatch(cell) else cell
