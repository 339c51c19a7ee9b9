"""Fair turns: chats by the seconds they used, people within a chat likewise, first come first served within a person.

Pure data. Shares follow start-time fair queueing (Goyal, Vin, Cheng 1996): a virtual time that never goes back; with
several turns at once, as in SFQ(D) (Jin, Chase, Kaur 2004), but for costs that are known only when a turn ends.
"""

import math
from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import NamedTuple

from model_service.detail import Detail
from model_service.types import GenerationRequest

NOBODY: Mapping["Entry", float] = {}
NONE: dict[str, float] = {}


@dataclass(slots=True, eq=False)
class Entry:
    """A request in line: the seconds its turns took so far, and whether its first turn has begun."""

    request: GenerationRequest
    spent: float = 0.0
    begun: bool = False
    detail: Detail = field(init=False)

    def __post_init__(self) -> None:
        """Note the detail, which is asked for again and again."""
        self.detail = self.request.detail


class _Share(NamedTuple):
    """Seconds used, with what was granted at the start; the number of the event that put the member last; its name."""

    used: float
    since: int
    name: str


class Round:
    """Members who take turns: next is who used least, of equals who came or had a turn longest ago.

    `_clock` is the virtual time: the least that a member with something to begin had used when a turn last began. A
    member who comes starts at the floor, the least that a present member used, never before the clock: waiting outside
    earns nothing, and neither does having nothing to begin while slots are free. One who leaves having used more finds
    that again when it comes back, until the floor has risen to it.
    """

    def __init__(self) -> None:
        self._present: dict[str, _Share] = {}
        self._away: dict[str, float] = {}
        self._events = 0
        self._clock = 0.0
        # A heap; entries that are no longer a member's present share are dropped when they come up.
        self._order: list[_Share] = []

    def __len__(self) -> int:
        """Return how many members are present."""
        return len(self._present)

    def join(self, name: str) -> None:
        """Let a member take turns; do nothing if it does already."""
        if name not in self._present:
            self._place(name, max(self._away.pop(name, 0.0), self._floor()))

    def leave(self, name: str) -> None:
        """Let a member go; once nobody is present, all are equal again."""
        self._away[name] = self._present.pop(name).used
        if not self._present:
            self._away, self._clock = {}, 0.0
        floor = self._floor()
        self._away = {other: used for other, used in self._away.items() if used > floor}

    def charge(self, name: str, seconds: float) -> None:
        """Count a turn's seconds for a present member."""
        self._place(name, max(self._present[name].used + seconds, self._clock))

    def first(self, among: Collection[str] | None, running: Mapping[str, float]) -> str | None:
        """Choose whose turn begins: of all present members, or of some of them; None if none can.

        `running` members count as having used these seconds more; infinity means that they have nothing to begin.
        """
        if not running and among is not None:
            return min(self._present[name] for name in among).name
        front = self._front(running)
        if not running:
            if front is None:
                return None
            self._clock = max(self._clock, front.used)
            return front.name
        able = [self._present[name] for name, seconds in running.items() if seconds < math.inf]
        if front is not None:
            able.append(front)
        if not able:
            return None
        self._clock = max(self._clock, min(share.used for share in able))
        if among is not None:
            able = [self._present[name] for name in among]
        return min(able, key=lambda share: (self._used(share) + running.get(share.name, 0.0), share.since)).name

    def copy(self) -> "Round":
        """Copy the round; both go on independently."""
        other = Round()
        other._present = self._present.copy()
        other._away = self._away.copy()
        other._events = self._events
        other._clock = self._clock
        other._order = self._order.copy()
        return other

    def _used(self, share: _Share) -> float:
        return max(share.used, self._clock)

    def _place(self, name: str, used: float) -> None:
        self._events += 1
        share = self._present[name] = _Share(used, self._events, name)
        heappush(self._order, share)
        if len(self._order) > 2 * len(self._present):
            self._order = sorted(self._present.values())

    def _front(self, skip: Collection[str] = ()) -> _Share | None:
        """Find the share of the member that used least, of those not to be skipped."""
        order, passed, found = self._order, list[_Share](), None
        while order:
            share = order[0]
            if self._present.get(share.name) is share:
                if share.name not in skip:
                    found = share
                    break
                passed.append(share)
            heappop(order)
        for share in passed:
            heappush(order, share)
        return found

    def _floor(self) -> float:
        front = self._front()
        return self._clock if front is None else self._used(front)


class FairLine:
    """Entries in the order of fair turns. An entry stays in line between its turns, until it is removed."""

    def __init__(self) -> None:
        self._chats = Round()
        self._people: dict[str, Round] = {}
        self._lines: dict[tuple[str, str], deque[Entry]] = {}

    def add(self, entry: Entry) -> None:
        """Put an entry behind its person's others."""
        chat, person = _asker(entry)
        self._chats.join(chat)
        self._people.setdefault(chat, Round()).join(person)
        self._lines.setdefault((chat, person), deque()).append(entry)

    def first(self, among: Collection[Entry] = (), busy: Mapping[Entry, float] = NOBODY) -> Entry | None:
        """Choose whose turn begins; None when nobody can. With `among`, only these may go, each its person's first.

        `busy` are those whose turn it is already, each with the seconds that its turn is expected to take. A person's
        later entries wait for them; other people of the chat do not.
        """
        chats, people = self._running(busy)
        chat = self._chats.first({entry.request.chat for entry in among} if among else None, chats)
        if chat is None:
            return None
        able = {entry.request.person for entry in among if entry.request.chat == chat} if among else None
        person = self._people[chat].first(able, people.get(chat, NONE))
        return None if person is None else self._lines[chat, person][0]

    def charge(self, entry: Entry, seconds: float) -> None:
        """Count the seconds of a turn that an entry in line had."""
        chat, person = _asker(entry)
        self._chats.charge(chat, seconds)
        self._people[chat].charge(person, seconds)

    def remove(self, entry: Entry) -> None:
        """Take an entry out of line, wherever it stands."""
        chat, person = _asker(entry)
        line = self._lines[chat, person]
        line.remove(entry)
        if line:
            return
        del self._lines[chat, person]
        self._people[chat].leave(person)
        if not self._people[chat]:
            self._chats.leave(chat)
            del self._people[chat]

    def _running(self, busy: Mapping[Entry, float]) -> tuple[dict[str, float], dict[str, dict[str, float]]]:
        """Sum up the expected seconds by chat, and by person; infinity for those who have nothing else to begin."""
        chats: dict[str, float] = {}
        people: dict[str, dict[str, float]] = {}
        for entry, seconds in busy.items():
            chat, person = _asker(entry)
            chats[chat] = chats.get(chat, 0.0) + seconds
            people.setdefault(chat, {})[person] = math.inf
        for chat, running in people.items():
            if len(running) == len(self._people[chat]):
                chats[chat] = math.inf
        return chats, people

    def copy(self) -> "FairLine":
        """Copy the line; both go on independently."""
        other = FairLine()
        other._chats = self._chats.copy()
        other._people = {chat: people.copy() for chat, people in self._people.items()}
        other._lines = {asker: line.copy() for asker, line in self._lines.items()}
        return other


def _asker(entry: Entry) -> tuple[str, str]:
    return entry.request.chat, entry.request.person
