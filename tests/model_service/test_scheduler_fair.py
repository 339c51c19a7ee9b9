"""Whatever happens, turns are fair: a state machine on the scheduler, and two days at the bot."""

import random
from collections import Counter, defaultdict
from itertools import combinations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from model_service import GenerationRequest, Limits, Message
from model_service.scheduler import Scheduler

LONGEST = 4.0
"""Seconds of the longest turn."""

CHATS, PEOPLE = "ABC", "xyz"
Person = tuple[str, str]


def _request(name: str, chat: str, person: str = "") -> GenerationRequest:
    return GenerationRequest(id=name, chat=chat, person=person, messages=(Message("user", "hello"),))


class FairTurns(RuleBasedStateMachine):
    """People of some chats ask, leave and get turns, in any order; `line` is what should be in line."""

    def __init__(self) -> None:
        super().__init__()
        self.scheduler = Scheduler(Limits(waiting=1000, waiting_per_person=1000, waiting_per_chat=1000, begun=1000))
        self.line: dict[str, Person] = {}
        self.begun: set[str] = set()
        self.current: str | None = None
        self.number = 0
        self.now = 0.0
        self.used: defaultdict[str, float] = defaultdict(float)
        self.together: dict[tuple[str, str], dict[str, float]] = {}
        self.passed_over: defaultdict[str, float] = defaultdict(float)

    @rule(chat=st.sampled_from(CHATS), person=st.sampled_from(PEOPLE))
    def ask(self, chat: str, person: str) -> None:
        """Somebody asks."""
        self.number += 1
        name = str(self.number)
        self.scheduler.add(_request(name, chat, person), self.now)
        self.line[name] = (chat, person)

    @precondition(lambda self: self.current is None)
    @rule()
    def begin(self) -> None:
        """A turn begins: within a person it is the first one's in line, and there is one if anybody is in line."""
        following = self.scheduler.next(self.now)
        assert (following is None) == (not self.line)
        if following is not None:
            asker = self.line[following.id]
            assert following.id == next(name for name, other in self.line.items() if other == asker)
            self.current = following.id
            self.begun.add(following.id)

    @precondition(lambda self: self.current is not None)
    @rule(seconds=st.floats(0, LONGEST), answered=st.booleans())
    def end(self, seconds: float, answered: bool) -> None:
        """The turn ends."""
        assert self.current is not None
        chat = self.owner
        self.now += seconds
        self.scheduler.end_turn(seconds, self.now, answered=answered)
        self.used[chat] += seconds
        for other in self.chats() - {chat}:
            self.passed_over[other] += seconds
        self.passed_over[chat] = 0.0
        if answered:
            self.line.pop(self.current, None)
        self.current = None

    @precondition(lambda self: self.line)
    @rule(data=st.data())
    def leave(self, data: st.DataObject) -> None:
        """Somebody gives up whose turn it is not, perhaps one whose answer is parked."""
        name = data.draw(st.sampled_from(sorted(self.line)))
        if name != self.current:
            assert self.scheduler.remove(name)
            del self.line[name]

    @property
    def owner(self) -> str:
        """The chat whose turn it is."""
        assert self.current is not None
        return self.line[self.current][0]

    def chats(self) -> set[str]:
        """The chats in line."""
        return {chat for chat, _ in self.line.values()}

    @invariant()
    def shares_are_equal(self) -> None:
        """Since two chats are both in line, the one had no more than two turns' seconds more than the other."""
        present = self.chats()
        pairs = {pair for pair in combinations(CHATS, 2) if present.issuperset(pair)}
        self.together = {pair: self.together.get(pair) or {chat: self.used[chat] for chat in pair} for pair in pairs}
        for (one, other), before in self.together.items():
            gained = (self.used[one] - before[one]) - (self.used[other] - before[other])
            assert abs(gained) <= 2 * LONGEST + 1e-6

    @invariant()
    def nobody_starves(self) -> None:
        """A chat in line has its turn before the others had two turns' seconds each."""
        for chat in CHATS:
            if chat not in self.chats():
                self.passed_over[chat] = 0.0
            assert self.passed_over[chat] <= 2 * LONGEST * (len(CHATS) - 1) + 1e-6

    @invariant()
    def places_are_in_order(self) -> None:
        """Everybody who waits has a place; who begins later has more ahead and waits at least as long."""
        places = self.scheduler.places(self.now)
        assert set(places) == set(self.line) - self.begun
        assert len(self.scheduler) == len(places)
        ahead = [place.ahead for place in places.values()]
        seconds = [place.seconds or 0.0 for place in places.values()]
        assert ahead == sorted(set(ahead))
        assert seconds == sorted(seconds)

    def teardown(self) -> None:
        """When no more is asked, all in line are answered."""
        if self.current is not None:
            self.end(1.0, True)
        while self.line:
            self.begin()
            self.end(1.0, True)
        assert self.scheduler.next(self.now) is None


TestFairTurns = FairTurns.TestCase
TestFairTurns.settings = settings(max_examples=60, stateful_step_count=60, deadline=None)


class Day:
    """The scheduler over simulated time.

    Of each question: what it still needs, when it came and how many chats were in line then, and when it began.
    """

    def __init__(self, slice_seconds: float, limits: Limits) -> None:
        self.slice = slice_seconds
        self.scheduler = Scheduler(limits)
        self.now = 0.0
        self.needs: dict[str, float] = {}
        self.chat_of: dict[str, str] = {}
        self.asked: dict[str, tuple[float, int]] = {}
        self.began: dict[str, float] = {}
        self.used: defaultdict[str, float] = defaultdict(float)

    def ask(self, name: str, chat: str, seconds: float) -> None:
        """A question that takes so long to answer."""
        self.scheduler.add(_request(name, chat), self.now)
        self.needs[name] = seconds
        self.chat_of[name] = chat
        self.asked[name] = self.now, len({self.chat_of[other] for other, left in self.needs.items() if left > 0})

    def turn(self) -> str | None:
        """One turn; returns the chat that was answered with it, if one was."""
        following = self.scheduler.next(self.now)
        assert following is not None
        self.began.setdefault(following.id, self.now)
        seconds = min(self.slice, self.needs[following.id])
        self.needs[following.id] -= seconds
        self.now += seconds
        self.used[following.chat] += seconds
        answered = self.needs[following.id] <= 0
        self.scheduler.end_turn(seconds, self.now, answered=answered)
        return following.chat if answered else None


@pytest.mark.parametrize("seed", range(5))
def test_short_questions_beside_fifty_long_ones(seed: int) -> None:
    """Nine chats with one short question each begin within two slices per chat in line, whenever they come."""
    rng, day = random.Random(seed), Day(2.0, Limits(waiting_per_person=50, waiting_per_chat=50))
    for number in range(50):
        day.ask(f"long {number}", "hog", 40.0)
    coming = sorted((rng.uniform(0, 60), f"short {number}") for number in range(9))
    while coming or any(day.needs[name] > 0 for name in day.needs if name.startswith("short")):
        while coming and coming[0][0] <= day.now:
            _, name = coming.pop(0)
            day.ask(name, name, rng.uniform(0.5, 2.0))
        day.turn()
    short = [name for name in day.began if name.startswith("short")]
    assert len(short) == 9
    for name in short:
        at, chats = day.asked[name]
        assert day.began[name] - at <= 2 * day.slice * chats


@pytest.mark.parametrize("begun", [1, 2, 4, 100])
def test_busy_chats_have_equal_shares(begun: int) -> None:
    """Of two hours, chats that always ask have shares within 10 %, however long their answers and many their askers."""
    rng, day = random.Random(begun), Day(2.0, Limits(begun=begun))
    longest = {"short": 1.0, "middle": 8.0, "long": 40.0, "mixed": 25.0, "other": 12.0}
    asked = Counter[str]()

    def ask(chat: str) -> None:
        asked[chat] += 1
        day.ask(f"{chat} {asked[chat]}", chat, rng.uniform(0.2, longest[chat]))

    for chat in longest:
        ask(chat)
        ask(chat)
    while day.now < 7200:
        if answered := day.turn():
            ask(answered)
    assert max(day.used.values()) < 1.1 * min(day.used[chat] for chat in longest)
