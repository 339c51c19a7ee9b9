"""Whatever happens, limits hold and places come true: two state machines on the scheduler."""

from copy import deepcopy

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from model_service import GenerationRequest, Limit, LimitReached, Limits, Message, Place, QueueFull
from model_service.scheduler import Scheduler

CHATS, PEOPLE = "ABC", "xyz"
TURN, TURNS = 2.0, 4
"""Seconds of a turn, and turns of an answer, where all are alike."""


def _request(name: str, chat: str, person: str) -> GenerationRequest:
    return GenerationRequest(id=name, chat=chat, person=person, messages=(Message("user", "hello"),))


class LimitedTurns(RuleBasedStateMachine):
    """People ask, leave (in their turn too) and get turns, in any order, within tight limits."""

    LIMITS = Limits(waiting=5, waiting_per_person=2, waiting_per_chat=3, begun=2)

    def __init__(self) -> None:
        super().__init__()
        self.scheduler = Scheduler(self.LIMITS)
        self.line: dict[str, tuple[str, str]] = {}
        self.begun: set[str] = set()
        self.current: str | None = None
        self.number = 0

    @rule(chat=st.sampled_from(CHATS), person=st.sampled_from(PEOPLE))
    def ask(self, chat: str, person: str) -> None:
        """Somebody asks: refused by the limit that is reached, and by no other; a person counts in all chats."""
        self.number += 1
        request = _request(str(self.number), chat, person)
        waiting = [asker for name, asker in self.line.items() if name not in self.begun]
        if sum(asker[1] == person for asker in waiting) >= self.LIMITS.waiting_per_person:
            with pytest.raises(LimitReached) as reached:
                self.scheduler.add(request, 0.0)
            assert reached.value.limit is Limit.PERSON_WAITING
        elif sum(asker[0] == chat for asker in waiting) >= self.LIMITS.waiting_per_chat:
            with pytest.raises(LimitReached) as reached:
                self.scheduler.add(request, 0.0)
            assert reached.value.limit is Limit.CHAT_WAITING
        elif len(waiting) >= self.LIMITS.waiting:
            with pytest.raises(QueueFull):
                self.scheduler.add(request, 0.0)
        else:
            self.scheduler.add(request, 0.0)
            self.line[request.id] = (chat, person)

    @precondition(lambda self: self.current is None)
    @rule()
    def begin(self) -> None:
        """A turn begins if anybody is in line: of a person the oldest; of a begun answer where no more may begin."""
        following = self.scheduler.next(0.0)
        assert (following is None) == (not self.line)
        if following is None:
            return
        asker = self.line[following.id]
        assert following.id == next(name for name, other in self.line.items() if other == asker)
        self.current = following.id
        self.begun.add(following.id)
        assert len(self.begun) <= self.LIMITS.begun
        assert self.scheduler.next(0.0) is None

    @precondition(lambda self: self.current is not None)
    @rule(answered=st.booleans())
    def end(self, answered: bool) -> None:
        """The turn ends; who left in it is gone, answered or not."""
        self.scheduler.end_turn(1.0, 0.0, answered=answered)
        if answered:
            self.forget(self.current or "")
        self.current = None

    @precondition(lambda self: self.line)
    @rule(data=st.data())
    def leave(self, data: st.DataObject) -> None:
        """Somebody gives up: waiting, parked or in the turn."""
        name = data.draw(st.sampled_from(sorted(self.line)))
        assert self.scheduler.remove(name)
        assert not self.scheduler.remove(name)
        self.forget(name)

    def forget(self, name: str) -> None:
        """It is not in line any more."""
        self.line.pop(name, None)
        self.begun.discard(name)

    @invariant()
    def nobody_is_lost(self) -> None:
        """Who waits is known, and nobody else."""
        assert set(self.scheduler.places(0.0)) == set(self.line) - self.begun
        assert len(self.scheduler) == len(set(self.line) - self.begun)

    def teardown(self) -> None:
        """When no more is asked, each in line is answered, once."""
        if self.current is not None:
            self.end(True)
        for _ in range(len(self.line)):
            self.begin()
            self.end(True)
        assert not self.line
        assert self.scheduler.next(0.0) is None


class ForeseenTurns(RuleBasedStateMachine):
    """People ask and leave while all turns, and all answers, take the same time."""

    def __init__(self) -> None:
        super().__init__()
        self.scheduler = Scheduler(Limits(waiting=100, waiting_per_person=100, waiting_per_chat=100, begun=2))
        self.left: dict[str, int] = {}
        self.current: str | None = None
        self.now = self.since = 0.0
        self.number = 0
        self.ask("A", "x")
        for _ in range(TURNS):
            self.begin()
            self.end()

    @rule(chat=st.sampled_from(CHATS), person=st.sampled_from(PEOPLE))
    def ask(self, chat: str, person: str) -> None:
        """Somebody asks."""
        self.number += 1
        self.scheduler.add(_request(str(self.number), chat, person), self.now)
        self.left[str(self.number)] = TURNS

    @precondition(lambda self: self.current is None)
    @rule()
    def begin(self) -> None:
        """A turn begins."""
        following = self.scheduler.next(self.now)
        self.current = None if following is None else following.id
        self.since = self.now

    @precondition(lambda self: self.current is not None)
    @rule()
    def half(self) -> None:
        """Half of a turn has passed."""
        self.now = self.since + TURN / 2

    @precondition(lambda self: self.current is not None)
    @rule()
    def end(self) -> None:
        """The turn ends."""
        assert self.current is not None
        self.now = self.since + TURN
        self.left[self.current] -= 1
        self.scheduler.end_turn(TURN, self.now, answered=not self.left[self.current])
        if not self.left[self.current]:
            del self.left[self.current]
        self.current = None

    @precondition(lambda self: self.left)
    @rule(data=st.data())
    def leave(self, data: st.DataObject) -> None:
        """Somebody gives up who waits, perhaps with an answer that is parked."""
        name = data.draw(st.sampled_from(sorted(self.left)))
        if name != self.current:
            assert self.scheduler.remove(name)
            del self.left[name]

    @invariant()
    def places_come_true(self) -> None:
        """If nobody comes or leaves any more, all begin when, and after as many others, as they are told now."""
        future = deepcopy({name: value for name, value in vars(self).items() if name in STATE})
        assert self.scheduler.places(self.now) == _play_out(**future)


STATE = ("scheduler", "left", "current", "now", "since")


def _play_out(
    scheduler: Scheduler, left: dict[str, int], current: str | None, now: float, since: float
) -> dict[str, Place]:
    """Serve all who are in line; returns of each first turn after how many others' and how many seconds it came."""
    begun: dict[str, Place] = {}
    seen = {current} if current else set[str]()
    at = since + TURN if current else now
    waiting = set(scheduler.places(now))
    while True:
        if current is not None:
            left[current] -= 1
            scheduler.end_turn(TURN, at, answered=not left[current])
        following = scheduler.next(at)
        if following is None:
            return begun
        current = following.id
        if current in waiting and current not in begun:
            begun[current] = Place(len(seen - {current}), at - now)
        seen.add(current)
        at += TURN


TestLimitedTurns = LimitedTurns.TestCase
TestLimitedTurns.settings = settings(max_examples=60, stateful_step_count=60, deadline=None)
TestForeseenTurns = ForeseenTurns.TestCase
TestForeseenTurns.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
