"""One answer, from the engine's steps to outputs."""

from collections.abc import Iterator

from model_service import Detail, DetailPlan, Doubt, EngineStep, FinishReason, GenerationRequest
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


async def test_what_is_not_certain_is_told_with_its_place() -> None:
    """In characters of the text, as the engine says it of each piece; what is nearly certain is left out."""

    def script(request: GenerationRequest) -> Iterator[EngineStep]:
        yield EngineStep("12", likely=(0.999, 0.001))
        yield EngineStep("")
        yield EngineStep("€4", likely=(0.6, 0.3))
        yield EngineStep(".")
        yield EngineStep("5", likely=(0.98, 0.01))
        yield EngineStep("", FinishReason.STOP, likely=(0.7, 0.2))

    async with serve(Loader(script)) as service:
        last = (await follow(service, ask("a")))[-1]
    assert last.text == "12€4.5"
    assert last.doubts == (Doubt(2, 4, 0.6, 0.3), Doubt(5, 6, 0.98, 0.01), Doubt(6, 6, 0.7, 0.2))


async def test_an_engine_that_tells_nothing_leaves_no_doubt() -> None:
    """A remote one, say."""
    async with serve(Loader()) as service:
        assert (await follow(service, ask("a")))[-1].doubts == ()


async def test_what_was_read_is_told_with_the_first_token() -> None:
    """And from then on, whether the engine says it again or not."""

    def script(request: GenerationRequest) -> Iterator[EngineStep]:
        yield EngineStep("One ", prompt_tokens=270)
        yield EngineStep("Two", FinishReason.STOP)

    async with serve(Loader(script)) as service:
        outputs = await follow(service, ask("a"))
    assert [output.prompt_tokens for output in outputs if output.tokens][-1] == 270
    assert all(output.prompt_tokens is None for output in outputs if not output.tokens)
