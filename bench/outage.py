"""python -m bench outage: Telegram refuses messages and files for a while, and a backlog waits for both.

It needs the checkout: the bot runs in the process of tests/crash.
"""

import argparse
import asyncio
import dataclasses
import json
import random
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import playground
from bench.kills import within
from bench.machine import facts
from bench.verdict import Verdict, judge
from playground import Server
from tests.crash.bot_process import BotProcess
from tests.crash.mixed import Mixed

METHODS = ("sendMessage", "editMessageText", "getFile", "download")
STATUSES = (502, 500, 503)
MANY = 100_000

PAUSES = ("bot.delivery.message.LONGEST_PAUSE", "bot.incoming.downloads.LONGEST_PAUSE")
"""The names of the limits of pauses between attempts, in seconds."""

START_SECONDS = 60.0
MOST_WAITING = 1024
LIMITS = {"max_waiting": MOST_WAITING, "waiting_per_person": MOST_WAITING, "waiting_per_chat": MOST_WAITING}


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

        def over() -> bool:
            waiting = bot.rows("SELECT 1 FROM inbox WHERE state IN ('waiting', 'working') LIMIT 1")
            return not waiting and not server.pending

        await within(plan.patience, lambda: crowd.is_served or over())
        drained = time.monotonic() - begin
        await within(5.0, over)
        known = set(bot.rows("SELECT chat, message_id FROM message_pictures"))
        verdict = judge(crowd, bot, known, len(server.violations))
        bot.process.terminate()
        await bot.ended()
    return Outcome(plan, refused, round(drained, 1), verdict)


def _break(server: Server) -> None:
    """Answer connected clients with errors and refuse new ones; the poll stays connected."""
    for method in METHODS:
        for number in range(MANY // len(STATUSES)):
            server.fail_next(method, STATUSES[number % len(STATUSES)], "Bad Gateway", html=number % 2 == 0)
    server.refuse_connections()


def _patches(plan: Plan) -> Mapping[str, object]:
    return {} if plan.pause is None else dict.fromkeys(PAUSES, plan.pause)


def main(arguments: list[str]) -> None:
    """Read the command line, run the trial, print, and keep."""
    parser = argparse.ArgumentParser(prog="python -m bench outage", description=__doc__)
    plan = Plan()
    parser.add_argument("--seconds", type=float, default=plan.seconds)
    parser.add_argument("--messages", type=int, default=plan.messages)
    parser.add_argument("--chats", type=int, default=plan.chats)
    parser.add_argument("--seed", type=int, default=plan.seed)
    parser.add_argument("--pause", type=float, help="the most seconds between two attempts, instead of the bot's own")
    parser.add_argument("--out", type=Path, help="keep the figures here, as JSON")
    asked = vars(parser.parse_args(arguments))
    out = asked.pop("out")
    with tempfile.TemporaryDirectory() as folder:
        outcome = asyncio.run(measure(Plan(**asked), Path(folder) / "data"))
    report = json.dumps(facts() | dataclasses.asdict(outcome), indent=2)
    print(report)
    if out is not None:
        out.write_text(report + "\n", encoding="utf-8")
    print(*outcome.verdict.transcripts[:3], sep="\n\n")
    if wrong := outcome.verdict.wrong():
        raise SystemExit(f"not as it should be: {wrong}")
