"""Split a long document into messages: at a paragraph, else a line, a sentence, a word, a character."""

import unicodedata
from collections.abc import Iterator

import regex

from assistant.markdown.document import Document, Writer

LONGEST_CHARACTER = 64
"""The most code points of one character that are kept together, as in a family of emoji or stacked accents."""

_PLACES = (
    regex.compile(r"\n\s*\n"),
    regex.compile(r"\n"),
    regex.compile(r"(?:(?<!\d)\.|[!?…])[\"'”’)\]]*\s+|[。！？][”’」』）]*\s*"),
    regex.compile(r"\s+|[，、；：]\s*"),
)
"""The separators after which a text may be cut, best first: paragraph, line, sentence, word."""

_CHARACTER = regex.compile(r"\X")


def units(text: str) -> int:
    """Return the length of a text in UTF-16 code units, as Telegram counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def head(text: str, most: int) -> str:
    """Return the beginning of a text, at most `most` UTF-16 units."""
    if len(text) * 2 <= most:
        return text
    return text[:most].encode("utf-16-le", "surrogatepass")[: most * 2].decode("utf-16-le", "ignore")


def split(document: Document, most_units: int, most_spans: int) -> Iterator[Document]:
    """Yield the document in pieces within Telegram's limits, each with something visible.

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
    """Yield the possible cuts, the best first: those that leave no message half empty."""
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
    """Return a piece without the space around it; code keeps its indent."""
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
