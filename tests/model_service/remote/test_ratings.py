"""What servers tell of their tokens becomes doubts in the right places, or nothing."""

import math
from typing import Any

import pytest

from model_service import CERTAIN, Doubt
from model_service.backends.remote.ratings import Rating, doubts_about, moved, read_ratings


def entry(token: str, probability: float, other: float = 0.0, *, data: list[int] | None = None) -> dict[str, Any]:
    """An entry as OpenAI's protocol has it, with two likeliest."""
    own = {"token": token, "logprob": math.log(probability), "bytes": data}
    others = [{"token": "?", "logprob": math.log(other), "bytes": None}] if other else []
    return own | {"top_logprobs": [own, *others]}


def about(text: str, *entries: dict[str, Any], ended: bool = True) -> tuple[Doubt, ...] | None:
    """Return the doubts about a text."""
    return doubts_about(text, read_ratings({"content": list(entries)}), CERTAIN, ended=ended)


def test_a_doubt_stands_at_its_characters() -> None:
    """Those that are certain are left out."""
    said = entry("12", 0.999), entry(".", 0.995), entry("25", 0.6, 0.3), entry(" EUR", 0.9)
    assert about("12.25 EUR", *said) == (Doubt(3, 5, 0.6, 0.3), Doubt(5, 9, 0.9))


def test_the_end_of_an_answer_counts_if_the_model_ended_it() -> None:
    """Its token is a mark, or has no text."""
    for mark in ("<|im_end|>", ""):
        assert about("12", entry("12", 1.0), entry(mark, 0.7, 0.2)) == (Doubt(2, 2, 0.7, 0.2),)
        assert about("12", entry("12", 1.0), entry(mark, 0.7, 0.2), ended=False) == ()


@pytest.mark.parametrize("told", [True, False])
def test_a_character_of_several_tokens_is_as_likely_as_the_least(told: bool) -> None:
    """Whether the bytes of half a character are told, or a sign stands for it."""
    data = "图".encode()
    halves = [entry("\ufffd", p, data=[*part] if told else None) for p, part in ((0.8, data[:2]), (0.5, data[2:]))]
    assert about("a图b", entry("a", 1.0), *halves, entry("b", 1.0)) == (Doubt(1, 2, 0.5),)
    assert about("a图", entry("a", 1.0), *halves) == (Doubt(1, 2, 0.5),)


def test_blanks_that_a_server_cuts_off_do_no_harm() -> None:
    """Before the text, and behind it."""
    assert about("12", entry(" 12", 0.5), entry("\n", 0.4)) == (Doubt(0, 2, 0.5),)
    assert about(" 12 ", entry("12", 0.5)) == (Doubt(1, 3, 0.5),)


@pytest.mark.parametrize("entries", [[entry("12", 0.5)], [entry("25", 0.5)], [entry("x", 0.5), entry("y", 0.5)], []])
def test_tokens_that_do_not_make_the_text_tell_nothing(entries: list[dict[str, Any]]) -> None:
    """Rather than to call sure what nobody spoke of."""
    assert about("12.25", *entries) is None


@pytest.mark.parametrize(
    "told",
    [
        None,
        {},
        {"content": None},
        {"content": [{"token": "a"}]},
        {"content": [{"token": "a", "logprob": None}]},
        {"content": [{"token": "a", "logprob": "nan"}]},
        {"content": ["a"]},
        {"tokens": ["a"], "token_logprobs": [-0.1]},
        {"content": [{"token": "a", "logprob": 0, "bytes": [300]}]},
        [1],
    ],
)
def test_another_form_is_no_answer(told: Any) -> None:
    """Null, the older protocol's lists, and whatever else stands there."""
    assert read_ratings(told) == ()


def test_the_runner_up_is_the_likeliest_other() -> None:
    """Also where it was likelier than what was drawn, or where only others are listed."""
    said = {"token": "5", "logprob": math.log(0.2)}
    listed = [{"token": "6", "logprob": math.log(0.7)}, {"token": "8", "logprob": math.log(0.1)}]
    assert read_ratings({"content": [said | {"top_logprobs": listed}]}) == (Rating(b"5", 0.2, 0.7),)
    assert read_ratings({"content": [said]}) == (Rating(b"5", 0.2),)
    alike = [said, said]
    assert read_ratings({"content": [said | {"top_logprobs": alike}]}) == (Rating(b"5", 0.2, 0.2),)
    assert read_ratings({"content": [{"token": "5", "logprob": -9999.0}]}) == (Rating(b"5", 0.0),)


def test_doubts_move_to_what_is_shown() -> None:
    """Without the thoughts before it and the marks within."""
    said = "<think>12? 5</think>The total is <|begin_of_box|>12.5<|end_of_box|>."
    at = said.index("12.5")
    doubts = (Doubt(7, 9, 0.4), Doubt(at + 3, at + 4, 0.6, 0.3), Doubt(len(said), len(said), 0.9))
    assert moved(doubts, said, "The total is 12.5.") == (Doubt(16, 17, 0.6, 0.3), Doubt(18, 18, 0.9))
    assert moved(doubts, said, "Something else.") is None
