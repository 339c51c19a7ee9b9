"""python -m bench outage: Telegram refuses messages and files for a while, and a backlog waits for both.

It needs the checkout: the bot runs in the process of tests/crash.
"""

import asyncio
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import playground
from bench.kills import LIMITS, within
from bench.verdict import Verdict, conclude, is_idle
from playground import Server
from tests.crash.bot_process import BotProcess
from tests.crash.mixed import Mixed

METHODS = ("sendMessage", "editMessageText", "getFile", "download")
STATUSES = (502, 500, 503)
MANY = 100_000

PAUSES = ("bot.delivery.message.LONGEST_PAUSE", "bot.incoming.downloads.LONGEST_PAUSE")
"""The names of the limits of pauses between attempts, in seconds."""

START_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Plan:
    """The outage's length, and the people who ask meanwhile. Nothing is expected `patience` seconds after its end.

    `pause` is the most seconds between two attempts; None: the default.
    """

    seconds: float = 600.0
    messages: int = 500
    chats: int = 10
    seed: int = 0
    pause: float | None = None
    patience: float = 600.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """The number of failed requests, the seconds from the end until all was answered, and the verdict."""

    plan: Plan
    refused: int
    drained: float
    verdict: Verdict

    def wrong(self) -> dict[str, int]:
        """The counts that should be 0."""
        return self.verdict.wrong()


async def measure(plan: Plan, folder: Path) -> Outcome:
    """Start an outage, ask, end it, and wait for the answers."""
    chance = random.Random(plan.seed)
    async with playground.serve() as server:
        bot = BotProcess(server, folder, patches=_patches(plan), model=LIMITS)
        crowd = Mixed(server, chance, plan.chats, plan.messages)
        bot.start()
        await server.wait_until(lambda: server.polling, START_SECONDS)
        _break(server)
        for number in range(len(crowd.plan)):
            await crowd.ask(number)
        await asyncio.sleep(plan.seconds)
        refused = sum(call.refusal is not None for call in server.requests)
        server.fail_no_more()
        await server.accept_connections()
        begin = time.monotonic()
        await within(plan.patience, lambda: crowd.is_served or is_idle(server, bot))
        drained = time.monotonic() - begin
        await within(5.0, lambda: is_idle(server, bot))
        verdict = await conclude(server, bot, crowd)
    return Outcome(plan, refused, round(drained, 1), verdict)


def _break(server: Server) -> None:
    """Answer connected clients with errors and refuse new ones; the poll stays connected."""
    for method in METHODS:
        for number in range(MANY // len(STATUSES)):
            server.fail_next(method, STATUSES[number % len(STATUSES)], "Bad Gateway", html=number % 2 == 0)
    server.refuse_connections()


def _patches(plan: Plan) -> Mapping[str, object]:
    return {} if plan.pause is None else dict.fromkeys(PAUSES, plan.pause)
