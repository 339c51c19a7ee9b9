"""The place of an answer on a page: the second half of the model learns to find it before it reads it out."""

import re

import numpy as np

from training.marks import bearing
from training.pages import Glyphs
from training.questions import QA, Asked

POINTED = frozenset({Asked.FIELD, Asked.LINE})
"""Kinds of questions whose answers are copied from the page, if they stand there; a count bears marks."""

MOST_PLACES = 2
"""An answer that stands in more places than this does not tell which place is meant."""

PARTS = re.compile(r",\s+|\s+-\s*|\n")
"""The separator of an answer's lines."""


def point(glyphs: Glyphs, qa: QA, cells: np.ndarray, count: int) -> np.ndarray:
    """Return (count + 1,) bool: the cells of the answer; the last one for "not on the page"; none if unknown.

    `cells` (n,) has the cell of each glyph, out of `count`. For shapes, charts and counts: the cells with their marks.
    """
    found = np.zeros(count + 1, bool)
    if qa.kind is Asked.ABSENT:
        found[count] = True
    elif qa.marks:
        found[cells[bearing(glyphs.codes, qa.marks)]] = True
        found[count] = not found.any()
    elif qa.kind in POINTED:
        found[cells[find(glyphs, qa.answer)]] = True
    return found


def find(glyphs: Glyphs, answer: str) -> np.ndarray:
    """Find the glyphs that spell an answer; none if it stands nowhere, or in too many places."""
    printed = "".join(map(chr, glyphs.codes))
    for parts in ((answer,), PARTS.split(answer)):
        places = [_places(printed, re.sub(r"\s", "", part)) for part in parts]
        if all(places):
            return np.concatenate([np.arange(at, at + length) for part in places for at, length in part])
    return np.zeros(0, int)


def _places(printed: str, part: str) -> list[tuple[int, int]]:
    """Return begin and length of each place of a part."""
    places = [(at, len(part)) for at in range(len(printed)) if printed.startswith(part, at)] if part else []
    return places if len(places) <= MOST_PLACES else []
