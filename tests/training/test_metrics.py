"""The metrics mean what they say."""

import pytest

from training.metrics import (
    character_errors,
    exact,
    is_chinese,
    says_absent,
)


@pytest.mark.parametrize(
    ("answer", "right", "errors"),
    [
        ("kitten", "sitting", 3),
        ("", "abc", 3),
        ("abc", "", 3),
        ("a  b\nc", "a b c", 0),
        ("$12.50", "$12.80", 1),
        ("same", "same", 0),
    ],
)
def test_errors_are_edits(answer: str, right: str, errors: int) -> None:
    """Insertions, deletions and replacements count one each; runs of blanks are one blank."""
    assert character_errors(answer, right) == errors


def test_exact_forgives_blanks_and_a_full_stop_only() -> None:
    """A value within a sentence is still the value; another value is not."""
    assert exact(" $12.50. ", "$12.50")
    assert exact("14  March 2025", "14 March 2025")
    assert exact("三个。", "三个")
    assert not exact("$12.60", "$12.50")
    assert not exact("bristol", "Bristol")


def test_absence_is_said_in_either_language() -> None:
    """Only where the answer begins so."""
    assert says_absent("There is no date in the picture.")
    assert says_absent(" 图中没有日期。")
    assert not says_absent("No.")
    assert not says_absent("Now there is no hurry.")
    assert is_chinese("Total 是多少?")
    assert not is_chinese("£5 for René?")
