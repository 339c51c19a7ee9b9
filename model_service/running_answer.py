"""One answer on the engine's thread, written step by step: in between its iterator is suspended, with its KV cache."""

from collections.abc import Generator, Iterator
from concurrent.futures import Executor, Future, wait
from dataclasses import replace

from model_service.detail import DetailPlan
from model_service.engines.engine import PAUSE, Engine, EngineStep
from model_service.errors import GenerationFailed
from model_service.jobs import Job
from model_service.types import CERTAIN, Doubt, FinishReason, GenerationOutput, Stage

OPENING = 0.001
"""Seconds that a step waits for a picture that is opened aside: others wait as long for their next token."""


class RunningAnswer:
    """The engine's work on one job: created, used and closed on the engine's thread."""

    def __init__(self, engine: Engine, job: Job) -> None:
        self._engine = engine
        self._job = job
        self._output = GenerationOutput(Stage.LOOKING)
        self._steps: Generator[EngineStep, None, None] | None = None
        self._opened: Future[DetailPlan | None] | None = None
        self.paused = True
        """Whether the last step brought no token."""
        self.worked: float | None = None
        """Seconds of the device's time that the work before the last pause took, if the engine says so."""

    @property
    def is_reading(self) -> bool:
        """Whether the answer has no token yet."""
        return self._output.stage is Stage.LOOKING

    def open(self, aside: Executor) -> None:
        """Begin to open the picture aside, so that it is open when the answer has its turn."""
        if self._opened is None:
            self._opened = aside.submit(self._engine.plan, self._job.request)

    def step(self, aside: Executor | None = None) -> GenerationOutput | None:
        """Work until the next token, or until others are to have a step; look at the picture first.

        With `aside`, the picture is opened there, so that others need not wait for it.

        Returns:
            The last output if the answer has ended, else None.

        Raises:
            GenerationFailed, OutOfMemory, PictureRejected, EngineDead.
        """
        self.paused, self.worked = True, None
        if self._job.aborted.is_set():
            return self.abort()
        if self._steps is None:
            self._steps = self._all_steps(aside)
        step = next(self._steps, None)
        if step is None:
            raise GenerationFailed("the engine stopped without saying why")
        self.paused, self.worked = step.pause or step.plan is not None, step.seconds
        if not step.pause:
            self._output = _grow(self._output, step, self._job)
        if step.finish_reason is not None:
            return self._end(step.finish_reason)
        if self._job.aborted.is_set():
            return self.abort()
        if step.text or step.plan is not None or step.thoughts is not None:
            self._job.stream.put(self._output)
        return None

    def abort(self) -> GenerationOutput:
        """Give the answer up; returns its last output, with the text so far."""
        return self._end(FinishReason.ABORT)

    def close(self) -> None:
        """Let go of the suspended iterator and of the memory that it holds."""
        if self._opened is not None:
            self._opened.cancel()
        if self._steps is not None:
            self._steps.close()

    def _all_steps(self, aside: Executor | None) -> Generator[EngineStep, None, None]:
        request, waited = self._job.request, self._job.seconds()
        if aside is not None:
            self.open(aside)
        while self._opened is not None and not wait([self._opened], OPENING).done:
            yield PAUSE
        plan = self._engine.plan(request) if self._opened is None else self._opened.result()
        self._output = replace(self._output, plan=plan, seconds_waited=waited, seconds=self._job.seconds())
        self._job.stream.put(self._output)
        steps = self._engine.generate(request)
        try:
            yield from steps
        finally:
            _close(steps)

    def _end(self, reason: FinishReason) -> GenerationOutput:
        self.close()
        return replace(self._output, stage=Stage.DONE, seconds=self._job.seconds(), finish_reason=reason)


def _close(steps: Iterator[EngineStep]) -> None:
    if isinstance(steps, Generator):
        steps.close()


def _grow(output: GenerationOutput, step: EngineStep, job: Job) -> GenerationOutput:
    seconds = job.seconds()
    if step.plan is not None:
        return replace(output, plan=step.plan, memory_short=True, seconds=seconds)
    first = output.seconds_to_first_token
    return replace(
        output,
        stage=Stage.WRITING,
        text=output.text + step.text,
        thoughts=output.thoughts if step.thoughts is None else step.thoughts,
        doubts=doubts_with(output.doubts, len(output.text), step, job.request.certain),
        tokens=output.tokens + 1,
        seconds_to_first_token=seconds if first is None else first,
        seconds=seconds,
        prompt_tokens=output.prompt_tokens if step.prompt_tokens is None else step.prompt_tokens,
        reader=output.reader or step.reader,
    )


def doubts_with(doubts: tuple[Doubt, ...], begin: int, step: EngineStep, certain: float = CERTAIN) -> tuple[Doubt, ...]:
    """Return doubts about a text with those about what a step adds behind `begin` characters."""
    told = step.text or step.finish_reason is FinishReason.STOP
    if step.likely is None or step.likely[0] >= certain or not told:
        return doubts
    return (*doubts, Doubt(begin, begin + len(step.text), *step.likely))
