"""The requests taken on: those that wait, the one that runs, and what each caller is told of its place."""

import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from model_service.errors import ModelServiceError
from model_service.scheduler import Scheduler
from model_service.stream import OutputStream
from model_service.types import GenerationOutput, GenerationRequest, Stage


@dataclass(slots=True, eq=False)
class Job:
    """One request on its way: where its outputs go, since when it waits, whether its caller left."""

    request: GenerationRequest
    stream: OutputStream
    queued_at: float = field(default_factory=time.monotonic)
    aborted: threading.Event = field(default_factory=threading.Event)
    ahead: int | None = None

    def seconds(self) -> float:
        """Seconds since the request was queued."""
        return time.monotonic() - self.queued_at

    def tell_place(self, ahead: int) -> None:
        """Tell the caller how many requests go first, if that is news."""
        if ahead != self.ahead:
            self.ahead = ahead
            self.stream.put(GenerationOutput(Stage.WAITING, waiting=ahead, seconds=self.seconds()))


class JobQueue:
    """Jobs in the scheduler's order, at most one of them running. Lives on the event loop."""

    def __init__(self, limit: int) -> None:
        self.idle = asyncio.Event()
        """Set while no job waits or runs."""
        self.idle.set()
        self._scheduler = Scheduler(limit)
        self._waiting: dict[str, Job] = {}
        self._running: Job | None = None

    def __len__(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def add(self, request: GenerationRequest) -> Job:
        """Put a request in line.

        Raises:
            QueueFull: too many wait already.
            ValueError: a request of the same id waits already.
        """
        self._scheduler.add(request)
        job = Job(request, OutputStream(asyncio.get_running_loop()))
        self._waiting[request.id] = job
        self.idle.clear()
        return job

    def start_next(self) -> Job | None:
        """The job to run now; None while one runs or nobody waits."""
        if self._running is None and (request := self._scheduler.next()) is not None:
            self._running = self._waiting.pop(request.id)
            return self._running
        return None

    def leave(self, job: Job) -> None:
        """The caller wants no more: out of the line, or stop at the next token."""
        job.aborted.set()
        if self._waiting.get(job.request.id) is job:
            del self._waiting[job.request.id]
            self._scheduler.remove(job.request.id)
            self._settle()

    def finish(self, job: Job, outcome: GenerationOutput | ModelServiceError) -> None:
        """The job ended: give its caller the last output or the error."""
        if isinstance(outcome, ModelServiceError):
            job.stream.fail(outcome)
        else:
            job.stream.end(outcome)
        if self._running is job:
            self._running = None
        self._settle()

    def abort_running(self) -> None:
        """Stop the running answer at its next token."""
        if self._running is not None:
            self._running.aborted.set()

    def fail_waiting(self, error: Callable[[], ModelServiceError]) -> None:
        """Send everybody in line away, each with an error of its own."""
        while (request := self._scheduler.next()) is not None:
            self._waiting.pop(request.id).stream.fail(error())
        self._settle()

    def fail_running(self, error: ModelServiceError) -> None:
        """Give up the running job: nobody works on it any more."""
        if self._running is not None:
            self.finish(self._running, error)

    def tell_places(self) -> None:
        """Tell all who wait how many requests go first, the running one included."""
        running = 0 if self._running is None else 1
        for request_id, job in self._waiting.items():
            job.tell_place(running + (self._scheduler.position(request_id) or 0))

    def _settle(self) -> None:
        if self._running is None and not self._waiting:
            self.idle.set()
