"""ModelService: the event loop's side of the model, from its start to its end."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable
from enum import StrEnum
from types import TracebackType
from typing import Self

from model_service.backends.backend import Backend, BackendEvents, Outcome
from model_service.config import ModelConfig
from model_service.engines.engine import EngineInfo
from model_service.errors import CheckpointError, Draining, EngineDead
from model_service.gauges import Gauges, MemoryUse, ServerState, SeveralGauges
from model_service.jobs import Job, JobQueue
from model_service.scheduler import Place
from model_service.types import GenerationOutput, GenerationRequest

logger = logging.getLogger(__name__)

CLOSE_SECONDS = 10.0
"""Seconds that `close` waits for a backend that cannot stop (in the middle of a load, say) before leaving it behind."""


class Health(StrEnum):
    """State of the service: DEAD needs a restart; CLOSED is also the state before the start."""

    LOADING = "loading"
    READY = "ready"
    DRAINING = "draining"
    DEAD = "dead"
    CLOSED = "closed"


class ModelService:
    """Answers requests in fair turns, run by a backend.

    Everything here runs on one event loop and never blocks it. `async with service:` starts the load and closes at
    the end; requests may come while the model loads. A service is started once.
    """

    def __init__(
        self,
        backend: Backend,
        config: ModelConfig,
        clock: Callable[[], float] = time.monotonic,
        gauges: Gauges | SeveralGauges | None = None,
    ) -> None:
        """Drive `backend`, not started yet; what it writes to `gauges` can be read here."""
        self._backend = backend
        self._config = config
        self._gauges = gauges or Gauges()
        self._jobs = JobQueue(config.limits, clock)
        self._watch: Callable[[frozenset[str]], None] = lambda _: None
        self._started = self._telling = False
        self._health = Health.CLOSED
        self._info: EngineInfo | None = None
        self._fault: CheckpointError | EngineDead | None = None
        self._loaded = asyncio.Event()
        self._dead = asyncio.Event()
        self._stopped = asyncio.Event()

    @property
    def health(self) -> Health:
        """Return the state of the service."""
        return self._health

    @property
    def info(self) -> EngineInfo | None:
        """Facts about the engine; None until it is loaded."""
        return self._info

    @property
    def load_progress(self) -> float:
        """Return the share of the model that is loaded: 1 only once it can answer."""
        return 1.0 if self._info is not None else min(self._gauges.loaded, 0.99)

    @property
    def memory(self) -> MemoryUse | None:
        """The memory in use after the last answer; None until the engine is loaded, or where it does not say."""
        return self._gauges.memory

    @property
    def server(self) -> ServerState | None:
        """The server that the model runs on; None where it runs in this process."""
        return self._gauges.server

    @property
    def waiting(self) -> int:
        """Return how many requests wait for their first turn."""
        return len(self._jobs)

    @property
    def under_way(self) -> int:
        """Return how many answers are begun and not ended, running ones included."""
        return self._jobs.under_way

    def place(self, request_id: str) -> Place | None:
        """Return the place of a request that waits for its first turn; None for any other."""
        return self._jobs.place(request_id)

    async def __aenter__(self) -> Self:
        """Start."""
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close, without waiting for answers: `drain` first to let them end."""
        await self.close()

    def watch_turns(self, watch: Callable[[frozenset[str]], None]) -> None:
        """Have `watch` called with the ids of the requests in their turn, right before each turn begins.

        It is called again once a turn came back: not where the engine died in it, or took the process with it. With
        an engine in this process that is on the engine's thread. To be said before the start.
        """
        self._watch = watch

    async def start(self) -> None:
        """Start the backend, which begins to load; `ready` waits for it.

        Raises:
            RuntimeError: it was started before.
        """
        if self._started:
            raise RuntimeError("a model service is started once")
        self._started = True
        self._health = Health.LOADING
        loop = asyncio.get_running_loop()
        self._backend.start(BackendEvents(loop, self._on_loaded, self._on_turned, self._on_stopped, self._watch))

    async def ready(self) -> EngineInfo:
        """Wait until the engine is loaded.

        Raises:
            CheckpointError: there is no usable checkpoint.
            EngineDead: loading failed otherwise, or the engine died since.
            Draining: the service was closed before.
        """
        await self._loaded.wait()
        if self._fault is not None:
            raise self._fault
        if self._info is None:
            raise Draining("the service was closed before the model was loaded")
        return self._info

    async def died(self) -> CheckpointError | EngineDead:
        """Wait for the engine's death and return what it died of; without one, wait forever."""
        while self._fault is None:
            await self._dead.wait()
        return self._fault

    async def generate(self, request: GenerationRequest) -> AsyncGenerator[GenerationOutput, None]:
        """Answer a request: yield the state of the answer whenever it changed, the last one with a finish reason.

        Leaving the loop (break, `aclose`, cancellation) takes the request out of the queue, or stops the work at
        the next token. The request is put in line when its first output is asked for.

        Raises:
            LimitReached: at once.
            Draining, EngineDead: at once, or while the request waits or runs.
            GenerationFailed (OutOfMemory, PromptTooLong, ServerFailed), PictureRejected: this request failed, others do
                not suffer.
            ValueError: a request of the same id is in line already.
        """
        job = self._take_on(request)
        try:
            async for output in job.stream:
                yield output
        finally:
            if self._jobs.leave(job):
                self._let_go(job)
                self._advance()

    def forget(self, chat: str) -> None:
        """Have what the engine keeps of a chat dropped, after the turn that it is at; nothing to do where none runs."""
        if self._started:
            self._backend.forget(chat)

    async def drain(self, seconds: float | None = None) -> None:
        """Take no more requests, let those taken on end within `seconds` (the setting's by default), and close.

        At the deadline those that wait get Draining, and the answers under way end with FinishReason.ABORT.
        """
        self._refuse()
        try:
            async with asyncio.timeout(self._config.drain_seconds if seconds is None else seconds):
                await self._jobs.idle.wait()
        except TimeoutError:
            logger.warning("the drain's deadline has come with %d requests in line", self.waiting)
        await self.close()

    async def close(self) -> None:
        """End at once: abort what is under way, send away what waits, close the engine. Again, it does no harm."""
        if not self._started:
            return
        self._refuse()
        self._jobs.fail_waiting(lambda: Draining("the service is shutting down"))
        self._jobs.abort_begun()
        self._backend.stop()
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._stopped.wait()
        except TimeoutError:
            logger.error("the engine did not stop within %.0f s and is left behind", CLOSE_SECONDS)
            self._jobs.fail_begun(lambda: EngineDead("the engine did not stop"))
        if self._health is not Health.DEAD:
            self._health = Health.CLOSED
        self._loaded.set()

    def _take_on(self, request: GenerationRequest) -> Job:
        if self._health is Health.DEAD:
            raise EngineDead(f"the engine died: {self._fault}")
        if self._health in {Health.DRAINING, Health.CLOSED}:
            raise Draining(f"the service is {self._health}")
        job = self._jobs.add(request)
        self._advance()
        return job

    def _advance(self) -> None:
        """Let a turn begin in each free slot, and soon tell those who wait where they stand then."""
        while self._info is not None and (job := self._jobs.start_next(self._backend.can_go_on)) is not None:
            self._backend.submit(job)
        if not self._telling:  # Where many answers end in the same moment, it is reckoned once.
            self._telling = True
            asyncio.get_running_loop().call_soon(self._tell_places)

    def _tell_places(self) -> None:
        self._telling = False
        self._jobs.tell_places()

    def _let_go(self, job: Job) -> None:
        """Let the engine end an aborted answer that it keeps suspended."""
        if self._jobs.is_suspended(job):
            self._backend.submit(job)

    def _refuse(self) -> None:
        if self._health in {Health.LOADING, Health.READY}:
            self._health = Health.DRAINING

    def _on_loaded(self, info: EngineInfo) -> None:
        self._info = info
        self._jobs.resize(self._backend.slots, self._backend.devices)
        if self._health is Health.LOADING:
            self._health = Health.READY
        self._loaded.set()
        self._advance()

    def _on_turned(self, job: Job, outcome: Outcome | None, seconds: float) -> None:
        self._jobs.end_turn(job, outcome, seconds)
        if outcome is None and job.aborted.is_set():
            self._let_go(job)
        self._advance()

    def _on_stopped(self, error: BaseException | None) -> None:
        self._stopped.set()
        if error is not None:
            self._die(error)

    def _die(self, error: BaseException) -> None:
        if isinstance(error, CheckpointError | EngineDead):
            self._fault = error
        else:
            self._fault = EngineDead(f"{type(error).__name__}: {error}")
            self._fault.__cause__ = error
        self._health = Health.DEAD
        text = f"the engine died: {self._fault}"
        self._jobs.fail_waiting(lambda: EngineDead(text))
        self._jobs.fail_begun(lambda: EngineDead(text))
        self._loaded.set()
        self._dead.set()
