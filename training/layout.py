"""Lay out the lines of a document on the paper; nothing is drawn here."""

import random
from dataclasses import dataclass

from training.documents import Document, Line, Room
from training.fonts import Face, Family, open_face

SAMPLE = "etaoin shrdlu ETAOIN 0123456789 the quick brown fox jumps over"
GAP = 1.5
"""Least distance of two pieces of a line, in sizes of the type."""


@dataclass(frozen=True, slots=True)
class Run:
    """Text drawn in one go, its baseline starting at (`x`, `baseline`) in pixels; it ends a printed line or not."""

    text: str
    x: float
    baseline: float
    width: float
    face: Face
    ends_line: bool


@dataclass(frozen=True, slots=True)
class Setting:
    """A laid-out document: runs in reading order, rules (x from, x to, y), and the block's edges, all in pixels.

    `leaders` are dotted lines like rules, on the baseline between two runs.
    """

    runs: tuple[Run, ...]
    rules: tuple[tuple[float, float, float], ...]
    left: float
    top: float
    right: float
    bottom: float
    leaders: tuple[tuple[float, float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Type:
    """The typography of a page: faces, the distance of lines, the alignment, and the area for text."""

    body: Face
    title: Face
    step: float
    align: float
    width: float
    height: float
    margin: float

    def room(self, tightness: float, limit: int) -> Room:
        """Return how much text fits; a `tightness` under 1 asks for less."""
        character = self.body.length(SAMPLE) / len(SAMPLE)
        columns = max(1, int(self.width / character * tightness))
        return Room(
            columns, max(1.0, self.height / self.step * tightness), max(3, int(limit * min(1, tightness + 0.05)))
        )


def choose_type(rng: random.Random, family: Family, em: float, width: int, height: int) -> Type:
    """Choose the typography of a canvas of `width` x `height` pixels with body text of `em` pixels at random."""
    path = family.choose(rng)
    body = open_face(path, _half(em))
    heading = rng.choice(family.bold) if family.bold and rng.random() < 0.7 else path
    title = open_face(heading, _half(em * rng.choice((1, 1, 1.15, 1.3, 1.5, 1.7))))
    step = max(em * rng.choice((1.1, 1.2, 1.3, 1.5, 1.8)), 0.95 * (body.ascent + body.descent))
    margin = min(em * rng.uniform(0.4, 2.5), 0.1 * min(width, height) + 0.3 * em)
    align = rng.choices((0.0, 0.5, 1.0), (68, 24, 8))[0]
    return Type(body, title, step, align, width - 2 * margin, height - 2 * margin, margin)


def set_document(rng: random.Random, whole: Document, how: Type) -> Setting | None:
    """Break flowing lines, measure and place everything; None where it does not fit."""
    flow_width = how.width * rng.choice((1, 1, 0.9, 0.75, 0.6))
    rows = [row for line in whole.lines for row in _rows(line, how, flow_width)]
    columns = _columns(rows, how)
    needed = max(max((width for *_, width in rows), default=0.0), columns.needed)
    height = sum(_row_height(line, face, how) for line, _, face, _ in rows)
    if needed > how.width or height > how.height or not rows:
        return None
    stretched = any(line.right for line, *_ in rows)
    block = rng.uniform(needed, min(how.width, needed * 1.8)) if stretched else needed
    tucked = rng.random() < 0.35
    left = how.margin + (0 if tucked else rng.random() * (how.width - block))
    top = how.margin + (0 if tucked else rng.random() * (how.height - height))
    place = _Place(how, columns, left, block, 0.5 if stretched and rng.random() < 0.6 else how.align)
    return place.set_rows(rows, top)


_Row = tuple[Line, str, Face, float]


@dataclass(frozen=True, slots=True)
class _Columns:
    """Widths in pixels that lines share: the labels before a `tab`, and the right column next to a middle one."""

    tab: float
    right: float
    needed: float


def _columns(rows: list[_Row], how: Type) -> _Columns:
    """Measure the lines set in columns; a document without such lines needs nothing."""
    length, gap = how.body.length, GAP * how.body.size
    tabbed = [line for line, *_ in rows if line.join == "tab" and line.right]
    tab = max((length(line.text) for line in tabbed), default=-gap) + gap
    table = [line for line, *_ in rows if line.middle]
    right = max((length(line.right) for line in table), default=0.0)
    wide = [tab + length(line.right) for line in tabbed]
    wide += [length(line.text) + length(line.middle) + right + 2 * gap for line in table]
    return _Columns(tab, right, max(wide, default=0.0))


def _rows(line: Line, how: Type, flow_width: float) -> list[_Row]:
    if line.role in {"gap", "rule"}:
        return [(line, "", how.body, 0.0)]
    if line.role == "flow":
        return [(line, text, how.body, how.body.length(text)) for text in wrap(line.text, how.body, flow_width)]
    face = how.title if line.role == "title" and how.title.length(line.text) <= how.width else how.body
    pieces = [face.length(piece) for piece in (line.text, line.middle, line.right) if piece]
    width = sum(pieces) + GAP * face.size * (len(pieces) - 1)
    return [(line, line.text, face, width)]


def wrap(text: str, face: Face, width: float) -> list[str]:
    """Break text at blanks so that no line is wider than `width`, words wider than that left whole."""
    blank = face.length(" ")
    lines: list[list[str]] = [[]]
    used = 0.0
    for word in text.split():
        length = face.length(word)
        if lines[-1] and used + blank + length > width:
            lines.append([])
            used = 0.0
        used += length + (blank if lines[-1] else 0)
        lines[-1].append(word)
    return [" ".join(words) for words in lines]


def _row_height(line: Line, face: Face, how: Type) -> float:
    if line.role in {"gap", "rule"}:
        return 0.6 * how.step
    return how.step * face.size / how.body.size if line.role == "title" else how.step


@dataclass(frozen=True, slots=True)
class _Place:
    """The place of a block: its left edge and its width in pixels, and how lines without columns are aligned in it."""

    how: Type
    columns: _Columns
    left: float
    block: float
    align: float

    def set_rows(self, rows: list[_Row], top: float) -> Setting:
        """Set all rows, one below the other."""
        runs: list[Run] = []
        rules: list[tuple[float, float, float]] = []
        leaders: list[tuple[float, float, float]] = []
        y = top
        for line, text, face, _ in rows:
            height = _row_height(line, face, self.how)
            baseline = y + (height - face.ascent - face.descent) / 2 + face.ascent
            if line.role == "rule":
                rules.append((self.left, self.left + self.block, y + height / 2))
            elif line.right:
                pieces = self._pieces(line, face, baseline)
                runs += pieces
                start, end = pieces[-2].x + pieces[-2].width, pieces[-1].x
                if line.join == "dots":
                    leaders.append((start + 0.4 * face.size, end - 0.3 * face.size, baseline))
            elif text:
                width = face.length(text)
                runs.append(
                    Run(text, self.left + self.align * (self.block - width), baseline, width, face, ends_line=True)
                )
            y += height
        edges = (self.left, top, self.left + self.block, y)
        return Setting(tuple(runs), tuple(rules), *edges, tuple(leaders))

    def _pieces(self, line: Line, face: Face, baseline: float) -> list[Run]:
        """Set the two or three pieces of a line with a right one."""
        end = face.length(line.right)
        pieces = [Run(line.text, self.left, baseline, face.length(line.text), face, ends_line=False)]
        if line.middle:
            width = face.length(line.middle)
            x = self.left + self.block - self.columns.right - GAP * face.size - width
            pieces.append(Run(line.middle, x, baseline, width, face, ends_line=False))
        x = self.left + (self.columns.tab if line.join == "tab" else self.block - end)
        return [*pieces, Run(line.right, x, baseline, end, face, ends_line=True)]


def reading(setting: Setting) -> str:
    """Return the text in reading order, printed lines joined by line feeds."""
    pieces = [run.text + ("\n" if run.ends_line else " ") for run in setting.runs]
    return "".join(pieces).rstrip("\n")


def _half(size: float) -> float:
    """Round a size to half pixels, so that faces are opened once."""
    return max(5.0, round(size * 2) / 2)
