"""The marks of `eyeglass calibrate` mean what they say."""

import pytest

from cli.scoring import contains, part_errors


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
    """Politeness around a reading costs nothing; what is missing from it does."""
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
