"""One answer by a server: asked for, shown while it grows, and asked for again where that may help."""

import asyncio
import json
import logging
import time
from collections.abc import Sequence
from concurrent.futures import Executor
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from typing import Any

from model_service.backends.remote.faults import Kind, RemoteFault
from model_service.backends.remote.pauses import Pauses
from model_service.backends.remote.picture import Prepared
from model_service.backends.remote.ratings import Rating, doubts_about, moved
from model_service.backends.remote.server import LASTING, SHOWN, TAUGHT, Server, picture_part, text_part
from model_service.detail import Detail
from model_service.engines.engine import EngineInfo
from model_service.errors import GenerationFailed, PromptTooLong, ServerFailed, ServerFault
from model_service.gauges import Trouble
from model_service.jobs import Job
from model_service.types import Doubt, FinishReason, GenerationOutput, Message, PictureRef, Stage
from model_service.visible import visible

logger = logging.getLogger(__name__)

AGAIN = 1
"""How often an answer that broke off is asked for again."""

DEATHS = 4
"""How often it is asked for again after the server had died: it may be this question that kills it."""

UNCHARGED = frozenset({Kind.AWAY, Kind.BUSY})
"""Attempts whose seconds are nobody's: the server did not work on them."""

BYTES_PER_TOKEN = 3
"""Bytes of text that make a token, roughly, in any language."""

LEAST_ANSWER = 256
"""The tokens that an answer is cut down to where the context is short."""

FAULTS = {
    Kind.CUT: ServerFault.BROKE_OFF,
    Kind.HUNG: ServerFault.SILENT,
    Kind.GARBLED: ServerFault.GARBLED,
    Kind.FAILED: ServerFault.FAILED,
    Kind.KEY: ServerFault.KEY,
    Kind.MODEL: ServerFault.MODEL,
    Kind.REFUSED: ServerFault.REFUSED,
}


class RemoteAnswer:
    """The work on one job. `seconds` are those in which the server worked on it."""

    def __init__(
        self,
        server: Server,
        info: EngineInfo,
        job: Job,
        *,
        pictures: Prepared,
        aside: Executor,
    ) -> None:
        """Work by `server`; pictures are prepared on `aside`."""
        self._server, self._info, self._job, self._pictures = server, info, job, pictures
        self._aside = aside
        self._messages = job.request.worded
        self._sampling = job.request.sampling
        self._url = ""
        self._output = GenerationOutput(Stage.LOOKING)
        self._broken = self._deaths = 0
        self._pauses = Pauses()
        self._sent: dict[str, Any] = {}
        self.seconds = 0.0

    async def run(self) -> GenerationOutput:
        """Return the last output.

        Raises:
            GenerationFailed, PromptTooLong, ServerFailed: no answer came.
            PictureRejected: the picture cannot be looked at.
        """
        waited = self._job.seconds()
        self._output = replace(self._output, seconds_waited=waited)
        picture = _picture(self._job.request.pictures)
        if picture is not None:
            await self._look(picture, picture.detail)
        self._put()
        while True:
            begun, failure = time.monotonic(), None
            try:
                return await self._attempt()
            except RemoteFault as fault:
                failure = fault
            finally:
                if failure is None or failure.kind not in UNCHARGED:
                    self.seconds += time.monotonic() - begun
            await self._recover(failure)

    def aborted(self) -> GenerationOutput:
        """Return the last output of an answer that nobody waits for any more."""
        return self._ended(FinishReason.ABORT)

    async def _look(self, picture: PictureRef, detail: Detail) -> None:
        """Prepare the picture."""
        work = partial(self._pictures.sent, picture, self._info.dial, detail, self._info.max_visual_tokens)
        plan, self._url = await asyncio.get_running_loop().run_in_executor(self._aside, work)
        self._output = replace(self._output, plan=plan)

    async def _attempt(self) -> GenerationOutput:
        """Ask once.

        Raises:
            RemoteFault: no whole answer came.
        """
        said, tokens, finish, ratings = "", 0, "", list[Rating]()
        model = await self._server.model()
        self._sent = self._server.dialect.body(model, self._as_json(), self._sampling)
        body = await asyncio.get_running_loop().run_in_executor(self._aside, _encoded, self._sent)
        counted: int | None = None
        read: int | None = None
        async with aclosing(self._server.client.answer(body)) as pieces:
            async for piece in pieces:
                finish = piece.finish or finish
                counted = counted if piece.completion_tokens is None else piece.completion_tokens
                read = read if piece.prompt_tokens is None else piece.prompt_tokens
                ratings += piece.ratings
                if piece.text:
                    said, tokens = said + piece.text, tokens + 1
                    self._grow(visible(said, ended=False), tokens)
        if finish in {"abort", "error"} or not (finish or said):
            raise RemoteFault(Kind.CUT, f"the answer ended with {finish or 'nothing'!r}")
        if finish == "length":
            self._check_room(read, counted or tokens)
        self._server.works()
        self._server.dialect.answered(self._sent)
        text = visible(said, ended=True)
        doubts = self._doubts(said, text, ratings, ended=finish == "stop")
        self._output = replace(
            self._output,
            text=text,
            tokens=counted or tokens,
            prompt_tokens=read,
            doubts=doubts or (),
            rated=doubts is not None,
        )
        return self._ended(FinishReason.LENGTH if finish == "length" else FinishReason.STOP)

    def _check_room(self, read: int | None, written: int) -> None:
        """See that an answer was not cut because the prompt had filled the context: some servers just write what fits.

        Raises:
            RemoteFault: it was.
        """
        context, wanted = self._info.context_tokens, min(self._sampling.max_tokens, LEAST_ANSWER)
        if context is not None and read is not None and written < wanted and read + written >= context:
            raise RemoteFault(Kind.TOO_LONG, f"{read} tokens left room for {written}", prompt=read, most=context)

    def _doubts(self, said: str, text: str, ratings: Sequence[Rating], *, ended: bool) -> tuple[Doubt, ...] | None:
        """Return the doubts about the text that is shown of what was said; None where they are not known."""
        doubts = doubts_about(said, ratings, self._job.request.certain, ended=ended) if ratings else None
        return None if doubts is None else moved(doubts, said, text)

    def _grow(self, text: str, tokens: int) -> None:
        """Show what the answer says so far; a second attempt takes the place of the first from its first word on."""
        if not text or text == self._output.text:
            return
        first = self._output.seconds_to_first_token
        seconds = self._job.seconds()
        self._output = replace(
            self._output,
            stage=Stage.WRITING,
            text=text,
            tokens=tokens,
            seconds_to_first_token=seconds if first is None else first,
        )
        self._put()

    def _put(self) -> None:
        self._output = replace(self._output, seconds=self._job.seconds())
        self._job.stream.put(self._output)

    def _ended(self, reason: FinishReason) -> GenerationOutput:
        return replace(self._output, stage=Stage.DONE, seconds=self._job.seconds(), finish_reason=reason)

    async def _recover(self, fault: RemoteFault) -> None:
        """Do what may help, and return when to ask again.

        Raises:
            PromptTooLong, ServerFailed: nothing does.
        """
        logger.debug("request %s: the server failed (%s): %s", self._job.request.id, fault.kind, fault.text)
        if fault.kind is Kind.BUSY:
            await self._pauses.take(fault.retry_after)
        elif fault.kind is Kind.AWAY:
            self._server.fails(Trouble.AWAY, fault.text)
            await self._pauses.take()
            await self._server.until_back()
        elif fault.kind is Kind.TOO_LONG:
            await self._shorten(fault)
        elif fault.kind in TAUGHT and self._server.dialect.learn(self._sent, fault):
            return
        elif fault.kind in LASTING or fault.kind is Kind.REFUSED or not await self._once_more():
            if fault.kind in LASTING:
                self._server.fails(LASTING[fault.kind], fault.text)
            raise ServerFailed(FAULTS[fault.kind], fault.text[:SHOWN])

    async def _once_more(self) -> bool:
        """Wait until the server answers at all; return whether to ask for a broken answer again.

        A server that had died broke off all answers, and hardly because of this one.
        """
        if self._broken >= AGAIN:
            return False
        await self._pauses.take()
        if await self._server.until_back():
            self._deaths += 1
            return self._deaths <= DEATHS
        self._broken += 1
        return True

    async def _shorten(self, fault: RemoteFault) -> None:
        """Leave out earlier turns; then shorten the answer; then look less closely.

        Raises:
            PromptTooLong: what is left is too long all the same.
        """
        question = self._messages[-1]
        alone = (*(message for message in self._messages[:-1] if message.role == "system"), question)
        if len(alone) < len(self._messages):
            self._messages = alone
            return
        if self._sampling.max_tokens > LEAST_ANSWER:
            self._sampling = replace(self._sampling, max_tokens=LEAST_ANSWER)
            return
        plan, tokens = self._output.plan, len(question.text.encode()) // BYTES_PER_TOKEN
        coarser = None if plan is None else self._info.dial.coarser(plan)
        picture = _picture(self._job.request.pictures)
        if picture is not None and plan is not None and coarser is not None and tokens < plan.tokens:
            logger.warning("request %s does not fit: its picture is read at %s", self._job.request.id, coarser)
            await self._look(picture, coarser)
            self._output = replace(self._output, memory_short=True)
            self._put()
            return
        raise _too_long(fault, question, tokens)

    def _as_json(self) -> list[dict[str, Any]]:
        """Return the messages as the protocol has them, the picture in the first turn of a user."""
        said: list[dict[str, Any]] = [{"role": message.role, "content": message.text} for message in self._messages]
        if self._url:
            first = next(message for message in said if message["role"] == "user")
            part = picture_part(self._url, self._server, self._output.plan)
            first["content"] = [part, text_part(first["content"])]
        return said


def _picture(pictures: tuple[PictureRef, ...]) -> PictureRef | None:
    """Return the one picture.

    Raises:
        GenerationFailed: there are more.
    """
    if len(pictures) > 1:
        raise GenerationFailed(f"{len(pictures)} pictures, and one is asked about at a time")
    return next(iter(pictures), None)


def _encoded(body: dict[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")


def _too_long(fault: RemoteFault, question: Message, tokens: int) -> PromptTooLong:
    """Return the error, with the characters that would fit: by the server's numbers, else half as many."""
    most, length = fault.most, len(question.text)
    if fault.prompt is None or most is None or fault.prompt <= 0:
        return PromptTooLong(tokens, most or tokens // 2, length // 2)
    over = fault.prompt + LEAST_ANSWER - most
    fitting = length * max(0, tokens - over) // max(tokens, 1)
    return PromptTooLong(fault.prompt, most, min(fitting, length * 9 // 10))
