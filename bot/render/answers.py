"""Render answers: a whole one in parts, one that still grows, and text to copy."""

from itertools import islice

from assistant.markdown.document import Document, Span
from assistant.markdown.growing import settled
from assistant.markdown.marked import plain, underlined
from assistant.markdown.reading import clean, read
from bot.render.parts import MOST_ENTITIES, MOST_PARTS, MOST_UNITS, Part, Rendered, part_of
from bot.render.splitting import split, units

GAP = "\n\n"
MORE = "\n…"
NOTHING = "…"
"""The stand-in for a text with nothing visible, since Telegram takes no empty message."""


def render(markdown: str, footer: str = "") -> Rendered:
    """Render Markdown in parts that fit; `footer` is put in italics under the last one. What is marked is underlined.

    An answer of more than MOST_PARTS messages becomes its first one and a file, in UTF-8.
    """
    small = units(GAP + footer) if footer else 0
    pieces = list(islice(split(read(markdown), MOST_UNITS - small, MOST_ENTITIES - 1), MOST_PARTS + 1))
    if len(pieces) > MOST_PARTS:
        return Rendered((part_of(_signed(pieces[0], footer)),), plain(markdown).encode("utf-8", "replace"))
    *first, last = pieces or [Document("")]
    return Rendered(tuple(part_of(piece) for piece in [*first, _signed(last, footer)]))


def growing(markdown: str) -> Part:
    """Render the beginning of an unfinished answer, as far as one message holds it; "" if there is none."""
    begun = markdown[: 2 * MOST_UNITS]
    pieces = split(read(settled(begun)), MOST_UNITS - units(MORE), MOST_ENTITIES)
    first, is_more = next(pieces, Document("")), next(pieces, None) is not None
    return part_of(Document(first.text + MORE, first.spans) if is_more else first)


def as_copyable(text: str) -> list[Part]:
    """Return text as it is, in blocks of code that Telegram copies at a touch; one a message."""
    text = plain(clean(text)).strip("\n").rstrip()
    pieces = list(split(Document(text, (Span("pre", 0, len(text)),)), MOST_UNITS, MOST_ENTITIES))
    return [part_of(piece) for piece in pieces or [Document(NOTHING)]]


def _signed(document: Document, footer: str) -> Document:
    if not footer:
        return document if document.text else Document(NOTHING)
    text = document.text + GAP if document.text else ""
    span = Span("italic", len(text), len(text + footer))
    return underlined(Document(text + footer, (*document.spans, span)))
