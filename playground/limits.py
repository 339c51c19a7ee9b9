"""Telegram's limits: the numbers, and how often a bot may write to a chat."""

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from playground.wire import Refused

TEXT = 4096
CAPTION = 1024
CALLBACK_DATA_BYTES = 64
NOTICE = 200
DOWNLOAD_BYTES = 20 * 1024 * 1024
UPLOAD_BYTES = 50 * 1024 * 1024
PHOTO_BYTES = 10 * 1024 * 1024
PHOTO_SIDES = 10_000
PHOTO_RATIO = 20
POLL_SECONDS = 50
UPDATES_AT_ONCE = 100
HOOK_CONNECTIONS = 40
MOST_HOOK_CONNECTIONS = 100
HOOK_PAUSES = (1.0, 60.0)
QUERY_SECONDS = 60
MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Limits:
    """How often a bot may write: messages and edits a second in one chat (after a burst), and a minute in a group."""

    per_second: float = 1.0
    burst: int = 3
    per_minute_in_group: int = 20


@dataclass(slots=True)
class Pace:
    """A chat's budget: `tokens` as of the time `since`, and the send times of the last minute's messages."""

    tokens: float
    since: float
    sent: deque[float] = field(default_factory=deque)


class Flood:
    """Count the messages to each chat. Without limits everything passes."""

    def __init__(self, limits: Limits | None, clock: Callable[[], float]) -> None:
        self._limits = limits
        self._clock = clock
        self._chats: dict[int, Pace] = {}

    def admit(self, chat_id: int) -> None:
        """Count one message or edit. Raises Refused (429) with the seconds to wait when it comes too soon."""
        if self._limits is None:
            return
        now = self._clock()
        pace = self._chats.setdefault(chat_id, Pace(self._limits.burst, now))
        pace.tokens = min(self._limits.burst, pace.tokens + (now - pace.since) * self._limits.per_second)
        pace.since = now
        while pace.sent and now - pace.sent[0] >= MINUTE:
            pace.sent.popleft()
        wait = max(0.0, (1 - pace.tokens) / self._limits.per_second)
        if chat_id < 0 and len(pace.sent) >= self._limits.per_minute_in_group:
            wait = max(wait, pace.sent[0] + MINUTE - now)
        if wait > 0:
            seconds = math.ceil(wait)
            raise Refused(429, f"Too Many Requests: retry after {seconds}", seconds)
        pace.tokens -= 1
        pace.sent.append(now)
