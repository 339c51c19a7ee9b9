"""A long document becomes messages: cut at a paragraph, else a line, a sentence, a word, a character."""

import unicodedata
from collections.abc import Iterator

import regex

from bot.render.document import Document, Writer

LONGEST_CHARACTER = 64
"""So many code points of one character are kept together, as of a family of emoji or of stacked accents."""

_PLACES = (
    regex.compile(r"\n\s*\n"),
    regex.compile(r"\n"),
    regex.compile(r"(?:(?<!\d)\.|[!?…])[\"'”’)\]]*\s+|[。！？][”’」』）]*\s*"),
    regex.compile(r"\s+|[，、；：]\s*"),
)
"""A text may be cut at the end of what these match, best at the first: paragraph, line, sentence, word."""

_CHARACTER = regex.compile(r"\X")


def units(text: str) -> int:
    """The length of a text in UTF-16 code units, as Telegram counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def head(text: str, most: int) -> str:
    """The beginning of a text: at most so many UTF-16 units."""
    if len(text) * 2 <= most:
        return text
    return text[:most].encode("utf-16-le", "surrogatepass")[: most * 2].decode("utf-16-le", "ignore")


def split(document: Document, most_units: int, most_spans: int) -> Iterator[Document]:
    """The document in pieces that Telegram takes, each with something to see.

    A cut is inside a span only where that fits into no message; such a span goes on in the next piece.
    """
    start = 0
    while start < len(document.text):
        end = _end(document, start, most_units, most_spans)
        piece = _piece(document, start, end)
        if is_visible(piece.text):
            yield piece
        start = end


def is_visible(text: str) -> bool:
    """Whether there is more than space and characters without a shape."""
    return any(not character.isspace() and unicodedata.category(character) not in {"Cf", "Cc"} for character in text)


def _end(document: Document, start: int, most_units: int, most_spans: int) -> int:
    text = document.text
    limit = start + len(head(text[start : start + most_units], most_units))
    ahead = [span for span in document.spans if span.end > start and span.start < limit]
    if len(ahead) > most_spans:
        limit = max(start + 1, ahead[most_spans].start)
    elif limit == len(text):
        return limit
    whole = [span for span in ahead if units(text[max(start, span.start) : span.end]) <= most_units]
    for cut in _cuts(text, start, limit):
        if not any(span.start < cut < span.end for span in whole):
            return cut
    return limit


def _cuts(text: str, start: int, limit: int) -> Iterator[int]:
    """Where the text may be cut, the best places first: those that leave no message half empty."""
    half = start + (limit - start) // 2
    for lowest in (half, start):
        for places in _PLACES:
            ends = [match.end() for match in places.finditer(text, start, limit)]
            yield from (end for end in reversed(ends) if end > lowest and not _joins(text, end))
    characters = [match.end() for match in _CHARACTER.finditer(text, start, limit + LONGEST_CHARACTER)]
    yield from (end for end in reversed(characters) if end <= limit)


def _joins(text: str, at: int) -> bool:
    """Whether the character there belongs to the one before."""
    return at < len(text) and (unicodedata.category(text[at]).startswith("M") or text[at] == "\u200d")


def _piece(document: Document, start: int, end: int) -> Document:
    """A piece without the space around it; code keeps its indent."""
    text = document.text[start:end]
    first = start + len(text) - len(text.lstrip())
    for span in document.spans:
        if span.kind == "pre" and span.start <= first < span.end:
            first = max(span.start, start + len(text) - len(text.lstrip("\n")))
    writer = Writer([document.text[first:end]], max(0, end - first))
    for span in document.spans:
        if span.start < end and span.end > first:
            writer.spans.append(span.over(max(span.start, first) - first, min(span.end, end) - first))
    return writer.document()
