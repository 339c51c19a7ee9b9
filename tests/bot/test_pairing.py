"""The pairing code: random, typed off easily, tried a few times only."""

import pytest

from bot.pairing import ALPHABET, MOST_ATTEMPTS, Attempt, Pairing


@pytest.fixture
def pairing() -> Pairing:
    """A bot that waits for its owner."""
    return Pairing()


def wrong(pairing: Pairing) -> str:
    """Return a code of the right shape that is another."""
    last = pairing.code[-1]
    return pairing.code[:-1] + ALPHABET[(ALPHABET.index(last) + 1) % len(ALPHABET)]


def test_every_start_has_another_code() -> None:
    """Each code has about 40 bits."""
    assert len({Pairing().code for _ in range(50)}) == 50


@pytest.mark.parametrize("way", ["{0}", "/start {0}", "  {0}\n", "{1}", "/start {1}"])
def test_the_code_is_known_however_it_is_typed(pairing: Pairing, way: str) -> None:
    """With or without the dash, in small letters, or through the link."""
    assert pairing.attempt(1, way.format(pairing.code, pairing.code.replace("-", "").lower())) is Attempt.RIGHT


@pytest.mark.parametrize(
    "text", ["", "Hello", "/start", "What is this?", "ABC-DEFGH-J", "IIII-0000", "一二三四五六七八"]
)
def test_what_is_no_code_is_no_attempt(pairing: Pairing, text: str) -> None:
    """People say other things too."""
    assert pairing.attempt(1, text) is Attempt.NONE
    assert pairing.left(1) == MOST_ATTEMPTS


def test_after_a_few_wrong_codes_not_even_the_right_one_counts(pairing: Pairing) -> None:
    """Only the person who guessed is locked out."""
    for left in range(MOST_ATTEMPTS - 1, -1, -1):
        assert pairing.attempt(1, wrong(pairing)) is Attempt.WRONG
        assert pairing.left(1) == left
    assert pairing.attempt(1, pairing.code) is Attempt.LOCKED
    assert pairing.attempt(2, pairing.code) is Attempt.RIGHT
