"""Tests of the measurements of each level."""

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
