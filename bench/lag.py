"""How far the event loop lags behind, and how much memory the process holds, over time."""

import asyncio
import os
import time
from pathlib import Path

BEAT = 0.005
"""Seconds between two looks at the event loop."""

PROCESSES = Path("/proc")
"""Where Linux, and no other system, tells what each process holds."""

MEMORY_SECONDS = 1.0


async def watch_lag(lags: list[float]) -> None:
    """Note how many seconds later than asked each sleep ends."""
    while True:
        begin = time.monotonic()
        await asyncio.sleep(BEAT)
        lags.append(time.monotonic() - begin - BEAT)


async def watch_memory(samples: list[float]) -> None:
    """Note the MiB in memory every MEMORY_SECONDS; nothing where the system does not tell them."""
    while (mib := resident_mib()) is not None:
        samples.append(mib)
        await asyncio.sleep(MEMORY_SECONDS)


def resident_mib(process: int | None = None) -> float | None:
    """What a process (this one, where none is named) holds in memory now; None where the system does not tell."""
    told = PROCESSES / str(process or "self") / "statm"
    if not told.exists():
        return None
    pages = int(told.read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
