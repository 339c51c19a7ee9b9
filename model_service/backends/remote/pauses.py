"""Pauses between attempts, longer each time."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass

PAUSES: Sequence[float] = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
"""Seconds; the last one is repeated."""

MOST_ASKED = 60.0
"""The most seconds that a server may ask to wait: what changes sooner is seen sooner."""


@dataclass(slots=True)
class Pauses:
    """The pauses of one who tries again and again."""

    taken: int = 0

    async def take(self, asked: float | None = None) -> None:
        """Pause, for as long as was asked for, or longer than the last time; a little more, since others wait too."""
        seconds = PAUSES[min(self.taken, len(PAUSES) - 1)] if asked is None else min(asked, MOST_ASKED)
        self.taken += 1
        await asyncio.sleep(seconds * random.uniform(1.0, 1.2))
