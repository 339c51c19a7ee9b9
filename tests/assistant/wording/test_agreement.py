"""What two readings differ in is told; wording, order and the way a number is written are no difference."""

import pytest

from assistant.wording.agreement import MOST, Difference, differences, overlap


@pytest.mark.parametrize(
    ("first", "closer", "found"),
    [
        ("12.25", "12.26", [("12.25", "12.26")]),
        ("12.25 EUR", "It is 12.26 EUR.", [("12.25", "12.26")]),
        ("The total is 9.35.", "41.80", [("9.35", "41.80")]),
        ("12.25", "1225", [("12.25", "1225")]),
        ("-5", "5", [("-5", "5")]),
        ("03.12.2026", "03.12.2025", [("03.12.2026", "03.12.2025")]),
        ("14:05", "14:06", [("14:05", "14:06")]),
        ("Rosa Tanaka", "Rosa Tanaha", [("Tanaka", "Tanaha")]),
        ("NILSUT AND SONS", "MILSUT AND SONS", [("NILSUT", "MILSUT")]),
        ("王小明", "王小朋", [("王小明", "王小朋")]),
        ("合计：１２．２５元", "合计：12.26元", [("12.25", "12.26")]),
        ("Milk 1.20\nBread 2.40\nTotal 3.60", "Milk 1.20\nBread 2.90\nTotal 3.60", [("2.40", "2.90")]),
    ],
)
def test_what_was_read_otherwise(first: str, closer: str, found: list[tuple[str, str]]) -> None:
    """Numbers, dates, names; each with what the other look read in its place."""
    assert differences(first, closer) == tuple(Difference(*each) for each in found)


@pytest.mark.parametrize(
    ("first", "closer"),
    [
        ("12.25", "12.25"),
        ("12.25 EUR", "The total is 12.25 EUR."),
        ("1,234.50", "1234.5"),
        ("12,25", "12.25"),
        ("１２．２５", "12.25"),
        ("2026-12-03", "03.12.2026"),
        ("3/12/2026", "03.12.2026"),
        ("March 12, 2026", "12 March 2026"),
        ("A red circle and a blue square.", "There is a blue square, and a red circle."),
        ("The shop is Nilsut.", "This is the shop Nilsut."),
        ("It sells large boats", "It sells big ships"),
        ("Milk 1.20", "Milk 1.20\nBread 2.40\nTotal 3.60 and much more of it to read"),
        ("", ""),
        ("12.25", ""),
        ("There is no total in this picture.", "There is no total here."),
        ("总计是十二元", "一共十二元"),
    ],
)
def test_what_is_no_difference(first: str, closer: str) -> None:
    """In either order."""
    assert differences(first, closer) == ()
    assert differences(closer, first) == ()


def test_few_are_told() -> None:
    """The line under an answer is short."""
    before, after = (" ".join(f"{number}.{last}" for number in range(10, 30)) for last in (25, 26))
    assert len(differences(before, after)) == MOST


def test_parts_that_overlap() -> None:
    """Of the lines that both have; what follows in either is no difference."""
    one = ["Milk 1.20", "Bread 2.40", "Butter and cheese 12.25"]
    other = ["Butter and cheese 12.26", "Total 99.10"]
    assert overlap(one, other) == [Difference("12.25", "12.26", overlap=True)]
    assert overlap(one, ["Butter and cheese 12.25", "Total 99.10"]) == []
    assert overlap(one, ["Total 99.10", "Thank you"]) == []
