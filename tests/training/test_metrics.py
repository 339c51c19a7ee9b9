"""The metrics mean what they say."""

import pytest

from training.metrics import (
    character_error_rate,
    character_errors,
    contains,
    exact,
    is_chinese,
    part_errors,
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


def test_the_rate_weighs_pages_by_their_length() -> None:
    """One error in ten characters is a tenth, however it is spread."""
    assert character_error_rate([("abcde", "abcde"), ("abcdx", "abcde")]) == pytest.approx(0.1)
    assert character_error_rate([]) == 0.0


def test_exact_forgives_blanks_and_a_full_stop_only() -> None:
    """A value within a sentence is still the value; another value is not."""
    assert exact(" $12.50. ", "$12.50")
    assert exact("14  March 2025", "14 March 2025")
    assert exact("三个。", "三个")
    assert not exact("$12.60", "$12.50")
    assert not exact("bristol", "Bristol")


@pytest.mark.parametrize(
    ("answer", "right", "errors"),
    [
        ("Sure! The text reads: Rye bread $4.20. Anything else?", "Rye bread $4.20", 0),
        ("The text reads: Rye broad $4.20", "Rye bread $4.20", 1),
        ("", "abc", 3),
        ("nothing of it", "xyz", 3),
        ("abc", "abc", 0),
    ],
)
def test_only_the_part_that_fits_best_is_compared(answer: str, right: str, errors: int) -> None:
    """Polite words around a reading cost nothing; missing parts do."""
    assert part_errors(answer, right) == errors


@pytest.mark.parametrize(
    ("answer", "right", "held"),
    [
        ("The total is $ 12.50.", "$12.50", True),
        ("THE SHOP IS harbour  bakery!", "Harbour Bakery", True),
        ("27 Garden Street\nBristol BS4 7QT", "27 Garden Street, Bristol BS4 7QT", True),
        ("总额是12.50。", "12.50", True),
        ("It costs $12.50.", "12", False),
        ("It costs 112", "12", False),
        ("It costs 1.12", "12", False),
        ("There are 12, I think.", "12", True),
        ("Anna Bell", "Ann", False),
        ("I cannot say.", "$12.50", False),
    ],
)
def test_a_value_may_stand_in_a_sentence(answer: str, right: str, held: bool) -> None:
    """Whole, in any case, with any blanks; not as a piece of another value."""
    assert contains(answer, right) is held


def test_absence_is_said_in_either_language() -> None:
    """Only where the answer begins so."""
    assert says_absent("There is no date in the picture.")
    assert says_absent(" 图中没有日期。")
    assert not says_absent("No.")
    assert not says_absent("Now there is no hurry.")
    assert is_chinese("Total 是多少?")
    assert not is_chinese("£5 for René?")
