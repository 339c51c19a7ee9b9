"""Run work in threads and wait for its end, since a thread cannot be cancelled."""

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import Executor
from typing import TypeVar, TypeVarTuple, Unpack

Arguments = TypeVarTuple("Arguments")
T = TypeVar("T")


async def to_the_end(pool: Executor | None, work: Callable[[Unpack[Arguments]], T], *arguments: *Arguments) -> T:
    """Run `work` in a thread of `pool` (None: asyncio's own).

    A cancelled caller returns only when the work has ended: nothing that is held for it is released too early, and what
    it left behind can be removed.
    """
    running = asyncio.get_running_loop().run_in_executor(pool, work, *arguments)
    try:
        return await asyncio.shield(running)
    finally:
        while not running.done():  # However often it is cancelled.
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait([running])
