"""Watch the event loop's lag and the process's memory over time."""

import asyncio
import os
from pathlib import Path

import web.lag

BEAT = 0.005
"""Seconds between two checks of the event loop."""

PROCESSES = Path("/proc")
"""Linux's place for each process's memory; other systems have none."""

MEMORY_SECONDS = 1.0


async def watch_lag(lags: list[float]) -> None:
    """Record by how many seconds each sleep ends late."""
    await web.lag.watch_lag(lags.append, BEAT)


async def watch_memory(samples: list[float]) -> None:
    """Record the MiB in memory every MEMORY_SECONDS; nothing where the system does not tell."""
    while (mib := resident_mib()) is not None:
        samples.append(mib)
        await asyncio.sleep(MEMORY_SECONDS)


def resident_mib(process: int | None = None) -> float | None:
    """Return the resident memory of a process (default: this one) in MiB; None where the system does not tell."""
    told = PROCESSES / str(process or "self") / "statm"
    if not told.exists():
        return None
    pages = int(told.read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
