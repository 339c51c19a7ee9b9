"""A clock that a test turns, and a sleep that turns it."""

import asyncio


class Clock:
    """Seconds since its making.

    `sleep` notes in `slept` how long it should be, sets `asleep`, and is over once `go` is set.
    """

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []
        self.asleep = asyncio.Event()
        self.go = asyncio.Event()
        self.go.set()

    def __call__(self) -> float:
        """Return the time."""
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Take no time, but turn the clock."""
        self.slept.append(seconds)
        self.asleep.set()
        until = self.now + seconds
        await self.go.wait()
        self.now = max(self.now, until)
