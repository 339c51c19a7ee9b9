"""Throttle message edits per chat; concurrent answers alternate."""

import time
from collections.abc import Callable

PATIENCE = 5.0
"""The seconds beyond the interval after which a waiting editor that does not ask again is dropped."""


class EditThrottle:
    """The order of edits to growing answers in each chat. Lives on the event loop.

    `private_interval` and `group_interval` are the seconds between two such edits in one chat; a group has a negative
    id. Telegram counts the edits of a chat, not those of a message.
    """

    def __init__(
        self,
        private_interval: float = 0.0,
        group_interval: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._private_interval = private_interval
        self._group_interval = group_interval
        self._clock = clock
        self._free_at: dict[int, float] = {}
        self._lines: dict[int, dict[object, float]] = {}

    @property
    def chats(self) -> int:
        """The number of chats that are remembered: those with a recent edit, or one that waits."""
        return len(self._free_at.keys() | self._lines.keys())

    def try_acquire(self, chat: int, who: object) -> bool:
        """Whether `who` may edit in the chat now; if not, it is queued, and is to ask again soon."""
        now = self._clock()
        self._tidy(now)
        line = self._lines.setdefault(chat, {})
        line[who] = now
        if chat in self._free_at or next(iter(line)) is not who:
            return False
        self.record(chat, who)
        return True

    def record(self, chat: int, who: object) -> None:
        """Record that `who` edits a message, in turn or not: the next edit comes after the interval."""
        self._leave(chat, who)
        self._free_at[chat] = self._clock() + self._interval(chat)

    def _leave(self, chat: int, who: object) -> None:
        line = self._lines.get(chat, {})
        line.pop(who, None)
        if not line:
            self._lines.pop(chat, None)

    def _interval(self, chat: int) -> float:
        return self._group_interval if chat < 0 else self._private_interval

    def _tidy(self, now: float) -> None:
        """Drop expired entries of all chats: there are only a few, those with a growing answer."""
        self._free_at = {chat: moment for chat, moment in self._free_at.items() if moment > now}
        for chat, line in list(self._lines.items()):
            for who, asked in list(line.items()):
                if now - asked > self._interval(chat) + PATIENCE:
                    self._leave(chat, who)
