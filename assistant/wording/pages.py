"""Find which pictures or pages a question names: "page 3", "pages 2-5", "the second picture", "第3页", "all pages"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
CHINESE_DIGITS = "零一二三四五六七八九"

_NUMBER = r"\d{1,4}"
_LIST = rf"{_NUMBER}(?:\s*(?:-|–|—|to|and|&|,)\s*(?:and\s+)?{_NUMBER})*"
_ORDINAL = rf"(?:{'|'.join(ORDINALS)}|{_NUMBER}(?:st|nd|rd|th)|last)"
_CHINESE = rf"(?:{_NUMBER}|[一二两三四五六七八九十]{{1,3}})"
_CHINESE_LIST = rf"{_CHINESE}(?:\s*(?:-|–|—|~|到|至|和|、|,|，)\s*第?{_CHINESE})*"


@dataclass(frozen=True, slots=True)
class _Noun:
    """A noun for what is counted: its English and Chinese words, as regular expressions."""

    english: str
    chinese: str

    def patterns(self) -> Iterator[re.Pattern[str]]:
        """Yield the patterns that name some of them; the group `list`, `ordinals` or `last` says which."""
        yield re.compile(rf"\b(?:{self.english})\s*(?:no\.?\s*|number\s*)?(?P<list>{_LIST})\b", re.IGNORECASE)
        two = rf"{_ORDINAL}(?:\s*(?:,|and|&)\s*(?:the\s+)?{_ORDINAL})*"
        yield re.compile(rf"\b(?P<ordinals>{two})\s+(?:{self.english})\b", re.IGNORECASE)
        yield re.compile(rf"第\s*(?P<list>{_CHINESE_LIST})\s*(?:{self.chinese})")
        yield re.compile(rf"(?<![\d第])(?P<list>{_NUMBER}\s*(?:-|–|—|~|到|至)\s*{_NUMBER})\s*(?:{self.chinese})")
        yield re.compile(rf"最后(?P<last>一)\s*(?:{self.chinese})")

    def all(self) -> re.Pattern[str]:
        """Return the pattern that names all of them."""
        english = rf"\b(?:all|every|each|both)\s+(?:of\s+)?(?:the\s+)?(?:{_NUMBER}\s+)?(?:{self.english})\b"
        chinese = rf"(?:所有|全部|每一?|各)的?\s*(?:{self.chinese})"
        return re.compile(rf"^\s*(?:all|全部|所有)\s*[.。!！?？]?\s*$|{english}|{chinese}", re.IGNORECASE)


PAGES = _Noun(r"pages?|pp?\.", "页")
PICTURES = _Noun(r"pictures?|photos?|images?|pics?|pages?", "张图片|张照片|张图|张|幅图|幅|页|个图|图片|照片")


def names_pages(question: str) -> bool:
    """Whether the question says which pages of a document it is about."""
    return bool(chosen(question, PAGES, 1))


def chosen(question: str, noun: _Noun, count: int) -> list[int]:
    """Return the numbers, from 1, that a question names, in order; empty if it names none.

    There are `count` of them; a number beyond that is returned as it is, for the caller to object to.
    """
    if noun.all().search(question):
        return list(range(1, count + 1))
    numbers: set[int] = set()
    for pattern in noun.patterns():
        for match in pattern.finditer(question):
            numbers.update(_numbers(match, count))
    return sorted(numbers)


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
        ends = [_value(end) for end in re.findall(_CHINESE, part)]
        if len(ends) > 1:
            yield from range(min(ends[0], ends[-1]), max(ends[0], ends[-1]) + 1)
        else:
            yield from ends


def _value(text: str) -> int:
    """Return a number in digits, or one up to 99 in Chinese."""
    if text.isdigit():
        return int(text)
    tens, ten, ones = text.replace("两", "二").rpartition("十")
    digit = {sign: value for value, sign in enumerate(CHINESE_DIGITS)}
    return (digit.get(tens, 1) * 10 if ten else 0) + digit.get(ones, 0)
