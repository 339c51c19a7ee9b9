"""Fair turns: chats by the seconds they used, people within a chat likewise, first come first served within a person.

Pure data. Shares follow start-time fair queueing (Goyal, Vin, Cheng 1996): a virtual time that never goes back.
"""

from collections import deque
from collections.abc import Collection
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import NamedTuple

from model_service.types import GenerationRequest


@dataclass(slots=True, eq=False)
class Entry:
    """A request in line: the seconds its turns took so far, and whether its first turn has begun."""

    request: GenerationRequest
    spent: float = 0.0
    begun: bool = False


class _Share(NamedTuple):
    """Seconds used, with what was granted at the start; the number of the event that put the member last; its name."""

    used: float
    since: int
    name: str


class Round:
    """Members who take turns: next is who used least, of equals who came or had a turn longest ago.

    A member who comes starts at the floor, which is the least that a present member used: waiting outside earns
    nothing. One who leaves having used more finds that again when it comes back, until the floor has risen to it.
    """

    def __init__(self) -> None:
        self._present: dict[str, _Share] = {}
        self._away: dict[str, float] = {}
        self._events = 0
        # A heap; what is not a member's present share any more is dropped when it comes up.
        self._order: list[_Share] = []

    def __len__(self) -> int:
        """How many members are present."""
        return len(self._present)

    def join(self, name: str) -> None:
        """Let a member take turns; nothing happens if it does already."""
        if name not in self._present:
            self._place(name, max(self._away.pop(name, 0.0), self._floor()))

    def leave(self, name: str) -> None:
        """Let a member go; once nobody is present, all are equal again."""
        self._away[name] = self._present.pop(name).used
        floor = self._floor()
        self._away = {other: used for other, used in self._away.items() if used > floor} if self._present else {}

    def charge(self, name: str, seconds: float) -> None:
        """A present member had a turn of so many seconds."""
        self._place(name, self._present[name].used + seconds)

    def first(self, among: Collection[str] | None = None) -> str:
        """Whose turn it is, of all who are present or of some of them, at least one."""
        if among is not None:
            return min(self._present[name] for name in among).name
        while self._present.get(self._order[0].name) is not self._order[0]:
            heappop(self._order)
        return self._order[0].name

    def copy(self) -> "Round":
        """The same round, which goes on by itself."""
        other = Round()
        other._present = self._present.copy()
        other._away = self._away.copy()
        other._events = self._events
        other._order = self._order.copy()
        return other

    def _place(self, name: str, used: float) -> None:
        self._events += 1
        share = self._present[name] = _Share(used, self._events, name)
        heappush(self._order, share)
        if len(self._order) > 2 * len(self._present):
            self._order = sorted(self._present.values())

    def _floor(self) -> float:
        return self._present[self.first()].used if self._present else 0.0


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

    def first(self, among: Collection[Entry] = ()) -> Entry | None:
        """Whose turn it is; None when nobody is in line. With `among`, only these may go, each its person's first."""
        if not self._lines:
            return None
        chat = self._chats.first({entry.request.chat for entry in among} or None)
        people = {entry.request.person for entry in among if entry.request.chat == chat}
        person = self._people[chat].first(people or None)
        return self._lines[chat, person][0]

    def charge(self, entry: Entry, seconds: float) -> None:
        """An entry in line had a turn of so many seconds."""
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

    def copy(self) -> "FairLine":
        """The same line, which goes on by itself."""
        other = FairLine()
        other._chats = self._chats.copy()
        other._people = {chat: people.copy() for chat, people in self._people.items()}
        other._lines = {asker: line.copy() for asker, line in self._lines.items()}
        return other


def _asker(entry: Entry) -> tuple[str, str]:
    return entry.request.chat, entry.request.person
