"""Places in line: true whenever they are asked for, and not reckoned for each who asks."""

import pytest

from model_service import Limits
from model_service.jobs import PLACES_SECONDS, JobQueue
from model_service.scheduler import Place, Scheduler
from tests.model_service.scripted_engine import ask


class Counted:
    """A queue on a clock of the test's own; `reckoned` is how often its places were."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self.reckoned = 0.0, 0
        self.jobs = JobQueue(Limits(), lambda: self.now)
        places = Scheduler.places

        def counting(scheduler: Scheduler, now: float) -> dict[str, Place]:
            self.reckoned += 1
            return places(scheduler, now)

        monkeypatch.setattr(Scheduler, "places", counting)

    def ahead(self) -> dict[str, int]:
        """Return how many have their turn before each of three."""
        found = {name: self.jobs.place(name) for name in "abc"}
        return {name: place.ahead for name, place in found.items() if place is not None}


async def test_places_are_reckoned_once_for_all_who_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    """Until time has passed, in which they come nearer."""
    queue = Counted(monkeypatch)
    for name in "abc":
        queue.jobs.add(ask(name))
    queue.jobs.tell_places()
    for _ in range(9):
        assert queue.ahead() == {"a": 0, "b": 1, "c": 2}
    assert queue.reckoned == 1
    queue.now += PLACES_SECONDS
    assert queue.ahead() == {"a": 0, "b": 1, "c": 2}
    assert queue.reckoned == 2


async def test_a_place_is_true_after_every_change(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who comes, begins, ends or leaves changes it at once."""
    queue = Counted(monkeypatch)
    first = queue.jobs.add(ask("a"))
    assert queue.ahead() == {"a": 0}
    queue.jobs.add(ask("b"))
    assert queue.ahead() == {"a": 0, "b": 1}
    gone = queue.jobs.add(ask("c"))
    assert queue.ahead() == {"a": 0, "b": 1, "c": 2}
    assert queue.jobs.start_next(lambda _: True) is first
    assert queue.ahead() == {"b": 1, "c": 2}
    queue.jobs.leave(first)
    queue.jobs.end_turn(first, None, 1.0)
    assert queue.ahead() == {"b": 0, "c": 1}
    queue.jobs.leave(gone)
    assert queue.ahead() == {"b": 0}
