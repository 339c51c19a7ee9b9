"""The soak asks, forgets, plants faults, and reports how the process has grown."""

from pathlib import Path

from bench.soak import Plan, Sample, measure, trend


def sample(memory: float, copies: int) -> Sample:
    """A sample in which only these two change."""
    return Sample(0.0, memory, 20, 10, 1.0, 0.0, 1.0, copies, 0)


def test_the_trend_is_that_of_the_second_half() -> None:
    """Growth at the start is no leak; from nothing there is no share."""
    rising = trend([sample(50, 0), sample(90, 0), sample(100, 8), sample(102, 6)])
    assert (rising["memory"], rising["copies"], rising["threads"], rising["log"]) == (0.02, -0.25, 0.0, None)


async def test_a_short_soak_loses_nothing(tmp_path: Path) -> None:
    """Some seconds of all kinds of questions, with faults and a forgotten chat among them."""
    outcome = await measure(Plan(minutes=0.08, chats=4, every=1.0, pause=0.05), tmp_path / "data")
    assert outcome.verdict.wrong() == {}
    assert outcome.asked > 5
    assert len(outcome.samples) > 3
    assert all(one.memory > 0 and one.threads > 0 for one in outcome.samples)
