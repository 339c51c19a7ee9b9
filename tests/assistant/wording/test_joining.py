"""Tests of texts of bands that become one, without a doubled or lost line."""

import pytest

from assistant.wording.joining import begins_again, is_loop, joined, without_repeats

ITEMS = [f"Item {number} {number + 1}.50" for number in range(30, 45)]


def text(*lines: str) -> str:
    """Return lines as a model writes them."""
    return "\n".join(lines)


@pytest.mark.parametrize("common", [0, 1, 2, 3])
def test_what_two_bands_have_in_common_stands_once(common: int) -> None:
    """In a list, whose next item is nearly the same, too; blank lines are none."""
    assert joined(ITEMS[:8], "\n\n".join(ITEMS[8 - common :]), overlaps=True) == ITEMS


def test_a_line_that_was_read_differently_is_the_same_line() -> None:
    """The first reading of it stays."""
    before = ["Dear Ms Weber,", "the goods were sent on Friday", "and will be with you"]
    following = text("the goods were sent on Fridav", "and will be wlth you", "next week.")
    assert joined(before, following, overlaps=True) == [*before, "next week."]


@pytest.mark.parametrize(("behind", "ahead"), [("Itcm 3", ""), ("", "1 3.5O"), ("lt m 38", "|t3m .5")])
def test_a_line_that_was_cut_through_is_left_out(behind: str, ahead: str) -> None:
    """Its other reading, of the band that has it whole, counts."""
    before = [line for line in (*ITEMS[:8], behind) if line]
    following = text(*(line for line in (ahead, *ITEMS[6:]) if line))
    assert joined(before, following, overlaps=True) == ITEMS


def test_bands_that_were_cut_in_white_lose_nothing() -> None:
    """A line that a text says twice stands twice."""
    assert joined(["ok", "See you then"], text("See you then", "Bye"), overlaps=False) == [
        "ok",
        "See you then",
        "See you then",
        "Bye",
    ]


def test_bands_without_anything_in_common_lose_nothing() -> None:
    """Nor does an empty one."""
    assert joined(["Apples 2.10"], "Total 14.60", overlaps=True) == ["Apples 2.10", "Total 14.60"]
    assert joined([], "Total 14.60", overlaps=True) == ["Total 14.60"]
    assert joined(["Apples 2.10"], " \n", overlaps=True) == ["Apples 2.10"]


def test_a_reading_that_begins_again_ends_there() -> None:
    """Once as many lines as there are were read; also if its last line is not whole."""
    read = ["Monthly report", "Sales rose by 3 %", "Costs fell"]
    assert without_repeats(text(*read, *read, "Monthly rep"), 3) == text(*read)
    assert without_repeats(text(*read, "Monthly rep"), 3) == text(*read)


@pytest.mark.parametrize(
    "lines",
    [
        ITEMS,
        ["See you tomorrow", "ok", "See you tomorrow"],
        ["7", "7", "7"],
        ["Monthly report", "", "Sales rose"],
    ],
    ids=["a list", "said twice", "short lines", "a blank line"],
)
def test_what_is_alike_is_no_repetition(lines: list[str]) -> None:
    """While there are lines left that were not read; blank ones go."""
    assert without_repeats(text(*lines), len(lines)) == text(*(line for line in lines if line))


def test_more_lines_than_were_counted_are_kept() -> None:
    """If they say something else."""
    assert without_repeats(text("Monthly report", "Sales rose by 3 %", "Costs fell"), 1).count("\n") == 2


@pytest.mark.parametrize(
    ("text", "loops"),
    [
        ("kibbutz some some some some", True),
        ("one line\nthe end the end the end the end the", True),
        ("Total ................ 9.35", False),
        ("- - - - - - - -", False),
        ("ha ha ha, said the cook", False),
        ("1.00 1.00 1.00 1.00", False),
    ],
)
def test_a_reading_that_goes_round_in_circles(text: str, loops: bool) -> None:
    """The same words four times in a row; neither a dotted line nor equal prices."""
    assert is_loop(text) == loops


@pytest.mark.parametrize(
    ("said", "again"),
    [
        ("", False),
        ("  \n \nItem 30 31.50", False),
        ("\n\nItem 30 31.50\n\n\n\n\nItem 31 32.50 \n\n", False),
        ("Item 30 31.50\nItem 31 32.50\nItem 30 31.50", True),
        ("\n\nItem 30 31.50\n\nItem 31 32.50\nItem 30", True),
    ],
)
def test_blank_lines_are_no_beginning_again(said: str, again: bool) -> None:
    """However many come first or between, at whatever point of its growth a reading is looked at."""
    assert begins_again(said, 2) is again
