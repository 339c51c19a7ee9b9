"""python -m bench kills: kill the real bot again and again while many people ask; nothing may be lost.

It needs the checkout: the killed process is the one of tests/crash.
"""

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import playground
from assistant.tasks import spawn
from bench.reaper import Kind, Reaper, schedule
from bench.verdict import Verdict, conclude, is_idle, judge
from bot.updates.utterances import Window
from playground import Server
from tests.crash.bot_process import BotProcess
from tests.crash.mixed import Mixed

SETTLE_SECONDS, TIDY_SECONDS = 120.0, 10.0
"""Time limits of the last process: to answer what is left, and to delete what is due."""

MOST_WAITING = 1024
LIMITS = {"max_waiting": MOST_WAITING, "waiting_per_person": MOST_WAITING, "waiting_per_chat": MOST_WAITING}


@dataclass(frozen=True, slots=True)
class Plan:
    """How often to kill, and how much is asked in how many chats; a model loads for `longest` seconds at most.

    `quiet` is the wait for more pictures of an album.
    """

    kills: int = 100
    questions: int = 300
    chats: int = 20
    seed: int = 0
    missing: int = 2
    longest: float = 2.0
    quiet: float = 1.0

    def __post_init__(self) -> None:
        """Refuse questions that are no multiple of the chats: each chat asks as many as the others."""
        if self.questions % self.chats:
            raise SystemExit("the number of questions must be a multiple of the number of chats")


@dataclass(frozen=True, slots=True)
class Outcome:
    """The numbers of the trial, and its verdict.

    `places` are the different awaits of the kills, `tracebacks` those in the log.
    """

    plan: Plan
    seconds: float
    kills: dict[Kind, int]
    forgets: int
    places: int
    most_attempts: int
    tracebacks: int
    verdict: Verdict

    def wrong(self) -> dict[str, int]:
        """The counts that should be 0."""
        return self.verdict.wrong()


async def measure(plan: Plan, folder: Path) -> Outcome:
    """Kill as planned, let the last process finish everything, and judge."""
    begin, chance = time.monotonic(), random.Random(plan.seed)
    async with playground.serve() as server:
        patches = {"bot.updates.lanes.WINDOW": Window(plan.quiet)}
        bot = BotProcess(server, folder, patches=patches, model=LIMITS)
        crowd = Mixed(server, chance, plan.chats, plan.questions)
        reaper = Reaper(server, bot, crowd, random.Random(plan.seed), plan.longest)
        asking = spawn(_ask_all(plan, server, crowd, reaper), "ask")
        for kind in schedule(random.Random(plan.seed), plan.kills, plan.missing):
            reaper.came = _due(plan, reaper.kills)
            await reaper.one_life(kind)
        await asking
        await _settle(server, bot, crowd)
        verdict = await conclude(server, bot, crowd, reaper.deaths.known)
    places = reaper.places.read_text(encoding="utf-8").splitlines() if reaper.places.exists() else []
    return Outcome(
        plan=plan,
        seconds=round(time.monotonic() - begin, 1),
        kills=dict(reaper.deaths.kills),
        forgets=len(crowd.wishes),
        places=len(set(places)),
        most_attempts=reaper.deaths.most_attempts,
        tracebacks=bot.log().count("Traceback"),
        verdict=verdict,
    )


def _due(plan: Plan, kills: int) -> int:
    """Return how many questions come before this many kills: a sixth at first, then evenly."""
    first = plan.questions // 6
    return first + kills * (plan.questions - first) // max(1, plan.kills - 1)


async def _ask_all(plan: Plan, server: Server, crowd: Mixed, reaper: Reaper) -> None:
    for number in range(plan.questions):
        await server.wait_until(lambda number=number: _due(plan, reaper.kills) > number, 3600.0)  # type: ignore[misc]
        await crowd.ask(number)


async def _settle(server: Server, bot: BotProcess, crowd: Mixed) -> None:
    """Start for the last time, and wait until nothing more comes."""

    def well() -> bool:
        return crowd.is_served and crowd.confirmed >= set(crowd.forgets)

    def idle() -> bool:
        return is_idle(server, bot) and server.polling

    bot.start()
    await within(SETTLE_SECONDS, lambda: server.polling and (well() or idle()))
    await within(TIDY_SECONDS, lambda: idle() and not judge(crowd, bot, set(), 0).wrong())


async def within(seconds: float, look: Callable[[], bool]) -> None:
    """Poll a condition: files announce no changes."""
    until = time.monotonic() + seconds
    while not look() and time.monotonic() < until:  # noqa: ASYNC110
        await asyncio.sleep(0.2)
