"""python -m bench soak: hours of mixed load and faults in rounds; memory, threads and files are flat where it rests.

After each round all chats are forgotten, the numbers of finished updates expire, and free memory is given back: what
is left in the process and on the disk is the same after every round, unless something grows. It needs the checkout: the
bot runs in the process of tests/crash.
"""

import asyncio
import contextlib
import dataclasses
import random
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import playground
from assistant.storage.database import FILE, FOLDER
from assistant.tasks import background
from bench.kills import LIMITS, within
from bench.lag import resident_mib
from bench.verdict import Verdict, conclude, is_idle, judge
from playground import Chat, Server
from tests.crash.bot_process import SCRIPTED, BotProcess
from tests.crash.mixed import Mixed

FORGET_EVERY, FAULTS_EVERY = 25, 7
"""Questions between two /forgets, and between two faults of Telegram."""

MOST_UNDER_WAY = 6
"""The most questions that wait for their answers at a time; at the start of a round all chats ask at once."""

PATIENCE = 120.0
"""Seconds after which an unanswered question no longer holds up others."""

KEPT_SECONDS, SWEEP_SECONDS = 20.0, 60.0
"""For how long the numbers of finished updates are kept, and how often old data goes: in use two days and an hour."""

PATCHES = {"bot.updates.inbox.KEPT_SECONDS": KEPT_SECONDS, "assistant.retention.PAUSE": SWEEP_SECONDS}

FAULTS = (("sendMessage", 429), ("editMessageText", 429), ("editMessageText", 502), ("download", 502), ("getFile", 500))

TRIM_SECONDS = 1.0
"""For how long the process gives free memory back; of what its threads freed last, glibc keeps up to 25 MiB."""

FLAT, FEWEST = 0.02, 4
"""The share by which a figure may differ between rests, and the number of rests without which nobody can tell."""

FIGURES = ("memory", "descriptors", "threads", "database", "log", "pictures", "files")
"""What must be flat."""


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
    files: int
    answered: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Duration, people, and the model; `scripted` is none. Under load a sample is taken every `every` seconds.

    A round is `load` seconds long, and half a minute or more until it rests; `pause` is between two questions.
    """

    rounds: int = 24
    load: float = 240.0
    chats: int = 15
    model: str = SCRIPTED
    seed: int = 0
    pause: float = 0.2
    every: float = 15.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """The questions, the samples at rest and under load, each figure's change in the second half, and the verdict.

    `earlier` are the verdicts of the rounds in which something was wrong before all was forgotten.
    """

    plan: Plan
    asked: int
    forgets: int
    rests: list[Sample]
    samples: list[Sample]
    change: dict[str, float]
    earlier: list[Verdict]
    verdict: Verdict

    def wrong(self) -> dict[str, float]:
        """The counts that should be 0, and the figures that are not flat."""
        counts = Counter[str]()
        for verdict in (*self.earlier, self.verdict):
            counts.update(verdict.wrong())
        few = {"rests": len(self.rests)} if len(self.rests) < FEWEST else {}
        return counts | few | {name: share for name, share in self.change.items() if abs(share) > FLAT}


async def measure(plan: Plan, folder: Path) -> Outcome:
    """Let the people ask in rounds, with a rest after each."""
    begin, samples, rests, earlier = time.monotonic(), list[Sample](), list[Sample](), list[Verdict]()
    async with playground.serve() as server:
        model = LIMITS if plan.model == SCRIPTED else LIMITS | {"name": plan.model}
        bot = BotProcess(server, folder, engine=plan.model, patches=PATCHES, model=model)
        exact = plan.model == SCRIPTED
        crowd = Mixed(server, random.Random(plan.seed), plan.chats, plan.chats, exact=exact)
        bot.start()
        await server.wait_until(lambda: server.polling, PATIENCE)
        print(line(field.name for field in dataclasses.fields(Sample)))
        chance = random.Random(plan.seed)
        for _ in range(plan.rounds):
            async with background(_watch(plan, begin, bot, crowd, samples), "take samples"):
                await _ask(plan, server, crowd, chance)
            server.fail_no_more()
            await within(PATIENCE, lambda: _is_quiet(server, bot, crowd))
            if (verdict := judge(crowd, bot, set(), 0)).wrong():
                earlier.append(verdict)
                print(verdict.wrong(), *verdict.transcripts, sep="\n", flush=True)
            await _rest(server, bot, crowd)
            bot.give_back()
            await asyncio.sleep(TRIM_SECONDS)
            _take(begin, bot, crowd, rests, "at rest")
        await within(10.0, lambda: not judge(crowd, bot, set(), 0).wrong())
        verdict = await conclude(server, bot, crowd)
    return Outcome(plan, len(crowd.asked), len(crowd.wishes), rests, samples, change(rests), earlier, verdict)


async def _ask(plan: Plan, server: Server, crowd: Mixed, chance: random.Random) -> None:
    """Ask one question after the other, a few at a time, with faults and forgetting in between."""
    until, rooms = time.monotonic() + plan.load, list(crowd.rooms.values())
    for room in rooms:
        await _ask_in(room, crowd)
    while time.monotonic() < until:
        await _ask_in(chance.choice(rooms), crowd)
        if len(crowd.plan) % FAULTS_EVERY == 0:
            method, status = chance.choice(FAULTS)
            server.fail_next(method, status, "Try again", retry_after=1 if status == 429 else None)
        if len(crowd.plan) % FORGET_EVERY == 0:
            await crowd.forget(chance.choice(crowd.forgettable()))
        with contextlib.suppress(TimeoutError):
            await server.wait_until(lambda: len(crowd.unanswered) < MOST_UNDER_WAY, PATIENCE)
        server.requests.clear()
        await asyncio.sleep(plan.pause)


async def _ask_in(room: Chat, crowd: Mixed) -> None:
    crowd.plan.append(room)
    await crowd.ask(len(crowd.plan) - 1)


async def _rest(server: Server, bot: BotProcess, crowd: Mixed) -> None:
    """Have everything forgotten; the last chat only when the numbers of the other updates may go."""
    *others, last = crowd.forgettable()
    for chat in others:
        await crowd.forget(chat)
    await within(PATIENCE, lambda: _is_quiet(server, bot, crowd))
    await asyncio.sleep(KEPT_SECONDS + 0.1)
    await crowd.forget(last)
    await within(PATIENCE, lambda: _is_quiet(server, bot, crowd))


def _is_quiet(server: Server, bot: BotProcess, crowd: Mixed) -> bool:
    """Return whether everything is answered, forgotten as wished, and done with."""
    return crowd.is_served and crowd.confirmed >= set(crowd.forgets) and is_idle(server, bot)


async def _watch(plan: Plan, begin: float, bot: BotProcess, crowd: Mixed, samples: list[Sample]) -> None:
    while True:
        await asyncio.sleep(plan.every)
        _take(begin, bot, crowd, samples)


def _take(begin: float, bot: BotProcess, crowd: Mixed, samples: list[Sample], *remarks: str) -> None:
    if (sample := take(bot, time.monotonic() - begin, len(crowd.answered))) is not None:
        samples.append(sample)
        print(line((*dataclasses.astuple(sample), *remarks)), flush=True)


def take(bot: BotProcess, seconds: float, answered: int) -> Sample | None:
    """Sample the process; None where the system does not tell."""
    process, number = Path("/proc") / str(bot.process.pid), bot.process.pid
    if (memory := resident_mib(number)) is None:
        return None
    return Sample(
        seconds=round(seconds, 1),
        memory=round(memory, 1),
        descriptors=len(list((process / "fd").iterdir())),
        threads=len(list((process / "task").iterdir())),
        database=_mib(bot.file),
        log=_mib(bot.folder / f"{FILE}-wal"),
        pictures=round(sum(map(_mib, (bot.folder / FOLDER).glob("*"))), 4),
        files=sum(file.is_file() for file in bot.folder.rglob("*")),
        answered=answered,
    )


def _mib(file: Path) -> float:
    """Return a file's size, to a page of the database; 0 where there is none (any more)."""
    with contextlib.suppress(FileNotFoundError):
        return round(file.stat().st_size / 2**20, 4)
    return 0.0


def change(rests: Sequence[Sample]) -> dict[str, float]:
    """Return by what share each figure's least value differs between the two parts of the second half.

    What comes on top of it in one rest or another is chance: what malloc keeps, a connection that is open still.
    """
    half = rests[len(rests) // 2 :]
    parts = half[: len(half) // 2], half[len(half) // 2 :]
    return {name: _share(*([getattr(one, name) for one in part] for part in parts)) for name in FIGURES}


def _share(before: Sequence[float], after: Sequence[float]) -> float:
    """Return the change as a share of what was before: infinite from nothing to something, 0 of too few samples."""
    if not before or not after:
        return 0.0
    start, end = min(before), min(after)
    if start == end:
        return 0.0
    return round(end / start - 1.0, 4) if start else float("inf")


def line(values: Iterable[object]) -> str:
    """Return a row of the table."""
    return " ".join(f"{value!s:>11}" for value in values)
