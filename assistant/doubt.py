"""How far an answer can be relied on, by how sure the model was of its tokens: sure, unsure of some, or not read."""

import math
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise

from assistant.markdown.marked import plain, with_marks
from assistant.wording.joining import loop_in
from assistant.wording.nothing import says_nothing, says_too_small
from model_service import Doubt, GenerationOutput, Sureness

JUDGED = 24
"""Characters at the end of an answer that is being written by which it is judged whether it still makes sense."""

SAID_AGAIN = 36
"""Characters that are said again and again from which on an answer is one that goes round in circles."""

MOST_WRONG = 20
"""Tokens of an answer that are wrong by their own probabilities, from which on it is not worth to go on."""

MOST_SHARE = 0.07
"""The share of such tokens up to which the beginning of it is told all the same."""

WORTH_TELLING = 20
"""The fewest characters that are told of an answer that was broken off behind them."""

STRETCH = 2
"""How many times less likely, in logarithms, a stretch may be than a whole answer: it varies more."""

LEAST = 1e-6
"""The least probability: engines count in millionths."""

DENIED = 10
"""How many times less doubt there may be where an answer denies that something is in the picture."""

Place = tuple[int, int]
"""Where characters of a text begin and end."""


class Verdict(StrEnum):
    """What an answer is worth."""

    SURE = "sure"
    UNSURE = "unsure"
    CANNOT_READ = "cannot read"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What an answer is worth, and, if it is unsure, of which of its characters; in order and apart."""

    verdict: Verdict
    places: tuple[Place, ...] = ()


def judge(
    text: str, doubts: Sequence[Doubt], sureness: Sureness, *, free: bool = False, whole: bool = False
) -> Judgement:
    """Judge an answer by the doubts about it.

    `free`: it is in the model's own words, so that only figures can be misread; between words it may well hesitate.
    `whole`: it is all the text of a picture, of which the beginning says no more than the rest.
    """
    if not text.strip() or says_too_small(text):
        return Judgement(Verdict.CANNOT_READ)
    if not free and likeliness(doubts, 0, len(text)) < sureness.readable:
        return Judgement(Verdict.CANNOT_READ)
    if not free and not whole and likeliness(doubts, 0, 1) < sureness.begun:
        return Judgement(Verdict.CANNOT_READ)
    sure = sureness.sure
    if not free and not whole and together(doubts) < sureness.answer:
        sure = max(sure, min(doubt.probability for doubt in doubts) + LEAST)
    places = _places(text, [doubt for doubt in doubts if doubt.probability < sure])
    if free:
        places = [place for place in places if any(map(str.isdigit, text[slice(*place)]))]
    elif likeliness(doubts, 0, 1) < 1 - (1 - sureness.sure) / DENIED and says_nothing(text):
        places = [(0, len(text))]
    return Judgement(Verdict.UNSURE, tuple(places)) if places else Judgement(Verdict.SURE)


def is_refused(found: Judgement, text: str, *, broken_off: bool) -> bool:
    """Whether nothing is told of an answer but that the picture cannot be read well enough."""
    return found.verdict is Verdict.CANNOT_READ or (broken_off and len(text) < WORTH_TELLING)


def likeliness(doubts: Sequence[Doubt], begin: int, end: int) -> float:
    """Return the geometric mean of the probabilities of a text's characters from `begin` up to `end`."""
    total = 0.0
    for doubt in doubts:
        shared = min(doubt.end, end) - max(doubt.start, begin)
        if shared > 0:
            total += shared * math.log(max(doubt.probability, LEAST))
    return math.exp(total / max(1, end - begin))


def wrong_share(text: str, doubts: Sequence[Doubt]) -> float:
    """Return how many tokens of a text are wrong by their own probabilities, for each of its characters."""
    return sum(1 - doubt.probability for doubt in doubts) / max(1, len(text.strip()))


def together(doubts: Sequence[Doubt]) -> float:
    """Return the probability of all tokens of an answer together: that it is right from its first to its last."""
    return math.prod(doubt.probability for doubt in doubts)


def _places(text: str, doubts: Sequence[Doubt]) -> list[Place]:
    """Return the places of doubts without blanks; of a doubt whether a text goes on, its last character."""
    told = text.rstrip()
    found: list[Place] = []
    for doubt in doubts:
        start, end = (doubt.start, doubt.end) if doubt.end > doubt.start else (len(told) - 1, len(told))
        start, end = max(start, 0), min(end, len(told))
        while start < end and text[start].isspace():
            start += 1
        while start < end and text[end - 1].isspace():
            end -= 1
        if start < end and found and found[-1][1] >= start:
            found[-1] = found[-1][0], max(end, found[-1][1])
        elif start < end:
            found.append((start, end))
    return found


class Watch:
    """Watches an answer that is being written, output by output; `sureness`, if its probabilities are to count."""

    def __init__(self, sureness: Sureness | None) -> None:
        self._sureness = sureness
        self._seen = 0

    def nonsense_in(self, output: GenerationOutput) -> int | None:
        """Return where the answer stops making sense; None while it does.

        It goes round in circles, or is so improbable that the model makes it up: in a stretch, or a little all along.
        """
        seen, self._seen = self._seen, len(output.text)
        found = [loop_in(output.text, seen, SAID_AGAIN), self._made_up(output, seen), self._misread(output)]
        return min((place for place in found if place is not None), default=None)

    def _made_up(self, output: GenerationOutput, seen: int) -> int | None:
        if self._sureness is None:
            return None
        least, starts = self._sureness.readable**STRETCH, [doubt.start for doubt in output.doubts]
        for end in range(max(JUDGED, seen + 1), len(output.text) + 1):
            first = bisect_left(starts, end - JUDGED)
            within = output.doubts[first : bisect_left(starts, end)]
            if within and likeliness(within, end - JUDGED, end) < least:
                return within[0].start
        return None

    def _misread(self, output: GenerationOutput) -> int | None:
        if self._sureness is None:
            return None
        wrong, told = 0.0, 0
        for doubt in output.doubts:
            if wrong <= MOST_SHARE * doubt.start:
                told = doubt.start
            wrong += 1 - doubt.probability
            if wrong > MOST_WRONG:
                return told
        return None


def cut_off(output: GenerationOutput, end: int) -> GenerationOutput:
    """Return an output without what follows behind `end`."""
    kept = tuple(doubt for doubt in output.doubts if doubt.end <= end)
    return replace(output, text=output.text[:end], doubts=kept)


def stripped(text: str, doubts: Sequence[Doubt]) -> tuple[str, tuple[Doubt, ...]]:
    """Return a text without the blanks around it, and the doubts in their places there."""
    begin, bare = len(text) - len(text.lstrip()), text.strip()
    return bare, shifted(doubts, -begin, len(bare))


def shifted(doubts: Sequence[Doubt], by: int, length: int) -> tuple[Doubt, ...]:
    """Return the doubts that are left where a text moves by so many characters, to be so long."""
    moved = (replace(doubt, start=max(0, doubt.start + by), end=min(length, doubt.end + by)) for doubt in doubts)
    return tuple(doubt for doubt in moved if doubt.start <= doubt.end)


Line = tuple[str, tuple[Doubt, ...]]
"""A line of a text, and the doubts about it, counted from its beginning."""


def lines_of(text: str, doubts: Sequence[Doubt]) -> list[Line]:
    """Return the lines of a text that are not blank."""
    lines, begin = [], 0
    for line in text.splitlines(keepends=True):
        bare = line.rstrip("\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029")
        inside = [doubt for doubt in doubts if begin <= doubt.start < begin + len(line)]
        if bare.strip():
            lines.append((bare, shifted(inside, -begin, len(bare))))
        begin += len(line)
    return lines


def of_lines(lines: Sequence[Line]) -> tuple[str, tuple[Doubt, ...]]:
    """Return the text of lines, with the doubts about it."""
    doubts: list[Doubt] = []
    begin = 0
    for line, inside in lines:
        doubts += (replace(doubt, start=doubt.start + begin, end=doubt.end + begin) for doubt in inside)
        begin += len(line) + 1
    return "\n".join(line for line, _ in lines), tuple(doubts)


def words_at(text: str, places: Sequence[Place]) -> Iterator[str]:
    """Yield the words with something doubtful in them, marked, each once."""
    told = set[str]()
    edges = [0, *(index + 1 for index, character in enumerate(text) if character.isspace()), len(text) + 1]
    for begin, behind in pairwise(edges):
        inside = [(max(start, begin) - begin, min(end, behind - 1) - begin) for start, end in places]
        inside = [place for place in inside if place[0] < place[1]]
        word = with_marks(text[begin : behind - 1], inside)
        if inside and plain(word) not in told:
            told.add(plain(word))
            yield word
