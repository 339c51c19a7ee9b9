"""The time in which an album arrives, turned by hand."""

import asyncio
from collections.abc import Callable

from bot.lanes import Lanes
from tests.conversation.conftest import Stage


class HandWindow:
    """As bot.albums.Window, but the clock stands still until a test turns it."""

    quiet, most = 1.0, 5.0

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._now = 0.0
        self._looked = asyncio.Event()
        self._turned = asyncio.Event()

    def clock(self) -> float:
        """The time; whoever joins an album asks for it."""
        self._looked.set()
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Sleep until the clock was turned so far."""
        until = self._now + seconds
        while self._now < until:
            await self._turned.wait()

    def turn(self, seconds: float) -> None:
        """Let time pass."""
        self._now += seconds
        self._turned.set()
        self._turned = asyncio.Event()

    async def arriving(self, number: int) -> None:
        """Wait until so many updates wait for more of their albums."""
        await self._until(lambda: self._lanes.arriving == number)

    @property
    def _lanes(self) -> Lanes:
        assert self._stage.running is not None
        lanes = self._stage.running.application.update_processor
        assert isinstance(lanes, Lanes)
        return lanes

    async def _until(self, look: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not look():
                self._looked.clear()
                await self._looked.wait()
