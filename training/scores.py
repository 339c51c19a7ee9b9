"""Score the answers of an exam: shares of right ones by level, and medians of seconds."""

import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from training.foreign.drawing import FOREIGN, FOREIGN_CHINESE
from training.metrics import character_errors, exact, fold, is_chinese, says_absent
from training.questions import Asked

ANSWERABLE = frozenset(Asked) - {Asked.ABSENT, Asked.FOREIGN}


@dataclass(frozen=True, slots=True)
class Answer:
    """A model's answer to one question, and its time in seconds.

    `sheet` is its place in the exam, `height` the size of its type in pixels of the picture as it was sent.
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


@dataclass(frozen=True, slots=True)
class Share:
    """How many of how many."""

    count: int = 0
    of: int = 0

    @property
    def value(self) -> float | None:
        """The share from 0 to 1, or a little more where errors are counted; None of nothing."""
        return self.count / self.of if self.of else None

    def __str__(self) -> str:
        """Return the share in percent."""
        return "-" if self.value is None else f"{self.value:.1%}"


@dataclass(frozen=True, slots=True)
class Score:
    """The scores of one level, and in the study of heights of one height of type, in pixels.

    `characters_wrong` counts the characters to insert, delete or replace in readings; `absent_said` is the share of
    questions for what is not there that were answered so, `absent_said_of_others` that of questions which have an
    answer (the sentence for foreign pictures counts, too); the rest are exact answers. Seconds are medians.
    """

    level: str
    height: float | None
    answers: int
    characters_wrong: Share
    characters_wrong_flat: Share
    characters_wrong_photographed: Share
    fields_right: Share
    fields_right_flat: Share
    fields_right_photographed: Share
    fields_right_english: Share
    fields_right_chinese: Share
    shapes_right: Share
    charts_right: Share
    absent_said: Share
    absent_said_of_others: Share
    foreign_said: Share
    seconds_to_first_token: float
    seconds: float


def score(level: str, answers: Iterable[Answer], height: float | None = None) -> Score:
    """Score the answers at one level; with `height`, only those about type of this size."""
    mine = [answer for answer in answers if answer.level == level and height in {None, answer.height}]
    flat = [answer for answer in mine if not answer.photographed]
    photographed = [answer for answer in mine if answer.photographed]
    chinese = [answer for answer in mine if is_chinese(answer.question)]
    english = [answer for answer in mine if not is_chinese(answer.question)]
    return Score(
        level=level,
        height=height,
        answers=len(mine),
        characters_wrong=_characters_wrong(mine),
        characters_wrong_flat=_characters_wrong(flat),
        characters_wrong_photographed=_characters_wrong(photographed),
        fields_right=_right(mine, Asked.FIELD),
        fields_right_flat=_right(flat, Asked.FIELD),
        fields_right_photographed=_right(photographed, Asked.FIELD),
        fields_right_english=_right(english, Asked.FIELD),
        fields_right_chinese=_right(chinese, Asked.FIELD),
        shapes_right=_right(mine, Asked.SHAPE),
        charts_right=_right(mine, Asked.CHART),
        absent_said=_share([a for a in mine if a.kind == Asked.ABSENT], lambda answer: says_absent(answer.said)),
        absent_said_of_others=_share(
            [answer for answer in mine if answer.kind in ANSWERABLE and not says_absent(answer.right)],
            lambda answer: says_absent(answer.said) or fold(answer.said) in {FOREIGN, FOREIGN_CHINESE},
        ),
        foreign_said=_right(mine, Asked.FOREIGN),
        seconds_to_first_token=statistics.median([answer.seconds_to_first_token for answer in mine] or [0.0]),
        seconds=statistics.median([answer.seconds for answer in mine] or [0.0]),
    )


ROWS: tuple[tuple[str, Callable[[Score], Share]], ...] = (
    ("characters wrong", lambda mark: mark.characters_wrong),
    ("- flat pages", lambda mark: mark.characters_wrong_flat),
    ("- photographed pages", lambda mark: mark.characters_wrong_photographed),
    ("fields right", lambda mark: mark.fields_right),
    ("- flat pages", lambda mark: mark.fields_right_flat),
    ("- photographed pages", lambda mark: mark.fields_right_photographed),
    ("- asked in English", lambda mark: mark.fields_right_english),
    ("- asked in Chinese", lambda mark: mark.fields_right_chinese),
    ("shapes right", lambda mark: mark.shapes_right),
    ("charts right", lambda mark: mark.charts_right),
    ("said to be absent, and is", lambda mark: mark.absent_said),
    ("said to be absent, but is not", lambda mark: mark.absent_said_of_others),
    ("foreign pictures told", lambda mark: mark.foreign_said),
)


def table(scores: Sequence[Score]) -> str:
    """Format the scores of whole levels as a table in Markdown, a column a level; empty rows are left out."""
    lines = _head("of", scores)
    for name, choose in ROWS:
        shares = [choose(mark) for mark in scores]
        if any(share.of for share in shares):
            lines.append(_row(name, str(max(share.of for share in shares)), map(str, shares)))
    return "\n".join(lines)


def timing_table(scores: Sequence[Score]) -> str:
    """Format medians of seconds as a table in Markdown, a column a level."""
    lines = _head("answers", scores)
    count = str(max(mark.answers for mark in scores))
    lines.append(_row("first token", count, [f"{mark.seconds_to_first_token:.2f} s" for mark in scores]))
    lines.append(_row("whole answer", count, [f"{mark.seconds:.2f} s" for mark in scores]))
    return "\n".join(lines)


def _head(count: str, scores: Sequence[Score]) -> list[str]:
    return [_row("", count, [mark.level for mark in scores]), "| --- | ---: |" + " ---: |" * len(scores)]


def _row(name: str, count: str, cells: Iterable[str]) -> str:
    return "| " + " | ".join((name, count, *cells)) + " |"


def _share(answers: Sequence[Answer], good: Callable[[Answer], bool]) -> Share:
    return Share(sum(map(good, answers)), len(answers))


def _right(answers: Iterable[Answer], kind: Asked) -> Share:
    return _share([a for a in answers if a.kind == kind], lambda answer: exact(answer.said, answer.right))


def _characters_wrong(answers: Iterable[Answer]) -> Share:
    readings = [answer for answer in answers if answer.kind == Asked.TEXT]
    errors = sum(character_errors(answer.said, answer.right) for answer in readings)
    return Share(errors, sum(len(fold(answer.right)) for answer in readings))
