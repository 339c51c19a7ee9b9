"""The requests taken on: those that wait, those under way, and what each caller is told of its place."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from model_service.config import Limits
from model_service.errors import ModelServiceError
from model_service.output_stream import OutputStream
from model_service.scheduler import Place, Scheduler
from model_service.types import GenerationOutput, GenerationRequest, Stage

PLACES_SECONDS = 0.25
"""How long places in line hold while nothing changes: all who wait ask for theirs, and to reckon them takes 1 ms."""


@dataclass(slots=True, eq=False)
class Job:
    """One request on its way: where its outputs go, since when it is here, whether its caller left."""

    request: GenerationRequest
    stream: OutputStream
    clock: Callable[[], float]
    queued_at: float = field(init=False)
    aborted: threading.Event = field(default_factory=threading.Event)
    when_aborted: Callable[[], object] | None = None
    """Called on the event loop when the caller leaves, for a backend that would not look at `aborted` in time."""
    begun: bool = False
    ahead: int | None = None

    def __post_init__(self) -> None:
        """Note when it came."""
        self.queued_at = self.clock()

    def abort(self) -> None:
        """Stop the work on it; nobody waits for the answer."""
        self.aborted.set()
        if self.when_aborted is not None:
            self.when_aborted()

    def seconds(self) -> float:
        """Seconds since the request was queued."""
        return self.clock() - self.queued_at

    def tell_place(self, place: Place) -> None:
        """Tell the caller how many requests go first, if that is news."""
        if place.ahead != self.ahead:
            self.ahead = place.ahead
            self.stream.put(
                GenerationOutput(Stage.WAITING, waiting=place.ahead, wait_seconds=place.seconds, seconds=self.seconds())
            )


class JobQueue:
    """Jobs that take turns as the scheduler says, as many at once as there are slots. Lives on the event loop."""

    def __init__(self, limits: Limits, clock: Callable[[], float]) -> None:
        self.idle = asyncio.Event()
        """Set while no job waits, is parked or runs."""
        self.idle.set()
        self._clock = clock
        self._scheduler = Scheduler(limits)
        self._places: dict[str, Place] = {}
        self._reckoned: float | None = None
        """When they were; None: something has changed since."""
        self._jobs: dict[str, Job] = {}
        self._running: set[Job] = set()

    def __len__(self) -> int:
        """Return how many wait for their first turn."""
        return len(self._scheduler)

    @property
    def under_way(self) -> int:
        """Return how many answers are begun and not ended: those that run, and those parked."""
        return len(self._jobs) - len(self._scheduler)

    def resize(self, slots: int, devices: int) -> None:
        """Let up to `slots` jobs run at once, on as many devices."""
        self._scheduler.resize(slots, devices)
        self._reckoned = None

    def add(self, request: GenerationRequest) -> Job:
        """Put a request in line.

        Raises:
            LimitReached: the person or the chat spent the hour's seconds.
            ValueError: a request of the same id is in line already.
        """
        self._scheduler.add(request, self._clock())
        self._reckoned = None
        job = Job(request, OutputStream(asyncio.get_running_loop()), self._clock)
        self._jobs[request.id] = job
        self.idle.clear()
        return job

    def start_next(self, can_go_on: Callable[[Job], bool]) -> Job | None:
        """Begin the next job's turn and return it; None while no slot is free or nobody can begin.

        Suspended jobs that cannot go on yet, whatever slot is free, are passed over.
        """
        suspended = [job for job in self._jobs.values() if self.is_suspended(job)]
        held_up = {job.request.id for job in suspended if not can_go_on(job)}
        request = self._scheduler.next(self._clock(), held_up)
        if request is None:
            return None
        self._reckoned = None
        job = self._jobs[request.id]
        job.begun = True
        self._running.add(job)
        return job

    def end_turn(self, job: Job, outcome: GenerationOutput | ModelServiceError | None, seconds: float) -> None:
        """Record a turn's GPU seconds; deliver `outcome` if the job is finished."""
        if job in self._running:
            self._running.remove(job)
            self._scheduler.end_turn(job.request, seconds, self._clock(), answered=outcome is not None)
            self._reckoned = None
        if outcome is not None:
            self._end(job, outcome)
        self._settle()

    def leave(self, job: Job) -> bool:
        """The caller wants no more: out of the line, or stop at the next token.

        Returns:
            Whether that is news: False for a job that has ended.
        """
        job.abort()
        if self._jobs.get(job.request.id) is not job:
            return False
        self._drop(job)
        return True

    def is_suspended(self, job: Job) -> bool:
        """Whether the engine keeps a begun answer of the job that it does not work on."""
        return job.begun and job not in self._running

    def place(self, request_id: str) -> Place | None:
        """Return the place of a request that waits for its first turn; None for any other."""
        return self._places_now().get(request_id)

    def tell_places(self) -> None:
        """Tell all who wait how many requests go first, those under way included."""
        for request_id, place in self._places_now().items():
            self._jobs[request_id].tell_place(place)

    def _places_now(self) -> dict[str, Place]:
        now = self._clock()
        if self._reckoned is None or now - self._reckoned >= PLACES_SECONDS:
            self._places, self._reckoned = self._scheduler.places(now), now
        return self._places

    def abort_begun(self) -> None:
        """Stop the running answers at their next token, and the parked ones before theirs."""
        for job in self._begun():
            job.abort()

    def fail_waiting(self, error: Callable[[], ModelServiceError]) -> None:
        """Send everybody away who waits for a first turn, each with an error of its own."""
        for job in [job for job in self._jobs.values() if not job.begun]:
            self._end(job, error())

    def fail_begun(self, error: Callable[[], ModelServiceError]) -> None:
        """Give up what runs and what is parked: nobody works on it any more."""
        for job in self._begun():
            self._end(job, error())
        self._running.clear()
        self._settle()

    def _begun(self) -> list[Job]:
        return [job for job in self._jobs.values() if job.begun]

    def _end(self, job: Job, outcome: GenerationOutput | ModelServiceError) -> None:
        if isinstance(outcome, ModelServiceError):
            job.stream.fail(outcome)
        else:
            job.stream.end(outcome)
        if self._jobs.get(job.request.id) is job:
            self._drop(job)

    def _drop(self, job: Job) -> None:
        del self._jobs[job.request.id]
        self._scheduler.remove(job.request.id)
        self._reckoned = None
        self._settle()

    def _settle(self) -> None:
        if not self._running and not self._jobs:
            self.idle.set()
