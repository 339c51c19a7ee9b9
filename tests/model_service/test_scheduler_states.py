"""Whatever happens, limits hold and places come true: two state machines on the scheduler."""

from copy import deepcopy

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from model_service import GenerationRequest, Limits, Message, Place
from model_service.scheduler import Scheduler

CHATS, PEOPLE = "ABC", "xyz"
TURN, TURNS = 2.0, 4
"""Seconds of a turn, and turns of an answer, where all are alike."""


def _request(name: str, chat: str, person: str) -> GenerationRequest:
    return GenerationRequest(id=name, chat=chat, person=person, messages=(Message("user", "hello"),))


class LimitedTurns(RuleBasedStateMachine):
    """People ask, leave (in their turn too) and get turns, in any order, with two begun at most."""

    LIMITS = Limits(begun=2)

    @initialize(slots=st.integers(1, 4))
    def start(self, slots: int) -> None:
        """With some slots."""
        self.scheduler, self.slots = Scheduler(self.LIMITS, slots=slots), slots
        self.line: dict[str, tuple[str, str]] = {}
        self.begun: set[str] = set()
        self.running: list[GenerationRequest] = []
        self.number = 0

    @rule(chat=st.sampled_from(CHATS), person=st.sampled_from(PEOPLE))
    def ask(self, chat: str, person: str) -> None:
        """Somebody asks, and is always taken on: what waits is limited elsewhere."""
        self.number += 1
        self.scheduler.add(_request(str(self.number), chat, person), 0.0)
        self.line[str(self.number)] = (chat, person)

    def able(self) -> list[str]:
        """What could begin: of each person the oldest, if it is not in its turn; begun ones where no more may begin."""
        serving = {(each.chat, each.person) for each in self.running}
        oldest = {asker: name for name, asker in reversed(self.line.items()) if asker not in serving}
        full = len(self.begun) >= self.LIMITS.begun
        return [name for name in oldest.values() if name in self.begun or not full]

    @rule()
    def begin(self) -> None:
        """A turn begins if a slot is free and anybody could; it is one of these."""
        able = self.able() if len(self.running) < self.slots else []
        following = self.scheduler.next(0.0)
        assert (following is None) == (not able)
        if following is None:
            return
        assert following.id in able
        self.running.append(following)
        self.begun.add(following.id)
        assert len(self.begun) <= self.LIMITS.begun
        assert len(self.running) <= self.slots

    @precondition(lambda self: self.running)
    @rule(data=st.data(), answered=st.booleans())
    def end(self, data: st.DataObject, answered: bool) -> None:
        """A turn ends; who left in it is gone, answered or not."""
        self.end_of(data.draw(st.integers(0, len(self.running) - 1)), answered)

    def end_of(self, index: int, answered: bool) -> None:
        """This one ends."""
        request = self.running.pop(index)
        self.scheduler.end_turn(request, 1.0, 0.0, answered=answered)
        if answered:
            self.forget(request.id)

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
        while self.running:
            self.end_of(0, True)
        for _ in range(len(self.line)):
            self.begin()
            self.end_of(0, True)
        assert not self.line
        assert self.scheduler.next(0.0) is None


class ForeseenTurns(RuleBasedStateMachine):
    """People ask and leave while all turns, and all answers, take the same time."""

    @initialize(slots=st.integers(1, 4))
    def start(self, slots: int) -> None:
        """With some slots, and one answer that was measured."""
        limits = Limits(begun=2)
        self.scheduler, self.slots = Scheduler(limits, slots=slots, devices=slots), slots
        self.left: dict[str, int] = {}
        self.running: list[tuple[float, GenerationRequest]] = []
        self.now = 0.0
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

    @rule()
    def begin(self) -> None:
        """Turns begin in all free slots."""
        while (following := self.scheduler.next(self.now)) is not None:
            self.running.append((self.now, following))

    @precondition(lambda self: self.running)
    @rule()
    def half(self) -> None:
        """Half of the oldest turn has passed, if that is not so already."""
        self.now = max(self.now, self.running[0][0] + TURN / 2)

    @precondition(lambda self: self.running)
    @rule()
    def end(self) -> None:
        """The oldest turn ends."""
        since, request = self.running.pop(0)
        self.now = since + TURN
        _end(self.scheduler, self.left, request, self.now)

    @precondition(lambda self: self.left)
    @rule(data=st.data())
    def leave(self, data: st.DataObject) -> None:
        """Somebody gives up who waits, perhaps with an answer that is parked."""
        name = data.draw(st.sampled_from(sorted(self.left)))
        if all(name != request.id for _, request in self.running):
            assert self.scheduler.remove(name)
            del self.left[name]

    @invariant()
    def places_come_true(self) -> None:
        """If nobody comes or leaves any more, all begin when, and after as many others, as they are told now."""
        future = deepcopy({name: value for name, value in vars(self).items() if name in STATE})
        assert self.scheduler.places(self.now) == _play_out(**future)


STATE = ("scheduler", "left", "running", "now")


def _end(scheduler: Scheduler, left: dict[str, int], request: GenerationRequest, at: float) -> None:
    left[request.id] -= 1
    scheduler.end_turn(request, TURN, at, answered=not left[request.id])
    if not left[request.id]:
        del left[request.id]


def _play_out(
    scheduler: Scheduler, left: dict[str, int], running: list[tuple[float, GenerationRequest]], now: float
) -> dict[str, Place]:
    """Serve all who are in line; returns of each first turn after how many others' and how many seconds it came."""
    begun: dict[str, Place] = {}
    seen = {request.id for _, request in running}
    waiting = set(scheduler.places(now))
    at = now
    while True:
        while (following := scheduler.next(at)) is not None:
            running.append((at, following))
            if following.id in waiting and following.id not in begun:
                begun[following.id] = Place(len(seen), at - now)
            seen.add(following.id)
        if not running:
            return begun
        since, request = running.pop(0)
        at = since + TURN
        _end(scheduler, left, request, at)


TestLimitedTurns = LimitedTurns.TestCase
TestLimitedTurns.settings = settings(max_examples=60, stateful_step_count=60, deadline=None)
TestForeseenTurns = ForeseenTurns.TestCase
TestForeseenTurns.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
