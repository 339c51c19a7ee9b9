"""Tests of the measurements of each level."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.latency import KEPT, Latency
from model_service import Detail, DetailPlan, GenerationOutput, Stage

HIGH = Detail(512)


def read(seconds: float, detail: Detail = HIGH, waited: float = 0.0) -> GenerationOutput:
    """Return an answer whose first word came that long after it was asked."""
    plan = DetailPlan(detail, 20, 20, 28)
    return GenerationOutput(Stage.DONE, "x", plan, seconds_waited=waited, seconds_to_first_token=seconds)


def test_the_median_of_the_newest_counts() -> None:
    """One outlier does not matter, nor what was long ago; a level that was never used has none."""
    timings = Latency()
    assert timings.typical(HIGH) is None
    for seconds in (2.0, 90.0, 2.2):
        timings.note(read(seconds))
    assert timings.typical(HIGH) == 2.2
    assert timings.typical(Detail(256)) is None
    for _ in range(KEPT):
        timings.note(read(1.0))
    assert timings.typical(HIGH) == 1.0


def test_waiting_in_line_does_not_count() -> None:
    """Only what the machine takes; an answer without a picture or a word says nothing."""
    timings = Latency()
    timings.note(read(12.0, waited=10.0))
    timings.note(GenerationOutput(Stage.DONE, "x", None, seconds_to_first_token=50.0))
    timings.note(GenerationOutput(Stage.DONE, "", DetailPlan(HIGH, 20, 20, 28)))
    assert timings.typical(HIGH) == 2.0


def spent(tokens: int, seconds: float) -> GenerationOutput:
    """Return an answer about a picture of so many visual tokens, of whatever level."""
    plan = DetailPlan(HIGH, 1, tokens, 28)
    return GenerationOutput(Stage.DONE, "x", plan, seconds_to_first_token=seconds)


def measured(*points: tuple[int, float]) -> Latency:
    """Return what was measured at these numbers of tokens."""
    timings = Latency()
    for point in points:
        timings.note(spent(*point))
    return timings


def test_the_tokens_that_were_really_spent_tell_what_others_take() -> None:
    """On the line between two, and on beyond them; medians count."""
    timings = measured((100, 1.0), (300, 2.0), (300, 50.0), (300, 2.0), (500, 4.0))
    expected = [timings.expected(tokens) for tokens in (100, 200, 300, 400, 500, 900)]
    assert expected == [1.0, 1.5, 2.0, 3.0, 4.0, 7.0]
    assert timings.expected(50) == 0.625


@pytest.mark.parametrize(
    ("tokens", "seconds"), [(16, None), (74, None), (75, 1.0), (100, 1.0), (125, 1.0), (126, None)]
)
def test_one_number_of_tokens_tells_of_those_near_it_only(tokens: int, seconds: float | None) -> None:
    """Nobody knows yet which share of the time the tokens take."""
    assert Latency().expected(tokens) is None
    assert measured((100, 1.0)).expected(tokens) == seconds


@given(st.lists(st.tuples(st.integers(1, 1600), st.floats(0.01, 100)), min_size=1, max_size=12))
def test_more_tokens_never_take_less(points: list[tuple[int, float]]) -> None:
    """Whatever was measured, and nothing takes no time at all, nor more than its share of tokens beyond the last."""
    timings = measured(*points)
    known = [seconds for tokens in range(1, 3200, 13) if (seconds := timings.expected(tokens)) is not None]
    assert all(later >= sooner - 1e-9 for sooner, later in pairwise(known))
    assert all(seconds >= 0 for seconds in known)
    most, last = max(tokens for tokens, _ in points), timings.expected(max(tokens for tokens, _ in points))
    beyond = timings.expected(2 * most)
    assert last is not None and (beyond is None or beyond <= 2 * last + 1e-9)
