"""The official client is told how probable the tokens of an answer were, where it asks for that."""

import math
from typing import Any

import pytest

from api.ratings import Ratings
from model_service import Doubt, GenerationOutput, Stage, Sureness
from tests.api.conftest import Api

ASKED: list[Any] = [{"role": "user", "content": "What is the total?"}]
PIECES = ("\n", "12", ".", "图", "5")
LIKELY = {1: (1.0, 0.0), 2: (0.995, 0.001), 3: (0.6, 0.3), 4: (0.2, 0.7)}
TOKENS = ["12", ".", "图", "5"]


async def answers(api: Api, **more: Any) -> Any:
    """Return the whole answer of an engine that tells probabilities."""
    api.engine.pieces, api.engine.doubts, api.engine.sureness = PIECES, dict(LIKELY), Sureness()
    client = await api.client()
    return await client.chat.completions.create(model="scripted", messages=ASKED, **more)


async def test_every_token_is_told_with_the_likeliest_others(api: Api) -> None:
    """In the order of their probability, by their logarithms; of the runner-up no text is known."""
    answer = await answers(api, logprobs=True, top_logprobs=2)
    told = answer.choices[0].logprobs.content
    assert [entry.token for entry in told] == TOKENS
    assert "".join(entry.token for entry in told) == answer.choices[0].message.content
    assert [bytes(entry.bytes).decode() for entry in told] == TOKENS
    assert [round(math.exp(entry.logprob), 6) for entry in told] == [1.0, 0.995, 0.6, 0.2]
    assert [[top.token for top in entry.top_logprobs] for entry in told] == [
        ["12", ""],
        [".", ""],
        ["图", ""],
        ["", "5"],
    ]
    assert round(math.exp(told[3].top_logprobs[0].logprob), 6) == 0.7
    assert told[0].top_logprobs[1].logprob == -9999.0


async def test_a_stream_tells_of_each_token_with_its_text(api: Api) -> None:
    """Once, beside the text that it makes."""
    stream = await answers(api, logprobs=True, stream=True)
    choices = [chunk.choices[0] async for chunk in stream]
    for choice in choices:
        told = choice.logprobs.content if choice.logprobs else []
        assert "".join(entry.token for entry in told) == (choice.delta.content or "")
        assert all(entry.top_logprobs == [] for entry in told)
    assert [entry.token for choice in choices if choice.logprobs for entry in choice.logprobs.content] == TOKENS


async def test_what_a_stop_text_cuts_off_is_not_told(api: Api) -> None:
    """Neither its text nor its tokens."""
    answer = await answers(api, logprobs=True, stop="图")
    assert answer.choices[0].message.content == "12."
    assert [entry.token for entry in answer.choices[0].logprobs.content] == ["12", "."]


async def test_who_does_not_ask_is_told_nothing(api: Api) -> None:
    """As before."""
    answer = await answers(api)
    assert answer.choices[0].logprobs is None


@pytest.mark.parametrize("ended", [True, False])
def test_the_end_is_a_token_without_text(ended: bool) -> None:
    """Where the model ended by itself."""
    doubts = Doubt(0, 2, 0.9), Doubt(2, 2, 0.8, 0.1)
    told = Ratings(1).of(GenerationOutput(Stage.DONE, "12", doubts=doubts), "12", ended=ended)
    assert told is not None and [entry["token"] for entry in told] == ["12", ""][: 1 + ended]
    assert Ratings(1).of(GenerationOutput(Stage.DONE, "12", rated=False), "12", ended=ended) is None
