"""Neither sending nor files work for a while: what was asked meanwhile is answered: `python -m bench outage`."""

from pathlib import Path

import pytest

from bench.outage import Plan, measure

PLAN = Plan(seconds=6.0, messages=40, chats=5, seed=1, pause=0.5, patience=40.0)


@pytest.mark.timeout(120)
async def test_every_question_of_an_outage_is_answered_in_order(tmp_path: Path) -> None:
    """Photos, albums, documents, follow-ups; half of the requests are refused, half fail."""
    outcome = await measure(PLAN, tmp_path / "data")
    assert outcome.refused > 0
    assert outcome.verdict.wrong() == {}
