"""Watch how late the event loop wakes who sleeps."""

import asyncio
import time
from collections.abc import Callable

BEAT = 0.1
"""The seconds between two looks: what holds the loop for longer never goes unseen."""


async def watch_lag(note: Callable[[float], None], beat: float = BEAT) -> None:
    """Note, until cancelled, by how many seconds each sleep of `beat` seconds ends late."""
    while True:
        begun = time.monotonic()
        await asyncio.sleep(beat)
        note(max(0.0, time.monotonic() - begun - beat))
