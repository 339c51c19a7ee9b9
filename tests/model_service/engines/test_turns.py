"""Answers that are written in turns on the real engine are those that it writes alone."""

import asyncio
from pathlib import Path

import pytest

from model_service import Detail, GenerationRequest, Message, ModelConfig, ModelService, SamplingParams, open_service
from tests.bot.samples import picture
from tests.model_service.engines.tiny import write_checkpoint

REQUESTS = [
    GenerationRequest(
        id=f"{chat} {number}",
        chat=chat,
        person=str(number),
        messages=(Message("user", text),),
        picture=seen,
        detail=Detail(16),
        sampling=SamplingParams(max_tokens=12, temperature=1.0, top_p=1.0, seed=number),
    )
    for number, (chat, text, seen) in enumerate(
        [
            ("one", "What is it?", picture()),
            ("one", "What is it not?", picture()),
            ("two", "What is it?", picture()),
            ("three", "Who are you?", None),
        ]
    )
]
"""Two people of one chat, and two other chats, of which one has the same picture."""


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny random model."""
    return write_checkpoint(tmp_path_factory.mktemp("turns") / "tiny")


async def _answer(service: ModelService, request: GenerationRequest) -> str:
    return [output async for output in service.generate(request)][-1].text


@pytest.mark.parametrize("slice_tokens", [1, 5])
async def test_a_parked_answer_goes_on_where_it_was(checkpoint: Path, slice_tokens: int) -> None:
    """To the letter, whoever had turns between, the same chat with the same picture included."""
    alone = []
    for request in REQUESTS:
        async with open_service(ModelConfig(name=str(checkpoint), device="cpu")) as service:
            alone.append(await _answer(service, request))
    config = ModelConfig(name=str(checkpoint), device="cpu", slice_tokens=slice_tokens)
    async with open_service(config) as service:
        await service.ready()
        for _ in range(2):
            assert await asyncio.gather(*(_answer(service, request) for request in REQUESTS)) == alone
    assert len(set(alone)) == len(alone)
