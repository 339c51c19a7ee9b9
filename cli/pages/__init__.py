"""Drawn pages with questions and right answers: the files that `eyeglass calibrate` asks about."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

COUNT = 20
"""The number of pages that come with the package."""


@dataclass(frozen=True, slots=True)
class Field:
    """A question for one thing on a page, and its one right answer."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Page:
    """The bytes of a JPEG file, all the text on it, and the fields that are asked for."""

    picture: bytes
    text: str
    fields: tuple[Field, ...]


def read_pages(count: int = COUNT) -> Sequence[Page]:
    """Read the first `count` pages."""
    folder = resources.files(__name__)
    described = json.loads((folder / "pages.json").read_text(encoding="utf-8"))["pages"]
    return tuple(
        Page((folder / page["file"]).read_bytes(), page["text"], tuple(Field(**field) for field in page["fields"]))
        for page in described[:count]
    )
