"""Score the answers of an exam: shares of right ones by level, and medians of seconds."""

import statistics
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import filterfalse
from typing import Any

from model_service import Doubt
from training.foreign.drawing import FOREIGN, FOREIGN_CHINESE
from training.metrics import character_errors, exact, fold, is_chinese, says_absent
from training.questions import Asked

ANSWERABLE = frozenset(Asked) - {Asked.ABSENT, Asked.FOREIGN}


@dataclass(frozen=True, slots=True)
class Answer:
    """A model's answer to one question, and its time in seconds.

    `sheet` is its place in the exam, `height` the size of its type in pixels of the picture as it was sent. `doubts`
    are the model's own, about what it said.
    """

    level: str
    sheet: int
    photographed: bool
    height: float
    kind: str
    question: str
    right: str
    said: str
    seconds_to_first_token: float
    seconds: float
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True, slots=True)
class Share:
    """How many of how many."""

    count: int = 0
    of: int = 0

    @property
    def value(self) -> float | None:
        """The share from 0 to 1, or a little more where errors are counted; None of nothing."""
        return self.count / self.of if self.of else None

    def __format__(self, spec: str) -> str:
        """Format the share, in percent unless told otherwise; "-" if it is one of nothing."""
        return "-" if self.value is None else format(self.value, spec or ".1%")

    def __str__(self) -> str:
        """Return the share in percent."""
        return f"{self}"


Measure = Callable[[Sequence[Answer]], Share]


@dataclass(frozen=True, slots=True)
class Score:
    """The scores of one level, and in the study of heights of one height of type, in pixels.

    `shares` has one for each of MEASURES. Seconds are medians.
    """

    level: str
    height: float | None
    answers: int
    shares: Mapping[str, Share]
    seconds_to_first_token: float
    seconds: float

    def __getitem__(self, name: str) -> Share:
        """Return one of the shares."""
        return self.shares[name]

    def kept(self) -> dict[str, Any]:
        """Return the score ready for JSON, its shares next to the rest."""
        kept: dict[str, Any] = {}
        for name, value in asdict(self).items():
            kept |= value if name == "shares" else {name: value}
        return kept


def read_score(kept: Mapping[str, Any]) -> Score:
    """Read a score from JSON."""
    rest = dict(kept)
    return Score(shares={name: Share(**rest.pop(name)) for name in MEASURES}, **rest)


def score(level: str, answers: Iterable[Answer], height: float | None = None) -> Score:
    """Score the answers at one level; with `height`, only those about type of this size."""
    mine = [answer for answer in answers if answer.level == level and height in {None, answer.height}]
    shares = {name: measure(mine) for name, (_, measure) in MEASURES.items()}
    first, whole = [answer.seconds_to_first_token for answer in mine], [answer.seconds for answer in mine]
    return Score(level, height, len(mine), shares, statistics.median(first or [0.0]), statistics.median(whole or [0.0]))


def _right(kind: Asked) -> Measure:
    """Count the exact answers to questions of a kind."""
    return lambda answers: _share([a for a in answers if a.kind == kind], lambda a: exact(a.said, a.right))


def _wrong(answers: Sequence[Answer]) -> Share:
    """Count the characters to insert, delete or replace in readings."""
    readings = [answer for answer in answers if answer.kind == Asked.TEXT]
    errors = sum(character_errors(answer.said, answer.right) for answer in readings)
    return Share(errors, sum(len(fold(answer.right)) for answer in readings))


def _absent_said(answers: Sequence[Answer]) -> Share:
    """Count the questions for what is not there that were answered so."""
    return _share([a for a in answers if a.kind == Asked.ABSENT], lambda answer: says_absent(answer.said))


def _absent_said_of_others(answers: Sequence[Answer]) -> Share:
    """Count the denials of what is there; the sentence for foreign pictures is one, too."""
    return _share(
        [answer for answer in answers if answer.kind in ANSWERABLE and not says_absent(answer.right)],
        lambda answer: says_absent(answer.said) or fold(answer.said) in {FOREIGN, FOREIGN_CHINESE},
    )


def _share(answers: Sequence[Answer], good: Callable[[Answer], bool]) -> Share:
    return Share(sum(map(good, answers)), len(answers))


def _among(choose: Callable[..., Iterator[Answer]], told: Callable[[Answer], bool], measure: Measure) -> Measure:
    """Measure among the answers that are (`filter`) or are not (`filterfalse`) as told."""
    return lambda answers: measure([*choose(told, answers)])


def _photographed(answer: Answer) -> bool:
    return answer.photographed


def _chinese(answer: Answer) -> bool:
    return is_chinese(answer.question)


MEASURES: dict[str, tuple[str, Measure]] = {
    "characters_wrong": ("characters wrong", _wrong),
    "characters_wrong_flat": ("- flat pages", _among(filterfalse, _photographed, _wrong)),
    "characters_wrong_photographed": ("- photographed pages", _among(filter, _photographed, _wrong)),
    "fields_right": ("fields right", _right(Asked.FIELD)),
    "fields_right_flat": ("- flat pages", _among(filterfalse, _photographed, _right(Asked.FIELD))),
    "fields_right_photographed": ("- photographed pages", _among(filter, _photographed, _right(Asked.FIELD))),
    "fields_right_english": ("- asked in English", _among(filterfalse, _chinese, _right(Asked.FIELD))),
    "fields_right_chinese": ("- asked in Chinese", _among(filter, _chinese, _right(Asked.FIELD))),
    "shapes_right": ("shapes right", _right(Asked.SHAPE)),
    "charts_right": ("charts right", _right(Asked.CHART)),
    "absent_said": ("said to be absent, and is", _absent_said),
    "absent_said_of_others": ("said to be absent, but is not", _absent_said_of_others),
    "foreign_said": ("foreign pictures told", _right(Asked.FOREIGN)),
}
"""The title of each share's row, and how it is counted."""


def exam_table(scores: Sequence[Score]) -> str:
    """Format the scores of whole levels as a table in Markdown, a column a level; empty rows are left out."""
    rows = [
        (title, max(mark[name].of for mark in scores), *(str(mark[name]) for mark in scores))
        for name, (title, _) in MEASURES.items()
    ]
    return table(("", "of", *(mark.level for mark in scores)), [row for row in rows if row[1]])


def table(head: Sequence[object], rows: Iterable[Sequence[object]]) -> str:
    """Format a table in Markdown; all columns but the first are aligned to the right."""
    lines = [head, ("---", *("---:" for _ in head[1:])), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)
