"""The pairing code cannot be guessed, by one or by many."""

import logging
import secrets
from typing import Any

import pytest

from bot.pairing import ALPHABET, LENGTH, MOST_ATTEMPTS, MOST_IN_ALL, Attempt, Pairing
from playground import Server
from tests.conversation.conftest import Stage
from tests.security.conftest import rows

WRONG = "2222-2222"


@pytest.fixture
def pairing(monkeypatch: pytest.MonkeyPatch) -> Pairing:
    """A bot that waits for its owner, with a code that is not WRONG."""
    monkeypatch.setattr("bot.pairing.secrets.choice", lambda signs: signs[-1])
    return Pairing()


def test_the_code_is_drawn_from_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sign by sign by the system's source of secrets: 39 bits, of which 200 guesses are one in four billion."""
    drawn: list[str] = []

    def choice(signs: str) -> str:
        drawn.append(secrets.SystemRandom().choice(signs))
        return drawn[-1]

    monkeypatch.setattr("bot.pairing.secrets.choice", choice)
    assert Pairing().code.replace("-", "") == "".join(drawn)
    assert len(set(ALPHABET)) ** LENGTH / MOST_IN_ALL > 4e9


def test_a_crowd_guesses_no_longer_than_one_may(pairing: Pairing, caplog: pytest.LogCaptureFixture) -> None:
    """After MOST_IN_ALL wrong codes of all people none counts, not even the right one; the log says so, once."""
    caplog.set_level(logging.WARNING)
    for guess in range(MOST_IN_ALL):
        assert pairing.attempt(guess // MOST_ATTEMPTS, WRONG) is Attempt.WRONG
    assert pairing.attempt(10_000, WRONG) is Attempt.LOCKED
    assert pairing.attempt(10_001, pairing.code) is Attempt.LOCKED
    assert pairing.attempt(10_001, "Hello?") is Attempt.NONE
    assert caplog.text.count("until the next start shows another") == 1


def test_those_who_guess_no_more_take_no_memory(pairing: Pairing) -> None:
    """However many they are."""
    for person in range(MOST_IN_ALL + 1000):
        pairing.attempt(person, WRONG)
        pairing.may_tell(person)
    assert len(pairing._attempts) == len(pairing._told) == MOST_IN_ALL


def test_who_guesses_on_is_told_a_few_times_that_it_is_in_vain(
    pairing: Pairing, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Their code is not even compared; the log says once what the owner does."""
    for _ in range(MOST_ATTEMPTS):
        pairing.attempt(1, WRONG)
    monkeypatch.setattr("bot.pairing.secrets.compare_digest", None)
    assert {pairing.attempt(1, code) for code in (WRONG, pairing.code) * 9} == {Attempt.LOCKED}
    assert [pairing.may_tell(1) for _ in range(7)] == [True] * 5 + [False] * 2
    assert caplog.text.count("restart") == 1


def test_the_code_is_compared_in_constant_time(pairing: Pairing, monkeypatch: pytest.MonkeyPatch) -> None:
    """The time that it takes tells nothing about how much of it was right."""
    compared: list[tuple[Any, Any]] = []

    def compare(one: str, other: str) -> bool:
        compared.append((one, other))
        return False

    monkeypatch.setattr("bot.pairing.secrets.compare_digest", compare)
    assert pairing.attempt(1, pairing.code) is Attempt.WRONG
    assert compared == [(pairing.code.replace("-", ""),) * 2]


async def test_a_code_in_a_group_makes_no_owner(
    stage: Stage, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    """There others would read it; and who would be the owner of a group's words?"""
    stage.values["access"] = {"mode": "closed"}
    running = await stage.start()
    pairing = running.services.pairing
    assert pairing is not None and pairing.code in capsys.readouterr().out
    group = server.group("Family", server.person("Ada"), bot_is_admin=True)
    await group.send(f"/start {pairing.code}")
    await group.send(pairing.code)
    await server.acknowledged()
    await stage.stop()
    assert rows(stage.folder)["admissions"] == []


async def test_the_code_is_kept_nowhere(stage: Stage, server: Server, caplog: pytest.LogCaptureFixture) -> None:
    """Neither in the log nor on the disk, when it is shown, guessed at, or said."""
    caplog.set_level(logging.DEBUG, "bot")
    stage.values["access"] = {"mode": "closed"}
    running = await stage.start()
    assert running.services.pairing is not None
    code = running.services.pairing.code
    ada = server.person("Ada").private()
    await ada.answer(await ada.send(WRONG))
    await ada.answer(await ada.send(code), lambda post: "You own this bot" in post.text)
    await server.acknowledged()
    await stage.stop()
    assert code not in caplog.text
    assert not any(code in str(row) for table in rows(stage.folder).values() for row in table)
