"""Answers that are written in turns on the real engine are those that it writes alone."""

import asyncio
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest

from model_service import (
    Detail,
    GenerationRequest,
    Message,
    ModelConfig,
    ModelService,
    PictureRef,
    SamplingParams,
    open_service,
)
from tests.bot.samples import picture
from tests.model_service.engines.tiny import write_checkpoint

REQUESTS = [
    GenerationRequest(
        id=f"{chat} {number}",
        chat=chat,
        person=str(number),
        messages=(Message("user", text, (PictureRef(seen, Detail(16)),) if seen else ()),),
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


CONFIG = ModelConfig(device="cpu")


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny random model."""
    return write_checkpoint(tmp_path_factory.mktemp("turns") / "tiny")


async def _answer(service: ModelService, request: GenerationRequest) -> str:
    return [output async for output in service.generate(request)][-1].text


@pytest.fixture(scope="module")
def alone(checkpoint: Path) -> list[str]:
    """Each answer by a service of its own."""

    async def answers() -> list[str]:
        found = []
        for request in REQUESTS:
            async with open_service(replace(CONFIG, name=str(checkpoint))) as service:
                found.append(await _answer(service, request))
        return found

    return asyncio.run(answers())


async def _leave(service: ModelService, request: GenerationRequest, tokens: int) -> None:
    """Give an answer up once it has some tokens."""
    async with aclosing(service.generate(replace(request, id="left"))) as outputs:
        async for output in outputs:
            if output.tokens >= tokens:
                return


@pytest.mark.parametrize("slice_tokens", [1, 5])
@pytest.mark.parametrize("together", [1, 4])
async def test_a_parked_answer_goes_on_where_it_was(
    checkpoint: Path, alone: list[str], slice_tokens: int, together: int
) -> None:
    """To the letter, whoever had turns in between or at the same time, the same chat with the same picture included."""
    config = replace(CONFIG, name=str(checkpoint), slice_tokens=slice_tokens, together=together)
    async with open_service(config) as service:
        assert (await service.ready()).together == together
        for _ in range(2):
            assert await asyncio.gather(*(_answer(service, request) for request in REQUESTS)) == alone
    assert len(set(alone)) == len(alone)


@pytest.mark.parametrize("slice_tokens", [1, 5])
async def test_who_leaves_disturbs_nobody(checkpoint: Path, alone: list[str], slice_tokens: int) -> None:
    """Before the first token, or in the middle, while others' answers are written in the same steps."""
    config = replace(CONFIG, name=str(checkpoint), slice_tokens=slice_tokens, together=4)
    async with open_service(config) as service:
        await service.ready()
        for tokens in (0, 1, 4):
            leaving = replace(REQUESTS[tokens % 4], person="another", chat="another")
            *answers, _ = await asyncio.gather(
                *(_answer(service, request) for request in REQUESTS), _leave(service, leaving, tokens)
            )
            assert answers == alone
