"""A cache of bounded size: the least recently used makes way."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class LRUCache(Generic[Key, Value]):
    """Values by key whose sizes, in bytes or whatever the caller counts, never add up to more than `limit`."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.size = 0
        self._entries: OrderedDict[Key, tuple[Value, int]] = OrderedDict()

    def get(self, key: Key) -> Value | None:
        """The value, which is thereby the most recently used; None when it is not there."""
        if key not in self._entries:
            return None
        self._entries.move_to_end(key)
        return self._entries[key][0]

    def make_room(self, key: Key, size: int) -> bool:
        """Drop what `key` held, and the least recently used until `size` more fits; False when it never will."""
        self.drop(key)
        if size > self.limit:
            return False
        while self.size + size > self.limit:
            self.drop(next(iter(self._entries)))
        return True

    def put(self, key: Key, value: Value, size: int) -> None:
        """Keep a value, unless it alone is larger than the limit."""
        if self.make_room(key, size):
            self._entries[key] = (value, size)
            self.size += size

    def drop(self, key: Key) -> None:
        """Forget a value; nothing happens when it is not there."""
        _, size = self._entries.pop(key, (None, 0))
        self.size -= size

    def clear(self) -> None:
        """Forget everything."""
        self._entries.clear()
        self.size = 0
