"""Where a long document is cut: exactly at what Telegram takes, and at the best place before it."""

import pytest

from bot.render import MOST_UNITS, as_copyable, growing, render, units


@pytest.mark.parametrize("character", ["x", "字", "😀"])
def test_a_message_is_full_to_the_last_unit_and_no_fuller(character: str) -> None:
    """Where no place is better than another: an answer, text to copy, a growing answer."""
    text = character * (9000 // units(character))
    assert [units(part.text) for part in render(text).parts] == [4096, 4096, 808]
    assert [units(part.text) for part in as_copyable(text)] == [4096, 4096, 808]
    assert units(growing(text).text) == MOST_UNITS == 4096
