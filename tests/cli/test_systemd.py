"""The service of systemd: hardened, told when it is up and alive, and its log without a second time."""

import asyncio
import logging
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

import playground
from assistant.settings.settings import Settings
from bot.app import LAST_SECONDS, POLLING_SECONDS
from bot.logs import goes_to_journal, set_up_logs
from cli.systemd import ADDRESS, WATCHDOG, notify, up
from tests.cli.test_commands import TOKEN, eyeglass

UNIT = Path(__file__).parents[2] / "systemd" / "eyeglass.service"
ANALYZE = shutil.which("systemd-analyze")


@pytest.fixture(params=["path", "abstract"])
def listening(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[socket.socket]:
    """What systemd listens at: a path, or a name without a file."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as server:
        name = f"eyeglass-test-{os.getpid()}"
        server.bind(str(tmp_path / "notify") if request.param == "path" else f"\0{name}")
        server.settimeout(10)
        monkeypatch.setenv(ADDRESS, str(tmp_path / "notify") if request.param == "path" else f"@{name}")
        yield server


async def test_systemd_is_told_that_it_is_up_alive_and_about_to_end(
    listening: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thrice within the time in which it wants to hear."""
    monkeypatch.setenv(WATCHDOG, "60000")
    async with up():
        heard = [(await asyncio.to_thread(listening.recv, 100)).decode() for _ in range(4)]
    assert heard[0].startswith("READY=1\n")
    assert heard[1:] == ["WATCHDOG=1"] * 3
    while (last := listening.recv(100).decode()) == "WATCHDOG=1":
        pass
    assert last.startswith("STOPPING=1\n")


@pytest.mark.parametrize("micros", ["", "0", "soon"])
async def test_without_a_watchdog_it_only_says_that_it_is_up(
    listening: socket.socket, micros: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And elsewhere nothing at all."""
    monkeypatch.setenv(WATCHDOG, micros)
    async with up():
        await asyncio.sleep(0)
    assert [listening.recv(100).decode().split("\n")[0] for _ in range(2)] == ["READY=1", "STOPPING=1"]
    monkeypatch.delenv(ADDRESS)
    notify("READY=1")
    listening.setblocking(False)
    with pytest.raises(BlockingIOError):
        listening.recv(100)


def test_nobody_who_listens_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A socket that is gone."""
    monkeypatch.setenv(ADDRESS, str(tmp_path / "gone"))
    notify("READY=1")


async def test_a_bot_that_is_not_up_does_not_say_so(listening: socket.socket, tmp_path: Path) -> None:
    """Its token is refused."""
    async with playground.serve() as server:
        code, _, _ = await eyeglass(
            "run",
            folder=tmp_path,
            TELEGRAM_BOT_TOKEN=TOKEN,
            EYEGLASS_TELEGRAM__BASE_URL=server.base_url,
            EYEGLASS_MODEL__NAME="pocket",
        )
    assert code == 1
    assert listening.recv(100).decode().startswith("STATUS=")
    listening.setblocking(False)
    with pytest.raises(BlockingIOError):
        listening.recv(100)


@pytest.mark.parametrize("journal", [True, False])
def test_the_journal_gets_priorities_and_no_second_time(
    journal: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each line of a traceback too; elsewhere a line has its time."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    with (tmp_path / "log").open("w") as stream:
        found = os.fstat(stream.fileno())
        monkeypatch.setenv("JOURNAL_STREAM", f"{found.st_dev}:{found.st_ino + (not journal)}")
        assert goes_to_journal(stream) == journal
        set_up_logs("info", stream=stream)
        try:
            raise RuntimeError("broken")
        except RuntimeError:
            logging.getLogger("bot.app").exception("it broke")
        logging.getLogger("bot.app").warning("beware")
    logging.captureWarnings(False)
    root.handlers, root.level = handlers, level
    first, *others = (tmp_path / "log").read_text().splitlines()
    if journal:
        assert first == "<3>bot.app: it broke"
        assert others[-1] == "<4>bot.app: beware"
        assert all(line.startswith("<3>  ") for line in others[:-1])
    else:
        assert first[:2] == "20" and first.endswith("ERROR   bot.app: it broke")


def test_the_unit_waits_for_all_that_it_should() -> None:
    """Longer than answers may take to end; never again after a wrong setting; the token is no word of the unit."""
    lines = dict(line.split("=", 1) for line in UNIT.read_text().splitlines() if "=" in line and line[0] != "#")
    assert lines["Type"] == "notify"
    settings = Settings()
    longest = settings.model.drain_seconds + POLLING_SECONDS + LAST_SECONDS + settings.telegram.timeout_seconds
    assert int(lines["TimeoutStopSec"]) > longest
    assert lines["RestartPreventExitStatus"] == "2"
    assert lines["LoadCredential"].startswith("token:")


@pytest.mark.skipif(ANALYZE is None, reason="there is no systemd-analyze")
def test_the_unit_is_hardened() -> None:
    """Under 3 by systemd's own reckoning."""
    done = subprocess.run(  # noqa: S603
        [str(ANALYZE), "security", "--offline=true", "--threshold=29", str(UNIT)],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    assert "Overall exposure level" in done.stdout
