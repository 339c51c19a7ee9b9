"""python -m bench served: many chats ask a bot whose model runs on a server, which may be killed now and then."""

import asyncio
import contextlib
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from assistant.tasks import background
from bench import load as loads
from bench.crowd import PATIENCE
from bench.load import Crowd, Load, line_of

MOST_LAG = 0.05
"""Seconds that the event loop may be late."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The crowd, for how many seconds it asks, and the seconds between two kills of the server (0: none).

    A killed server is back after `away` seconds.
    """

    chats: int = 50
    seconds: float = 60.0
    kill_every: float = 0.0
    away: float = 3.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the crowd saw, and how often the server was killed."""

    plan: Plan
    kills: int
    load: Load

    def wrong(self) -> dict[str, float]:
        """Return the figures that should be others; a loop that is late counts where nothing was killed."""
        load = self.load
        counts = {"lost": load.lost, "twice": load.twice, "unfinished": load.unfinished}
        wrong: dict[str, float] = {name: count for name, count in counts.items() if count}
        if not self.kills and load.errors:
            wrong["errors"] = load.errors
        if not self.kills and load.lag.worst > MOST_LAG:
            wrong["lag"] = load.lag.worst
        return wrong


class ModelServer:
    """A server in a process of its own, that can be killed and comes back on the same port."""

    def __init__(self) -> None:
        self.kills = 0
        self.address = ""
        self._process: Process | None = None

    async def start(self) -> None:
        """Start it; return when it listens."""
        port = urlsplit(self.address).port or 0
        command = (sys.executable, "-m", "bench.model_server", str(port))
        self._process = await asyncio.create_subprocess_exec(*command, stdout=PIPE)
        self.address = (await line_of(self._process, PATIENCE)).decode().strip()

    async def kill(self) -> None:
        """Kill it, as the system does that is out of memory."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def keep_killing(self, every: float, away: float) -> None:
        """Kill it again and again."""
        while True:
            await asyncio.sleep(every)
            await self.kill()
            self.kills += 1
            await asyncio.sleep(away)
            await self.start()


@contextlib.asynccontextmanager
async def model_server() -> AsyncIterator[ModelServer]:
    """Run a server within the block."""
    server = ModelServer()
    try:
        await server.start()
        yield server
    finally:
        await server.kill()


async def measure(plan: Plan, _: Path) -> Outcome:
    """Let the crowd ask."""
    async with model_server() as server, contextlib.AsyncExitStack() as opened:
        if plan.kill_every:
            work = server.keep_killing(plan.kill_every, plan.away)
            await opened.enter_async_context(background(work, "kill the model's server"))
        load = await loads.measure(Crowd("served", plan.chats, plan.seconds), server.address)
        return Outcome(plan, server.kills, load)
