"""Streams: outputs with a beat between them, a client that may leave, and events on their way."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine
from http import HTTPStatus
from typing import Any

from starlette.types import Receive, Send

from model_service import GenerationOutput

HEADERS = (
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # Else nginx keeps events back.
)


async def with_beats(
    outputs: AsyncIterator[GenerationOutput], seconds: float
) -> AsyncGenerator[GenerationOutput | None, None]:
    """Yield the outputs, and None whenever there was none for some seconds."""
    following = asyncio.ensure_future(anext(outputs))
    try:
        while True:
            done, _ = await asyncio.wait([following], timeout=seconds)
            if not done:
                yield None
                continue
            try:
                output = following.result()
            except StopAsyncIteration:
                return
            following = asyncio.ensure_future(anext(outputs))
            yield output
    finally:
        following.cancel()
        await asyncio.wait([following])
        if not following.cancelled():
            following.exception()  # Else it would be reported as one that nobody asked for.


async def until_left(receive: Receive, work: Coroutine[Any, Any, None]) -> None:
    """Do the work for a request whose body was read; cancel it when the client leaves."""
    async with asyncio.TaskGroup() as group:
        working, leaving = group.create_task(work), group.create_task(_left(receive))
        await asyncio.wait([working, leaving], return_when=asyncio.FIRST_COMPLETED)
        working.cancel()
        leaving.cancel()


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


class EventStream:
    """Server-sent events: the response begins with the first."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.begun = False

    async def put(self, data: bytes) -> None:
        """Send an event, or a comment."""
        if not self.begun:
            self.begun = True
            await self._send({"type": "http.response.start", "status": HTTPStatus.OK, "headers": list(HEADERS)})
        await self._send({"type": "http.response.body", "body": data, "more_body": True})

    async def end(self) -> None:
        """End the response."""
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})
