"""One contract, three engines: scripted, the pocket model here, and the pocket model behind `eyeglass serve`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass
from importlib import resources
from itertools import pairwise

import pytest

from assistant.settings.settings import Settings
from cli.serve import api_at
from model_service import (
    Detail,
    FinishReason,
    GenerationOutput,
    GenerationRequest,
    Message,
    ModelConfig,
    ModelService,
    PictureFault,
    PictureRef,
    PictureRejected,
    Region,
    RemoteConfig,
    SamplingParams,
    Stage,
    local_service,
    open_service,
    with_pictures,
)
from tests.bot.engines import ScriptedEngine

RECEIPT = (resources.files("playground") / "pictures" / "receipt.jpg").read_bytes()
POCKET = ModelConfig(name="pocket", device="cpu", cache=None, drain_seconds=0.2)
ENGINES = ("scripted", "here", "served")
PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Engines:
    """A service of each kind, all of them loaded."""

    scripted: ModelService
    here: ModelService
    served: ModelService

    def of(self, name: str) -> ModelService:
        """Return one by its name."""
        service = getattr(self, name)
        assert isinstance(service, ModelService)
        return service


@pytest.fixture
async def engines() -> AsyncIterator[Engines]:
    """The pocket model is loaded twice: here, and behind HTTP."""
    async with AsyncExitStack() as opened, asyncio.timeout(PATIENCE):
        listening = await opened.enter_async_context(api_at(Settings(), open_service(POCKET), "127.0.0.1", 0, []))
        here = await opened.enter_async_context(open_service(POCKET))
        scripted = await opened.enter_async_context(local_service(ScriptedEngine, ModelConfig(drain_seconds=0.2)))
        remote = ModelConfig(remote=RemoteConfig(f"{listening.url}/v1"), drain_seconds=0.2)
        served = await opened.enter_async_context(open_service(remote))
        for service in (scripted, here, served):
            await service.ready()
        yield Engines(scripted, here, served)


def ask(
    text: str = "What is the total?",
    *earlier: Message,
    detail: Detail | None = None,
    region: Region | None = None,
    data: bytes = RECEIPT,
    most: int = 64,
) -> GenerationRequest:
    """Return a question about the receipt."""
    picture = PictureRef(data, detail or Detail(384), region)
    messages = with_pictures((*earlier, Message("user", text)), picture)
    return GenerationRequest("a", "1", messages, SamplingParams(max_tokens=most))


async def states(service: ModelService, request: GenerationRequest) -> list[GenerationOutput]:
    """Return all outputs."""
    async with asyncio.timeout(PATIENCE), aclosing(service.generate(request)) as answer:
        return [output async for output in answer]


QUESTIONS = (
    ask(),
    ask(detail=Detail(128)),
    ask("What is the date?", Message("user", "What is the total?"), Message("assistant", "$12.15")),
    ask("Read the text.", region=Region(0, 0, 1, 0.3), most=24),
)


async def test_the_states_of_an_answer_come_in_one_order(engines: Engines) -> None:
    """In line, looking with the plan, a growing text, and the end with a reason, tokens and times."""
    order = [Stage.WAITING, Stage.LOOKING, Stage.WRITING, Stage.DONE]
    for name in ENGINES:
        seen = await states(engines.of(name), ask())
        stages = [order.index(output.stage) for output in seen]
        assert stages == sorted(stages) and seen[-1].stage is Stage.DONE, name
        assert all(output.plan is not None for output in seen if output.stage is not Stage.WAITING), name
        assert all(later.text.startswith(output.text) for output, later in pairwise(seen)), name
        assert [output.finish_reason for output in seen[:-1]] == [None] * (len(seen) - 1), name
        last = seen[-1]
        assert last.finish_reason is FinishReason.STOP and last.text and last.tokens > 0, name
        assert last.seconds_to_first_token is not None and last.seconds_to_first_token <= last.seconds, name


async def test_here_and_over_http_the_pocket_model_says_the_same(engines: Engines) -> None:
    """The same words at the same grid, of the same tokens, for each kind of question."""
    for question in QUESTIONS:
        here, served = [(await states(engines.of(name), question))[-1] for name in ("here", "served")]
        assert (served.text, served.plan, served.finish_reason) == (here.text, here.plan, here.finish_reason)
        assert (served.tokens, served.prompt_tokens) == (here.tokens, here.prompt_tokens)
        assert served.doubts == here.doubts and served.rated
    assert any([(await states(engines.here, question))[-1].doubts for question in QUESTIONS])
    assert "12.15" in (await states(engines.served, QUESTIONS[0]))[-1].text


async def test_levels_cost_on_a_server_what_they_cost_here(engines: Engines) -> None:
    """The server keeps the pictures' sizes, and is known to."""
    assert engines.served.info is not None and engines.here.info is not None
    assert engines.served.info.dial == engines.here.info.dial
    assert engines.served.info.sureness == engines.here.info.sureness
    async with asyncio.timeout(PATIENCE):
        while engines.served.server is None or engines.served.server.resizes is None:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert engines.served.server.resizes is False


async def test_a_limit_ends_every_answer(engines: Engines) -> None:
    """By its reason."""
    for name in ("here", "served"):
        last = (await states(engines.of(name), ask(most=2)))[-1]
        assert (last.tokens, last.finish_reason) == (2, FinishReason.LENGTH), name


async def test_a_broken_picture_is_refused_by_all(engines: Engines) -> None:
    """In the same way."""
    for name in ENGINES:
        with pytest.raises(PictureRejected) as caught:
            await states(engines.of(name), ask(data=b"no picture"))
        assert caught.value.fault is PictureFault.NOT_A_PICTURE, name


async def test_leaving_frees_every_engine(engines: Engines) -> None:
    """For the next question, which is answered."""
    for name in ENGINES:
        service = engines.of(name)
        async with asyncio.timeout(PATIENCE), aclosing(service.generate(ask("Read the text."))) as answer:
            async for output in answer:
                if output.stage is Stage.WRITING:
                    break
        assert service.under_way == 0, name
        assert (await states(service, ask()))[-1].finish_reason is FinishReason.STOP, name
