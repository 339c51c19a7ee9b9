"""Arrivals: a single update, or the updates of an album, which arrive one by one and are taken in together."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from telegram import Update


@dataclass(frozen=True, slots=True)
class Window:
    """The time to wait for more of an album, in seconds.

    It is complete when nothing came for `quiet`, but `most` after its first picture in any case.
    """

    quiet: float = 1.0
    most: float = 5.0
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


WINDOW = Window()
AT_ONCE = Window(quiet=0.0, most=0.0)
"""The window of a single update: nothing more is expected."""


def album_of(update: Update) -> str | None:
    """Return the album of an update's message."""
    return None if update.message is None else update.message.media_group_id


class Arrival:
    """One update, or those of an album that came so far. `taken_in` is set once the chat's next update may begin."""

    def __init__(self, window: Window = AT_ONCE) -> None:
        self._window = window
        self._begun = self._newest = window.clock()
        self._updates: list[Update] = []
        self._settled: set[int] = set()
        self._complete = asyncio.Event()
        self.taken_in = asyncio.Event()

    @property
    def updates(self) -> list[Update]:
        """The updates so far, in the order in which they were sent."""
        return sorted(self._updates, key=lambda update: update.update_id)

    @property
    def asking(self) -> list[Update]:
        """The updates whose handlers run, on behalf of all: those with a caption, else the first."""
        captioned = [update for update in self.updates if update.message is not None and update.message.caption]
        return captioned or self.updates[:1]

    @property
    def is_complete(self) -> bool:
        """Whether further updates of it come too late."""
        return self._complete.is_set()

    def join(self, update: Update) -> None:
        """Add an update."""
        self._updates.append(update)
        self._newest = self._window.clock()

    async def complete(self, update: Update) -> None:
        """Wait until no more is expected. The first one that joined waits for all."""
        if update is not self._updates[0]:
            await self._complete.wait()
            return
        try:
            while (left := self._left()) > 0:
                await self._window.sleep(left)
        finally:
            self._complete.set()

    def settle(self, update_id: int) -> None:
        """Let the chat's next update no longer wait for this one."""
        self._settled.add(update_id)
        self._check()

    def leave(self, update: Update) -> None:
        """Remove an update that was dropped before its turn; the others go on without it."""
        if update is self._updates[0]:
            self._complete.set()
        self._updates.remove(update)
        self._check()

    def _check(self) -> None:
        if all(update.update_id in self._settled for update in self.asking):
            self.taken_in.set()

    def _left(self) -> float:
        return min(self._newest + self._window.quiet, self._begun + self._window.most) - self._window.clock()
