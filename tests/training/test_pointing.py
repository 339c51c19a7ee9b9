"""The cells in which an answer stands."""

import numpy as np
import pytest

from tests.training.papers import drawn
from training.documents import Kind
from training.marks import mark
from training.pages import Glyphs
from training.pointing import find, point
from training.questions import QA, Asked

PRINTED = "Total $4.20 27 Garden Street Bristol BS4 7QT 4"


def glyphs(text: str = PRINTED) -> Glyphs:
    """Print characters ten pixels wide, in one line."""
    codes = np.array([ord(character) for character in text.replace(" ", "")], np.int32)
    return Glyphs(codes, np.arange(len(codes), dtype=np.float32) * 10, np.zeros(len(codes), np.float32))


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ("$4.20", "$4.20"),
        ("27 Garden Street, Bristol BS4 7QT", "27GardenStreetBristolBS47QT"),
        ("Bristol BS4 7QT\n27 Garden Street", "BristolBS47QT27GardenStreet"),
        ("Yes.", ""),
        ("4", ""),
        ("", ""),
    ],
)
def test_an_answer_is_found_where_it_stands(answer: str, found: str) -> None:
    """In one piece or line by line; not where it is made up, nor where it stands in several places."""
    printed = glyphs()
    assert "".join(chr(printed.codes[at]) for at in find(printed, answer)) == found


@pytest.mark.parametrize(
    ("kind", "answer", "cells"),
    [
        (Asked.FIELD, "$4.20", [2, 3, 4]),
        (Asked.LINE, "$4.20", [2, 3, 4]),
        (Asked.ABSENT, "There is no date in the picture.", [30]),
        (Asked.MENTION, "$4.20", []),
        (Asked.FIELD, "Rising.", []),
    ],
)
def test_its_cells_are_pointed_at(kind: Asked, answer: str, cells: list[int]) -> None:
    """The last one stands for nowhere; an unknown place points at none."""
    printed = glyphs()
    cell = np.arange(len(printed.codes)) // 2
    assert np.flatnonzero(point(printed, QA(kind, "?", answer), cell, 30)).tolist() == cells


def test_a_count_points_at_the_items() -> None:
    """One mark for each counted item, at its first letter, and not at the same digit elsewhere."""
    counted = 0
    for seed in range(60):
        page = drawn(seed, Kind.RECEIPT)
        for qa in page.qa:
            if qa.field == "count":
                cells = np.arange(len(page.glyphs.codes))
                found = np.flatnonzero(point(page.glyphs, qa, cells, len(cells)))
                assert str(len(found)) == qa.answer
                assert found.max() < len(cells)
                counted += 1
    assert counted > 20


def test_a_drawings_cells_are_those_that_bear_the_marks() -> None:
    """All red stars and nothing else; nowhere if there are none."""
    codes = [mark("star", "red", "centre"), mark("star", "red", "body"), mark("star", "blue", "centre")]
    drawn = Glyphs(np.array(codes, np.int32), np.zeros(3, np.float32), np.zeros(3, np.float32))
    cells = np.array([3, 4, 5])
    for marks, found in ((("star", "centre"), [3, 5]), (("red", "centre"), [3]), (("heart",), [30])):
        qa = QA(Asked.SHAPE, "How many are there?", "2", "count", marks)
        assert np.flatnonzero(point(drawn, qa, cells, 30)).tolist() == found
