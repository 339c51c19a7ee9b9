"""POST /v1/chat/completions: from the body to the request in line, and from its outputs to the response."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace
from functools import partial
from http import HTTPStatus
from typing import Any

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from api.access import CLIENT
from api.bodies import DONE, WAITING, Bodies, event
from api.body import discard, read_body
from api.conversation import read_messages
from api.protocol import ChatRequest, read_request
from api.ratings import Ratings
from api.refusals import Refused, busy, invalid, of_model, require_ready, unavailable
from api.services import Defaults, Services, TooMany
from api.shown import shown
from api.streams import EventStream, until_left, with_beats
from model_service import (
    ALL_TOKENS,
    CERTAIN,
    Detail,
    EngineInfo,
    FinishReason,
    GenerationOutput,
    GenerationRequest,
    ModelServiceError,
    QueueFull,
    SamplingParams,
    Stage,
)

BEAT_SECONDS = 5.0
"""How long a stream may be silent. Until its first token it is not begun, so that what is wrong gets its own status."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a body asks for; `bodies` are those of its answer. Of the body itself nothing is kept: it may be large."""

    request: GenerationRequest
    bodies: Bodies
    stream: bool
    wants_usage: bool
    stops: tuple[str, ...]
    ratings: Ratings | None = None
    """Where it asks how probable the tokens are."""

    def rated(self, output: GenerationOutput, text: str, *, ended: bool) -> list[dict[str, Any]] | None:
        """Return how probable what is new of the text that is shown was; None where that is not asked, or not known."""
        return None if self.ratings is None else self.ratings.of(output, text, ended=ended)


class ChatCompletions:
    """The endpoint."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request; it is given up as soon as its client leaves."""
        client = scope[CLIENT]
        try:
            with self._services.one_of(client):
                asked = await self._read(Headers(scope=scope), receive, client)
                await until_left(receive, self._answer(asked, scope, receive, send))
        except ClientDisconnect:
            return
        except TooMany:
            await discard(receive)
            await busy("Too many requests of one client at a time.").response()(scope, receive, send)
        except Refused as refused:
            await refused.response()(scope, receive, send)

    async def _read(self, headers: Headers, receive: Receive, client: str) -> Asked:
        body = await read_body(headers, receive)
        info = require_ready(self._services.model)
        return await asyncio.to_thread(_asked, body, info, self._services.defaults, client)

    async def _answer(self, asked: Asked, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            if asked.stream:
                await self._stream(asked, EventStream(send))
            else:
                text, reason, output = await self._whole(asked)
                ended = output.finish_reason is FinishReason.STOP
                body = asked.bodies.whole(text, reason, output, asked.rated(output, text, ended=ended))
                await JSONResponse(body)(scope, receive, send)
        except Refused as refused:
            await refused.response()(scope, receive, send)

    async def _outputs(self, asked: Asked) -> AsyncGenerator[GenerationOutput, None]:
        """Yield the outputs; leaving takes the request out of the line, or stops the engine.

        Raises:
            Refused: whatever the model raises.
        """
        model = self._services.model
        try:
            if model.waiting >= self._services.defaults.max_waiting:
                raise QueueFull
            async with aclosing(model.generate(asked.request)) as outputs:
                async for output in outputs:
                    if output.finish_reason is FinishReason.ABORT:
                        raise unavailable("the server is about to end.")
                    yield output
        except ModelServiceError as error:
            raise of_model(error, model.info) from error

    async def _whole(self, asked: Asked) -> tuple[str, FinishReason, GenerationOutput]:
        output = GenerationOutput(Stage.WAITING)
        async with aclosing(self._outputs(asked)) as outputs:
            async for output in outputs:
                text, stopped = shown(output.text, asked.stops)
                if stopped:
                    return text, FinishReason.STOP, output
        text, _ = shown(output.text, asked.stops, ended=True)
        return text, output.finish_reason or FinishReason.STOP, output

    async def _stream(self, asked: Asked, stream: EventStream) -> None:
        try:
            await self._write(asked, stream)
        except Refused as refused:
            if not stream.begun:
                raise
            await stream.put(event(refused.body()))
        await stream.put(DONE)
        await stream.end()

    async def _write(self, asked: Asked, stream: EventStream) -> None:
        bodies, stops, written = asked.bodies, asked.stops, ""
        async with (
            aclosing(self._outputs(asked)) as outputs,
            aclosing(with_beats(outputs, BEAT_SECONDS)) as beating,
        ):
            async for output in beating:
                if output is None:
                    await stream.put(WAITING)
                    continue
                text, stopped = shown(output.text, stops, ended=output.finish_reason is not None)
                if len(text) > len(written):
                    await _begin(stream, bodies, written)
                    rated = asked.rated(output, text, ended=False)
                    await stream.put(event(bodies.chunk(ratings=rated, content=text[len(written) :])))
                    written = text
                if stopped or output.finish_reason:
                    await _begin(stream, bodies, written)
                    ended = not stopped and output.finish_reason is FinishReason.STOP
                    reason, rated = FinishReason.STOP if stopped else output.finish_reason, None
                    if ended:
                        rated = asked.rated(output, text, ended=True)
                    await stream.put(event(bodies.chunk(reason, ratings=rated)))
                    if asked.wants_usage:
                        await stream.put(event(bodies.usage_chunk(output)))
                    return


async def _begin(stream: EventStream, bodies: Bodies, written: str) -> None:
    """Say whose message it is, before anything is written."""
    if not written:
        await stream.put(event(bodies.chunk(role="assistant", content="")))


def _asked(body: bytes, info: EngineInfo, defaults: Defaults, client: str) -> Asked:
    """Read a body, on a thread: it may hold tens of MiB.

    Raises:
        Refused: it cannot be answered as it is.
    """
    chat = read_request(body)
    if chat.model not in {None, "", info.model}:
        said = f"The model `{chat.model[:200] if chat.model else ''}` does not exist: this is {info.model}."
        raise Refused(HTTPStatus.NOT_FOUND, said, "model_not_found", "model")
    if chat.logprobs and info.sureness is None:
        raise invalid("This model does not tell probabilities: leave logprobs out.", "logprobs", "unsupported_value")
    level = defaults.detail if isinstance(defaults.detail, Detail) else partial(defaults.detail, info)
    bodies = Bodies(info.model)
    request = GenerationRequest(
        id=bodies.id,
        chat=f"api {client} {chat.user or ''}",
        person=f"{client} {chat.user or ''}",
        messages=read_messages(chat.messages, level, info.pictures_per_request),
        sampling=_sampling(chat, defaults.sampling),
        certain=ALL_TOKENS if chat.logprobs else CERTAIN,
    )
    ratings = Ratings(chat.top_logprobs or 0) if chat.logprobs else None
    return Asked(request, bodies, bool(chat.stream), chat.wants_usage, chat.stops, ratings)


def _sampling(chat: ChatRequest, default: SamplingParams) -> SamplingParams:
    return replace(
        default,
        max_tokens=chat.max_completion_tokens or chat.max_tokens or default.max_tokens,
        temperature=default.temperature if chat.temperature is None else chat.temperature,
        top_p=default.top_p if chat.top_p is None else chat.top_p,
        seed=chat.seed,
    )
