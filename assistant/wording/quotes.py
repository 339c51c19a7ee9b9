"""What somebody quotes of an answer: the pictures that it is about, and the words."""

import re
from collections.abc import Iterator

from assistant.texts import LANGUAGES, Sentence, texts_in

_NUMBER = 999
_NAMES = "|".join(
    re.escape(texts_in(language).say(name, number=_NUMBER)).replace(str(_NUMBER), r"(\d{1,4})")
    for language in LANGUAGES
    for name in (Sentence.PICTURE_NAME, Sentence.PAGE_NAME)
)
_NAME = re.compile(rf"^(?:{_NAMES})\s*", re.MULTILINE)


def with_quote(question: str, quote: str) -> str:
    """Return a question with the words that it is about, without the names of pictures; small models want them first.

    A model that is shown one picture is told nothing of a second.
    """
    words = _NAME.sub("", quote).strip()
    words = "" if any(_NAME.fullmatch(words + colon) for colon in ":：") else words
    return f'"{words}"\n{question}' if words else question


def numbers_quoted(said: str, quote: str, position: int) -> set[int]:
    """Return the numbers of the pictures, or pages, of an answer about several that a quote was taken from.

    `position` is about where the quote begins, in UTF-16 units. Empty if the answer does not say it.
    """
    near = len(said.encode("utf-16-le")[: 2 * position].decode("utf-16-le", "ignore"))
    begins = [match.start() for match in re.finditer(re.escape(quote), said)]
    if not begins:
        return {number for _, number in _sections(quote)}
    begin = min(begins, key=lambda start: abs(start - near))
    sections = list(_sections(said))
    ends = [start for start, _ in sections[1:]] + [len(said)]
    return {
        number
        for (start, number), end in zip(sections, ends, strict=False)
        if start < begin + len(quote) and begin < end
    }


def has_words(text: str, quote: str) -> bool:
    """Whether a text has the words of a quote in a row, however both are set off."""
    wanted = _bare(quote)
    return bool(wanted) and wanted in _bare(text)


def _sections(said: str) -> Iterator[tuple[int, int]]:
    """Yield where each picture's part begins, and its number."""
    for match in _NAME.finditer(said):
        yield match.start(), int(next(filter(None, match.groups())))


def _bare(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()
