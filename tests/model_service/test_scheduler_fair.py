"""Whatever happens, turns are fair: a state machine on the scheduler, and two days at the bot."""

import random
from collections import Counter, defaultdict
from itertools import combinations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from model_service import GenerationRequest, Limits, Message
from model_service.scheduler import Scheduler

LONGEST = 4.0
"""Seconds of the longest turn."""

CHATS, PEOPLE = "ABC", "xyz"

Member = tuple[str, ...]
"""A chat, or a chat and a person in it."""

MEMBERS: list[Member] = [(chat,) for chat in CHATS] + [(chat, person) for chat in CHATS for person in PEOPLE]


def _rivals(one: Member, other: Member) -> bool:
    """Whether they take turns with each other: two chats, or two people of one chat."""
    return one != other and one[:-1] == other[:-1]


PAIRS = [pair for pair in combinations(MEMBERS, 2) if _rivals(*pair)]


def _request(name: str, chat: str, person: str = "") -> GenerationRequest:
    return GenerationRequest(id=name, chat=chat, person=person, messages=(Message("user", "hello"),))


class FairTurns(RuleBasedStateMachine):
    """People of some chats ask, leave and get turns, in any order; `line` is what should be in line.

    A member WAITS while it has a request in line that could begin: the first of its person, not in its turn. In one
    slot that is so whenever a turn begins and the member is in line.
    """

    @initialize(slots=st.integers(1, 4))
    def start(self, slots: int) -> None:
        """With some slots."""
        limits = Limits(begun=1000)
        self.scheduler, self.slots = Scheduler(limits, slots=slots), slots
        self.line: dict[str, Member] = {}
        self.begun: set[str] = set()
        self.running: dict[str, GenerationRequest] = {}
        self.number = 0
        self.now = 0.0
        self.used: defaultdict[Member, float] = defaultdict(float)
        self.together: dict[tuple[Member, Member], float] = {}
        self.passed_over: defaultdict[Member, float] = defaultdict(float)

    @rule(chat=st.sampled_from(CHATS), person=st.sampled_from(PEOPLE))
    def ask(self, chat: str, person: str) -> None:
        """Somebody asks."""
        self.number += 1
        name = str(self.number)
        self.scheduler.add(_request(name, chat, person), self.now)
        self.line[name] = (chat, person)

    @precondition(lambda self: len(self.running) < self.slots)
    @rule()
    def begin(self) -> None:
        """A turn begins: within a person it is the first one's in line, and there is one if anybody waits."""
        waiting = self.waiting()
        following = self.scheduler.next(self.now)
        assert (following is None) == (not waiting)
        if following is None:
            return
        asker = self.line[following.id]
        assert following.id == next(name for name, other in self.line.items() if other == asker)
        assert following.id not in self.running
        self.compare(waiting, asker)
        self.running[following.id] = following
        self.begun.add(following.id)
        for member in (asker[:1], asker):
            self.passed_over[member] = 0.0

    def compare(self, waiting: set[Member], asker: Member) -> None:
        """Chats are compared when a turn begins, and people of the chat whose turn it is."""
        for pair in PAIRS:
            if len(pair[0]) == 1 or pair[0][0] == asker[0]:
                if waiting.issuperset(pair):
                    self.together.setdefault(pair, self.used[pair[0]] - self.used[pair[1]])
                else:
                    self.together.pop(pair, None)

    @precondition(lambda self: self.running)
    @rule(data=st.data(), seconds=st.floats(0, LONGEST), answered=st.booleans())
    def end(self, data: st.DataObject, seconds: float, answered: bool) -> None:
        """A turn ends."""
        self.end_of(data.draw(st.sampled_from(sorted(self.running))), seconds, answered)

    def end_of(self, name: str, seconds: float, answered: bool) -> None:
        """This one ends."""
        asker = self.line[name]
        self.now += seconds
        self.scheduler.end_turn(self.running.pop(name), seconds, self.now, answered=answered)
        for member in (asker[:1], asker):
            self.used[member] += seconds
            for other in self.present():
                self.passed_over[other] += seconds * _rivals(member, other)
        for member in self.served() | {asker[:1], asker}:
            self.passed_over[member] = 0.0
        if answered:
            self.line.pop(name, None)

    @precondition(lambda self: self.line)
    @rule(data=st.data())
    def leave(self, data: st.DataObject) -> None:
        """Somebody gives up whose turn it is not, perhaps one whose answer is parked."""
        name = data.draw(st.sampled_from(sorted(self.line)))
        if name not in self.running:
            assert self.scheduler.remove(name)
            del self.line[name]

    def present(self) -> set[Member]:
        """The chats in line, and their people in line."""
        return {asker[:length] for asker in self.line.values() for length in (1, 2)}

    def served(self) -> set[Member]:
        """The chats and people of whom one is in its turn."""
        return {self.line[name][:length] for name in self.running for length in (1, 2)}

    def waiting(self) -> set[Member]:
        """The chats and people of whom a request could begin."""
        able = set(self.line.values()) - self.served()
        return {asker[:length] for asker in able for length in (1, 2)}

    @invariant()
    def shares_are_equal(self) -> None:
        """Since two both waited whenever a turn began, chats or people of one chat, neither had over two longest
        turns per slot more.
        """
        present = self.present()
        self.together = {pair: gap for pair, gap in self.together.items() if present.issuperset(pair)}
        for (one, other), gap in self.together.items():
            assert abs(self.used[one] - self.used[other] - gap) <= 2 * LONGEST * self.slots + 1e-6

    @invariant()
    def nobody_starves(self) -> None:
        """Whoever waits, chat or person, has a turn before the rivals had two turns' seconds per slot each."""
        present = self.present()
        for member in MEMBERS:
            if member not in present:
                self.passed_over[member] = 0.0
            rivals = sum(_rivals(member, other) for other in MEMBERS)
            assert self.passed_over[member] <= 2 * LONGEST * self.slots * rivals + 1e-6

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
        while self.line:
            while len(self.running) < self.slots and self.waiting():
                self.begin()
            self.end_of(next(iter(self.running)), 1.0, True)
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
        self.used_by: defaultdict[str, float] = defaultdict(float)

    def ask(self, name: str, chat: str, seconds: float, person: str = "") -> None:
        """A question that takes so long to answer."""
        self.scheduler.add(_request(name, chat, person), self.now)
        self.needs[name] = seconds
        self.chat_of[name] = chat
        self.asked[name] = self.now, len({self.chat_of[other] for other, left in self.needs.items() if left > 0})

    def turn(self) -> GenerationRequest | None:
        """One turn; returns the question that was answered with it, if one was."""
        following = self.scheduler.next(self.now)
        assert following is not None
        self.began.setdefault(following.id, self.now)
        seconds = min(self.slice, self.needs[following.id])
        self.needs[following.id] -= seconds
        self.now += seconds
        self.used[following.chat] += seconds
        self.used_by[following.person] += seconds
        answered = self.needs[following.id] <= 0
        self.scheduler.end_turn(following, seconds, self.now, answered=answered)
        return following if answered else None


@pytest.mark.parametrize("seed", range(5))
def test_short_questions_beside_fifty_long_ones(seed: int) -> None:
    """Nine chats with one short question each begin within two slices per chat in line, whenever they come."""
    rng, day = random.Random(seed), Day(2.0, Limits())
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
            ask(answered.chat)
    assert max(day.used.values()) < 1.1 * min(day.used[chat] for chat in longest)


def test_busy_people_of_a_chat_have_equal_shares() -> None:
    """Within a chat likewise, beside another chat that has as many seconds as all of them together."""
    rng, day = random.Random(1), Day(2.0, Limits())
    longest = {"short": 1.0, "middle": 8.0, "long": 40.0, "alone": 12.0}

    def ask(person: str) -> None:
        chat = "own" if person == "alone" else "group"
        day.ask(f"{person} {len(day.needs)}", chat, rng.uniform(0.2, longest[person]), person)

    for person in longest:
        ask(person)
        ask(person)
    while day.now < 7200:
        if answered := day.turn():
            ask(answered.person)
    group = [day.used_by[person] for person in ("short", "middle", "long")]
    assert max(group) < 1.1 * min(group)
    assert max(day.used.values()) < 1.1 * min(day.used.values())
