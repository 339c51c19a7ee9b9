"""Nothing is lost: the process is killed again and again while many people ask."""

import asyncio
import random
from dataclasses import dataclass
from pathlib import Path

import pytest

from assistant.tasks import spawn
from bot.updates.inbox import MOST_ATTEMPTS
from playground import Call, Server
from tests.crash.bot_process import BotProcess
from tests.crash.crowd import Crowd

SECONDS = 300.0
"""Far more than everything takes."""

DOING = ("getFile", "download", "sendMessage", "editMessageText")
"""What was just done when the process is killed, whichever way updates come; None is anything."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How updates come, and how much is asked and killed; `at_first` come at the start, the others with the kills.

    `methods` are what was just done when the process is killed, or is just being done.
    """

    kills: int
    chats: int
    questions: int
    at_first: int
    methods: tuple[str | None, ...]
    hooked: bool = False


POLLING = Plan(30, 20, 200, 50, (None, "getUpdates", *DOING))
HOOKED = Plan(15, 10, 80, 20, (None, "delivery", "delivery", "setWebhook", *DOING), hooked=True)

LIMITS = {"max_waiting": 256, "waiting_per_person": 256, "waiting_per_chat": 256}


class Reaper:
    """Kills the process at a moment that nobody knows: when a request was just done, or a little later."""

    def __init__(self, server: Server, bot: BotProcess, chance: random.Random, plan: Plan) -> None:
        self.kills = 0
        self._plan = plan
        self._server = server
        self._bot = bot
        self._chance = chance
        self._method: str | None = None
        self._left = 0
        self._armed = False
        self._merciful = False
        server.listen(self._hear)

    async def one_life(self, crowd: Crowd) -> None:
        """Start the process, and kill it at its moment, or when all questions that came are answered."""
        self._method = self._chance.choice(self._plan.methods)
        self._left = self._chance.randint(1, 5 if self._method else 30)
        self._merciful = self._bot.file.exists() and self._unlucky()
        self._armed = True
        self._bot.start()
        first, most = self._plan.at_first, self._plan.questions
        came = first + self.kills * (most - first) // self._plan.kills

        def idle() -> bool:
            return crowd.is_served and len(crowd.asked) >= came and not (self._merciful and self._unlucky())

        await self._server.wait_until(lambda: not self._armed or idle(), SECONDS)
        self._armed = False
        await self._bot.kill()
        self.kills += 1
        self._server.world.pulse.beat()

    def _hear(self, call: Call) -> None:
        if not self._armed or self._method not in {None, call.method}:
            return
        self._left -= 1
        if self._left > 0 or (self._merciful and self._unlucky()):
            return
        self._method, self._left = "", 1
        if self._chance.random() < 0.5:
            self._strike()
        else:
            asyncio.get_running_loop().call_later(self._chance.uniform(0.0, 0.03), self._strike)

    def _strike(self) -> None:
        self._bot.process.kill()
        self._armed = False
        self._server.world.pulse.beat()

    def _unlucky(self) -> bool:
        """Whether one more death would set a question aside; that it does so is shown elsewhere."""
        sql = "SELECT attempts FROM inbox WHERE state IN ('waiting', 'working')"
        return any(attempts >= MOST_ATTEMPTS - 1 for (attempts,) in self._bot.rows(sql))


@pytest.mark.timeout(SECONDS)
@pytest.mark.parametrize("plan", [POLLING, HOOKED], ids=["polling", "webhook"])
async def test_no_question_is_lost_or_answered_twice_or_out_of_turn(server: Server, tmp_path: Path, plan: Plan) -> None:
    """Thirty deaths, two hundred questions: each is answered, in one message, in the order of its person."""
    chance = random.Random(5)
    bot = BotProcess(server, tmp_path / "data", hooked=plan.hooked, model=LIMITS)
    crowd, reaper = Crowd(server, chance, plan.chats, plan.questions), Reaper(server, bot, chance, plan)

    async def ask_all() -> None:
        for number in range(plan.questions):
            due = (number - plan.at_first) * plan.kills / (plan.questions - plan.at_first)
            await server.wait_until(lambda due=due: reaper.kills >= due, SECONDS)  # type: ignore[misc]
            await crowd.ask(number)

    asking = spawn(ask_all(), "ask")
    while reaper.kills < plan.kills:
        await reaper.one_life(crowd)
    await asking
    bot.start()
    await server.wait_until(lambda: crowd.is_served, SECONDS)
    bot.process.terminate()
    assert await bot.ended() == 0
    # Not even where the kill fell between Telegram's acceptance and the commit: what is repeated is an edit.
    assert [name for name, messages in crowd.finals.items() if len(messages) > 1] == []
    for asked, answered in crowd.by_person():
        assert answered == asked
    assert bot.rows("SELECT * FROM inbox WHERE state <> 'done'") == []
    assert bool(server.deliveries) is plan.hooked is not bool(server.calls("getUpdates"))
