"""The exams are as described: kinds, sizes of type, questions, and the same sheets every time."""

import io
from collections import Counter

import numpy
import pytest
from PIL import Image

from tests.training.papers import FONTS, WORDS
from training.documents import PAPERS, Kind
from training.exam import (
    HEIGHTS,
    HEIGHTS_CANVAS,
    LARGEST_PRINT,
    MOST_CHARACTERS,
    SMALLEST_PRINT,
    Sheet,
    exam_sheet,
    heights_sheet,
    print_scale,
    step_back,
)
from training.questions import Asked


def exam(seed: int, count: int) -> tuple[Sheet, ...]:
    """Draw the first sheets of an exam."""
    return tuple(exam_sheet(number, seed, FONTS, WORDS, "test") for number in range(count))


def heights_exam(seed: int, count: int) -> tuple[Sheet, ...]:
    """Draw the first pages of a study of heights, each at all heights."""
    return tuple(heights_sheet(number, seed, FONTS, WORDS, "test") for number in range(count * len(HEIGHTS)))


@pytest.fixture(scope="module")
def sheets() -> tuple[Sheet, ...]:
    """One round of all kinds."""
    return exam(3, 20)


def opened(sheet: Sheet) -> Image.Image:
    """The picture, decoded."""
    return Image.open(io.BytesIO(sheet.picture))


def test_twenty_sheets_hold_all_kinds_half_of_them_photographed(sheets: tuple[Sheet, ...]) -> None:
    """13 papers, 3 charts, 3 pictures of shapes, 1 foreign picture."""
    kinds = Counter(sheet.kind for sheet in sheets)
    assert [kinds[kind] for kind in (Kind.CHART, Kind.SHAPES, Kind.FOREIGN)] == [3, 3, 1]
    assert sum(kinds[kind] for kind in PAPERS) == 13
    assert 8 <= sum(sheet.photographed for sheet in sheets) <= 12


def test_a_longer_exam_begins_as_a_shorter_one(sheets: tuple[Sheet, ...]) -> None:
    """Byte for byte, and with the same questions; another seed gives others."""
    again = exam(3, 4)
    assert again == sheets[:4]
    assert exam(4, 1)[0].picture != sheets[0].picture


def test_papers_are_read_and_print_is_large_enough_at_high(sheets: tuple[Sheet, ...]) -> None:
    """A reading of at most 300 characters first, then at most two fields and one that is not there."""
    for sheet in sheets:
        kinds = [qa.kind for qa in sheet.questions]
        assert kinds.count(Asked.ABSENT) <= 1
        assert len(kinds) <= 4
        if sheet.kind in PAPERS:
            assert kinds[0] is Asked.TEXT
            assert len(sheet.questions[0].answer) <= MOST_CHARACTERS
            assert set(kinds[1:]) <= {Asked.FIELD, Asked.ABSENT}
            at_high = sheet.height * print_scale(*opened(sheet).size)
            assert SMALLEST_PRINT - 0.01 <= at_high <= LARGEST_PRINT + 0.01


def test_charts_shapes_and_foreign_pictures_are_asked_about_what_they_show(sheets: tuple[Sheet, ...]) -> None:
    """Two questions of their own kind, and no reading."""
    for kind, asked in ((Kind.CHART, Asked.CHART), (Kind.SHAPES, Asked.SHAPE), (Kind.FOREIGN, Asked.FOREIGN)):
        for sheet in (sheet for sheet in sheets if sheet.kind is kind):
            kinds = [qa.kind for qa in sheet.questions]
            assert 1 <= kinds.count(asked) <= 2
            assert set(kinds) <= {asked, Asked.ABSENT}


def test_the_same_page_is_shown_at_every_height() -> None:
    """The questions stay; the size of type, and with it the ink, shrinks; the canvas does not."""
    sheets = heights_exam(5, 2)
    assert [sheet.height for sheet in sheets] == list(HEIGHTS) * 2
    assert {sheet.questions for sheet in sheets[: len(HEIGHTS)]} == {sheets[0].questions}
    assert all(opened(sheet).size == HEIGHTS_CANVAS for sheet in sheets)
    assert len(sheets[0].questions[0].answer) <= 120
    assert sheets == heights_exam(5, 2)


def test_stepping_back_makes_smaller_and_fills_with_the_ground() -> None:
    """At half the size a quarter of the ink is left, in the requested place."""
    image = Image.new("RGB", (100, 60), (200, 210, 220))
    image.paste((0, 0, 0), (40, 20, 60, 40))
    small = step_back(image, 0.5, (1.0, 1.0))
    dark = numpy.argwhere(numpy.asarray(small)[..., 0] < 100)
    assert small.size == image.size
    assert small.getpixel((0, 0)) == (200, 210, 220)
    assert len(dark) == 100
    assert dark.min(axis=0).tolist() == [40, 70]
    assert step_back(image, 1.0, (0.3, 0.7)).tobytes() == image.tobytes()
