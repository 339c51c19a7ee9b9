"""Decide whose turn is next and estimate waits: pure data, without a clock, a thread or a loop."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from model_service.config import Limits
from model_service.errors import Limit, LimitReached
from model_service.fair_queue import Entry, FairLine
from model_service.types import GenerationRequest
from model_service.usage import Pace, Usage

UNMEASURED = 1.0
"""Seconds that every answer is taken for as long as none was measured: enough to know the order of turns."""

MOST_TURNS = 32
"""Into how many turns an estimate cuts an answer at most."""


@dataclass(frozen=True, slots=True)
class Place:
    """Place of a waiting request: how many others have a turn before its first, and in about how many seconds.

    `seconds` is None until an answer was measured.
    """

    ahead: int
    seconds: float | None


class Scheduler:
    """Requests that wait for their first turn, that are parked between two turns, and up to `slots` in their turn.

    Turns share the seconds of `devices`, so that several at once take longer each. Times are seconds of one clock that
    never goes back, whatever its origin.
    """

    def __init__(self, limits: Limits, *, slots: int = 1, devices: int = 1) -> None:
        self._limits, self._slots, self._devices = limits, slots, devices
        self._line = FairLine()
        self._entries: dict[str, Entry] = {}
        self._running: dict[Entry, float] = {}
        """Entries in their turn, and since when."""
        self._chats = Usage()
        self._people = Usage()
        self._pace = Pace()

    def __len__(self) -> int:
        """Return how many wait for their first turn."""
        return sum(not entry.begun for entry in self._entries.values())

    def resize(self, slots: int, devices: int) -> None:
        """Let up to `slots` requests be in their turn at once, on as many devices, and as many be begun at least."""
        self._slots, self._devices = slots, devices
        self._limits = replace(self._limits, begun=max(self._limits.begun, slots))

    def add(self, request: GenerationRequest, now: float) -> None:
        """Put a request in line.

        Raises:
            LimitReached: the person or the chat spent the hour's seconds.
            ValueError: a request of the same id is in line already.
        """
        if request.id in self._entries:
            raise ValueError(f"request {request.id!r} is in line already")
        self._check(request, now)
        entry = Entry(request)
        self._entries[request.id] = entry
        self._line.add(entry)

    def next(self, now: float, held_up: Collection[str] = ()) -> GenerationRequest | None:
        """Begin the next turn, the first or a further one of its request; None when no slot is free or nobody can.

        Begun requests that are `held_up` cannot have theirs in any slot that is free: others go first.
        """
        if len(self._running) >= self._slots:
            return None
        begun = [entry for entry in self._entries.values() if entry.begun]
        busy = {running: self._turn_of(running) for running in self._running}
        busy |= {entry: 0.0 for entry in begun if entry.request.id in held_up and entry not in busy}
        entry = self._pick(self._line, begun, busy)
        if entry is None:
            return None
        entry.begun = True
        self._running[entry] = now
        return entry.request

    def end_turn(self, request: GenerationRequest, seconds: float, now: float, *, answered: bool) -> None:
        """End a request's turn and charge its GPU seconds; park it unless it is answered or was removed.

        Raises:
            ValueError: it is not this request's turn.
        """
        entry = next((entry for entry in self._running if entry.request is request), None)
        if entry is None:
            raise ValueError(f"it is not the turn of request {request.id!r}")
        del self._running[entry]
        entry.spent += seconds
        self._line.charge(entry, seconds)
        self._chats.spend(entry.request.chat, seconds, now)
        self._people.spend(entry.request.person, seconds, now)
        here = self._entries.get(entry.request.id) is entry
        if here and answered:
            del self._entries[entry.request.id]
            self._pace.answered(entry.detail, entry.spent)
        if answered or not here:
            self._line.remove(entry)
        else:
            self._pace.cut_off(seconds)

    def remove(self, request_id: str) -> bool:
        """Take out a request that gave up, in its turn or not; False when it is not in line (any more)."""
        entry = self._entries.pop(request_id, None)
        if entry is not None and entry not in self._running:
            self._line.remove(entry)
        return entry is not None

    def places(self, now: float) -> dict[str, Place]:
        """Return the place of each request that waits for its first turn, in the order of these turns."""
        waiting = len(self)
        places: dict[str, Place] = {}
        seen: set[Entry] = set()
        for entry, seconds in self._play(now) if waiting else ():
            if not entry.begun and entry not in seen:
                places[entry.request.id] = Place(len(seen), seconds)
                if len(places) == waiting:
                    break
            seen.add(entry)
        return places

    def _check(self, request: GenerationRequest, now: float) -> None:
        """Refuse who spent the hour's seconds. Of an unknown person only the chat is counted."""
        if request.person:
            _afford(Limit.PERSON_SECONDS, self._people, request.person, self._limits.seconds_per_person, now)
        _afford(Limit.CHAT_SECONDS, self._chats, request.chat, self._limits.seconds_per_chat, now)

    def _pick(self, line: FairLine, begun: Collection[Entry], busy: Mapping[Entry, float]) -> Entry | None:
        """Choose whose turn begins: where as many are begun as may be, one of these."""
        if len(begun) < self._limits.begun:
            return line.first(busy=busy)
        parked = [entry for entry in begun if entry not in busy] if busy else begun
        return line.first(parked, busy) if parked else None

    def _play(self, now: float) -> Iterator[tuple[Entry, float | None]]:
        """Simulate the turns to come, if all take as long as expected: whose, and in how many seconds it begins."""
        line, begun = self._line.copy(), {entry for entry in self._entries.values() if entry.begun}
        left: dict[Entry, float] = {}
        busy: dict[Entry, float] = {}
        """Entries in their turn, and the seconds of it."""
        rest: dict[Entry, float] = {}
        """What is left of these, in the order in which they began."""

        def begin(entry: Entry, at: float, passed: float) -> tuple[Entry, float | None]:
            begun.add(entry)
            answer = self._pace.answer(entry.detail)
            remaining, turn = self._expect(entry, left, answer or UNMEASURED)
            busy[entry], left[entry] = turn, remaining - turn
            rest[entry] = max(turn - passed, 0.0)
            return entry, None if answer is None else at

        for entry, since in self._running.items():
            yield begin(entry, 0.0, (now - since) * self._speed(len(self._running)))
        at = 0.0
        while True:
            while len(busy) < self._slots and (following := self._pick(line, begun, busy)) is not None:
                yield begin(following, at, 0.0)
            if not rest:
                return
            entry = min(rest, key=rest.__getitem__)
            passed = rest.pop(entry)
            at += passed / self._speed(len(rest) + 1)
            for other in rest:
                rest[other] -= passed
            line.charge(entry, busy.pop(entry))
            if left[entry] <= 0:
                begun.discard(entry)
                line.remove(entry)

    def _speed(self, running: int) -> float:
        """Return the share of a device that each of some running turns has."""
        return min(1.0, self._devices / running)

    def _turn_of(self, entry: Entry) -> float:
        """Return the seconds that the turn of a running entry is expected to take."""
        return self._expect(entry, {}, self._pace.answer(entry.detail) or UNMEASURED)[1]

    def _expect(self, entry: Entry, left: dict[Entry, float], answer: float) -> tuple[float, float]:
        """The seconds that an entry still needs, and those of its next turn."""
        if self._entries.get(entry.request.id) is not entry:
            return 0.0, 0.0
        turn = max(self._pace.turn or answer, answer / MOST_TURNS)
        remaining = left.get(entry, answer - entry.spent)
        if remaining <= 0:
            remaining = turn
        return remaining, min(turn, remaining)


def _afford(limit: Limit, spending: Usage, name: str, most: float, now: float) -> None:
    if most and (seconds := spending.until_below(name, most, now)):
        raise LimitReached(limit, most, retry_after=seconds)
