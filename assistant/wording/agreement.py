"""What two readings of the same differ in: numbers, dates and names read otherwise; wording does not count."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from assistant.wording.joining import seam

MOST = 3
"""The most differences that are told."""

ALIKE = 0.5
"""How alike two words are at least, of which one is the other misread."""

SAME_LINE = 0.7
"""How alike two lines are at least of which one is the other, read again."""

BARE = 6
"""The most words of an answer that is nothing but what was asked for."""

_NUMBER = re.compile(r"(?<![\w.,])[-−]?\d+(?:[.,:/’'-]\d+)*(?!\d)|\d+(?:[.,:/’'-]\d+)*")
_NAME = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_HAN = re.compile(r"[\u3400-\u9fff]+")
_DECIMAL = re.compile(r"(?P<whole>[-−]?\d{1,3}(?:[.,’']\d{3})*|[-−]?\d+)(?:[.,](?P<part>\d{1,2}))?")
_WORD = re.compile(r"[^\W\u3400-\u9fff]+(?:[.,:'’/-]\w+)*")
_OPENS = re.compile(r"(?:^|[.!?:。！？：\n]\s*)[\"'“«(\[]*$")


@dataclass(frozen=True, slots=True)
class Difference:
    """What the first look read, and what the closer one read in its place; `overlap`: what two parts read."""

    first: str
    closer: str
    overlap: bool = False


@dataclass(frozen=True, slots=True)
class _Fact:
    """Something that can be misread: as it was said, what it amounts to, and whether it is a number."""

    said: str
    worth: str
    number: bool


def differences(first: str, closer: str) -> tuple[Difference, ...]:
    """Return what two readings say otherwise, at most MOST; what only one of them says is no contradiction."""
    before, after = _facts(first), _facts(closer)
    for fact in list(before):
        same = next((other for other in after if other.worth == fact.worth), None)
        if same is not None:
            before.remove(fact)
            after.remove(same)
    bare = max(_words(first), _words(closer)) <= BARE
    found = []
    for fact in before:
        others = [other for other in after if other.number == fact.number]
        other = max(others, key=lambda one: _likeness(fact.worth, one.worth), default=None)
        if other is None or not (_is_misread(fact, other) or (bare and fact.number)):
            continue
        after.remove(other)
        found.append(Difference(fact.said, other.said))
    return tuple(found[:MOST])


def _is_misread(fact: _Fact, other: _Fact) -> bool:
    """Whether one of two words looks like the other misread: Chinese ones are as long, and mostly the same."""
    if not _HAN.match(fact.worth):
        return _likeness(fact.worth, other.worth) >= ALIKE
    same = sum(map(str.__eq__, fact.worth, other.worth))
    return len(fact.worth) == len(other.worth) and same >= max(1, 0.6 * len(fact.worth))


def overlap(before: Sequence[str], following: Sequence[str]) -> list[Difference]:
    """Return what two parts say otherwise of the lines that both have: the last ones of one, the first of the other."""
    kept, begin = seam(before, following, overlaps=True)
    found = []
    for line, again in zip(reversed(before[:kept]), reversed(following[:begin]), strict=False):
        if _likeness(line, again) >= SAME_LINE:
            found += [replace(each, overlap=True) for each in differences(line, again)]
    return found[::-1]


def _facts(text: str) -> list[_Fact]:
    """Return the numbers, dates and names in a text, in their order."""
    text = unicodedata.normalize("NFKC", text)
    found = [(match.start(), _Fact(match[0], _worth(match[0]), True)) for match in _NUMBER.finditer(text)]
    words = _NAME.findall(text)
    capital = all(word[0].isupper() for word in words)  # Nothing but names.
    for match in _NAME.finditer(text):
        word = match[0]
        opens = _OPENS.search(text[: match.start()]) is not None
        if _HAN.search(word):
            found += [(match.start() + han.start(), _Fact(han[0], han[0], False)) for han in _HAN.finditer(word)]
        elif word[0].isupper() and len(word) > 1 and (not opens or word.isupper() or capital):
            found.append((match.start(), _Fact(word, word.casefold(), False)))
    return [fact for _, fact in sorted(found, key=lambda each: each[0])]


def _worth(number: str) -> str:
    """Return what a number or a date amounts to, however it is written: 1,234.50 is 1234.5, 03.12.2026 is 2026-12-3."""
    number = number.replace("−", "-")
    if (match := _DECIMAL.fullmatch(number)) is not None:
        whole = re.sub(r"[.,’']", "", match["whole"])
        sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
        part = (match["part"] or "").rstrip("0")
        kept = digits if digits.startswith("0") and not match["part"] else digits.lstrip("0") or "0"
        return f"{sign}{kept}" + (f".{part}" if part else "")
    groups: Sequence[str] = re.findall(r"\d+", number)
    if len(groups) == 3 and len(groups[2]) == 4:
        groups = groups[::-1]
    joint = ":" if ":" in number else "-"
    return joint.join(group.lstrip("0") or "0" for group in groups)


def _words(text: str) -> int:
    """Count the words of a text, of which two Chinese characters are one."""
    return len(_WORD.findall(text)) + sum(map(len, _HAN.findall(text))) // 2


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()
