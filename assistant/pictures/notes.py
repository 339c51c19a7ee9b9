"""What has to be said about the pictures of a file beside the answer: which pages they are, and what they lack."""

from collections.abc import Sequence
from typing import Protocol

from assistant.texts import Count, Sentence, Texts
from assistant.wording.pages import PAGES, chosen
from model_service import CUT

FLAWS = {CUT: Sentence.FILE_CUT, "glyphs": Sentence.GLYPHS_MISSING}
"""What is said of each flaw of a picture, by its word."""


class _Shown(Protocol):
    """A picture, or a page of a document."""

    @property
    def page(self) -> int: ...
    @property
    def pages(self) -> int: ...
    @property
    def flaws(self) -> str: ...


def notes_on(texts: Texts, pictures: Sequence[_Shown], question: str) -> list[str]:
    """Return all notes on the picture of a file, or on those of its pages that a question chose."""
    named = len(chosen(question, PAGES, pictures[0].pages))
    return [note for note in (pages_note(texts, pictures, named), *flaw_notes(texts, pictures)) if note]


def pages_note(texts: Texts, pages: Sequence[_Shown], named: int) -> str:
    """Return the note on which pages of a document were read, if that is not clear; `named` is how many were named."""
    first = pages[0]
    if first.pages < 2:
        return ""
    if len(pages) > 1:
        return texts.say(Sentence.PAGES_CUT, pages=Count.PAGES.of(len(pages))) if named > len(pages) else ""
    said = Sentence.PAGE_OF if named or first.page > 1 else Sentence.PAGE_UNASKED
    return texts.say(said, page=first.page, pages=first.pages)


def flaw_notes(texts: Texts, pictures: Sequence[_Shown]) -> list[str]:
    """Return the notes on what of the pictures cannot be seen, though it was sent."""
    found = {word for picture in pictures for word in picture.flaws.split()}
    return [texts.say(sentence) for word, sentence in FLAWS.items() if word in found]
