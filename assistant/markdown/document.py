"""A text with spans over it: the result of parsing Markdown, from which a front end makes what it shows."""

from bisect import bisect
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["bold", "italic", "underline", "strikethrough", "code", "pre", "text_link", "blockquote"]

CODE = frozenset({"code", "pre"})
EMPHASES = frozenset({"bold", "italic", "underline", "strikethrough"})
INLINE = EMPHASES | {"code", "text_link"}


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a text, in code points, that has a form, as bold text has."""

    kind: Kind
    start: int
    end: int
    url: str | None = None
    language: str | None = None

    def over(self, start: int, end: int) -> "Span":
        """Return the same span in another place."""
        return Span(self.kind, start, end, self.url, self.language)


@dataclass(frozen=True, slots=True)
class Document:
    """A text and its spans: each lies inside another one or apart from it, outer ones first."""

    text: str
    spans: tuple[Span, ...] = ()


@dataclass(slots=True)
class Writer:
    """A document that is being written."""

    pieces: list[str] = field(default_factory=list)
    length: int = 0
    spans: list[Span] = field(default_factory=list)

    def write(self, text: str) -> None:
        """Append `text`."""
        self.pieces.append(text)
        self.length += len(text)

    def cover(self, kind: Kind, start: int, *, url: str | None = None, language: str | None = None) -> None:
        """Add a span over the text written since the length was `start`."""
        if self.length > start:
            self.spans.append(Span(kind, start, self.length, url, language))

    def append(self, document: Document) -> None:
        """Append a whole document."""
        self.spans += [span.over(span.start + self.length, span.end + self.length) for span in document.spans]
        self.write(document.text)

    def since(self, pieces: int) -> str:
        """Return the text written since there were `pieces` pieces."""
        return "".join(self.pieces[pieces:])

    def back_to(self, pieces: int, spans: int) -> None:
        """Remove what was written since there were `pieces` pieces and `spans` spans."""
        self.length -= sum(map(len, self.pieces[pieces:]))
        del self.pieces[pieces:]
        del self.spans[spans:]

    def document(self) -> Document:
        """Return the document: no space at its end, none at the edges of spans, no empty span."""
        text = "".join(self.pieces).rstrip()
        if not self.spans:
            return Document(text)
        code = sorted((span.start, span.end) for span in self.spans if span.kind in CODE)
        apart = (piece for span in self.spans for piece in _around(span, code))
        trimmed = (_trimmed(text, span) for span in apart)
        kept = [span for span in trimmed if span.end > span.start]
        return Document(text, tuple(sorted(kept, key=lambda span: (span.start, -span.end, span.kind != "blockquote"))))


def _around(span: Span, code: list[tuple[int, int]]) -> list[Span]:
    """Split an emphasis around the code in it, which takes no other form, as in Telegram."""
    inner = code[bisect(code, (span.start,)) : bisect(code, (span.end,))] if span.kind in EMPHASES else []
    starts, ends = [span.start, *(end for _, end in inner)], [*(start for start, _ in inner), span.end]
    return [span.over(start, end) for start, end in zip(starts, ends, strict=True)] if inner else [span]


def _trimmed(text: str, span: Span) -> Span:
    """Return the span without space at its edges; a block keeps the indent of its first line."""
    covered = text[span.start : span.end]
    after = len(covered.rstrip())
    before = len(covered) - len(covered.lstrip(None if span.kind in INLINE else "\n"))
    if not before and after == len(covered) == span.end - span.start:
        return span
    return span.over(span.start + before, span.start + after)
