"""python -m bench silenced: Telegram holds one chat back, another sends slow documents; is everyone else answered?

It needs the checkout: the bot runs in the process of tests/crash.
"""

import asyncio
import json
import math
import time
from dataclasses import dataclass
from pathlib import Path

import playground
from assistant.pictures.documents import PROCESS
from assistant.storage import open_database
from bench.load import Spread, spread
from bot.updates.inbox import Inbox
from playground import Chat, Server
from tests.bot.samples import pdf, picture
from tests.crash.bot_process import BotProcess

HEARD_SECONDS = 3.0
"""Seconds within which everyone must get a reply."""

TAKEN_IN_SECONDS = 300.0
RENDERS = 2
"""How often a document is opened: for its page count, and for a page."""

SLOW = """import runpy, time
time.sleep({seconds})
runpy.run_path({process!r}, run_name="__main__")
"""


@dataclass(frozen=True, slots=True)
class Plan:
    """The load by two chats: messages in a chat that Telegram holds back, and documents that take long each.

    If not `live`, an earlier process has received the messages: the trial begins with the restart. Nobody waits for
    longer than `patience`.
    """

    messages: int = 4200
    hold_seconds: int = 3000
    documents: int = 20
    render_seconds: float = 40.0
    others: int = 6
    live: bool = True
    patience: float = 20.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """Seconds until the others got a reply (infinite: never).

    `behind` asked while messages still came in, which took `taken_in` seconds; `after`, once all were there;
    `restarted`, after the process was killed and started again.
    """

    plan: Plan
    taken_in: float | None
    behind: Spread | None
    after: Spread | None
    restarted: Spread

    @property
    def worst(self) -> float:
        """The longest of those that did not have to wait for Telegram's backlog."""
        return max(self.restarted.worst, self.after.worst if self.after else 0.0)

    def wrong(self) -> str | None:
        """How long somebody heard nothing, if that is too long."""
        return f"somebody heard nothing for {self.worst:.1f} s" if self.worst > HEARD_SECONDS else None


async def measure(plan: Plan, folder: Path) -> Outcome:
    """Start the two chats' load, and let the others ask."""
    async with playground.serve() as server:
        bot = BotProcess(
            server, folder / "data", patches={"assistant.pictures.documents.PROCESS": _slow_process(plan, folder)}
        )
        taken_in, behind, after = await _live(plan, server, bot) if plan.live else (None, None, None)
        if not plan.live:
            await _flood(plan, server)
            await _take_in(server, bot)
        bot.start()
        await server.wait_until(lambda: server.polling, TAKEN_IN_SECONDS)
        restarted = await _others(server, "Restarted", plan)
        await bot.kill()
    return Outcome(plan, taken_in, behind, after, restarted)


async def _live(plan: Plan, server: Server, bot: BotProcess) -> tuple[float, Spread, Spread]:
    bot.start()
    await server.wait_until(lambda: server.polling, TAKEN_IN_SECONDS)
    begin = time.monotonic()
    await _flood(plan, server)
    asking = asyncio.gather(*(_heard(server, f"Behind {n}", 3 * plan.patience) for n in range(plan.others)))
    await server.acknowledged(TAKEN_IN_SECONDS)
    taken_in = round(time.monotonic() - begin, 2)
    after = await _others(server, "After", plan)
    behind = spread(await asking)
    await bot.kill()
    return taken_in, behind, after


def _slow_process(plan: Plan, folder: Path) -> Path:
    """Return the bot's process, with slow rendering of documents."""
    folder.mkdir(exist_ok=True)
    file = folder / "slow.py"
    file.write_text(SLOW.format(seconds=plan.render_seconds / RENDERS, process=str(PROCESS)), encoding="utf-8")
    return file


async def _take_in(server: Server, bot: BotProcess) -> None:
    """Store the updates that Telegram holds, as the process does."""
    async with open_database(bot.folder) as database:
        inbox = Inbox(database)
        await database.rows("PRAGMA synchronous = OFF")  # No power cut is tried here.
        for update in server.pending:
            await inbox.receive(update["update_id"], json.dumps(update).encode())
    server.pending.clear()


async def _flood(plan: Plan, server: Server) -> None:
    held, slow = server.person("Held").private(), server.person("Slow").private()
    said = f"Too Many Requests: retry after {plan.hold_seconds}"
    for method in ("sendMessage", "editMessageText"):
        server.fail_next(method, 429, said, plan.hold_seconds, chat=held.id, times=plan.messages)
    for number in range(plan.documents):
        await slow.send_document(pdf(), f"{number}.pdf", caption=f"What is q{number}?")
    for number in range(plan.messages):
        await held.send(f"What is q{number}?")


async def _others(server: Server, name: str, plan: Plan) -> Spread:
    """Let people ask one after another, so that none waits for the other's answer."""
    return spread([await _heard(server, f"{name} {number}", plan.patience) for number in range(plan.others)])


async def _heard(server: Server, name: str, patience: float) -> float:
    """Return the seconds until a new person gets a reply about their picture."""
    chat: Chat = server.person(name).private()
    begin = time.monotonic()
    try:
        await chat.answer(await chat.send_photo(picture(), "What is q1?", compress=False), timeout=patience)
    except TimeoutError:
        return math.inf
    return time.monotonic() - begin
