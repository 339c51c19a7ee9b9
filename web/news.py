"""News of conversations for those who look at them: the newest of each kind replaces those not read yet."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

MERGE_SECONDS = 0.05
"""The seconds between two readings: what changes meanwhile is told once."""

Item = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    """Something new: its kind, and JSON's values."""

    kind: str
    data: Item


@dataclass(slots=True, eq=False)
class _Reader:
    unread: dict[Hashable, Event] = field(default_factory=dict)
    there: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, key: Hashable, event: Event) -> None:
        self.unread.pop(key, None)
        self.unread[key] = event
        self.there.set()


class News:
    """The news of all conversations; nobody's reading holds up who publishes them."""

    def __init__(self) -> None:
        self._readers: defaultdict[int, set[_Reader]] = defaultdict(set)

    def publish(self, conversation: int, key: Hashable, event: Event) -> None:
        """Tell all who look at a conversation; an event with the same key that they have not read is replaced."""
        for reader in self._readers.get(conversation, ()):
            reader.put(key, event)

    async def follow(self, conversation: int, first: Mapping[Any, Event], idle: float) -> AsyncIterator[Event | None]:
        """Yield None once nothing can be missed any more, the events in `first`, then all that comes.

        None again whenever nothing came for `idle` seconds.
        """
        reader = _Reader()
        for key, event in first.items():
            reader.put(key, event)
        self._readers[conversation].add(reader)
        try:
            yield None
            while True:
                try:
                    async with asyncio.timeout(idle):
                        await reader.there.wait()
                except TimeoutError:
                    yield None
                    continue
                unread, reader.unread = reader.unread, {}
                reader.there.clear()
                for event in unread.values():
                    yield event
                await asyncio.sleep(MERGE_SECONDS)
        finally:
            self._readers[conversation].discard(reader)
            if not self._readers[conversation]:
                del self._readers[conversation]
