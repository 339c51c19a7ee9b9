"""Kill the bot's process: while its model loads, during delivery, during a /forget, at any await."""

import asyncio
import random
import sqlite3
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from assistant.storage.database import FILE, FOLDER
from assistant.tasks import spawn
from playground import Call, Server
from playground.presses import Press
from tests.crash.bot_process import BotProcess, Ends, Load
from tests.crash.failpoints import Failpoint
from tests.crash.marks import mark_of
from tests.crash.mixed import Mixed

SECONDS = 120.0
"""Longer than any process lives."""

FORGET_SECONDS = 0.06
"""Seconds from its start within which a /forget is cut off."""

POLL_SECONDS = 0.001
MOST_RESUMED = 500
MOST_DELIVERED = 6
STARTS_WITHOUT = 6
"""Number of starts without the model before it is back."""


class Kind(StrEnum):
    """When a process is killed. MISSING is no kill: the model is missing for a while."""

    LOADING = "loading"
    DELIVERY = "delivery"
    FORGET = "forget"
    AWAIT = "await"
    MISSING = "missing"


def schedule(chance: random.Random, kills: int, missing: int) -> list[Kind]:
    """Return the kills in random order: a third while it loads, a third in delivery or a /forget, a third at awaits."""
    third = kills // 3
    kinds = [Kind.LOADING] * third + [Kind.AWAIT] * third
    rest = kills - len(kinds)
    kinds += [Kind.FORGET] * (rest // 2) + [Kind.DELIVERY] * (rest - rest // 2)
    chance.shuffle(kinds)
    for number in range(missing):
        kinds.insert((number + 1) * len(kinds) // (missing + 1), Kind.MISSING)
    return kinds


@dataclass(slots=True)
class Deaths:
    """The kills so far by kind, and the numbers of the messages that the bot had noted at each."""

    kills: Counter[Kind]
    known: set[tuple[int, int]]
    most_attempts: int = 0


class Reaper:
    """Start and kill processes. `longest` is how many seconds a model loads at most."""

    def __init__(self, server: Server, bot: BotProcess, crowd: Mixed, chance: random.Random, longest: float) -> None:
        self.deaths = Deaths(Counter(), set())
        self.came = 0
        """The number of questions to be asked before a process may be left idle."""
        self._server = server
        self._bot = bot
        self._crowd = crowd
        self._chance = chance
        self._longest = longest
        self._deliveries = 0
        server.listen(self._hear)

    @property
    def places(self) -> Path:
        """The file with the awaits at which processes died."""
        return self._bot.folder / "places"

    @property
    def kills(self) -> int:
        """The number of kills."""
        return sum(count for kind, count in self.deaths.kills.items() if kind is not Kind.MISSING)

    async def one_life(self, kind: Kind) -> None:
        """Start a process and see it die."""
        quick = Load(self._chance.uniform(0.0, 0.2 * self._longest))
        if kind is Kind.MISSING:
            for _ in range(STARTS_WITHOUT):
                await self._start_in_vain()
        elif kind is Kind.LOADING:
            self._bot.start(Load(self._chance.uniform(0.0, self._longest), Ends.KILLED))
            await self._end()
        elif kind is Kind.AWAIT:
            self._bot.start(quick, Failpoint(self._chance.randint(1, MOST_RESUMED), self.places))
            await self._end()
        elif kind is Kind.DELIVERY or not self._crowd.forgettable():
            self._deliveries = self._chance.randint(1, MOST_DELIVERED)
            self._bot.start(quick)
            await self._end()
        else:
            await self._die_forgetting(quick)
        self.deaths.kills[kind] += 1
        self._look()
        self._server.world.pulse.beat()

    async def _start_in_vain(self) -> None:
        self._bot.start(Load(self._chance.uniform(0.1, self._longest), Ends.MISSING))
        code = await self._bot.ended()
        if code != 1:
            raise RuntimeError(f"without a model the process ended with {code}: {self._bot.log()[-2000:]}")
        self._look()

    async def _end(self) -> None:
        """Wait until the process is dead; kill it if it has nothing left to do."""

        def idle() -> bool:
            return self._crowd.is_served and len(self._crowd.asked) >= self.came and not self._server.pending

        ended, served = spawn(self._bot.ended(), "its end"), spawn(self._server.wait_until(idle, SECONDS), "idle")
        await asyncio.wait((ended, served), timeout=SECONDS, return_when=asyncio.FIRST_COMPLETED)
        served.cancel()
        self._deliveries = 0
        self._bot.process.kill()
        await ended

    def _hear(self, call: Call) -> None:
        if self._deliveries and call.method in {"sendMessage", "editMessageText"}:
            self._deliveries -= 1
            if self._deliveries == 0:
                seconds = self._chance.choice((0.0, self._chance.uniform(0.0, 0.03)))
                asyncio.get_running_loop().call_later(seconds, self._bot.process.kill)

    async def _die_forgetting(self, load: Load) -> None:
        """Forget a chat, and kill soon after the receipt of the command or the press, or the storage's first change."""
        self._bot.start(load)
        await self._server.wait_until(lambda: self._server.polling, SECONDS)
        mark = await self._crowd.forget(self._chance.choice(self._crowd.forgettable()))
        wish = self._crowd.forgets[mark]
        moment = self._chance.random()
        if moment < 0.4:
            await self._changed(mark)
        elif moment < 0.7:
            await self._server.wait_until(lambda: mark in self._crowd.confirmed or self._has(wish.press), SECONDS)
        else:
            await self._server.wait_until(
                lambda: not any(update.get("message") == wish.said.content for update in self._server.pending), SECONDS
            )
        await asyncio.sleep(self._chance.uniform(0.0, FORGET_SECONDS))
        await self._bot.kill()

    def _has(self, press: Press | None) -> bool:
        """Whether the bot has received a press."""
        waiting = {update.get("callback_query", {}).get("id") for update in self._server.pending}
        return press is not None and press.id not in waiting

    async def _changed(self, mark: int) -> None:
        """Wait until the first of the data is gone: the log before the rows, a copy, or all of it."""
        log, folder = self._bot.folder / f"{FILE}-wal", self._bot.folder / FOLDER
        before = log.stat().st_size
        copies = [file for file in folder.glob("*") if mark_of(file) == mark]
        while mark not in self._crowd.confirmed and log.stat().st_size >= before:
            if not all(file.exists() for file in copies):
                return
            before = log.stat().st_size
            await asyncio.sleep(POLL_SECONDS)

    def _look(self) -> None:
        """Note the state that the dead process left."""
        if not self._bot.file.exists():
            return
        try:
            self.deaths.known |= set(self._bot.rows("SELECT chat, message_id FROM message_pictures"))
            ((most,),) = self._bot.rows("SELECT max(attempts) FROM inbox WHERE state <> 'done'")
        except sqlite3.Error:  # It died before it created its tables.
            return
        self.deaths.most_attempts = max(self.deaths.most_attempts, most or 0)
