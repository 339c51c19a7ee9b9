"""One answer on the engine's thread, written in turns: between them its iterator stays suspended, with its KV cache."""

from collections.abc import Generator, Iterator
from dataclasses import replace

from model_service.engines.engine import Engine, EngineStep
from model_service.errors import GenerationFailed
from model_service.jobs import Job
from model_service.types import FinishReason, GenerationOutput, Stage


class RunningAnswer:
    """The engine's work on one job: created, used and closed on the engine's thread."""

    def __init__(self, engine: Engine, job: Job) -> None:
        self._engine = engine
        self._job = job
        self._output = GenerationOutput(Stage.LOOKING)
        self._steps: Iterator[EngineStep] | None = None

    def turn(self, tokens: int) -> GenerationOutput | None:
        """Look at the picture if that is still to be done, and write up to `tokens` tokens.

        Returns:
            The last output if the answer has ended, else None.

        Raises:
            GenerationFailed, OutOfMemory, PictureRejected, EngineDead.
        """
        if self._job.aborted.is_set():
            return self.abort()
        steps = self._begun()
        for _ in range(tokens):
            step = next(steps, None)
            if step is None:
                raise GenerationFailed("the engine stopped without saying why")
            self._output = _grow(self._output, step, self._job.seconds())
            if step.plan is not None:
                self._job.stream.put(self._output)
                continue
            if step.finish_reason is not None:
                return self._end(step.finish_reason)
            if self._job.aborted.is_set():
                return self.abort()
            if step.text:
                self._job.stream.put(self._output)
        return None

    def abort(self) -> GenerationOutput:
        """Give the answer up; returns its last output, with the text so far."""
        return self._end(FinishReason.ABORT)

    def close(self) -> None:
        """Let go of the suspended iterator and of the memory that it holds."""
        if isinstance(self._steps, Generator):
            self._steps.close()

    def _begun(self) -> Iterator[EngineStep]:
        if self._steps is None:
            waited = self._job.seconds()
            plan = self._engine.plan(self._job.request)
            self._output = replace(self._output, plan=plan, seconds_waited=waited, seconds=self._job.seconds())
            self._job.stream.put(self._output)
            self._steps = self._engine.generate(self._job.request)
        return self._steps

    def _end(self, reason: FinishReason) -> GenerationOutput:
        self.close()
        return replace(self._output, stage=Stage.DONE, seconds=self._job.seconds(), finish_reason=reason)


def _grow(output: GenerationOutput, step: EngineStep, seconds: float) -> GenerationOutput:
    if step.plan is not None:
        return replace(output, plan=step.plan, memory_short=True, seconds=seconds)
    first = output.seconds_to_first_token
    return replace(
        output,
        stage=Stage.WRITING,
        text=output.text + step.text,
        tokens=output.tokens + 1,
        seconds_to_first_token=seconds if first is None else first,
        seconds=seconds,
    )
