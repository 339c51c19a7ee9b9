"""What is taken in together: a single update, or the updates of an album, which arrive one by one."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from telegram import Update


@dataclass(frozen=True, slots=True)
class Window:
    """How long to wait for more of an album, in seconds.

    It is complete when nothing came for `quiet`, but `most` after its first picture in any case.
    """

    quiet: float = 1.0
    most: float = 5.0
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


WINDOW = Window()
AT_ONCE = Window(quiet=0.0, most=0.0)
"""Of what is no album nothing more is expected."""


def album_of(update: Update) -> str | None:
    """The album that an update's message belongs to."""
    return None if update.message is None else update.message.media_group_id


class Arrival:
    """One update, or all of an album's that came so far. `taken_in` is set once the chat's next update may begin."""

    def __init__(self, window: Window = AT_ONCE) -> None:
        self._window = window
        self._begun = self._newest = window.clock()
        self._updates: list[Update] = []
        self._settled: set[int] = set()
        self._complete = asyncio.Event()
        self.taken_in = asyncio.Event()

    @property
    def updates(self) -> list[Update]:
        """What came so far, in the order in which it was sent."""
        return sorted(self._updates, key=lambda update: update.update_id)

    @property
    def asking(self) -> list[Update]:
        """Whose handlers are to run, on behalf of all: those with a caption, else the first."""
        captioned = [update for update in self.updates if update.message is not None and update.message.caption]
        return captioned or self.updates[:1]

    @property
    def is_complete(self) -> bool:
        """Whether whatever else comes of it comes too late."""
        return self._complete.is_set()

    def join(self, update: Update) -> None:
        """One more came."""
        self._updates.append(update)
        self._newest = self._window.clock()

    async def complete(self, update: Update) -> None:
        """Wait until no more is expected. The first one that joined keeps watch for all."""
        if update is not self._updates[0]:
            await self._complete.wait()
            return
        try:
            while (left := self._left()) > 0:
                await self._window.sleep(left)
        finally:
            self._complete.set()

    def settle(self, update_id: int) -> None:
        """The chat's next update need not wait for this one any more."""
        self._settled.add(update_id)
        self._check()

    def leave(self, update: Update) -> None:
        """This one was dropped before anything came of it; the others go on without it."""
        if update is self._updates[0]:
            self._complete.set()
        self._updates.remove(update)
        self._check()

    def _check(self) -> None:
        if all(update.update_id in self._settled for update in self.asking):
            self.taken_in.set()

    def _left(self) -> float:
        return min(self._newest + self._window.quiet, self._begun + self._window.most) - self._window.clock()
