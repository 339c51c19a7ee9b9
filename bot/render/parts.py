"""Telegram's limits: messages of text with entities, and a file instead of too many."""

from dataclasses import dataclass
from itertools import accumulate

from telegram import MessageEntity

from assistant.markdown.document import Document

MOST_UNITS = 4096
"""The longest message, in UTF-16 code units: Telegram's unit."""

MOST_ENTITIES = 100
"""The most entities of a message; Telegram ignores the rest."""

MOST_PARTS = 4
"""The most messages of an answer; a longer one is sent as a file."""


@dataclass(frozen=True, slots=True)
class Part:
    """One message: at most 4096 UTF-16 units of text with its entities; or a file, or photo, over such a text."""

    text: str
    entities: tuple[MessageEntity, ...] = ()
    file: bytes | None = None
    file_name: str = "answer.md"
    photo: bool = False


@dataclass(frozen=True, slots=True)
class Rendered:
    """An answer as at least one message; of a very long one the first, and all of it as a file of Markdown."""

    parts: tuple[Part, ...]
    file: bytes | None = None


def part_of(document: Document) -> Part:
    """Return the message of a document that fits into one, with offsets in UTF-16 units."""
    if not document.spans:
        return Part(document.text)
    at = [0, *accumulate(1 + (character > "\uffff") for character in document.text)]
    entities = (
        MessageEntity(span.kind, at[span.start], at[span.end] - at[span.start], url=span.url, language=span.language)
        for span in document.spans
    )
    return Part(document.text, tuple(entities))
