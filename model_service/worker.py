"""The one thread that owns the engine: it loads it, answers one job after the other, and closes it."""

import asyncio
import logging
import queue
import threading
import traceback
from collections.abc import Callable, Generator
from dataclasses import replace

from model_service.engine import Engine, EngineInfo, EngineStep
from model_service.errors import CheckpointError, EngineDead, GenerationFailed, ModelServiceError
from model_service.jobs import Job
from model_service.types import FinishReason, GenerationOutput, Stage

logger = logging.getLogger(__name__)

Outcome = GenerationOutput | ModelServiceError
"""How a job ended: its last output, or the error for its caller."""


class EngineThread:
    """Runs `load()` and then the jobs submitted, one at a time, on a thread of its own.

    The three callbacks are called on `loop`: `loaded(info)` once, `finished(job, outcome)` for each job, and
    `stopped(error)` as the last one, with None after a clean stop and else with what killed the thread.
    """

    def __init__(
        self,
        load: Callable[[], Engine],
        loop: asyncio.AbstractEventLoop,
        *,
        loaded: Callable[[EngineInfo], None],
        finished: Callable[[Job, Outcome], None],
        stopped: Callable[[BaseException | None], None],
    ) -> None:
        self._load = load
        self._loop = loop
        self._loaded = loaded
        self._finished = finished
        self._stopped = stopped
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        # A daemon: an engine stuck in its device must not keep the process from ending.
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)

    def start(self) -> None:
        """Begin to load."""
        self._thread.start()

    def submit(self, job: Job) -> None:
        """Hand over the next job."""
        self._jobs.put(job)

    def stop(self) -> None:
        """End the thread after the jobs submitted so far."""
        self._jobs.put(None)

    def join(self) -> None:
        """Wait for the thread's end; only to be called once it has stopped."""
        self._thread.join()

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
        self._post(lambda: self._stopped(error))

    def _serve(self, engine: Engine) -> None:
        info = engine.info
        self._post(lambda: self._loaded(info))
        while (job := self._jobs.get()) is not None:
            if not self._report(job, _outcome(engine, job)):
                return

    def _report(self, job: Job, outcome: Outcome) -> bool:
        return self._post(lambda: self._finished(job, outcome))

    def _post(self, callback: Callable[[], None]) -> bool:
        """Call back on the loop; False when the loop is closed, so that nobody is left to work for."""
        try:
            self._loop.call_soon_threadsafe(callback)
        except RuntimeError:
            if not self._loop.is_closed():
                raise
            return False
        return True


def _outcome(engine: Engine, job: Job) -> Outcome:
    """Answer a job; what fails concerns this job alone, unless the engine says that it is dead."""
    try:
        return _answer(engine, job)
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


def _answer(engine: Engine, job: Job) -> GenerationOutput:
    output = GenerationOutput(Stage.LOOKING)
    if job.aborted.is_set():
        return _last(output, job, FinishReason.ABORT)
    output = replace(output, plan=engine.plan(job.request), seconds=job.seconds())
    job.stream.put(output)
    steps = engine.generate(job.request)
    try:
        for step in steps:
            output = _grow(output, step, job.seconds())
            if step.finish_reason is not None:
                return _last(output, job, step.finish_reason)
            if job.aborted.is_set():
                return _last(output, job, FinishReason.ABORT)
            if step.text:
                job.stream.put(output)
    finally:
        if isinstance(steps, Generator):
            steps.close()
    raise GenerationFailed("the engine stopped without saying why")


def _grow(output: GenerationOutput, step: EngineStep, seconds: float) -> GenerationOutput:
    first = output.seconds_to_first_token
    return replace(
        output,
        stage=Stage.WRITING,
        text=output.text + step.text,
        tokens=output.tokens + 1,
        seconds_to_first_token=seconds if first is None else first,
        seconds=seconds,
    )


def _last(output: GenerationOutput, job: Job, reason: FinishReason) -> GenerationOutput:
    return replace(output, stage=Stage.DONE, seconds=job.seconds(), finish_reason=reason)


def _release(error: BaseException) -> None:
    """Let go of what the frames of an error hold (tensors, on the device), on this thread."""
    cause: BaseException | None = error
    while cause is not None:
        traceback.clear_frames(cause.__traceback__)
        cause = cause.__cause__ or cause.__context__


def _close(engine: Engine) -> None:
    try:
        engine.close()
    except Exception:
        logger.exception("closing the engine failed")
