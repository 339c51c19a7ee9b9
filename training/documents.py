"""What a page says before it is laid out: lines, and the facts that can be asked about."""

import math
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class Kind(StrEnum):
    """What sort of paper it is."""

    WORDS = "words"
    PAGE = "page"
    NOTE = "note"
    RECEIPT = "receipt"
    LABEL = "label"
    CARD = "card"
    FORM = "form"
    NOTICE = "notice"


Role = Literal["title", "body", "flow", "gap", "rule"]
"""A `flow` line is broken where the paper ends; any other stays whole."""

FIELDS = (
    *("total", "subtotal", "tax", "payment", "item", "date", "time", "number", "name", "phone", "email", "web"),
    *("address", "street", "town", "postcode", "shop", "company", "role", "weight", "title", "place", "entry"),
)
"""What may be asked. `item` (the price of) and `entry` (of a form) name a subject; the others stand alone."""


@dataclass(frozen=True, slots=True)
class Fact:
    """An answer exactly as printed. `subject` is the item or the form's key that it belongs to."""

    field: str
    answer: str
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line: `right`, where there is one, stands at the right edge."""

    text: str = ""
    right: str = ""
    role: Role = "body"

    @property
    def reading(self) -> str:
        """As it is read out."""
        return f"{self.text} {self.right}".strip()


@dataclass(frozen=True, slots=True)
class Part:
    """A line with its facts, which go with it where room is short; only `optional` ones may go."""

    line: Line
    facts: tuple[Fact, ...] = ()
    optional: bool = True


@dataclass(frozen=True, slots=True)
class Document:
    """Lines in reading order and what they tell.

    `unsure` names the fields that must not be said to be absent: they might be there under another name.
    """

    kind: Kind
    lines: tuple[Line, ...]
    facts: tuple[Fact, ...] = ()
    unsure: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Room:
    """How much a page holds: characters across, lines down, characters in all."""

    columns: int
    rows: float
    characters: int

    def rows_of(self, line: Line) -> float:
        """Lines that one entry takes, a heading being taller and a gap lower."""
        if line.role in {"gap", "rule"}:
            return 0.6
        if line.role == "flow":
            return max(1, math.ceil(1.15 * len(line.text) / self.columns))
        return 1.5 if line.role == "title" else 1

    def wide_enough(self, line: Line) -> bool:
        """Whether an unbroken line fits across; for a broken one, whether its longest word does."""
        if line.role == "flow":
            return max(map(len, line.text.split()), default=0) <= self.columns
        return len(line.text) + len(line.right) + (2 if line.right else 0) <= self.columns

    def holds(self, lines: Iterable[Line]) -> bool:
        """Whether all of it fits."""
        rows, characters = 0.0, 0
        for line in lines:
            rows += self.rows_of(line)
            characters += len(line.reading) + 1
        return rows <= self.rows and characters <= self.characters + 1


@dataclass(frozen=True, slots=True)
class Source:
    """What contents are made from: chance, and a list of words."""

    rng: random.Random
    words: Sequence[str]


def trim(rng: random.Random, parts: Iterable[Part], room: Room) -> list[Part] | None:
    """Leave optional parts out, at random, until the rest fits; None where what must stay does not fit."""
    kept = [part for part in parts if room.wide_enough(part.line) or not part.optional]
    if not all(room.wide_enough(part.line) for part in kept):
        return None
    while not room.holds(part.line for part in kept):
        loose = [position for position, part in enumerate(kept) if part.optional]
        if not loose:
            return None
        del kept[rng.choice(loose)]
    while kept and kept[-1].line.role in {"gap", "rule"}:
        kept.pop()
    return kept


def document(kind: Kind, parts: Iterable[Part], unsure: Iterable[str] = ()) -> Document:
    """Lines and facts of the parts, in order."""
    chosen = tuple(parts)
    facts = tuple(fact for part in chosen for fact in part.facts)
    return Document(kind, tuple(part.line for part in chosen), facts, frozenset(unsure))
