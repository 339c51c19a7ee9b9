"""The bot as a process of its own, to be killed: the real application, with an engine that loads and repeats."""

import asyncio
import contextlib
import importlib
import logging
import multiprocessing
import os
import random
import re
import signal
import socket
import sqlite3
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from assistant.pictures.memory import give_back
from assistant.settings.settings import Settings
from assistant.storage.database import FILE
from cli.__main__ import clear_errors
from cli.run import run
from model_service import (
    STANDARD,
    CheckpointError,
    EngineStep,
    FinishReason,
    GenerationRequest,
    Sureness,
    local_service,
)
from playground import Server
from tests.bot.engines import ScriptedEngine
from tests.crash.failpoints import Failpoint

NAME = re.compile(r"\bq\d+\b")
"""The pattern of a question's name."""

DEADLY, LONG, UNSURE = "deadly", "long", "unsure"
"""Words in a question: it kills the process; its answer does not end until `BotProcess.go` is there; the engine is not
sure of the answer at `standard`, and with more tokens it does not end until then, either."""

GO = "go"
JOIN_SECONDS = 60.0

SCRIPTED = "scripted"
"""The name of the engine that is none of the product's models."""

Values = Mapping[str, Mapping[str, object]]


class Ends(StrEnum):
    """The result of loading a model: the last three end the process."""

    READY = "ready"
    MISSING = "missing"
    DIES = "dies"
    KILLED = "killed"


@dataclass(frozen=True, slots=True)
class Load:
    """The seconds of loading a model, and its result."""

    seconds: float = 0.0
    ends: Ends = Ends.READY

    def engine(self, go: Path) -> "Repeating":
        """Load it.

        Raises:
            CheckpointError: it is missing.
            RuntimeError: it died.
        """
        time.sleep(self.seconds)
        if self.ends is Ends.MISSING:
            raise CheckpointError("the folder with the model is not there")
        if self.ends is Ends.DIES:
            raise RuntimeError("the driver is gone")
        if self.ends is Ends.KILLED:
            os.kill(os.getpid(), signal.SIGKILL)
        return Repeating(go)


READY = Load()


@dataclass(frozen=True, slots=True)
class Life:
    """The configuration of one process: its engine, its load, where to die, and what to set in modules.

    `patches` are values by dotted names, as "bot.updates.lanes.WINDOW".
    """

    engine: str
    load: Load
    failpoint: Failpoint | None
    patches: Mapping[str, object]


class Repeating(ScriptedEngine):
    """Answers each question by its name, in pieces that take a few milliseconds each; a long one once `go` exists."""

    def __init__(self, go: Path) -> None:
        super().__init__()
        self.sureness = Sureness(sure=0.7)
        self._go = go

    def generate(self, request: GenerationRequest) -> Iterator[EngineStep]:
        """Say the pieces."""
        asked = request.messages[-1].text
        if DEADLY in asked:
            os.kill(os.getpid(), signal.SIGKILL)
        name = NAME.search(asked)
        closer = request.detail.tokens > STANDARD.tokens
        likely = (0.5, 0.4) if UNSURE in asked and not closer else (0.999, 0.0)
        for piece in ("The answer ", "to ", name.group() if name else "nothing", "."):
            time.sleep(random.uniform(0.0, 0.006))
            yield EngineStep(piece, likely=likely if piece == "." or piece.startswith("q") else (0.999, 0.0))
        while (LONG in asked or (UNSURE in asked and closer)) and not self._go.exists():
            time.sleep(0.01)
            yield EngineStep("")
        yield EngineStep("", FinishReason.STOP)


class BotProcess:
    """Starts the bot on one folder, again and again. A start takes a fork: what is imported stays imported."""

    def __init__(
        self,
        server: Server,
        folder: Path,
        *,
        engine: str = SCRIPTED,
        patches: Mapping[str, object] | None = None,
        hooked: bool = False,
        **sections: Mapping[str, object],
    ) -> None:
        """`hooked`: updates come to its webhook, and it does not poll."""
        self.folder = folder
        self._engine = engine
        self._patches = patches or {}
        self.file = folder / FILE
        self.go = folder / GO
        self._token = server.token
        self._log = folder / "log"
        self._values: Values = {
            "telegram": {"base_url": server.base_url, "base_file_url": server.base_file_url, "poll_seconds": 2},
            "storage": {"path": folder},
            "access": {"mode": "open"},
            "reply": {"private_interval": 0.0, "group_interval": 0.0, "footer": "everything"},
            **sections,
        }
        if hooked:
            port = free_port()
            hook = {"webhook_url": f"http://127.0.0.1:{port}/telegram"}
            self._values = {**self._values, "telegram": {**self._values["telegram"], **hook}, "web": {"port": port}}
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload([__name__])
        self._process: BaseProcess | None = None

    @property
    def process(self) -> BaseProcess:
        """The newest process."""
        assert self._process is not None
        return self._process

    def start(self, load: Load = READY, failpoint: Failpoint | None = None) -> None:
        """Start it."""
        self._log.parent.mkdir(exist_ok=True)
        life = Life(self._engine, load, failpoint, self._patches)
        arguments = (self._values, self._token, str(self._log), life)
        self._process = self._context.Process(target=main, args=arguments, daemon=True)
        self._process.start()

    async def ended(self) -> int | None:
        """Wait for its end; returns the exit code, the negative signal's number where that ended it."""
        await asyncio.to_thread(self.process.join, JOIN_SECONDS)
        return self.process.exitcode

    def give_back(self) -> None:
        """Have it return free memory to the system soon: what is resident then is held."""
        os.kill(self.process.pid or 0, signal.SIGUSR1)

    async def kill(self) -> None:
        """Kill it (SIGKILL) and wait for its end."""
        self.process.kill()
        await self.ended()

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Query the database from outside, whether or not the process lives."""
        with contextlib.closing(sqlite3.connect(f"file:{self.file}?mode=ro", uri=True)) as connection:
            return connection.execute(sql).fetchall()

    def log(self) -> str:
        """Return everything logged so far."""
        return self._log.read_text(encoding="utf-8")


def free_port() -> int:
    """Return a port that nobody uses."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def main(values: Values, token: str, log: str, life: Life) -> None:
    """Run the process."""
    logging.basicConfig(filename=log, level=logging.WARNING)
    random.seed()
    signal.signal(signal.SIGUSR1, lambda *_: give_back())
    for name, value in life.patches.items():
        module, _, attribute = name.rpartition(".")
        setattr(importlib.import_module(module), attribute, value)
    settings = Settings.model_validate(values)
    model = None
    if life.engine == SCRIPTED:
        model = local_service(partial(life.load.engine, settings.storage.path / GO), settings.model.config())
    with (
        Path(log).open("a", encoding="utf-8") as said,
        contextlib.redirect_stderr(said),
        clear_errors(),
        asyncio.Runner() as runner,
    ):
        if life.failpoint is not None:
            life.failpoint.install(runner.get_loop())
        runner.run(run(settings, SecretStr(token), model))
