"""Ask the model about a picture, or several together, and follow what it says as long as that makes sense."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace

from assistant.doubt import Watch, cut_off
from assistant.open_questions import OpenQuestion, Step
from assistant.pieces import Piece
from assistant.question import Look, Question
from assistant.request import Asking, build_request, drop_repeats, sampling_in
from assistant.settings.settings import ModelSettings
from assistant.storage import Picture, Turns
from assistant.together import order_of
from assistant.wording.question import Task
from assistant.wording.quotes import with_quote
from assistant.wording.regions import about_part
from assistant.wording.transcription import transcription_of
from model_service import (
    Ability,
    Draining,
    EngineInfo,
    FinishReason,
    GenerationOutput,
    GenerationRequest,
    ModelService,
    PictureRef,
    Stage,
    Transcription,
)


class Streams:
    """What the model says about a picture, or a piece of one."""

    def __init__(self, model: ModelService, turns: Turns, settings: ModelSettings) -> None:
        self._model = model
        self._turns = turns
        self._settings = settings

    async def follow(
        self, opened: OpenQuestion, request: GenerationRequest, until: float | None = None
    ) -> AsyncGenerator[GenerationOutput, None]:
        """Stream the model's output; note the last one with the question, however it ends.

        Where it stops making sense it is broken off, and the last output ends there. It may last `until` then, by the
        loop's clock.

        Raises:
            Cancelled, Draining, ModelServiceError, TimeoutError: as for `Reader.read`.
        """
        output, watch = GenerationOutput(Stage.WAITING), self._watch()
        try:
            async with aclosing(self._model.generate(request)) as outputs:
                while True:
                    async with opened.cancellable(), asyncio.timeout_at(until):
                        following = await anext(outputs, None)
                    if following is None:
                        break
                    output = following if following.reader else _sound(following, watch)
                    if output.stage is not Stage.WAITING:
                        opened.step = Step.ANSWERING
                    yield output
                    if output.finish_reason is FinishReason.BROKEN_OFF:
                        break  # To leave is to abort.
        finally:
            opened.outputs.append(output)
        if output.finish_reason in {None, FinishReason.ABORT}:
            raise Draining("the answer was aborted")

    def _watch(self) -> Watch:
        info = self._model.info
        free = info is None or Ability.DESCRIBE in info.abilities  # Between words of its own it may well hesitate.
        return Watch(None if info is None or free else info.sureness)

    async def request(
        self,
        question: Question,
        opened: OpenQuestion,
        pictures: Sequence[Picture],
        encoded: Sequence[bytes],
        look: Look,
    ) -> GenerationRequest:
        """Return the request for whole pictures that are seen together, mostly one; `encoded` are their bytes."""
        shown = zip(encoded, look.details, strict=True)
        seen = tuple(PictureRef(data, detail, look.region) for data, detail in shown)
        asking = replace(
            self._asking(question, opened, seen),
            text=_worded(question, question.text_about(pictures)),
            order=order_of(question, pictures) if len(pictures) > 1 else ("", ""),
            thinking=self._thinking(question),
        )
        return await self._request(question, pictures, asking)

    def _thinking(self, question: Question) -> int:
        """Return the tokens that the model may spend on thoughts; it needs none to write down what it reads."""
        info, wanted = self._model.info, question.parsed.thinking or self._settings.thinking
        reads_out = question.parsed.task in {Task.TEXT, Task.TABLE}
        return self._settings.thinking_tokens if wanted and not reads_out and info and info.can_think else 0

    async def piece_request(
        self, question: Question, opened: OpenQuestion, picture: Picture, piece: Piece, text: str, *, alone: bool
    ) -> GenerationRequest:
        """Return the request for a piece of a picture; `alone`: without what was said before."""
        asking = self._asking(question, opened, (PictureRef(piece.data, piece.detail),))
        asking = replace(asking, text=text, of_long=not alone)
        return await self._request(question, [picture], asking, alone=alone)

    def _asking(self, question: Question, opened: OpenQuestion, pictures: tuple[PictureRef, ...]) -> Asking:
        return Asking(
            id=opened.request,
            chat=str(question.chat),
            text=_worded(question, question.parsed.text),
            pictures=pictures,
            person=question.asker.person,
            length=question.settings.length,
            transcription=transcribed_by_reader(question, self._model.info),
        )

    async def _request(
        self, question: Question, pictures: Sequence[Picture], asking: Asking, *, alone: bool = False
    ) -> GenerationRequest:
        info = self._model.info
        only_reads = info is not None and bool(info.fixed_prompts)  # What was said before means nothing to it.
        alone = alone or only_reads or asking.transcription is not None
        said = [] if alone else await self._turns.history_of(pictures, question.asker.id)
        history = drop_repeats(said, question.text_about(pictures))
        sampling = sampling_in(question.settings, self._settings)
        return build_request(asking, history, sampling, self._settings.history_tokens)


def transcribed_by_reader(question: Question, info: EngineInfo | None) -> Transcription | None:
    """Return what a question asks to be written down, where a reader does that.

    Of a part of the picture that words name the model is asked: it knows these words.
    """
    if info is None or info.reader is None or (question.parsed.part is not None and question.region is None):
        return None
    return transcription_of(question.parsed)


def _worded(question: Question, text: str) -> str:
    """Return a question's text about what is shown of a picture, with what it quotes."""
    named = question.parsed.part
    if named is not None and question.region is None:  # Else the words may be about what was marked.
        text = about_part(text, named)
    return with_quote(text, question.parsed.quote)


def _sound(output: GenerationOutput, watch: Watch) -> GenerationOutput:
    """Return an output as it is while it makes sense, else broken off where it last did."""
    end = watch.nonsense_in(output)
    if end is None:
        return output
    return replace(cut_off(output, end), stage=Stage.DONE, finish_reason=FinishReason.BROKEN_OFF)
