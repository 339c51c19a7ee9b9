"""Look at pictures for a question: once, or with auto once more where the first look left doubts; and judge it."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace

from assistant.abilities import in_language_of
from assistant.doubt import Judgement, Verdict, is_refused, judge, stripped
from assistant.latency import Latency
from assistant.level import CLOSEST, level_for, sight_of, wish_of
from assistant.next_looks import second_level
from assistant.open_questions import OpenQuestion
from assistant.pictures.library import Library
from assistant.pictures.refusals import FetchFailed, PictureGone
from assistant.question import Look, Question, Reading
from assistant.reading import Reader
from assistant.storage import Picture
from assistant.texts import ReaderSentence, Sentence
from assistant.wording.agreement import differences
from assistant.wording.nothing import says_too_small
from assistant.wording.question import Task
from model_service import (
    GLM4V_DIAL,
    MAX_TOKENS,
    Ability,
    Detail,
    EngineInfo,
    FinishReason,
    GenerationOutput,
    ModelService,
    ModelServiceError,
    OutOfMemory,
    PromptTooLong,
    Stage,
    Sureness,
)

MOST_SECONDS, MOST_SECONDS_FOR_TEXT = 30.0, 120.0
"""The seconds that a second look may take, its wait in line included: a third of what a picture in parts may."""

RANKS = (Verdict.CANNOT_READ, Verdict.UNSURE, Verdict.SURE)
"""The verdicts, the worst first."""

_log = logging.getLogger(__name__)


class Looks:
    """Look at pictures with one model."""

    def __init__(self, model: ModelService, reader: Reader, latency: Latency) -> None:
        self._model = model
        self._reader = reader
        self._latency = latency

    async def look(
        self, question: Question, opened: OpenQuestion, pictures: Sequence[Picture], library: Library
    ) -> AsyncGenerator[Reading, None]:
        """Yield what the model says about a picture, or several together, whenever it says more.

        The last reading is the whole, judged. While it is looked at once more, readings have the first look's answer as
        `before`. Of several pictures those that cannot be read are left out, and where there is no room the oldest.

        Raises:
            Cancelled: the person wants no answer any more.
            CheckpointError, Draining, EngineDead, ModelServiceError, FetchFailed: as in `Assistant.ask`.
            NoSuchPart: a part is named that the picture does not have.
        """
        left, unread, shown = tuple[Picture, ...](), tuple[Picture, ...](), tuple(pictures)
        while True:
            try:
                async with aclosing(self._look(question, opened, shown, library)) as readings:
                    async for reading in readings:
                        yield replace(reading, left=left, unread=unread)
            except PictureGone as error:
                _log.warning("a picture was not read: %s", error)
                unread, shown = (*unread, error.picture), tuple(one for one in shown if one != error.picture)
            except (OutOfMemory, PromptTooLong) as error:
                if len(shown) == 1:
                    raise
                _log.info("question %d: the oldest of %d pictures is left out: %s", question.number, len(shown), error)
                left, shown = (*left, shown[0]), shown[1:]
            else:
                return

    async def _look(
        self, question: Question, opened: OpenQuestion, pictures: Sequence[Picture], library: Library
    ) -> AsyncGenerator[Reading, None]:
        look = self._first(question, pictures)
        first = Reading(pictures[0], detail=look.finest, others=tuple(pictures[1:]))
        async with aclosing(self._reader.read(question, opened, pictures, library, look)) as readings:
            async for first in readings:
                yield first
        first = self._judged(question, first)
        second = self._second(question, first)
        if second is None:
            yield first
            return
        _log.info("question %d: the first look left doubts; a second one is at %s", question.number, second.detail)
        yield replace(first, output=GenerationOutput(Stage.WAITING), judgement=None, parts=None, before=first)
        closer: Reading | None = None
        try:
            async with aclosing(self._reader.read(question, opened, pictures, library, second)) as readings:
                async for closer in readings:
                    yield replace(closer, before=first)
        except (ModelServiceError, FetchFailed, TimeoutError) as error:
            _log.info("question %d: the second look came to nothing: %s", question.number, error or "too slow")
            yield first
        else:
            yield first if closer is None else _better(first, self._judged(question, closer))

    def _first(self, question: Question, pictures: Sequence[Picture]) -> Look:
        """Return the first look, of most questions the only one."""
        setting, info = question.settings.detail, self._model.info
        if isinstance(setting, Detail):
            return Look(setting, setting, others=(setting,) * (len(pictures) - 1))
        dial, most = (GLM4V_DIAL, MAX_TOKENS) if info is None else (info.dial, info.tokens_each(len(pictures)))
        sureness = None if info is None else info.sureness
        once, wish = info is not None and sureness is None, wish_of(question.parsed)
        sights = [sight_of(picture, question.looked_at) for picture in pictures]
        level, *others = (level_for(sight, wish, dial, most, once=once) for sight in sights)
        return Look(level, CLOSEST, sureness=sureness, others=tuple(others))

    def _second(self, question: Question, first: Reading) -> Look | None:
        """Return a second look; None if the first is enough, a person chose it, or none shows more in time."""
        info, task = self._model.info, question.parsed.task
        if isinstance(question.settings.detail, Detail) or info is None:
            return None
        level = second_level(question, first, info)
        most = MOST_SECONDS_FOR_TEXT if task in {Task.TEXT, Task.TABLE} else MOST_SECONDS
        if level is None or len(first.pictures) * (self._latency.typical(level) or 0.0) > most:
            return None
        until, others = asyncio.get_running_loop().time() + most, (level,) * len(first.others)
        return Look(level, level, until=until, again=True, others=others)

    def _judged(self, question: Question, reading: Reading) -> Reading:
        """Return a reading with what it is worth; one that was not really read says so instead of what it invented."""
        info, output = self._model.info, reading.output
        if info is None or output is None:
            return reading
        if not reading.text:
            said = in_language_of(question.parsed.text, question.texts).say(ReaderSentence.NO_PRINT)
            return replace(reading, output=replace(output, text=said)) if output.reader else reading
        broken_off = output.finish_reason is FinishReason.BROKEN_OFF
        whole = question.parsed.task in {Task.TEXT, Task.TABLE}
        found = judgement_of(output, info, whole=whole) or Judgement(Verdict.SURE)
        if is_refused(found, reading.text, broken_off=broken_off):
            if says_too_small(reading.text):  # It says better what is to be done.
                return replace(reading, judgement=Judgement(Verdict.CANNOT_READ))
            said = in_language_of(question.parsed.text, question.texts).say(Sentence.CANNOT_READ)
            said_only = replace(output, text=said, doubts=(), thoughts="", finish_reason=FinishReason.STOP)
            return replace(reading, output=said_only, judgement=Judgement(Verdict.CANNOT_READ))
        in_parts = reading.parts is not None and question.parsed.task is not Task.TEXT
        if broken_off or in_parts:  # What one part says was chosen among what several say; nobody doubted the choice.
            found = replace(found, verdict=Verdict.UNSURE)
        return reading if sureness_of(output, info) is None else replace(reading, judgement=found)


def judgement_of(output: GenerationOutput, info: EngineInfo, *, whole: bool = False) -> Judgement | None:
    """Return what an output is worth by its doubts; None of a model that tells none. `whole`: it is all the text."""
    sureness = sureness_of(output, info)
    if sureness is None:
        return None
    free = Ability.DESCRIBE in info.abilities and not whole and not output.reader
    return judge(*stripped(output.text, output.doubts), sureness, free=free, whole=whole)


def sureness_of(output: GenerationOutput, info: EngineInfo) -> Sureness | None:
    """Return how the probabilities of an output are to be taken; None where none were told."""
    if output.reader and info.reader is not None:
        return info.reader.sureness
    return info.sureness if output.rated else None


def _better(first: Reading, closer: Reading) -> Reading:
    """Return the better of two looks: the closer one, unless it is worth less; with the seconds and tokens of both."""
    if closer.output is None or first.output is None:
        return first
    chosen = closer if _worth(closer) >= _worth(first) else first
    output = first.output if chosen is first else closer.output
    assert output is not None  # noqa: S101
    both = replace(
        output,
        tokens=first.output.tokens + closer.output.tokens,
        seconds=first.output.seconds + closer.output.seconds,
        seconds_waited=first.output.seconds_waited + closer.output.seconds_waited,
        seconds_to_first_token=first.output.seconds_to_first_token,
    )
    read = [reading.text for reading in (first, closer) if _worth(reading) > 0]
    differ = differences(*read) if len(read) == 2 else ()
    return replace(chosen, output=both, looks=(first.detail, closer.detail), differ=differ)


def _worth(reading: Reading) -> int:
    """Return what a reading is worth: nothing if it says nothing, else its verdict's rank."""
    if reading.judgement is None or not reading.text:
        return 0
    return RANKS.index(reading.judgement.verdict)
