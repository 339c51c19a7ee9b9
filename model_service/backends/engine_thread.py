"""The backend in this process: one thread owns the engine, gives one job after the other its turn, and closes it."""

import logging
import queue
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass

from model_service.backends.backend import BackendEvents, Outcome
from model_service.engines.engine import Engine
from model_service.errors import CheckpointError, EngineDead, GenerationFailed, ModelServiceError
from model_service.jobs import Job
from model_service.running_answer import RunningAnswer

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Forget:
    """Work of another kind: have the engine drop what it keeps of a chat."""

    chat: str


class EngineThread:
    """Runs `load()` and then the turns submitted, one at a time, on a thread of its own.

    A turn is up to `slice_tokens` tokens of a job's answer, which is then suspended until the job is submitted again.
    """

    slots = 1

    def __init__(
        self, load: Callable[[], Engine], *, slice_tokens: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._load = load
        self._slice_tokens = slice_tokens
        self._clock = clock
        self._work: queue.SimpleQueue[Job | Forget | None] = queue.SimpleQueue()
        self._answers: dict[Job, RunningAnswer] = {}

    def start(self, events: BackendEvents) -> None:
        """Begin to load."""
        self._events = events
        # A daemon: an engine stuck in its device must not keep the process from ending.
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)
        self._thread.start()

    def submit(self, job: Job) -> None:
        """Hand over a job for its next turn; one that is aborted ends with it."""
        self._work.put(job)

    def forget(self, chat: str) -> None:
        """Have the engine drop what it keeps of a chat, behind the turns submitted so far."""
        self._work.put(Forget(chat))

    def stop(self) -> None:
        """End the thread after the turns submitted so far; suspended answers end as aborted."""
        self._work.put(None)

    def _run(self) -> None:
        error: BaseException | None = None
        try:
            engine = self._load()
            try:
                self._serve(engine)
            finally:
                _close(engine)
        except CheckpointError as caught:
            logger.error("the model was not loaded: %s", caught)
            error = caught
        except BaseException as caught:
            logger.critical("the engine is gone", exc_info=True)
            error = caught
        self._post(lambda: self._end(error))

    def _end(self, error: BaseException | None) -> None:
        self._thread.join()  # It had nothing left to do.
        self._events.stopped(error)

    def _serve(self, engine: Engine) -> None:
        info = engine.info
        self._post(lambda: self._events.loaded(info))
        try:
            while (work := self._work.get()) is not None:
                if isinstance(work, Forget):
                    self._forget(engine, work.chat)
                    continue
                begun = self._clock()
                self._events.at_work(frozenset({work.request.id}))
                outcome = self._turn(engine, work)
                self._events.at_work(frozenset())
                if not self._report(work, outcome, self._clock() - begun):
                    return
            for job, answer in self._answers.items():
                self._report(job, answer.abort(), 0.0)
        finally:
            while self._answers:
                _let_go(self._answers.popitem()[1])

    def _turn(self, engine: Engine, job: Job) -> Outcome | None:
        answer = self._answers.pop(job, None) or RunningAnswer(engine, job)
        outcome = _outcome(answer, job, self._slice_tokens)
        if outcome is None:
            self._answers[job] = answer
        return outcome

    def _forget(self, engine: Engine, chat: str) -> None:
        """Close the chat's suspended answers that nobody wants any more first: the engine would keep what they read."""
        for job in [job for job in self._answers if job.request.chat == chat and job.aborted.is_set()]:
            _let_go(self._answers.pop(job))
        try:
            engine.forget(chat)
        except Exception:
            logger.exception("what the engine kept of a chat could not be dropped")

    def _report(self, job: Job, outcome: Outcome | None, seconds: float) -> bool:
        return self._post(lambda: self._events.turned(job, outcome, seconds))

    def _post(self, callback: Callable[[], None]) -> bool:
        """Call back on the loop; False when the loop is closed, so that nobody is left to work for."""
        try:
            self._events.loop.call_soon_threadsafe(callback)
        except RuntimeError:
            if not self._events.loop.is_closed():
                raise
            return False
        return True


def _outcome(answer: RunningAnswer, job: Job, tokens: int) -> Outcome | None:
    """Give a job its turn; what fails concerns this job alone, unless the engine says that it is dead."""
    try:
        return answer.turn(tokens)
    except EngineDead:
        raise
    except ModelServiceError as error:
        logger.warning("request %s failed: %s", job.request.id, error)
        _release(error)
        return error
    except Exception as error:
        logger.exception("request %s failed", job.request.id)
        _release(error)
        failed = GenerationFailed(f"{type(error).__name__}: {error}")
        failed.__cause__ = error
        return failed


def _release(error: BaseException) -> None:
    """Let go of what the frames of an error hold (tensors, on the device), on this thread."""
    cause: BaseException | None = error
    while cause is not None:
        traceback.clear_frames(cause.__traceback__)
        cause = cause.__cause__ or cause.__context__


def _let_go(answer: RunningAnswer) -> None:
    try:
        answer.close()
    except Exception:
        logger.exception("a suspended answer could not be closed")


def _close(engine: Engine) -> None:
    try:
        engine.close()
    except Exception:
        logger.exception("closing the engine failed")
