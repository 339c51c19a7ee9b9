"""Turn a question about pictures into an answer: the API that every front end calls."""

import contextlib
import logging
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from assistant.abilities import fitted, is_for_any
from assistant.access import Asker
from assistant.latency import Latency
from assistant.open_questions import Cancelled, OpenQuestion, OpenQuestions, Step
from assistant.pictures.library import Library
from assistant.pictures.refusals import FetchFailed
from assistant.request import Asking, build_request, drop_repeats, sampling_in
from assistant.settings.chat_settings import ChatSettings
from assistant.settings.settings import ModelSettings
from assistant.storage import Picture, Turn, Turns, surely
from assistant.texts.failures import Unable
from assistant.wording.question import ParsedQuestion
from assistant.wording.quotes import with_quote
from assistant.wording.regions import REGIONS, about_part
from model_service import (
    CheckpointError,
    Draining,
    EngineDead,
    FinishReason,
    GenerationOutput,
    GenerationRequest,
    Health,
    LimitReached,
    ModelService,
    ModelServiceError,
    QueueFull,
    Stage,
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
class Question:
    """A question about pictures.

    `message` names the question within its chat, and `number` among all that the front end ever asked. `settings` hold
    for this question. `promised`: a former run took it on, so it is not refused. `suspect`: the process died of it.
    `earlier` is when the pictures came, if it could be doubted that they are meant. `named` is how many pages or
    pictures the question named, and `unread` are the numbers, in their album, of those that could not be read.
    """

    chat: int
    message: int
    number: int
    asker: Asker
    parsed: ParsedQuestion
    pictures: tuple[Picture, ...]
    settings: ChatSettings
    promised: bool = False
    suspect: bool = False
    earlier: float | None = None
    named: int = 0
    unread: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """The model's output about one picture, or the error instead of it."""

    picture: Picture
    output: GenerationOutput | None = None
    error: Exception | None = None

    @property
    def text(self) -> str:
        """The answer about this picture."""
        return "" if self.output is None else self.output.text.strip()


@dataclass(frozen=True, slots=True)
class AnswerState:
    """The progress of a question.

    `readings` are of the pictures that are done, `output` is the newest about the current picture. The last state has
    an `end`, and the `error` behind it.
    """

    question: OpenQuestion
    readings: tuple[Reading, ...] = ()
    output: GenerationOutput | None = None
    end: End | None = None
    error: Exception | None = None

    @property
    def outputs(self) -> list[GenerationOutput]:
        """The last output about each picture that was read."""
        return [reading.output for reading in self.readings if reading.output is not None]


class Assistant:
    """Answer questions with one model, each person's in order, with the history of each picture."""

    def __init__(
        self,
        model: ModelService,
        turns: Turns,
        questions: OpenQuestions,
        settings: ModelSettings,
    ) -> None:
        self.latency = Latency()
        self.questions = questions
        self._model = model
        self._turns = turns
        self._settings = settings

    async def ask(self, question: Question, library: Library) -> AsyncGenerator[AnswerState, None]:
        """Yield the state of the question whenever it changes; the last state says how it ended.

        Closing the generator cancels the question. The person's next question waits until then: deliver the answer and
        `remember` it before.
        """
        asked, text = question.asker.id, question.parsed.text
        opened = OpenQuestion(question.chat, question.message, asked, question.number, text, suspect=question.suspect)
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
                except Unable as error:
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
        turns = [(reading.picture, _turn(question, reading, messages)) for reading in readings if reading.text]
        if turns:
            await surely(lambda: self._turns.add(turns), f"remembering the answer to question {question.number}")

    async def _answer(
        self, question: Question, opened: OpenQuestion, library: Library
    ) -> AsyncGenerator[AnswerState, None]:
        """Wait for the question's turn, then read one picture after the other.

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
        state = AnswerState(opened)
        for number, picture in enumerate(question.pictures):
            opened.picture = number
            try:
                async with contextlib.aclosing(self._read(question, opened, picture, library)) as outputs:
                    async for output in outputs:
                        state = replace(state, output=output)
                        yield state
                reading = Reading(picture, state.output)
            except (CheckpointError, Draining, EngineDead):
                raise
            except (ModelServiceError, FetchFailed) as error:
                place = f"{number + 1} of {len(question.pictures)}"
                _log.warning("question %d: picture %s was not read: %s", question.number, place, error)
                reading = Reading(picture, error=error)
            state = replace(state, readings=(*state.readings, reading), output=None)
            yield state
            if isinstance(reading.error, LimitReached | QueueFull):  # It holds for the others as well.
                break
        failure = state.readings[-1].error
        if not state.outputs and failure is not None:
            raise failure

    async def _fitted(self, question: Question) -> Question:
        """Return the question as the model can be asked it; where it matters, wait until it is known which model.

        Raises:
            Unable: it cannot be asked this.
        """
        info = self._model.info
        if info is None and is_for_any(question.parsed):
            return question
        return replace(question, parsed=fitted(question.parsed, info or await self._model.ready()))

    async def _read(
        self, question: Question, opened: OpenQuestion, picture: Picture, library: Library
    ) -> AsyncGenerator[GenerationOutput, None]:
        """Stream the output about one picture."""
        if self._model.health is Health.DEAD:
            raise Draining("the engine died while the question waited for another")
        async with opened.cancellable():
            request = await self._request(question, opened, picture, library)
        output = GenerationOutput(Stage.WAITING)
        async with contextlib.aclosing(self._model.generate(request)) as outputs:
            while True:
                async with opened.cancellable():
                    following = await anext(outputs, None)
                if following is None:
                    break
                output = following
                if output.stage is not Stage.WAITING:
                    opened.step = Step.ANSWERING
                yield output
        if output.finish_reason in {None, FinishReason.ABORT}:
            raise Draining("the answer was aborted")
        if len(request.messages) == 1 and not question.parsed.reworded:  # Otherwise the model's caches may have served.
            self.latency.note(output)

    async def _request(
        self, question: Question, opened: OpenQuestion, picture: Picture, library: Library
    ) -> GenerationRequest:
        part, text = question.parsed.part, question.parsed.text
        asking = Asking(
            id=opened.request,
            chat=str(question.chat),
            text=with_quote(about_part(text, part) if part else text, question.parsed.quote),
            picture=await library.read(picture),
            detail=question.settings.detail,
            person=question.asker.person,
            length=question.settings.length,
            region=REGIONS[part] if part else None,
        )
        history = drop_repeats(await self._turns.history(picture, question.asker.id), text)
        return build_request(
            asking, history, sampling_in(question.settings, self._settings), self._settings.history_tokens
        )


def _turn(question: Question, reading: Reading, messages: Sequence[int]) -> Turn:
    output = reading.output
    return Turn(
        question=question.parsed.text,
        answer=reading.text,
        user=question.asker.id,
        name=question.asker.name,
        question_message=question.message,
        answer_messages=tuple(messages),
        detail=question.settings.detail,
        finish=(None if output is None else output.finish_reason) or FinishReason.STOP,
    )
