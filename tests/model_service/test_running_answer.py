"""One answer, from the engine's steps to outputs."""

from collections.abc import Iterator

from model_service import Detail, DetailPlan, EngineStep, FinishReason, GenerationRequest
from tests.model_service.scripted_engine import Loader, ask, follow, serve


async def test_a_grid_that_memory_made_coarser_is_told() -> None:
    """From then on the outputs carry it and say why; a step that tells it is no token."""
    coarser = DetailPlan(Detail(128), 11, 11, 28)

    def script(request: GenerationRequest) -> Iterator[EngineStep]:
        yield EngineStep("", plan=coarser)
        yield EngineStep("Two", FinishReason.STOP)

    async with serve(Loader(script)) as service:
        last = (await follow(service, ask("a")))[-1]
    assert (last.plan, last.memory_short, last.tokens, last.text) == (coarser, True, 1, "Two")


async def test_otherwise_memory_is_not_mentioned() -> None:
    """The plan is the engine's."""
    async with serve(Loader()) as service:
        outputs = await follow(service, ask("a"))
    assert not any(output.memory_short for output in outputs)


async def test_what_was_read_is_told_with_the_first_token() -> None:
    """And from then on, whether the engine says it again or not."""

    def script(request: GenerationRequest) -> Iterator[EngineStep]:
        yield EngineStep("One ", prompt_tokens=270)
        yield EngineStep("Two", FinishReason.STOP)

    async with serve(Loader(script)) as service:
        outputs = await follow(service, ask("a"))
    assert [output.prompt_tokens for output in outputs if output.tokens][-1] == 270
    assert all(output.prompt_tokens is None for output in outputs if not output.tokens)
