"""What is invented about pictures that cannot be read is counted by what a person is shown."""

import pytest

from bench.invented import TITLE, WHOLE, Said, count_invented, counted, shown_of
from model_service import Doubt, Sureness

SURENESS = Sureness(0.7, 0.6, 0.2)


@pytest.mark.parametrize(
    ("text", "truth", "invented"),
    [
        ("Sale today", "SALE\ntoday and tomorrow", 0),
        ("Sale todax", "sale today", 1),
        ("Bread 1.20", "", 9),
        ("to be", "a bet", 4),
        ("qx zv", "q x and z v", 4),
        ("", "sale", 0),
    ],
)
def test_what_does_not_stand_there_is_invented(text: str, truth: str, invented: int) -> None:
    """Single letters that happen to be there are chance; blanks and capitals count for nothing."""
    assert count_invented(text, truth) == invented


def said(text: str, *doubts: Doubt, question: str = TITLE) -> Said:
    """An answer about a picture in an unknown script."""
    return Said("script", "00", question, text, doubts)


def test_only_what_is_shown_counts() -> None:
    """Not what was refused, nor a denial; of what was broken off, what stands before."""
    improbable = tuple(Doubt(place, place + 1, 0.1) for place in range(30, 70))
    whole = said("A sound beginning that is long. " + "q7x!" * 12, *improbable, question=WHOLE[0])
    answers = said("Sato"), said("Sato", Doubt(0, 4, 0.1)), said("There is no title in the picture."), whole
    shown = [shown_of(each, "", SURENESS) for each in answers]
    assert [each.refused for each in shown] == [False, True, False, False]
    assert [each.broken_off for each in shown] == [False, False, False, True]
    assert [each.invented for each in shown[:3]] == [4, 0, 0] and 20 < shown[3].invented < 30
    lines = counted(shown).splitlines()
    assert lines[2].startswith("| script | 1 | 4 | 1 | 1 |") and lines[2].endswith("| 0 |") and len(lines) == 4
