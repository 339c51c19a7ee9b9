"""Chats ask a bot whose model runs on a server, which is killed meanwhile: none is lost, none answered twice."""

from pathlib import Path

from bench.load import Load, Spread
from bench.served import MOST_LAG, Outcome, Plan, measure


async def test_chats_are_served_though_the_server_is_killed(tmp_path: Path) -> None:
    """For a few seconds; `python -m bench served` does so with fifty for a minute, and measures the loop's lag."""
    outcome = await measure(Plan(chats=8, seconds=4.0, kill_every=2.5, away=0.5), tmp_path)
    assert outcome.kills >= 1
    assert outcome.load.asked >= 8
    assert outcome.wrong() == {}


def test_what_is_wrong_is_named() -> None:
    """Counts always; a late loop and complaints only where nothing was killed."""
    late = Spread(0.0, 0.0, 2 * MOST_LAG)
    load = Load(
        crowd=None,  # type: ignore[arg-type]
        asked=9, lost=1, twice=2, errors=3, unfinished=0, answers_per_second=1.0, sign=late, words=late, answer=late,
        lag=late, memory_mib=None, memory_growth=None, database_mib=0.0,
    )  # fmt: skip
    assert Outcome(Plan(), 0, load).wrong() == {"lost": 1, "twice": 2, "errors": 3, "lag": 2 * MOST_LAG}
    assert Outcome(Plan(), 1, load).wrong() == {"lost": 1, "twice": 2}
