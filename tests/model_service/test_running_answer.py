"""One answer, from the engine's steps to outputs."""

from collections.abc import Iterator

from model_service import Detail, DetailPlan, EngineStep, FinishReason, GenerationRequest
from tests.model_service.scripted_engine import Loader, ask, follow, serve


async def test_a_grid_that_memory_made_coarser_is_told() -> None:
    """From then on the outputs carry it and say why; a step that tells it is no token."""
    coarser = DetailPlan(Detail(128), 11, 11)

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
