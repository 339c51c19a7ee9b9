"""The content of a page before its layout: lines, and the facts that can be asked about."""

import math
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, TypeVar

from training.phrasing import Wording

T = TypeVar("T")


class Kind(StrEnum):
    """The kind of picture: papers, drawn otherwise, and windows of printed pages."""

    WORDS = "words"
    PAGE = "page"
    NOTE = "note"
    RECEIPT = "receipt"
    INVOICE = "invoice"
    LABEL = "label"
    CARD = "card"
    FORM = "form"
    NOTICE = "notice"
    SHAPES = "shapes"
    CHART = "chart"
    FOREIGN = "foreign"
    PRINT = "print"


PAPERS = tuple(kind for kind in Kind if kind not in {Kind.SHAPES, Kind.CHART, Kind.FOREIGN, Kind.PRINT})
"""The kinds that are print on paper."""


Role = Literal["title", "body", "flow", "gap", "rule"]
"""A `flow` line is broken where the paper ends; any other stays whole."""

FIELDS = (
    *("total", "subtotal", "tax", "payment", "item", "date", "time", "number", "name", "phone", "email", "web"),
    *("address", "street", "town", "postcode", "shop", "company", "role", "weight", "title", "place", "entry"),
    *("due", "customer", "count", "change", "discount"),
)
"""The fields that may be asked. `item` (the price of) and `entry` (of a form) name a subject; the others stand alone.

`count` says how many items are listed and is itself not printed.
"""

Join = Literal["edge", "dots", "tab"]
"""How the `right` of a line is set: at the right edge, there with dots leading to it, or in a column of its own."""


@dataclass(frozen=True, slots=True)
class Fact:
    """An answer exactly as printed. `subject` is its item or its form's key.

    `like` is the field that it could be taken for, and which is then not denied.
    """

    field: str
    answer: str
    subject: str = ""
    like: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line: `right`, where there is one, is set apart as `join` says, and `middle` stands between.

    Leading dots are drawn, not written: they are no part of the text.
    """

    text: str = ""
    right: str = ""
    role: Role = "body"
    middle: str = ""
    join: Join = "edge"

    @property
    def reading(self) -> str:
        """The line as read out."""
        return " ".join(piece for piece in (self.text, self.middle, self.right) if piece)

    @property
    def columns(self) -> int:
        """The width in characters, with two blanks between its pieces."""
        return sum(len(piece) + 2 for piece in (self.text, self.middle, self.right) if piece) - 2


@dataclass(frozen=True, slots=True)
class Part:
    """A line, perhaps with one `below`, and their facts; they go together where room is short.

    Only `optional` parts may go.
    """

    line: Line
    facts: tuple[Fact, ...] = ()
    optional: bool = True
    below: Line | None = None

    @property
    def lines(self) -> tuple[Line, ...]:
        """Its one or two lines."""
        return (self.line, self.below) if self.below else (self.line,)


@dataclass(frozen=True, slots=True)
class Document:
    """Lines in reading order, with their facts.

    `unsure` names the fields that must not be denied: they might be there under another name.
    """

    kind: Kind
    lines: tuple[Line, ...]
    facts: tuple[Fact, ...] = ()
    unsure: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Room:
    """The capacity of a page: characters across, lines down, characters in all."""

    columns: int
    rows: float
    characters: int

    def rows_of(self, line: Line) -> float:
        """Return the lines that one entry takes: a heading is taller, a gap lower."""
        if line.role in {"gap", "rule"}:
            return 0.6
        if line.role == "flow":
            return max(1, math.ceil(1.15 * len(line.text) / self.columns))
        return 1.5 if line.role == "title" else 1

    def wide_enough(self, line: Line) -> bool:
        """Return whether an unbroken line fits across; for a broken one, whether its longest word does."""
        if line.role == "flow":
            return max(map(len, line.text.split()), default=0) <= self.columns
        return line.columns <= self.columns

    def holds(self, lines: Iterable[Line]) -> bool:
        """Return whether all of it fits."""
        rows, characters = 0.0, 0
        for line in lines:
            rows += self.rows_of(line)
            characters += len(line.reading) + 1
        return rows <= self.rows and characters <= self.characters + 1


@dataclass(frozen=True, slots=True)
class Source:
    """The source of contents: chance, a list of words, and the templates of training or those kept out of it."""

    rng: random.Random
    words: Sequence[str]
    split: Wording = "train"

    def pick(self, trained: Sequence[T], held_out: Sequence[T]) -> T:
        """Pick one of the things for training, or in the split `test` of those kept out of it."""
        return self.rng.choice(held_out if self.split == "test" else trained)


def trim(rng: random.Random, parts: Iterable[Part], room: Room) -> list[Part] | None:
    """Leave optional parts out, at random, until the rest fits; None if even the rest does not."""
    kept = [part for part in parts if _wide_enough(part, room) or not part.optional]
    if not all(_wide_enough(part, room) for part in kept):
        return None
    while not room.holds(line for part in kept for line in part.lines):
        loose = [position for position, part in enumerate(kept) if part.optional]
        if not loose:
            return None
        del kept[rng.choice(loose)]
    while kept and kept[-1].line.role in {"gap", "rule"}:
        kept.pop()
    return kept


def _wide_enough(part: Part, room: Room) -> bool:
    return all(room.wide_enough(line) for line in part.lines)


def fit(
    source: Source, room: Room, kind: Kind, parts: Iterable[Part], unsure: Iterable[str], *, least: int = 0
) -> Document | None:
    """Trim parts and join them into a document; None if none fit, or fewer than `least` of those with facts.

    Fields with a fact are not `unsure`.
    """
    chosen = trim(source.rng, parts, room)
    if not chosen or sum(bool(part.facts) for part in chosen) < least:
        return None
    facts = tuple(fact for part in chosen for fact in part.facts)
    doubtful = {*unsure, *(fact.like for fact in facts if fact.like)} - {fact.field for fact in facts}
    return Document(kind, tuple(line for part in chosen for line in part.lines), facts, frozenset(doubtful))
