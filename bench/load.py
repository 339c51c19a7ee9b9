"""Load test: many chats ask the real bot over HTTP, with an engine that takes a fixed time."""

import asyncio
import contextlib
import json
import logging
import math
import sqlite3
import statistics
import sys
import tempfile
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from assistant.pictures.normalize import begin_worker
from assistant.settings.settings import Settings
from assistant.storage.database import FILE
from assistant.tasks import background
from bench.crowd import PATIENCE, Seen
from bench.lag import watch_lag, watch_memory
from bot.app import open_bot, settle
from model_service import (
    GLM4V_DIAL,
    MAX_TOKENS,
    DetailPlan,
    EngineInfo,
    EngineStep,
    FinishReason,
    GenerationRequest,
    local_service,
    open_picture,
    open_service,
    pixel_workers,
    plan_detail,
)

ANSWER_SECONDS = 0.05
PIECES = ("It ", "is a ", "page ", "with ", "print.")

LINE_BYTES = 2**24
"""The longest line that the crowd may print."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """A crowd: number of chats, duration, and each person's pause after an answer, in seconds."""

    name: str
    chats: int
    seconds: float
    pause: float = 0.0


CROWDS = (Crowd("calm", chats=3, seconds=30.0, pause=0.5), Crowd("busy", chats=50, seconds=60.0))
"""The measured crowds: one that leaves the bot time, and one beyond its capacity."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Seconds: the median, what 95 of 100 are under, and the worst."""

    median: float
    p95: float
    worst: float


@dataclass(frozen=True, slots=True)
class Load:
    """The cost of a crowd. Seconds are from a question to the first sign, the first words, and the whole answer.

    `errors` are warnings and worse in the bot's log, and requests that the Bot API does not know; `unfinished` are
    updates in the inbox that are not done. `memory_growth` is that of the second half, as a share.
    """

    crowd: Crowd
    asked: int
    lost: int
    twice: int
    errors: int
    unfinished: int
    answers_per_second: float
    sign: Spread
    words: Spread
    answer: Spread
    lag: Spread
    memory_mib: float | None
    memory_growth: float | None
    database_mib: float


class FixedEngine:
    """Take ANSWER_SECONDS for each answer, and leave the processor to others meanwhile, as a GPU does."""

    info = EngineInfo("fixed", "none", "none", MAX_TOKENS, GLM4V_DIAL)

    def plan(self, request: GenerationRequest) -> DetailPlan | None:
        """Return the real plan for the real picture."""
        plans = (plan_detail(GLM4V_DIAL, each.detail, *open_picture(each.data).size) for each in request.pictures)
        return next(plans, None)

    def generate(self, request: GenerationRequest) -> Iterator[EngineStep]:
        """Give the same answer to everything."""
        for piece in PIECES:
            time.sleep(ANSWER_SECONDS / len(PIECES))
            yield EngineStep(piece)
        yield EngineStep("", FinishReason.STOP)

    def forget(self, chat: str) -> None:
        """Do nothing: no chat is remembered."""

    def close(self) -> None:
        """Do nothing: nothing is held."""


class Complaints(logging.Handler):
    """Count warnings and worse."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.count = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Count one; the log shows it too."""
        self.count += 1


@contextlib.contextmanager
def complaints_counted() -> Iterator[Complaints]:
    """Count the complaints of all loggers within the block."""
    complaints = Complaints()
    logging.getLogger().addHandler(complaints)
    try:
        yield complaints
    finally:
        logging.getLogger().removeHandler(complaints)


async def measure_all(crowds: Iterable[Crowd]) -> list[Load]:
    """Measure one crowd after the other, each with a bot and a storage of its own."""
    return [await measure(crowd) for crowd in crowds]


async def measure(crowd: Crowd, server: str = "") -> Load:
    """Run the bot for a crowd in another process, with a temporary storage; the model runs here, or at an address."""
    with tempfile.TemporaryDirectory() as folder:
        async with _asking(crowd) as people:
            told = json.loads(await line_of(people, PATIENCE))
            return await _run(crowd, people, told, Path(folder), server)


async def _run(crowd: Crowd, people: Process, told: dict[str, str], folder: Path, server: str) -> Load:
    settings = Settings.model_validate(
        {
            "telegram": {"base_url": told["base_url"], "base_file_url": told["base_file_url"]},
            "storage": {"path": folder},
            "access": {"mode": "open"},
            "reply": {"footer": "everything"},
            "model": {"name": server} if server else {},
        }
    )
    config = settings.model.config()
    model = open_service(config) if server else local_service(FixedEngine, config)
    lags, memory = list[float](), list[float]()
    with complaints_counted() as complaints, pixel_workers(begin_worker):
        async with (
            open_bot(settings, SecretStr(told["token"]), model),
            background(settle(model), "announce the model"),
            background(watch_lag(lags), "watch the loop"),
            background(watch_memory(memory), "watch the memory"),
        ):
            seen = Seen(**json.loads(await line_of(people, crowd.seconds + 2 * PATIENCE)))
    return _load(crowd, seen, lags, memory, complaints.count, folder / FILE)


def _load(  # noqa: PLR0917
    crowd: Crowd,
    seen: Seen,
    lags: list[float],
    memory: list[float],
    complaints: int,
    database: Path,
) -> Load:
    return Load(
        crowd=crowd,
        asked=seen.asked,
        lost=seen.lost,
        twice=seen.twice,
        errors=complaints + seen.violations,
        unfinished=unfinished_in(database),
        answers_per_second=round(len(seen.answers) / crowd.seconds, 1),
        sign=spread(seen.signs),
        words=spread(seen.words),
        answer=spread(seen.answers),
        lag=spread(lags),
        memory_mib=round(memory[-1], 1) if memory else None,
        memory_growth=growth(memory),
        database_mib=round(database.stat().st_size / 2**20, 2),
    )


def unfinished_in(database: Path) -> int:
    """Count the unfinished updates in a stopped bot's inbox."""
    with contextlib.closing(sqlite3.connect(database)) as connection:
        count: int = connection.execute("SELECT count(*) FROM inbox WHERE state <> 'done'").fetchone()[0]
    return count


def spread(seconds: Sequence[float]) -> Spread:
    """Summarize measurements; infinity where there are none, for what never came."""
    ordered = sorted(seconds) or [math.inf]
    at95 = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
    return Spread(round(statistics.median(ordered), 4), round(at95, 4), round(ordered[-1], 4))


def growth(samples: Sequence[float]) -> float | None:
    """Return how much the second half of the samples grew, as a share; None if there are too few."""
    half = samples[len(samples) // 2 :]
    return round(half[-1] / half[0] - 1, 4) if len(half) > 1 else None


@contextlib.asynccontextmanager
async def _asking(crowd: Crowd) -> AsyncIterator[Process]:
    """Run the crowd's process within the block."""
    command = ("-m", "bench.crowd", str(crowd.chats), str(crowd.seconds), str(crowd.pause))
    people = await asyncio.create_subprocess_exec(sys.executable, *command, stdin=PIPE, stdout=PIPE, limit=LINE_BYTES)
    try:
        yield people
    except BaseException:
        people.kill()  # Else it waits for a bot that never comes.
        raise
    finally:
        await people.communicate(b"")  # Closes its stdin, and so ends the server.


async def line_of(people: Process, seconds: float) -> Any:
    """Return the next line that a process prints, and wait for it up to so many seconds."""
    assert people.stdout is not None
    async with asyncio.timeout(seconds):
        if line := await people.stdout.readline():
            return line
    raise RuntimeError("a process ended without a word")
