"""A client that leaves: the engine stops, and what waits is taken out of line."""

import asyncio
import time
from typing import Any

import openai
import pytest

from api import chat
from tests.api.conftest import Api, until

ASKED: list[Any] = [{"role": "user", "content": "What is it?"}]


async def until_idle(api: Api) -> float:
    """Wait until the model has nothing to do; return the seconds."""
    begin = time.monotonic()
    await until(lambda: not api.busy)
    return time.monotonic() - begin


async def ask(client: openai.AsyncOpenAI, stream: bool) -> Any:
    """Ask, and of a stream read all."""
    answer: Any = await client.chat.completions.create(model="scripted", messages=ASKED, stream=stream)
    return [chunk async for chunk in answer] if stream else answer


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("piece", [0, 1])
async def test_a_running_answer_is_given_up(api: Api, piece: int, stream: bool) -> None:
    """Before its first word and behind it, within a second."""
    api.engine.hold = piece
    asking = asyncio.ensure_future(ask(await api.client(), stream))
    await asyncio.to_thread(api.engine.held.wait, 10)
    asking.cancel()
    assert await until_idle(api) < 1.0
    assert not api.engine.go.is_set()


async def test_a_waiting_request_is_taken_out_of_line(api: Api) -> None:
    """Whoever was before it is answered."""
    api.engine.hold = 0
    client = await api.client()
    first = asyncio.ensure_future(ask(client, False))
    await asyncio.to_thread(api.engine.held.wait, 10)
    second = asyncio.ensure_future(ask(client, False))
    await until(lambda: api.waiting == 1)
    second.cancel()
    await until(lambda: api.waiting == 0)
    api.engine.go.set()
    assert (await first).choices[0].message.content == "A grey gradient."
    assert len(api.engine.requests) == 1


async def test_a_stream_that_waits_shows_that_it_is_alive(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """By comments, which no client reads; the answer is whole all the same."""
    monkeypatch.setattr(chat, "BEAT_SECONDS", 0.02)
    api.engine.hold = 0
    client = await api.client()
    raw = client.chat.completions.with_streaming_response
    asked: Any = {"model": "scripted", "messages": ASKED, "stream": True}
    async with raw.create(**asked) as response:
        lines = response.iter_lines()
        assert await anext(lines) == ": waiting"
        api.engine.go.set()
        rest = [line async for line in lines]
    assert rest[-2:] == ["data: [DONE]", ""] and any("gradient" in line for line in rest)
    assert len(await ask(client, True)) >= 3
