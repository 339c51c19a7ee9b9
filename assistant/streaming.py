"""Ask the model about a picture, or several together, and follow what it says as long as that makes sense."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace

from assistant.doubt import Watch, cut_off
from assistant.open_questions import OpenQuestion, Step
from assistant.pictures.copies import Copy
from assistant.pieces import Piece
from assistant.question import Look, Question
from assistant.request import Asking, build_request, drop_repeats, sampling_in
from assistant.settings.settings import ModelSettings
from assistant.storage import Picture, Turns
from assistant.takers import written_down
from assistant.together import order_of
from assistant.wording.fields import fields_of
from assistant.wording.question import Task
from assistant.wording.quotes import with_quote
from assistant.wording.regions import about_part
from assistant.written import as_shown, is_worthless, with_its_tables
from model_service import (
    Ability,
    Draining,
    FinishReason,
    GenerationOutput,
    GenerationRequest,
    ModelService,
    PictureRef,
    Stage,
    Transcription,
)

_log = logging.getLogger(__name__)


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

        Where it stops making sense it is broken off, and the last output ends there; where a reader had hardly begun by
        then the model is asked instead. It may last `until` then, by the loop's clock.

        Raises:
            Cancelled, Draining, ModelServiceError, TimeoutError: as for `Reader.read`.
        """
        output = GenerationOutput(Stage.WAITING)
        async with aclosing(self._follow(opened, request, until)) as outputs:
            async for output in outputs:
                if not is_worthless(output):
                    yield as_shown(output, request.transcription) if self._only_reads(output) else output
        if is_worthless(output):
            _log.info("the reader went round in circles in request %s, so the model reads", request.id)
            async with aclosing(self._follow(opened, replace(request, transcription=None), until)) as outputs:
                async for output in outputs:
                    yield output

    def _only_reads(self, output: GenerationOutput) -> bool:
        """Whether an output is by a reader, or a model that is one."""
        return bool(output.reader) or self._has_prompts

    async def _follow(
        self, opened: OpenQuestion, request: GenerationRequest, until: float | None
    ) -> AsyncGenerator[GenerationOutput, None]:
        output, watches = GenerationOutput(Stage.WAITING), dict[str, Watch | None]()
        try:
            async with aclosing(self._model.generate(request)) as outputs:
                while True:
                    async with opened.cancellable(), asyncio.timeout_at(until):
                        following = await anext(outputs, None)
                    if following is None:
                        break
                    if following.reader not in watches:
                        watches[following.reader] = self._watch(following)
                    written = with_its_tables(following) if self._only_reads(following) else following
                    output = _sound(written, watches[following.reader])
                    if output.stage is not Stage.WAITING:
                        opened.step = Step.ANSWERING
                    yield output
                    if output.finish_reason is FinishReason.BROKEN_OFF:
                        break  # To leave is to abort.
        finally:
            opened.outputs.append(output)
        if output.finish_reason in {None, FinishReason.ABORT}:
            raise Draining("the answer was aborted")

    def names(self, readers: Sequence[str]) -> str:
        """Return the names of readers, and of the model where it wrote itself."""
        own = "" if self._model.info is None else self._model.info.model
        return ", ".join(reader or own for reader in readers)

    def _watch(self, output: GenerationOutput) -> Watch | None:
        """Return a watch over what writes this; None: no model, which goes round in no circles."""
        info = self._model.info
        if output.reader and info is not None and info.reader is not None:
            return None if info.reader.engine is None else Watch(info.reader.sureness)
        free = info is None or Ability.DESCRIBE in info.abilities  # Between words of its own it may well hesitate.
        return Watch(None if info is None or free else info.sureness)

    async def request(
        self,
        question: Question,
        opened: OpenQuestion,
        pictures: Sequence[Picture],
        copies: Sequence[Copy],
        look: Look,
    ) -> GenerationRequest:
        """Return the request for whole pictures that are seen together, mostly one; `copies` are theirs."""
        shown, region = zip(copies, look.details, strict=True), look.region
        seen = tuple(PictureRef(copy.data, detail, region, digest=copy.digest) for copy, detail in shown)
        asking = replace(
            self._asking(question, opened, seen),
            text=self._worded(question, question.text_about(pictures)),
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
        what = written_down(question, self._model.info)
        return Asking(
            id=opened.request,
            chat=str(question.chat),
            text=self._worded(question, question.parsed.text),
            pictures=pictures,
            person=question.asker.person,
            length=question.settings.length,
            transcription=what,
            fields=fields_of(question.parsed.text) if what is Transcription.FIELDS else "",
        )

    @property
    def _has_prompts(self) -> bool:
        """Whether the model only reads, and knows its own prompts alone."""
        return self._model.info is not None and bool(self._model.info.fixed_prompts)

    def _worded(self, question: Question, text: str) -> str:
        """Return a question's text about what is shown of a picture, with what it quotes."""
        named = question.parsed.part
        if self._has_prompts:
            return text
        if named is not None and question.region is None:  # Else the words may be about what was marked.
            text = about_part(text, named)
        return with_quote(text, question.parsed.quote)

    async def _request(
        self, question: Question, pictures: Sequence[Picture], asking: Asking, *, alone: bool = False
    ) -> GenerationRequest:
        alone = alone or self._has_prompts or asking.transcription is not None  # To a reader it means nothing.
        said = [] if alone else await self._turns.history_of(pictures, question.asker.id)
        history = drop_repeats(said, question.text_about(pictures))
        sampling = sampling_in(question.settings, self._settings)
        return build_request(asking, history, sampling, self._settings.history_tokens)


def _sound(output: GenerationOutput, watch: Watch | None) -> GenerationOutput:
    """Return an output as it is while it makes sense, else broken off where it last did."""
    end = None if watch is None else watch.nonsense_in(output)
    if end is None:
        return output
    return replace(cut_off(output, end), stage=Stage.DONE, finish_reason=FinishReason.BROKEN_OFF)
