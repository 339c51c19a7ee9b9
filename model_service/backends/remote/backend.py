"""The backend whose model runs on a server: tasks of the event loop, one for each answer."""

import asyncio
import logging
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from model_service.backends.backend import BackendEvents, Outcome
from model_service.backends.remote.answer import RemoteAnswer
from model_service.backends.remote.client import Client
from model_service.backends.remote.faults import RemoteFault
from model_service.backends.remote.pauses import Pauses
from model_service.backends.remote.picture import Prepared
from model_service.backends.remote.server import LASTING, MOST_SLOTS, PASSING, Server
from model_service.config import RemoteConfig
from model_service.engines.engine import EngineInfo
from model_service.errors import CheckpointError, GenerationFailed, ModelServiceError, ServerFailed
from model_service.gauges import Gauges, Trouble
from model_service.jobs import Job

logger = logging.getLogger(__name__)

PREPARED_AT_ONCE = 2
"""Pictures that are decoded and resized at the same time."""


class RemoteBackend:
    """Has a server answer, up to `slots` requests at once; each in one turn, however long it is.

    A server that goes away ends nothing: what it did not answer waits until it is back.
    """

    def __init__(self, config: RemoteConfig, gauges: Gauges, cache: Path | None = None) -> None:
        """Ask a server; what was measured of its model is in `cache`."""
        self._config, self._gauges, self._cache = config, gauges, cache
        self._tasks: set[asyncio.Task[Any]] = set()
        self._server: Server | None = None
        self._info: EngineInfo | None = None
        self._pictures = Prepared()
        self._aside = ThreadPoolExecutor(PREPARED_AT_ONCE, "pictures")
        self._loading: asyncio.Task[None] | None = None
        self._stopping = False

    @property
    def slots(self) -> int:
        """Return how many answers the server writes at once."""
        return self._server.slots if self._server else 1

    @property
    def devices(self) -> int:
        """Return as many: the server has its own way to share its cards."""
        return self.slots

    def can_go_on(self, _: Job) -> bool:
        """Return that a job can have a turn: none is ever suspended."""
        return True

    def start(self, events: BackendEvents) -> None:
        """Begin to ask the server what it has."""
        self._events = events
        client = Client(self._config, self._config.slots or MOST_SLOTS)
        self._server = Server(self._config, client, self._gauges, self._cache)
        self._loading = self._spawn(self._load(self._server))

    def submit(self, job: Job) -> None:
        """Have a job answered; end it if it is aborted."""
        assert self._server is not None and self._info is not None  # noqa: S101
        answer = RemoteAnswer(self._server, self._info, job, pictures=self._pictures, aside=self._aside)
        task = self._spawn(answer.run())
        task.add_done_callback(partial(self._ended, job, answer))
        job.when_aborted = task.cancel
        if job.aborted.is_set():
            task.cancel()

    def forget(self, chat: str) -> None:
        """Drop the pictures as they were sent; what a server keeps it knows by no chat."""
        self._pictures.forget()

    def stop(self) -> None:
        """End once the answers under way have ended."""
        if not self._stopping:
            self._stopping = True
            self._spawn(self._stop(None))

    async def _load(self, server: Server) -> None:
        """Find out what the server has, and go on to compare; what cannot be used ends all."""
        try:
            info = await self._found(server)
            if not self._config.patient:
                await _check(server)
        except Exception as error:
            if not isinstance(error, CheckpointError):
                logger.critical("the model's server cannot be used", exc_info=True)
            self._stopping = True
            await self._stop(error)
            return
        self._info = info
        self._gauges.loaded = 1.0
        self._events.loaded(info)
        if self._config.patient:
            await _compare(server)

    async def _found(self, server: Server) -> EngineInfo:
        """Return what the server has, once it answers."""
        pauses = Pauses()
        while True:
            try:
                info = await server.info()
            except RemoteFault as fault:
                if not self._config.patient:
                    raise CheckpointError(server.sentence(None, fault.text)) from None
                server.fails(Trouble.AWAY, fault.text)
                await pauses.take()
            else:
                server.is_back()
                return info

    async def _stop(self, error: Exception | None) -> None:
        me = asyncio.current_task()
        if self._loading is not None and self._loading is not me:
            self._loading.cancel()
        await asyncio.gather(*(task for task in self._tasks if task is not me), return_exceptions=True)
        self._aside.shutdown(wait=False, cancel_futures=True)
        if self._server is not None:
            await self._server.client.close()
        self._events.stopped(error)

    def _ended(self, job: Job, answer: RemoteAnswer, task: asyncio.Task[Any]) -> None:
        job.when_aborted = None
        self._events.turned(job, _outcome(job, answer, task), answer.seconds)

    def _spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = self._events.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def _outcome(job: Job, answer: RemoteAnswer, task: asyncio.Task[Any]) -> Outcome:
    """Return what a task came to; what fails concerns this job alone."""
    if task.cancelled():
        return answer.aborted()
    error = task.exception()
    if error is None:
        outcome: Outcome = task.result()
        return outcome
    if isinstance(error, ModelServiceError):
        if not isinstance(error, ServerFailed):
            logger.warning("request %s failed: %s", job.request.id, error)
        return error
    logger.error("request %s failed", job.request.id, exc_info=error)
    failed = GenerationFailed(f"{type(error).__name__}: {error}")
    failed.__cause__ = error
    return failed


async def _compare(server: Server) -> None:
    """See how the server counts, as soon as it answers. What it does not take is logged."""
    pauses = Pauses()
    while True:
        try:
            await server.compare()
        except RemoteFault as fault:
            if fault.kind in PASSING:
                await pauses.take(fault.retry_after)
                continue
            if fault.kind in LASTING:
                server.fails(LASTING[fault.kind], fault.text)
            else:
                logger.warning("%s", server.sentence(None, fault.text))
        except Exception:  # It is not worth an engine.
            logger.exception("the model's server was not compared")
        return


async def _check(server: Server) -> None:
    """See that the server answers.

    Raises:
        CheckpointError: it does not; the text says why.
    """
    try:
        await server.compare()
    except RemoteFault as fault:
        raise CheckpointError(server.sentence(LASTING.get(fault.kind), fault.text)) from None
