"""The trial of first signs measures each kind of message."""

from pathlib import Path

from bench.signs import Plan, measure


async def test_each_kind_of_message_is_timed(tmp_path: Path) -> None:
    """One round of each, with an engine that takes a fixed time."""
    outcome = await measure(Plan(rounds=1, patience=2.0), tmp_path / "data")
    for timed in (outcome.captioned_photo, outcome.follow_up):
        assert timed.sign and timed.words and timed.answer and timed.answered == 1
        assert timed.sign.worst <= timed.words.worst <= timed.answer.worst
    assert outcome.text_then_forwarded_photo.sign
    assert outcome.bare_photo.sign
