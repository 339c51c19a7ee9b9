"""Turn a question about pictures into an answer: the API that every front end calls."""

import contextlib
import logging
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from assistant.abilities import fitted
from assistant.latency import Latency
from assistant.looking import Looks
from assistant.open_questions import Cancelled, OpenQuestion, OpenQuestions
from assistant.pictures.library import Library
from assistant.pictures.refusals import FetchFailed
from assistant.question import Parts, Question, Reading
from assistant.reading import Reader
from assistant.settings.settings import ModelSettings
from assistant.storage import Picture, Turn, Turns, surely
from assistant.texts.failures import NoSuchPart, Unable
from assistant.together import are_seen_together, most_together
from model_service import (
    CheckpointError,
    Draining,
    EngineDead,
    FinishReason,
    GenerationOutput,
    LimitReached,
    ModelService,
    ModelServiceError,
    QueueFull,
)

_log = logging.getLogger(__name__)


class End(StrEnum):
    """The outcome of a question.

    REFUSED: too many wait already, or the model was not made for it. FAILED: none of the pictures could be read.
    POSTPONED: the process is about to end, and is to ask the same again after its next start.
    """

    ANSWERED = "answered"
    CANCELLED = "cancelled"
    REFUSED = "refused"
    FAILED = "failed"
    POSTPONED = "postponed"


@dataclass(frozen=True, slots=True)
class AnswerState:
    """The progress of a question.

    `readings` are of the pictures that are done, `output` is the newest about the current picture, of which `parts`
    were read if it is read in parts; `before` is what a first look at it gave, while there is a second one. `together`
    is how many pictures are seen in one request, which has one reading; else there is one of each. The last state has
    an `end`, and the `error` behind it.
    """

    question: OpenQuestion
    readings: tuple[Reading, ...] = ()
    output: GenerationOutput | None = None
    parts: Parts | None = None
    before: Reading | None = None
    together: int = 0
    end: End | None = None
    error: Exception | None = None

    @property
    def outputs(self) -> list[GenerationOutput]:
        """The last output about each picture that was read."""
        return [reading.output for reading in self.readings if reading.output is not None]


@dataclass(frozen=True, slots=True)
class Ended:
    """A question that is over: its answer is delivered, or nobody waits for one any more.

    `end` is its outcome. None: whoever asked left before one was known, since the front end failed or the process ends.
    A question that is asked again after that is another one. `superseded`: it reads otherwise by now, and its outcome,
    if it had one, was shown to nobody. `seconds` go from the question to its outcome, all waiting included. `answers`
    are the whole ones, one for each picture that was read; `outputs` are the last ones of all its requests to the
    model: of pieces, and of those that were cancelled or failed, too.
    """

    end: End | None
    superseded: bool
    seconds: float
    answers: tuple[GenerationOutput, ...]
    outputs: tuple[GenerationOutput, ...]


class Assistant:
    """Answer questions with one model, each person's in order, with the history of each picture.

    `on_end` hears of each question once, after its end.
    """

    def __init__(
        self,
        model: ModelService,
        turns: Turns,
        questions: OpenQuestions,
        settings: ModelSettings,
        on_end: Callable[[Ended], None] | None = None,
    ) -> None:
        self.latency = Latency()
        self.questions = questions
        self._on_end = on_end
        self._model = model
        self._turns = turns
        self._looks = Looks(model, Reader(model, turns, settings, self.latency), self.latency)

    async def ask(self, question: Question, library: Library) -> AsyncGenerator[AnswerState, None]:
        """Yield the state of the question whenever it changes; the last state says how it ended.

        Closing the generator cancels the question. The person's next question waits until then: deliver the answer and
        `remember` it before.
        """
        asked, text = question.asker.id, question.parsed.text
        opened = OpenQuestion(question.chat, question.message, asked, question.number, text, suspect=question.suspect)
        state, begun, settled = AnswerState(opened), time.monotonic(), None
        try:
            async with contextlib.aclosing(self._states(question, opened, library)) as states:
                async for state in states:
                    settled = None if state.end is None else time.monotonic()
                    yield state
        finally:
            if self._on_end is not None:
                seconds = (settled or time.monotonic()) - begun
                superseded, outputs = opened.superseded.is_set(), tuple(opened.outputs)
                self._on_end(Ended(state.end, superseded, seconds, tuple(state.outputs), outputs))

    async def _states(
        self, question: Question, opened: OpenQuestion, library: Library
    ) -> AsyncGenerator[AnswerState, None]:
        """Yield the states from the first to the one with the outcome, and keep the question open meanwhile."""
        state = AnswerState(opened)
        try:
            with self.questions.open(opened, promised=question.promised):
                yield state
                try:
                    async with contextlib.aclosing(self._answer(question, opened, library)) as states:
                        async for state in states:
                            yield state
                    end: tuple[End, Exception | None] = End.ANSWERED, None
                except Cancelled:
                    end = End.CANCELLED, None
                except (CheckpointError, Draining, EngineDead) as error:
                    end = End.POSTPONED, error
                except (Unable, NoSuchPart) as error:
                    end = End.REFUSED, error
                except (ModelServiceError, FetchFailed) as error:
                    end = End.FAILED, error
                finally:
                    opened.settle()
                yield replace(state, end=end[0], error=end[1])
        except (LimitReached, QueueFull) as error:
            opened.settle()
            yield replace(state, end=End.REFUSED, error=error)

    async def remember(self, question: Question, readings: Sequence[Reading], messages: Sequence[int] = ()) -> None:
        """Store a delivered answer and the numbers of its messages; wait while the disk is full."""
        told = [reading for reading in readings if reading.text]
        turns = [(each, _turn(question, reading, messages)) for reading in told for each in reading.pictures]
        if turns:
            await surely(lambda: self._turns.add(turns), f"remembering the answer to question {question.number}")

    async def _answer(
        self, question: Question, opened: OpenQuestion, library: Library
    ) -> AsyncGenerator[AnswerState, None]:
        """Wait for the question's turn, then read its pictures: together where the model can, else one after the other.

        Raises:
            Cancelled: the person wants no answer any more.
            CheckpointError, Draining, EngineDead: the process is about to end.
            ModelServiceError, FetchFailed: nothing could be read in any of the pictures; the last one's reason.
            Unable: the model was not made for such a question.
        """
        async with opened.cancellable():
            await self.questions.turn(opened)
            if opened.suspect:
                await self._model.ready()
                await self.questions.others_first(opened)
            question = await self._fitted(question)
        sights, left = self._sights(question)
        state = AnswerState(opened, together=len(sights[0]) if len(sights) < len(question.pictures) else 0)
        for number, pictures in enumerate(sights):
            opened.picture = number
            try:
                async with contextlib.aclosing(self._looks.look(question, opened, pictures, library)) as readings:
                    async for reading in readings:
                        state = replace(state, output=reading.output, parts=reading.parts, before=reading.before)
                        yield state
            except (CheckpointError, Draining, EngineDead):
                raise
            except (ModelServiceError, FetchFailed) as error:
                place = f"{number + 1} of {len(sights)}"
                _log.warning("question %d: picture %s was not read: %s", question.number, place, error)
                reading = Reading(pictures[0], error=error, others=pictures[1:])
            reading = replace(reading, left=(*left, *reading.left))
            state = replace(state, readings=(*state.readings, reading), output=None, parts=None, before=None)
            yield state
            if isinstance(reading.error, LimitReached | QueueFull):  # It holds for the others as well.
                break
        failure = state.readings[-1].error
        if not state.outputs and failure is not None:
            raise failure

    def _sights(self, question: Question) -> tuple[list[tuple[Picture, ...]], tuple[Picture, ...]]:
        """Return the pictures that are seen together, in order; and the oldest, for which there is no room."""
        info, pictures = self._model.info, question.pictures
        if info is None or not are_seen_together(question, info):
            return [(picture,) for picture in pictures], ()
        room = most_together(question, info)
        return [pictures[-room:]], pictures[:-room]

    async def _fitted(self, question: Question) -> Question:
        """Return the question as the model can be asked it, once it is known which model that is.

        Raises:
            Unable: it cannot be asked this.
        """
        info = self._model.info or await self._model.ready()
        return replace(question, parsed=fitted(question.parsed, info))


def _turn(question: Question, reading: Reading, messages: Sequence[int]) -> Turn:
    output = reading.output
    return Turn(
        question=question.text_about(reading.pictures),
        answer=reading.text,
        user=question.asker.id,
        name=question.asker.name,
        question_message=question.message,
        answer_messages=tuple(messages),
        detail=reading.detail,
        finish=(None if output is None else output.finish_reason) or FinishReason.STOP,
    )
