"""People talk to a bot whose model runs on a server, as `python -m bench.remote_bot` plays it with real ones."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.responses import Response, StreamingResponse

from bench import remote_bot
from bench.remote import QUESTION
from tests.model_service.remote.fake_server import FakeServer, chunk, failing, sse, streamed, text_of

WELL = streamed("The total is ", "$12.15.")
BUSY = {"error": {"message": "full", "code": 503}}
LONG = {"error": {"message": "This model's maximum context length is 4096 tokens.", "code": 400}}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Attempts follow each other soon."""
    monkeypatch.setattr("model_service.backends.remote.pauses.PAUSES", (0.02,))


async def endless() -> AsyncIterator[bytes]:
    """Say something else all the time."""
    for number in itertools.count():
        yield sse(chunk(f"There is a {number}. "))
        await asyncio.sleep(0.05)


async def test_what_a_server_does_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """The tokens of two levels, an answer that is cancelled, a busy server, history and question that do not fit."""
    refused = 0

    async def reply(fake: FakeServer, body: dict[str, Any]) -> Response:
        nonlocal refused
        asked = text_of(body["messages"][-1])
        if asked == remote_bot.TALK:
            return StreamingResponse(fake.counted(endless()), media_type="text/event-stream")
        if len(asked) > 1000 or len(body["messages"]) > 3:
            return await failing(400, LONG)(fake, body)
        if fake.someone_left.is_set() and asked == QUESTION and not refused:
            refused += 1
            return await failing(503, BUSY)(fake, body)
        return await WELL(fake, body)

    async with FakeServer(replies=[reply]).open() as server:
        await remote_bot.main(server.address, "", 2, None)
        assert server.someone_left.is_set()
    rows = dict(line.strip("| ").split(" | ", 1) for line in capsys.readouterr().out.splitlines())
    assert rows["tokens more at high than at low"] == "384, planned 384"
    assert rows["found out by two blank pictures"] == remote_bot.FOUND[False]
    assert rows["Cancel at the first words"].startswith("cancelled, ")
    assert rows["2 people at once"].startswith("{'answered': 2}") and rows["2 people at once"].endswith("1 x busy")
    assert "too long" in rows["a question of 4,000 characters"]
    assert [row for row in rows if row.startswith("follow-up 2 of")] and "1 x too_long" in str(rows)
    assert rows["requests that the Bot API does not know"] == "0"
