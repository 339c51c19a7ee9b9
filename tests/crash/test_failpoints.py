"""The failpoint kills at awaits of the product, each time at another one."""

import signal
from pathlib import Path

from playground import Server
from tests.bot.samples import picture
from tests.crash.bot_process import BotProcess
from tests.crash.failpoints import Failpoint

LIVES, MOST = 10, 30
"""The processes that die at least, and at most until one was on an answer's way: that is up to the machine, too."""

STEP = 35
"""The number of further resumptions of each process."""


async def test_no_two_processes_die_at_the_same_await(server: Server, tmp_path: Path) -> None:
    """And they die on an answer's way, not only at the start."""
    bot, places = BotProcess(server, tmp_path / "data"), tmp_path / "places"
    died: list[str] = []
    for number in range(MOST):
        await server.person(f"Person {number}").private().send_photo(picture(), f"What is q{number}?")
        bot.start(failpoint=Failpoint(STEP * number, places))
        assert await bot.ended() == -signal.SIGKILL
        died = places.read_text(encoding="utf-8").splitlines()
        if len(died) >= LIVES and any("lanes.py" in place for place in died):
            break
    assert len(set(died)) == len(died) == number + 1
    assert any("lanes.py" in place for place in died)
