"""Killed while the model loads, in delivery, in a /forget, at any await: `python -m bench kills` in small."""

from pathlib import Path

import pytest

from bench.kills import Plan, measure
from bench.reaper import Kind

PLAN = Plan(kills=18, questions=50, chats=10, seed=5, longest=0.6)
SECONDS = 200.0
"""Far more than it takes."""


@pytest.mark.timeout(SECONDS)
async def test_nothing_is_lost_nor_set_aside_nor_kept_that_was_to_be_forgotten(tmp_path: Path) -> None:
    """Photos, albums and documents of people and groups; twice the model is missing for a while."""
    outcome = await measure(PLAN, tmp_path / "data")
    assert outcome.kills == {Kind.LOADING: 6, Kind.AWAIT: 6, Kind.FORGET: 3, Kind.DELIVERY: 3, Kind.MISSING: 2}
    assert outcome.places > 3
    assert outcome.verdict.wrong() == {}
