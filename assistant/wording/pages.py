"""Find which pictures or pages a question names: "page 3", "pages 2-5", "the second picture", "第3页", "all pages"."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
CHINESE_DIGITS = "零一二三四五六七八九"

_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_NUMBER = r"\d{1,4}"
_ENGLISH = rf"(?:{_NUMBER}|(?:{'|'.join(_WORDS)})(?!\s+(?:by|at|more)\b))"
_LIST = rf"{_ENGLISH}(?:\s*(?:-|–|—|to|and|&|,)\s*(?:and\s+)?{_ENGLISH})*"
_ORDINAL = rf"(?:{'|'.join(ORDINALS)}|{_NUMBER}(?:st|nd|rd|th)|last)"
_CHINESE = rf"(?:{_NUMBER}|[一二两三四五六七八九十]{{1,3}})"
_CHINESE_LIST = rf"{_CHINESE}(?:\s*(?:-|–|—|~|到|至|和|、|,|，)\s*第?{_CHINESE})*"


ALL_ALONE = r"^\s*(?:all|全部|所有)\s*[.。!！?？]?\s*$"
"""The pattern of a question that is the word "all"."""

_TOPIC = re.compile(r"\b(?:about|mention\w*|refer\w*\s+to|cit(?:es?|ing))\s+(?:the\s+)?$", re.IGNORECASE)
_ITSELF = re.compile(
    r"\b(?:(?:is|was)\s+(?:this|that|it)|(?:this|that|it)(?:['’]s|\s+is))\s+(?:the\s+)?$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Mention:
    """A place in a question that names some: where it begins and ends, and the numbers, as for `chosen`."""

    start: int
    end: int
    numbers: frozenset[int]


@dataclass(frozen=True, slots=True)
class Noun:
    """A noun for what is counted: its English and Chinese words, as regular expressions, and its plural in English."""

    english: str
    chinese: str
    plural: str

    def patterns(self) -> Iterator[re.Pattern[str]]:
        """Yield the patterns that name some of them; the group `list`, `ordinals` or `last` says which."""
        yield re.compile(rf"\b(?:{self.english})\s*(?:no\.?\s*|number\s*|[#＃]\s*)?(?P<list>{_LIST})\b", re.IGNORECASE)
        two = rf"{_ORDINAL}(?:\s*(?:,|and|&)\s*(?:the\s+)?{_ORDINAL})*"
        yield re.compile(rf"\b(?P<ordinals>{two})\s+(?:{self.english})\b", re.IGNORECASE)
        yield re.compile(rf"第\s*(?P<list>{_CHINESE_LIST})\s*(?:{self.chinese})")
        yield re.compile(rf"(?<![\d第])(?P<list>{_NUMBER}\s*(?:-|–|—|~|到|至)\s*{_NUMBER})\s*(?:{self.chinese})")
        yield re.compile(rf"最后(?P<last>一)\s*(?:{self.chinese})")

    def all(self) -> re.Pattern[str]:
        """Return the pattern that names all of them."""
        english = rf"\b(?:all|every|each|both)\s+(?:of\s+)?(?:the\s+)?(?:{_NUMBER}\s+)?(?:{self.english})\b"
        chinese = rf"(?:所有|全部|每一?|各)的?\s*(?:{self.chinese})"
        return re.compile(rf"{ALL_ALONE}|{english}|{chinese}", re.IGNORECASE)


PAGES = Noun(r"pages?|pgs?\.?|pp?\.", "页", "pages")
PICTURES = Noun(
    r"pictures?|photos?|images?|pics?|pages?", "张图片|张照片|张图|张|幅图|幅|页|个图|图片|照片", "pictures"
)


def names_pages(question: str) -> bool:
    """Whether the question says which pages of a document it is about."""
    return bool(chosen(question, PAGES, 1))


def chosen(question: str, noun: Noun, count: int) -> list[int]:
    """Return the numbers, from 1, that a question names, in order; empty if it names none.

    There are `count` of them; a number beyond that is returned as it is, for the caller to object to.
    """
    return sorted({number for mention in mentions(question, noun, count) for number in mention.numbers})


def mentions(question: str, noun: Noun, count: int) -> list[Mention]:
    """Return the places in which a question chooses some of `count`, in order.

    "What does page 2 say about page 7?" chooses the first one only, and "Is this page 2?" chooses none.
    """
    every = frozenset(range(1, count + 1))
    found = [Mention(*match.span(), every) for match in noun.all().finditer(question)]
    for pattern in () if found else noun.patterns():
        found += [Mention(*match.span(), frozenset(_numbers(match, count))) for match in pattern.finditer(question)]
    found = [mention for mention in _merged(found) if not _ITSELF.search(question[: mention.start])]
    return [mention for mention in found if mention is found[0] or not _TOPIC.search(question[: mention.start])]


def _merged(found: Sequence[Mention]) -> list[Mention]:
    """Return mentions in order; those that overlap, as "the first and last pages", as one."""
    merged: list[Mention] = []
    for mention in sorted(found, key=lambda one: one.start):
        last = merged.pop() if merged and mention.start < merged[-1].end else mention
        merged.append(Mention(last.start, max(last.end, mention.end), last.numbers | mention.numbers))
    return merged


def _numbers(match: re.Match[str], count: int) -> set[int]:
    found = match.groupdict()
    if "last" in found:
        return {count}
    if "ordinals" in found:
        return {_ordinal(word, count) for word in re.findall(_ORDINAL, found["ordinals"], re.IGNORECASE)}
    return set(_listed(found["list"]))


def _ordinal(word: str, count: int) -> int:
    word = word.casefold()
    if word == "last":
        return count
    return ORDINALS.index(word) + 1 if word in ORDINALS else int(word[:-2])


def _listed(text: str) -> Iterator[int]:
    """Yield the numbers of a list like "2-5, 7 and 9" or "二到五、七"."""
    for part in re.split(r"\s*(?:\band\b|&|,|，|、|和)\s*", text):
        ends = [_value(end) for end in re.findall(rf"{'|'.join(_WORDS)}|{_CHINESE}", part, re.IGNORECASE)]
        if len(ends) > 1:
            yield from range(min(ends[0], ends[-1]), max(ends[0], ends[-1]) + 1)
        else:
            yield from ends


def _value(text: str) -> int:
    """Return a number in digits, one up to ten in English, or one up to 99 in Chinese."""
    if text.isdigit():
        return int(text)
    if text.casefold() in _WORDS:
        return _WORDS.index(text.casefold()) + 1
    tens, ten, ones = text.replace("两", "二").rpartition("十")
    digit = {sign: value for value, sign in enumerate(CHINESE_DIGITS)}
    return (digit.get(tens, 1) * 10 if ten else 0) + digit.get(ones, 0)
