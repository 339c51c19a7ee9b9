"""The backend in this process: one thread owns the engine, gives jobs their turns, several at once, and closes it."""

import logging
import queue
import threading
import time
import traceback
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
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


@dataclass(slots=True)
class Turn:
    """A job's turn: the tokens that its answer may still grow by, and the seconds charged so far."""

    job: Job
    answer: RunningAnswer
    left: int
    seconds: float = 0.0


class EngineThread:
    """Runs `load()` and then the turns submitted on a thread of its own, up to `engine.info.together` at once.

    A turn is up to `slice_tokens` tokens of a job's answer, which is then suspended until the job is submitted again.
    Turns go on side by side: in each round every one gets a token, but of those that have none yet only the first is
    worked on. A round's seconds are shared by those who got a token in it; reading is charged to whoever reads.
    """

    devices = 1

    def __init__(
        self, load: Callable[[], Engine], *, slice_tokens: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._load = load
        self._slice_tokens = slice_tokens
        self._clock = clock
        self._work: queue.SimpleQueue[Job | Forget | None] = queue.SimpleQueue()
        self._turns: list[Turn] = []
        self._answers: dict[Job, RunningAnswer] = {}
        """Suspended answers."""
        self.slots = 1
        """Turns at once, known once the engine is loaded."""

    def can_go_on(self, _: Job) -> bool:
        """Return that a suspended job can have its next turn: every slot is as good."""
        return True

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
        self.slots = info.together
        self._post(lambda: self._events.loaded(info))
        aside = ThreadPoolExecutor(1, "opening") if info.together > 1 else None
        try:
            while self._take_in(engine):
                if not self._round(aside):
                    return
            while self._turns:
                if not self._round(aside):
                    return
            for job, answer in self._answers.items():
                self._report(job, answer.abort(), 0.0)
        finally:
            if aside is not None:
                aside.shutdown(cancel_futures=True)
            for answer in [turn.answer for turn in self._turns] + [*self._answers.values()]:
                _let_go(answer)
            self._turns, self._answers = [], {}

    def _take_in(self, engine: Engine) -> bool:
        """Take in what was submitted, and wait for it while there is nothing to do; False once all is to end."""
        while True:
            try:
                work = self._work.get(block=not self._turns)
            except queue.Empty:
                return True
            if work is None:
                return False
            if isinstance(work, Forget):
                self._forget(engine, work.chat)
                continue
            answer = self._answers.pop(work, None) or RunningAnswer(engine, work)
            self._turns.append(Turn(work, answer, self._slice_tokens))
            self._tell_at_work()

    def _round(self, aside: Executor | None) -> bool:
        """Let each turn's answer grow by a token; report the turns that ended. False when nobody listens any more."""
        writing, waiting, ended = list[Turn](), list[Turn](), list[tuple[Turn, Outcome | None]]()
        begin, reading = self._clock(), 0.0
        reader, follower = (*(turn for turn in self._turns if turn.answer.is_reading), None, None)[:2]
        for turn in self._turns:
            if turn.answer.is_reading and turn is not reader and not turn.job.aborted.is_set():
                continue
            before, reads = self._clock(), turn.answer.is_reading
            outcome = _outcome(turn.answer, turn.job, aside if len(self._turns) > 1 else None)
            if reads:
                seconds = self._clock() - before if turn.answer.worked is None else turn.answer.worked
                turn.seconds += seconds
                reading += seconds
                if aside is not None and follower is not None and turn.answer.worked is not None:
                    follower.answer.open(aside)  # The engine has taken this picture in, and keeps one open.
            if not turn.answer.paused:
                turn.left -= 1
                writing.append(turn)
            elif not reads:
                waiting.append(turn)
            if outcome is not None or turn.left == 0:
                ended.append((turn, outcome))
        shared = max(self._clock() - begin - reading, 0.0)
        sharing = writing or waiting
        for turn in sharing:
            turn.seconds += shared / len(sharing)
        heard = [self._end_turn(turn, outcome) for turn, outcome in ended]
        return all(heard)

    def _end_turn(self, turn: Turn, outcome: Outcome | None) -> bool:
        self._turns.remove(turn)
        if outcome is None:
            self._answers[turn.job] = turn.answer
        self._tell_at_work()
        return self._report(turn.job, outcome, turn.seconds)

    def _tell_at_work(self) -> None:
        self._events.at_work(frozenset(turn.job.request.id for turn in self._turns))

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


def _outcome(answer: RunningAnswer, job: Job, aside: Executor | None) -> Outcome | None:
    """Let an answer have a step; what fails concerns this job alone, unless the engine says that it is dead."""
    try:
        return answer.step(aside)
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
