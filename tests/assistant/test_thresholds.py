"""From where on a model can be relied on, by answers of which it is known whether they are right."""

import pytest

from assistant.thresholds import ENOUGH, MOST_BEGUN, MOST_READABLE, Tried, thresholds_for
from model_service import Doubt, Sureness


def tried(least: float, *, right: bool = True, whole: bool = False, first: bool = False) -> Tried:
    """An answer of ten characters, of which one, the last or the first, is so likely."""
    place = 0 if first else 9
    return Tried("0123456789", (Doubt(place, place + 1, least),), float(not right), whole)


def test_few_right_answers_are_marked() -> None:
    """As many as allowed, and no fewer: the threshold is as high as it can be."""
    answers = [tried(0.97)] * 95 + [tried(0.72)] * 3 + [tried(0.62)] * 2 + [tried(0.5, right=False)] * 30
    assert thresholds_for(answers).sure == 0.7


def test_an_answer_of_many_small_doubts_is_one_great_one() -> None:
    """Right ones may have few; both thresholds are measured by the same answers."""
    small = Tried("0123456789", tuple(Doubt(place, place + 1, 0.97) for place in range(10)), 0.0, whole=False)
    found = thresholds_for([tried(0.97)] * 96 + [small] * 4)
    assert (found.sure, found.answer) == (0.95, 0.95)
    found = thresholds_for([tried(0.97)] * 95 + [small] * 5)
    assert (found.sure, found.answer) == (0.95, 0.7)


def test_nothing_is_refused_that_was_right() -> None:
    """Nor what is nearly as improbable as the worst that was right."""
    found = thresholds_for([tried(0.1, first=True)] * ENOUGH)
    assert found.begun == pytest.approx(0.085)
    assert found.readable == pytest.approx(0.675, abs=0.001)
    assert thresholds_for([tried(0.98, first=True)] * ENOUGH).begun == MOST_BEGUN


def test_what_too_little_is_known_of_stays_as_it_is() -> None:
    """Wrong answers, and a few, say nothing of right ones; readings say something of readings only."""
    assert thresholds_for([tried(0.1)] * (ENOUGH - 1) + [tried(0.1, right=False)] * 100) == Sureness()
    found = thresholds_for([tried(0.9, whole=True)] * ENOUGH)
    assert (found.sure, found.begun, found.readable) == (Sureness().sure, 0.0, MOST_READABLE)
