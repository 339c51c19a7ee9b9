"""An answer is sure, unsure of some of its characters, or was not read."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.doubt import (
    JUDGED,
    MOST_WRONG,
    Judgement,
    Verdict,
    Watch,
    cut_off,
    judge,
    lines_of,
    of_lines,
    stripped,
    words_at,
)
from assistant.markdown.marked import plain
from model_service import Doubt, GenerationOutput, Stage, Sureness

SURENESS = Sureness(sure=0.7, readable=0.6, begun=0.2)


def written(text: str, *doubts: Doubt) -> GenerationOutput:
    """An answer that is being written."""
    return GenerationOutput(Stage.WRITING, text, doubts=doubts)


@pytest.mark.parametrize(
    ("text", "doubts", "places"),
    [
        ("12.25", [Doubt(4, 5, 0.5)], [(4, 5)]),
        ("12.25", [Doubt(0, 1, 0.75), Doubt(4, 5, 0.9)], []),
        ("KJ5 2ND", [Doubt(1, 2, 0.6), Doubt(2, 3, 0.6), Doubt(4, 5, 0.3)], [(1, 3), (4, 5)]),
        ("a b", [Doubt(1, 3, 0.5)], [(2, 3)]),
        ("a b", [Doubt(1, 2, 0.5)], []),
        ("12.2", [Doubt(4, 4, 0.5)], [(3, 4)]),
        ("There is no total in the picture.", [Doubt(0, 1, 0.96)], [(0, 33)]),
        ("There is no total in the picture.", [Doubt(0, 1, 0.98)], []),
    ],
)
def test_what_is_less_likely_than_the_threshold_is_doubtful(
    text: str, doubts: list[Doubt], places: list[tuple[int, int]]
) -> None:
    """Not the blanks; of a doubt whether it goes on, the last character; and a denial has to be surer than the rest."""
    verdict = Verdict.UNSURE if places else Verdict.SURE
    assert judge(text, doubts, SURENESS) == Judgement(verdict, tuple(places))


@pytest.mark.parametrize(
    ("doubts", "places"),
    [
        ([Doubt(1, 2, 0.95), Doubt(2, 3, 0.93), Doubt(4, 5, 0.96)], [(2, 3)]),
        ([Doubt(1, 2, 0.93), Doubt(4, 5, 0.93)], [(1, 2), (4, 5)]),
        ([Doubt(1, 2, 0.5), Doubt(4, 5, 0.95)], [(1, 2)]),
        ([Doubt(1, 2, 0.97), Doubt(4, 5, 0.97)], []),
    ],
)
def test_small_doubts_add_up_in_a_short_answer(doubts: list[Doubt], places: list[tuple[int, int]]) -> None:
    """The least likely character is marked, if none is doubtful by itself; not in a text, nor among a model's words."""
    strict = replace(SURENESS, answer=0.9)
    verdict = Verdict.UNSURE if places else Verdict.SURE
    assert judge("12.25", doubts, strict) == Judgement(verdict, tuple(places))
    for more in ({"whole": True}, {"free": True}):
        assert judge("12.25", doubts, strict, **more) == judge("12.25", doubts, SURENESS, **more)


@pytest.mark.parametrize("text", ["", " \n"])
def test_who_says_nothing_has_read_nothing(text: str) -> None:
    """However sure of it the model was."""
    assert judge(text, [], SURENESS) == Judgement(Verdict.CANNOT_READ)
    assert judge(text, [], SURENESS, free=True) == Judgement(Verdict.CANNOT_READ)


@pytest.mark.parametrize("text", ["The print is too small for me here.", "这里的字太小,我看不清。"])
def test_who_says_that_print_is_too_small_has_read_nothing(text: str) -> None:
    """However sure of it the model was: a closer look may read it."""
    assert judge(text, [], SURENESS) == Judgement(Verdict.CANNOT_READ)
    assert judge(text, [], SURENESS, free=True) == Judgement(Verdict.CANNOT_READ)


def test_what_is_improbable_as_a_whole_or_begins_so_was_not_read() -> None:
    """But of all the text of a picture the beginning says no more than the rest."""
    assert judge("Book", [Doubt(index, index + 1, 0.5) for index in range(4)], SURENESS).verdict is Verdict.CANNOT_READ
    begun = [Doubt(0, 1, 0.1)]
    assert judge("A notice on a wall", begun, SURENESS).verdict is Verdict.CANNOT_READ
    assert judge("A notice on a wall", begun, SURENESS, whole=True) == Judgement(Verdict.UNSURE, ((0, 1),))
    assert judge("A notice on a wall", begun, Sureness(0.7)).verdict is Verdict.UNSURE


def test_between_its_own_words_a_model_may_hesitate() -> None:
    """Only its figures are marked."""
    doubts = [Doubt(0, 3, 0.1), Doubt(8, 9, 0.4)]
    assert judge("The sum 5", doubts, SURENESS, free=True) == Judgement(Verdict.UNSURE, ((8, 9),))


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("Some milk." + " and more" * 4, None),
        ("Some milk." + " and more" * 5, 19),
        ("Due: n/a n/a n/a n/a n/a", None),
        ("Total\n" + "Bread 1.20\n" * 5 + "Milk", None),
        ("Total\n" + "Bread 1.20\n" * 6, 16),
        ("......" * 10, None),
    ],
)
def test_who_goes_round_in_circles_is_stopped_behind_the_first_time(text: str, end: int | None) -> None:
    """Four times the same, or six lines; dotted lines and a few equal items are no circles."""
    assert Watch(None).nonsense_in(written(text)) == end


@pytest.mark.parametrize("at_once", [1, 3, 100])
def test_who_makes_it_up_is_stopped_where_that_began(at_once: int) -> None:
    """At the first doubt of a stretch that is improbable; within 24 characters of it if one is seen after the other."""
    sound, made_up = "A sound beginning of it, and more. ", "qazwsxedcrfvtgbyhnujmikolp1234567890?!+-"
    whole = sound + made_up + " and a sound end of all of it."
    doubts = [Doubt(len(sound) + index, len(sound) + index + 1, 0.25) for index in range(len(made_up))]
    watch, unwatched = Watch(SURENESS), Watch(None)
    for length in range(at_once, len(whole) + at_once, at_once):
        output = written(whole[:length], *[doubt for doubt in doubts if doubt.end <= length])
        assert unwatched.nonsense_in(output) is None
        end = watch.nonsense_in(output)
        if end is not None:
            break
    assert end == len(sound) and length <= len(sound) + JUDGED + at_once
    assert cut_off(output, len(sound)) == written(sound)


def test_who_misreads_a_little_all_along_is_stopped() -> None:
    """Where so much is wrong by its own probabilities, however well each stretch of it reads."""
    text = "".join(f"{number} A word, a" for number in range(60))
    half = [Doubt(place, place + 1, 0.5) for place in range(0, len(text), 9)]
    assert Watch(SURENESS).nonsense_in(written(text, *half)) == half[MOST_WRONG * 2].start
    assert Watch(SURENESS).nonsense_in(written(text, *half[: MOST_WRONG * 2])) is None
    assert Watch(None).nonsense_in(written(text, *half)) is None


@pytest.mark.parametrize(("begin", "end"), [(60, 69), (0, 0), (400, 440)])
def test_of_what_is_misread_the_beginning_is_told_if_it_is_better(begin: int, end: int) -> None:
    """As far as little of it is wrong; of a script that was never learned, nothing."""
    text = "".join(f"{number} A word, a" for number in range(60))
    dense = [Doubt(place, place + 1, 0.5) for place in range(begin, begin + 2 * MOST_WRONG + 1)]
    assert Watch(SURENESS).nonsense_in(written(text, *dense)) == end


@given(st.text(alphabet="ab1 \n\u2028", max_size=40), st.data())
def test_lines_keep_their_doubts(text: str, data: st.DataObject) -> None:
    """Each about the same characters as before, however blank lines are left out."""
    places = data.draw(st.lists(st.integers(0, max(0, len(text) - 1)), unique=True, max_size=5).map(sorted))
    doubts = [Doubt(place, place + 1, 0.5) for place in places if place < len(text) and text[place].isalnum()]
    whole, moved = of_lines(lines_of(text, doubts))
    assert [whole[doubt.start : doubt.end] for doubt in moved] == [text[doubt.start : doubt.end] for doubt in doubts]
    assert whole.split() == text.split()


@given(st.text(alphabet="ab \n", max_size=20), st.integers(0, 19))
def test_stripping_moves_doubts_along(text: str, place: int) -> None:
    """And those about the blanks around it are about nothing any more."""
    doubts = [Doubt(place, place + 1, 0.5)] if place < len(text) else []
    bare, moved = stripped(text, doubts)
    assert bare == text.strip()
    if doubts and not text[place].isspace():
        assert [bare[doubt.start : doubt.end] for doubt in moved] == [text[place]]


def test_doubtful_words_are_named_once() -> None:
    """Whole, however often they come."""
    words = [*words_at("Total 12.25 EUR\nTotal 9", [(1, 2), (8, 9), (17, 18)])]
    assert [plain(word) for word in words] == ["Total", "12.25"]
