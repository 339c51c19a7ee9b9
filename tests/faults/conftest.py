"""The real application, and what is left of the updates in its inbox once it is stopped."""

import itertools
import logging
import sqlite3
import threading
from collections.abc import AsyncIterator, Iterator
from functools import partial

import pytest

from assistant.storage.database import FILE
from bot.delivery.rate_limiter import RetryAfterLimiter
from bot.incoming.downloads import Downloads
from model_service import EngineStep, GenerationRequest
from tests.bot.clocks import Clock
from tests.bot.engines import ScriptedEngine
from tests.conversation.conftest import Stage, bot, chat, server, stage

__all__ = ["bot", "chat", "server", "stage"]


class EndlessEngine(ScriptedEngine):
    """Writes on and on until it is stopped or told to go on; then `ended` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.ended = threading.Event()

    def generate(self, request: GenerationRequest) -> Iterator[EngineStep]:
        """Yield a word every few milliseconds."""
        self.requests.append(request)
        try:
            for number in itertools.count():  # Who says the same again and again is stopped.
                if self.go.wait(0.005):
                    break
                yield EngineStep(f"grey {number} ")
            yield EngineStep("", self.finish)
        finally:
            self.ended.set()


@pytest.fixture
async def clock(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Clock]:
    """The time by which Telegram's pauses are waited out."""
    made = Clock()
    monkeypatch.setattr("bot.app.RetryAfterLimiter", lambda: RetryAfterLimiter(made, made.sleep))
    yield made
    made.go.set()


@pytest.fixture
async def patience(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Clock]:
    """The time by which an outage of files is waited out."""
    made = Clock()
    monkeypatch.setattr("bot.incoming.media.Downloads", partial(Downloads, clock=made, sleep=made.sleep))
    yield made
    made.go.set()


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """The bot's log, from INFO up."""
    caplog.set_level(logging.INFO, "bot")
    return caplog


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pauses between the attempts to deliver an answer."""
    monkeypatch.setattr("bot.delivery.message.LONGEST_PAUSE", 0.0)


def states(stage: Stage) -> list[str]:
    """Return the state of each update, in order."""
    with sqlite3.connect(stage.folder / FILE) as connection:
        rows = connection.execute("SELECT state FROM inbox ORDER BY update_id").fetchall()
    connection.close()
    return [state for (state,) in rows]


def assert_quiet(log: pytest.LogCaptureFixture, stage: Stage) -> None:
    """Check that no traceback and no token were logged."""
    assert [record.message for record in log.records if record.exc_info] == []
    assert stage.server.token not in log.text
