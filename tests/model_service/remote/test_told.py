"""A server's answers carry doubts where it tells probabilities, and say that they carry none where it does not."""

import math
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import JSONResponse, Response

from model_service import ALL_TOKENS, Doubt, ModelConfig, RemoteConfig, Sureness, keep_sureness, open_service
from tests.model_service.remote.asking import ask, served, whole
from tests.model_service.remote.fake_server import MODEL, FakeServer, Reply, chunk, failing, raw, sse, streamed

TOKENS = (("<think>", 1.0), ("1", 0.3), ("</think>", 1.0), ("12", 0.999), (".", 0.9), ("25", 0.6), ("<|user|>", 0.8))


def entry(token: str, probability: float) -> dict[str, Any]:
    """An entry of a token, with a runner-up that has half of what is left."""
    own = {"token": token, "logprob": math.log(probability), "bytes": None}
    left = [{"token": "?", "logprob": math.log((1 - probability) / 2), "bytes": None}] if probability < 1 else []
    return own | {"top_logprobs": [own, *left]}


def telling(*, whole: bool = False) -> Reply:
    """Answer as vLLM does, thoughts in the text, the mark at its end told but not in it; `whole`: not streamed."""

    async def reply(server: FakeServer, body: dict[str, Any]) -> Response:
        assert (body["logprobs"], body["top_logprobs"]) == (True, 2)
        told = [entry(*token) for token in TOKENS]
        text = "".join(token for token, _ in TOKENS[:-1])
        if whole:
            choice = {"message": {"content": text}, "logprobs": {"content": told}, "finish_reason": "stop"}
            return JSONResponse({"choices": [choice]})
        chunks = [chunk(token) for token, _ in TOKENS[:-1]] + [chunk(finish="stop")]
        for each, said in zip(chunks, told, strict=True):
            each["choices"][0]["logprobs"] = {"content": [said]}
        return raw(sse(*chunks, "[DONE]"))

    return reply


@pytest.mark.parametrize("at_once", [False, True])
async def test_what_a_server_tells_becomes_doubts(server: FakeServer, at_once: bool) -> None:
    """In their places in what is shown, which has no thoughts; of every token where that is asked for."""
    server.replies = [telling(whole=at_once)]
    async with served(server) as service:
        info = await service.ready()
        assert info.sureness == Sureness()
        last = await whole(service, ask())
    doubts = Doubt(2, 3, 0.9, 0.05), Doubt(3, 5, 0.6, 0.2), Doubt(5, 5, 0.8, 0.1)
    assert (last.text, last.rated, last.doubts) == ("12.25", True, doubts)
    async with served(server) as service:
        every = await whole(service, ask(certain=ALL_TOKENS))
    assert every.doubts == (Doubt(0, 2, 0.999, 0.0005), *doubts)


async def test_an_answer_of_which_nothing_is_told_is_not_taken_for_certain(server: FakeServer) -> None:
    """A server that ignores what it is asked."""
    async with served(server) as service:
        last = await whole(service, ask())
    assert (last.text, last.rated, last.doubts) == ("A grey gradient.", False, ())


@pytest.mark.parametrize("status", [400, 403, 422, 500])
async def test_a_server_that_minds_the_question_is_asked_without_it(server: FakeServer, status: int) -> None:
    """Found out at the start, with pictures that are nobody's; people notice nothing."""
    good = streamed("A grey ", "gradient.")

    async def minding(server: FakeServer, body: dict[str, Any]) -> Response:
        refusal = failing(status, {"error": {"message": "logprobs: not with this model"}})
        return await (refusal if "logprobs" in body else good)(server, body)

    server.comparing = server.replies[0] = minding
    async with served(server, patient=False) as service:
        last = await whole(service, ask())
    assert (last.text, last.rated) == ("A grey gradient.", False)
    assert len(server.requests) == 1 and not {"logprobs", "top_logprobs"} & set(server.requests[0])
    assert len(server.compared) == 4 and "stream_options" in server.requests[0]


async def test_what_was_measured_of_a_model_is_used_wherever_it_runs(server: FakeServer, tmp_path: Path) -> None:
    """Before what its server says of it, which is used else."""
    told = {"sure": 0.8, "readable": 0.6, "begun": 0.1, "answer": 0.9}
    server.models = {"data": [{"id": MODEL, "sureness": told}]}
    config = ModelConfig(remote=RemoteConfig(server.address), cache=tmp_path, drain_seconds=0.2)
    async with open_service(config) as service:
        assert (await service.ready()).sureness == Sureness(**told)
    keep_sureness(tmp_path, MODEL, Sureness(0.7))
    async with open_service(config) as service:
        assert (await service.ready()).sureness == Sureness(0.7)
    server.models = {"data": [{"id": MODEL, "sureness": ["?"]}]}
    async with served(server) as service:
        assert (await service.ready()).sureness == Sureness()
