"""Promises of the scheduler."""

import pytest

from model_service import GenerationRequest, Message, QueueFull
from model_service.scheduler import Scheduler


def _request(name: str) -> GenerationRequest:
    return GenerationRequest(id=name, chat="chat", messages=(Message("user", "hello"),))


def _filled(names: str, limit: int = 10) -> Scheduler:
    scheduler = Scheduler(limit)
    for name in names:
        scheduler.add(_request(name))
    return scheduler


def _served(scheduler: Scheduler) -> str:
    order = ""
    while (following := scheduler.next()) is not None:
        order += following.id
    return order


def test_first_come_first_served() -> None:
    """Requests leave in the order in which they came, and then there is none."""
    scheduler = _filled("abc")
    assert _served(scheduler) == "abc"
    assert len(scheduler) == 0


def test_the_line_is_bounded() -> None:
    """One more than the limit is QueueFull, until somebody's turn has come."""
    scheduler = _filled("ab", limit=2)
    with pytest.raises(QueueFull):
        scheduler.add(_request("c"))
    scheduler.next()
    scheduler.add(_request("c"))
    assert _served(scheduler) == "bc"


def test_a_limit_under_one_is_refused() -> None:
    """A line in which nobody can stand would answer nobody."""
    with pytest.raises(ValueError, match="limit is 0"):
        Scheduler(0)


def test_positions_move_up() -> None:
    """A position is the number of requests before; it shrinks when one is served or removed."""
    scheduler = _filled("abcd")
    assert [scheduler.position(name) for name in "abcdx"] == [0, 1, 2, 3, None]
    scheduler.next()
    assert scheduler.remove("c")
    assert [scheduler.position(name) for name in "abcd"] == [None, 0, None, 1]


def test_removing_who_does_not_wait_changes_nothing() -> None:
    """A request that was served or never came can be removed without harm."""
    scheduler = _filled("ab")
    scheduler.next()
    assert not scheduler.remove("a")
    assert not scheduler.remove("x")
    assert _served(scheduler) == "b"


def test_an_id_waits_once() -> None:
    """Two waiting requests of one id could not be told apart."""
    scheduler = _filled("a")
    with pytest.raises(ValueError, match="'a'"):
        scheduler.add(_request("a"))
    assert len(scheduler) == 1
