"""A small server that speaks OpenAI's protocol, in as many ways as there are servers, and misbehaves when told to."""

import asyncio
import base64
import contextlib
import io
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from PIL import Image
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from web.server import listen, serving

Reply = Callable[["FakeServer", dict[str, Any]], Awaitable[Response]]

KEY = "sk-abcdefghijklmnopqrstuvwxyz"
MODEL = "zai-org/GLM-4.6V-Flash"


def picture_of(body: Mapping[str, Any]) -> Image.Image | None:
    """Return the picture in a request."""
    for message in body["messages"]:
        for part in message["content"] if isinstance(message["content"], list) else ():
            if part["type"] == "image_url":
                head, _, data = part["image_url"]["url"].partition(",")
                assert head in {"data:image/png;base64", "data:image/jpeg;base64"}
                return Image.open(io.BytesIO(base64.b64decode(data)))
    return None


def text_of(message: Mapping[str, Any]) -> str:
    """Return the text of a message."""
    content = message["content"]
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


def is_comparison(body: Mapping[str, Any]) -> bool:
    """Whether a request only looks how the server counts."""
    return 1 in {body.get("max_tokens"), body.get("max_completion_tokens")}


def prompt_tokens(body: Mapping[str, Any], side: int = 28) -> int:
    """Count as vLLM does with a model whose token sees 28 pixels: a picture's size is taken as it is."""
    picture = picture_of(body)
    seen = 0 if picture is None else (picture.width // side) * (picture.height // side)
    return seen + sum(len(text_of(message).split()) for message in body["messages"])


def chunk(text: str | None = None, finish: str | None = None, **more: Any) -> dict[str, Any]:
    """Return a chunk of a streamed answer."""
    delta = {} if text is None else {"content": text}
    return {
        "object": "chat.completion.chunk",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    } | more


def sse(*chunks: object) -> bytes:
    """Return chunks as events."""
    return b"".join(b"data: " + (c if isinstance(c, str) else json.dumps(c)).encode() + b"\n\n" for c in chunks)


def streamed(*pieces: str, finish: str = "stop") -> Reply:
    """Answer as vLLM does: usage beside the choices where it is asked for, [DONE] at the end."""

    async def reply(server: "FakeServer", body: dict[str, Any]) -> Response:
        async def events() -> AsyncIterator[bytes]:
            yield sse(chunk("") | {"role": "assistant"})
            for piece in pieces:
                yield sse(chunk(piece))
                await asyncio.sleep(0)
            yield sse(chunk(finish=finish))
            if body.get("stream_options", {}).get("include_usage"):
                usage = {"prompt_tokens": prompt_tokens(body), "completion_tokens": len(pieces)}
                yield sse({"choices": [], "usage": usage})
            yield sse("[DONE]")

        return StreamingResponse(server.counted(events()), media_type="text/event-stream")

    return reply


def like_transformers(*pieces: str) -> Reply:
    """Answer as `transformers serve` does: no unknown field, usage in the last chunk, no [DONE]."""

    async def reply(server: "FakeServer", body: dict[str, Any]) -> Response:
        allowed = {"model", "messages", "stream", "max_tokens", "temperature", "top_p", "seed", "chat_template_kwargs"}
        if unexpected := set(body) - allowed:
            return JSONResponse({"detail": f"Unexpected fields in the request: {unexpected}"}, 422)
        usage = {"prompt_tokens": prompt_tokens(body), "completion_tokens": len(pieces)}
        return raw(sse(*map(chunk, pieces), chunk(finish="stop", usage=usage)))

    return reply


def raw(*parts: bytes, kind: str = "text/event-stream") -> Response:
    """Answer with just these bytes."""

    async def body() -> AsyncIterator[bytes]:
        for part in parts:
            yield part
            await asyncio.sleep(0)

    return StreamingResponse(body(), media_type=kind)


def saying(*parts: bytes, kind: str = "text/event-stream") -> Reply:
    """Answer each request with just these bytes."""

    async def reply(server: "FakeServer", _: dict[str, Any]) -> Response:
        return raw(*parts, kind=kind)

    return reply


def failing(status: int, body: object, **headers: str) -> Reply:
    """Refuse; `body` is JSON, or a text."""

    async def reply(server: "FakeServer", _: dict[str, Any]) -> Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return Response(body, status, named) if isinstance(body, str) else JSONResponse(body, status, named)

    return reply


def held(*pieces: str, then: Callable[[], bytes] | None = None) -> Reply:
    """Say pieces, then wait until `server.go` is set; then end well, or say `then()` and cut the connection."""

    async def reply(server: "FakeServer", _: dict[str, Any]) -> Response:
        async def events() -> AsyncIterator[bytes]:
            yield sse(*map(chunk, pieces)) if pieces else b": wait\n\n"
            server.held.set()
            await server.go.wait()
            yield then() if then is not None else sse(chunk(finish="stop"), "[DONE]")

        return StreamingResponse(server.counted(events()), media_type="text/event-stream")

    return reply


@dataclass
class FakeServer:
    """Replies in the order of `replies`, the last one again and again; `requests` are bodies, comparisons left out."""

    replies: list[Reply] = field(default_factory=lambda: [streamed("A grey ", "gradient.")])
    comparing: Reply | None = None
    models: Any = None
    """The body of /v1/models, or a status."""
    props: Any = 404
    key: str | None = None
    requests: list[dict[str, Any]] = field(default_factory=list)
    compared: list[dict[str, Any]] = field(default_factory=list)
    someone_left: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the reader of an answer went away."""
    two_at_once: asyncio.Event = field(default_factory=asyncio.Event)
    running: int = 0
    most_running: int = 0
    held: asyncio.Event = field(default_factory=asyncio.Event)
    go: asyncio.Event = field(default_factory=asyncio.Event)
    address: str = ""
    port: int = 0

    async def counted(self, events: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """Pass events on, and notice when nobody wants them any more."""
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        if self.running == 2:
            self.two_at_once.set()
        try:
            async for event in events:
                yield event
        except (asyncio.CancelledError, GeneratorExit):
            self.someone_left.set()
            raise
        finally:
            self.running -= 1

    async def _answer(self, request: Request) -> Response:
        if self.key is not None and request.headers.get("authorization") != f"Bearer {self.key}":
            sent = request.headers.get("authorization", "")
            return JSONResponse({"error": {"message": f"Incorrect API key provided: {sent}"}}, 401)
        body = await request.json()
        if is_comparison(body):
            self.compared.append(body)
            return await (self.comparing or streamed("W", finish="length"))(self, body)
        self.requests.append(body)
        return await self.replies[min(len(self.requests), len(self.replies)) - 1](self, body)

    async def _list(self, request: Request) -> Response:
        if self.key is not None and request.headers.get("authorization") != f"Bearer {self.key}":
            return JSONResponse({"error": {"message": "wrong key"}}, 401)
        listed = self.models
        if listed is None:
            listed = {"object": "list", "data": [{"id": MODEL, "max_model_len": 32768}]}
        return Response("no", listed) if isinstance(listed, int) else JSONResponse(listed)

    async def _props(self, _: Request) -> Response:
        return Response("no", self.props) if isinstance(self.props, int) else JSONResponse(self.props)

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator["FakeServer"]:
        """Serve; on the same port as before, if there was one."""
        routes = [
            Route("/v1/models", self._list),
            Route("/props", self._props),
            Route("/v1/chat/completions", self._answer, methods=["POST"]),
        ]
        async with serving(Starlette(routes=routes), "127.0.0.1", self.port) as listening:
            self.port, self.address = listening.port, f"{listening.url}/v1"
            try:
                yield self
            finally:
                self.go.set()


def free_port() -> int:
    """Return a port on which nothing listens."""
    with listen("127.0.0.1", 0) as opened:
        return int(opened.getsockname()[1])
