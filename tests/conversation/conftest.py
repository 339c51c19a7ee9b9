"""The real application on the playground, with a scripted engine behind the real model service."""

import threading
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from pydantic import SecretStr

import playground
from assistant.settings.settings import Settings
from bot.app import RunningBot
from bot.updates.utterances import Window
from cli.run import open_all
from model_service import Gauges, ModelConfig, ModelService, local_service
from playground import Chat, Post, Server
from tests.bot.engines import ScriptedEngine
from tests.conversation.albums import HandWindow


class Stage:
    """A bot that can be started, stopped and started again on the same storage."""

    def __init__(self, server: Server, folder: Path) -> None:
        self.folder = folder
        self.engine = ScriptedEngine()
        self.may_load = threading.Event()
        self.may_load.set()
        self.config = ModelConfig(drain_seconds=0.2)
        self.gauges = Gauges()
        self.values: dict[str, dict[str, object]] = {
            "telegram": {"poll_seconds": 2, "timeout_seconds": 2.0},
            "storage": {"path": folder},
            "access": {"mode": "open"},
            "reply": {"private_interval": 0.0, "group_interval": 0.0, "footer": "everything"},
            "model": {"drain_seconds": 5.0, "detail": "standard"},
        }
        self.running: RunningBot | None = None
        self._open: AsyncExitStack | None = None
        self.point(server)

    def point(self, server: Server) -> None:
        """Use this server from the next start on, such as one with another bot's token."""
        self.server = server
        self.values["telegram"] |= {"base_url": server.base_url, "base_file_url": server.base_file_url}

    async def start(self) -> RunningBot:
        """Start the bot with `values`."""
        self._open = AsyncExitStack()
        settings = Settings.model_validate(self.values)
        model = self.model(settings)
        self.running = await self._open.enter_async_context(open_all(settings, SecretStr(self.server.token), model))
        return self.running

    def model(self, _: Settings) -> ModelService:
        """Make the model of a start."""
        return local_service(self._load, self.config, gauges=self.gauges)

    def _load(self) -> ScriptedEngine:
        self.may_load.wait()
        return self.engine

    async def stop(self) -> None:
        """Stop it as SIGTERM does."""
        if self._open is not None:
            opened, self._open = self._open, None
            await opened.aclose()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bot waits for more of what people say, but not for long."""
    monkeypatch.setattr("bot.updates.lanes.WINDOW", Window(loose=0.1, brief=0.1))
    monkeypatch.setattr("bot.handlers.questions.FOLLOWS", 0.1)
    monkeypatch.setattr("bot.answering.HOLD", 0.1)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    """A playground; at the end of a test the bot must have asked for nothing that the Bot API does not know."""
    async with playground.serve() as running:
        yield running
        assert running.violations == []


@pytest.fixture
async def stage(server: Server, tmp_path: Path) -> AsyncIterator[Stage]:
    """A bot that is not started yet."""
    made = Stage(server, tmp_path / "data")
    yield made
    made.may_load.set()
    made.engine.go.set()
    await made.stop()


@pytest.fixture
async def bot(stage: Stage) -> RunningBot:
    """A bot at work."""
    return await stage.start()


@pytest.fixture
def chat(server: Server) -> Chat:
    """Ada's private chat with the bot."""
    return server.person("Ada").private()


@pytest.fixture
def window(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> HandWindow:
    """The time in which albums arrive stands still until it is turned."""
    window = HandWindow(stage)
    monkeypatch.setattr("bot.updates.lanes.WINDOW", window)
    return window


async def final(chat: Chat, after: Post) -> Post:
    """Return the bot's finished answer to a message: the one with the line that says how it was read."""
    return await chat.answer(after, lambda post: post.reply_to == after.id and "read at" in post.text)


async def settled(chat: Chat, after: Post) -> str:
    """Return the bot's last word on a message: what it says once nothing is left to cancel."""
    return (await chat.answer(after, lambda post: post.reply_to == after.id and not is_growing(post))).text


def is_growing(post: Post) -> bool:
    """Whether the bot's message can still be cancelled."""
    return any((button.data or "").startswith("cancel:") for button in post.buttons)
