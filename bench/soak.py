"""python -m bench soak: run mixed load and some faults for hours; memory, descriptors and files must stay flat.

It needs the checkout: the bot runs in the process of tests/crash.
"""

import asyncio
import contextlib
import dataclasses
import random
import statistics
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import playground
from assistant.storage.database import FILE, FOLDER
from assistant.tasks import background
from bench.kills import LIMITS, within
from bench.lag import resident_mib
from bench.verdict import Verdict, conclude, judge
from playground import Server
from tests.crash.bot_process import SCRIPTED, BotProcess
from tests.crash.mixed import Mixed

FORGET_EVERY, FAULTS_EVERY = 25, 7
"""Questions between two /forgets, and between two faults of Telegram."""

MOST_UNDER_WAY = 6
"""The most questions that wait for their answers at a time."""

PATIENCE = 120.0
"""Seconds after which an unanswered question no longer holds up others."""

PATCHES = {"bot.updates.inbox.KEPT_SECONDS": 60.0}
"""The numbers of finished updates are kept for two days, longer than any soak."""

FAULTS = (("sendMessage", 429), ("editMessageText", 429), ("editMessageText", 502), ("download", 502), ("getFile", 500))


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample of the bot's process: MiB, and numbers of descriptors, threads and files."""

    seconds: float
    memory: float
    descriptors: int
    threads: int
    database: float
    log: float
    pictures: float
    copies: int
    answered: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Duration, people, and the model; `scripted` is none. A sample is taken every `every` seconds.

    `pause` is between two questions, in seconds.
    """

    minutes: float = 120.0
    chats: int = 15
    model: str = SCRIPTED
    seed: int = 0
    pause: float = 0.2
    every: float = 15.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """The number of questions, the samples, each figure's growth in the second half as a share, and the verdict."""

    plan: Plan
    asked: int
    samples: list[Sample]
    trend: dict[str, float | None]
    verdict: Verdict

    def wrong(self) -> dict[str, int]:
        """The counts that should be 0."""
        return self.verdict.wrong()


async def measure(plan: Plan, folder: Path) -> Outcome:
    """Let the people ask for the planned time."""
    samples = list[Sample]()
    async with playground.serve() as server:
        model = LIMITS if plan.model == SCRIPTED else LIMITS | {"name": plan.model}
        bot = BotProcess(server, folder, engine=plan.model, patches=PATCHES, model=model)
        exact = plan.model == SCRIPTED
        crowd = Mixed(server, random.Random(plan.seed), plan.chats, plan.chats, exact=exact)
        bot.start()
        await server.wait_until(lambda: server.polling, PATIENCE)
        async with background(_watch(plan, bot, crowd, samples), "take samples"):
            await _ask(plan, server, crowd)
            await within(PATIENCE, lambda: crowd.is_served)
        await within(10.0, lambda: not judge(crowd, bot, set(), 0).wrong())
        verdict = await conclude(server, bot, crowd)
    return Outcome(plan, len(crowd.asked), samples, trend(samples), verdict)


async def _ask(plan: Plan, server: Server, crowd: Mixed) -> None:
    """Ask one question after the other, a few at a time, with faults and forgetting in between."""
    chance, until = random.Random(plan.seed), time.monotonic() + 60.0 * plan.minutes
    rooms, number = list(crowd.rooms.values()), 0
    while time.monotonic() < until:
        crowd.plan.append(chance.choice(rooms))
        await crowd.ask(len(crowd.plan) - 1)
        number += 1
        if number % FAULTS_EVERY == 0:
            method, status = chance.choice(FAULTS)
            server.fail_next(method, status, "Try again", retry_after=1 if status == 429 else None)
        if number % FORGET_EVERY == 0:
            await crowd.forget(chance.choice(crowd.forgettable()))
        with contextlib.suppress(TimeoutError):
            await server.wait_until(lambda: len(crowd.unanswered) < MOST_UNDER_WAY, PATIENCE)
        server.requests.clear()
        await asyncio.sleep(plan.pause)


async def _watch(plan: Plan, bot: BotProcess, crowd: Mixed, samples: list[Sample]) -> None:
    begin = time.monotonic()
    print(line(field.name for field in dataclasses.fields(Sample)))
    while True:
        if (sample := take(bot, time.monotonic() - begin, len(crowd.answered))) is not None:
            samples.append(sample)
            print(line(dataclasses.astuple(sample)), flush=True)
        await asyncio.sleep(plan.every)


def take(bot: BotProcess, seconds: float, answered: int) -> Sample | None:
    """Sample the process; None where the system does not tell."""
    process, number = Path("/proc") / str(bot.process.pid), bot.process.pid
    if (memory := resident_mib(number)) is None:
        return None
    copies = [file.stat().st_size for file in (bot.folder / FOLDER).glob("*") if file.exists()]
    return Sample(
        seconds=round(seconds, 1),
        memory=round(memory, 1),
        descriptors=len(list((process / "fd").iterdir())),
        threads=len(list((process / "task").iterdir())),
        database=_mib(bot.folder / FILE),
        log=_mib(bot.folder / f"{FILE}-wal"),
        pictures=round(sum(copies) / 2**20, 3),
        copies=len(copies),
        answered=answered,
    )


def _mib(file: Path) -> float:
    return round(file.stat().st_size / 2**20, 3) if file.exists() else 0.0


def trend(samples: Sequence[Sample]) -> dict[str, float | None]:
    """Return by what share the median of each figure's last quarter is above that of its third: all of them sway."""
    names = [field.name for field in dataclasses.fields(Sample)][1:-1]
    half = samples[len(samples) // 2 :]
    third, last = half[: len(half) // 2], half[len(half) // 2 :]
    return {name: _rise(*([getattr(one, name) for one in part] for part in (third, last))) for name in names}


def _rise(before: Sequence[float], after: Sequence[float]) -> float | None:
    """Return the growth; None if there is too little to tell."""
    start = statistics.median(before) if before else 0.0
    return round(statistics.median(after) / start - 1, 4) if start else None


def line(values: Iterable[object]) -> str:
    """Return a row of the table."""
    return " ".join(f"{value!s:>11}" for value in values)
