"""A prompt that fills the model's context: the history goes first, and no answer of a few words counts as whole."""

from collections.abc import Callable
from typing import Any

import pytest
from starlette.responses import Response

from model_service import FinishReason, Message, PromptTooLong, SamplingParams
from tests.model_service.remote.asking import ask, served, whole
from tests.model_service.remote.fake_server import FakeServer, Reply, chunk, failing, raw, sse

CONTEXT = 32768
"""The tokens that the server says its model takes."""

SAID = (Message("user", "a"), Message("assistant", "b"), Message("user", "c"))


def filling(room: Callable[[dict[str, Any]], int]) -> Reply:
    """Answer as vLLM 0.32 does where the prompt fills the context: with what still fits, and no word about it."""

    async def reply(fake: FakeServer, body: dict[str, Any]) -> Response:
        left = room(body)
        tokens = min(body["max_tokens"], left)
        usage = {"prompt_tokens": CONTEXT - left, "completion_tokens": tokens}
        ended = chunk(finish="length" if tokens < 300 else "stop")
        return raw(sse(chunk("A cat" if tokens < 300 else "A cat."), ended, {"choices": [], "usage": usage}, "[DONE]"))

    return reply


async def test_an_answer_that_the_prompt_left_no_room_for_is_asked_for_again(server: FakeServer) -> None:
    """Without the history, in the same message."""
    server.replies = [filling(lambda body: 6 if len(body["messages"]) > 1 else 400)]
    async with served(server) as service:
        last = await whole(service, ask("a", *SAID))
    assert (last.text, last.finish_reason) == ("A cat.", FinishReason.STOP)
    assert [(len(body["messages"]), body["max_tokens"]) for body in server.requests] == [(3, 1024), (1, 1024)]


async def test_where_a_question_alone_leaves_no_room_that_is_said(server: FakeServer) -> None:
    """As where the server refuses it."""
    server.replies = [filling(lambda _: 6)]
    async with served(server) as service:
        with pytest.raises(PromptTooLong) as caught:
            await whole(service, ask("a", Message("user", "word " * 2000), picture=None))
    assert 0 < caught.value.characters < 10_000


@pytest.mark.parametrize("room", [CONTEXT, 256, 300])
async def test_an_answer_that_is_as_long_as_was_asked_for_is_whole(server: FakeServer, room: int) -> None:
    """It ends by its length, and nothing is asked again: there was room, or for as much as an answer needs."""
    server.replies = [filling(lambda _: room)]
    async with served(server) as service:
        last = await whole(service, ask("a", *SAID, sampling=SamplingParams(max_tokens=min(room, 256))))
    assert (last.text, last.finish_reason) == ("A cat", FinishReason.LENGTH)
    assert len(server.requests) == 1


async def test_a_count_that_was_broken_off_is_no_measure(server: FakeServer) -> None:
    """A server counts to one token beyond what fits: by that, people would shorten a question again and again."""
    said = (
        f"maximum context length is {CONTEXT} tokens. However, your prompt contains at least {CONTEXT + 1} input tokens"
    )
    server.replies = [failing(400, {"error": {"message": said, "code": 400}})]
    async with served(server) as service:
        with pytest.raises(PromptTooLong) as caught:
            await whole(service, ask("a", Message("user", "word " * 2000), picture=None))
    assert caught.value.characters == 5000
