"""Neither a chat that Telegram holds back nor slow documents silence the bot for others: `python -m bench silenced`."""

from pathlib import Path

import pytest

from bench.silenced import HEARD_SECONDS, Plan, measure

PLAN = Plan(messages=4200, documents=8, render_seconds=8.0, others=3, live=False, patience=5.0)


@pytest.mark.timeout(120)
async def test_one_chat_that_is_held_back_silences_nobody_else(tmp_path: Path) -> None:
    """4,200 of its messages wait for Telegram's pause, documents of another chat are rendered; the others hear."""
    outcome = await measure(PLAN, tmp_path / "silenced")
    assert outcome.worst < HEARD_SECONDS
