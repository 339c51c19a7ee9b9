"""Fifty chats through sixteen slots of a server that is busy or breaks off now and then: each gets its own answer."""

import asyncio
import random
from collections import Counter
from typing import Any

from starlette.responses import Response

from model_service import FinishReason, Message
from tests.model_service.remote.asking import ask, served, states
from tests.model_service.remote.fake_server import FakeServer, chunk, failing, raw, sse, streamed, text_of

CHATS, ROUNDS, SLOTS = 50, 4, 16
BUSY = failing(503, {"error": {"message": "full", "code": 503}})


async def test_fifty_chats_get_their_own_answers() -> None:
    """None is lost, none comes twice, none is another's; never are more asked for at once than there are slots."""
    chance = random.Random(7)
    tried = Counter[str]()

    async def reply(fake: FakeServer, body: dict[str, Any]) -> Response:
        asked = text_of(body["messages"][-1])
        tried[asked] += 1
        if tried[asked] == 1 and chance.random() < 0.3:
            return await chance.choice([BUSY, cut])(fake, body)
        return await streamed("You asked: ", asked)(fake, body)

    async def cut(_: FakeServer, __: dict[str, Any]) -> Response:
        return raw(sse(chunk("You ask")))

    async def talk(chat: int) -> None:
        for number in range(ROUNDS):
            name = f"{chat}-{number}"
            picture = {} if number == 0 else {"picture": None}
            outputs = await states(service, ask(name, Message("user", f"q{name}"), chat=str(chat), **picture))  # type: ignore[arg-type]
            finished = [output for output in outputs if output.finish_reason is not None]
            assert [(output.text, output.finish_reason) for output in finished] == [
                (f"You asked: q{name}", FinishReason.STOP)
            ]

    async with FakeServer(replies=[reply]).open() as server, served(server) as service, asyncio.timeout(60):
        await asyncio.gather(*(talk(chat) for chat in range(CHATS)))
        assert (service.waiting, service.under_way) == (0, 0)
    assert len(tried) == CHATS * ROUNDS and max(tried.values()) == 2
    assert len(server.requests) == sum(tried.values())
    assert 2 < server.most_running <= SLOTS
