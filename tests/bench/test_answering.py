"""The measurement measures the real service; only the engine is scripted."""

import json
from collections.abc import Iterator

from bench.__main__ import report_answers
from bench.answering import CHARACTERS, FOLLOW_UP, QUESTION, time_level
from model_service import EngineStep, FinishReason, GenerationRequest
from tests.model_service.scripted_engine import ScriptedEngine, serve


def lengthy(request: GenerationRequest) -> Iterator[EngineStep]:
    """More characters than are timed."""
    for _ in range(CHARACTERS + 1):
        yield EngineStep("a")
    yield EngineStep("", FinishReason.LENGTH)


async def test_a_long_answer_is_timed() -> None:
    """The first token, and the first CHARACTERS characters."""
    async with serve(lambda: ScriptedEngine(lengthy)) as service:
        await service.ready()
        timing = await time_level(service, b"", "standard", rounds=2)
    assert (timing.level, timing.tokens, timing.rounds) == ("standard", 256, 2)
    assert timing.short_answer is not None
    assert 0 <= timing.first_token <= timing.short_answer


async def test_each_round_is_a_new_picture_and_a_follow_up_about_it() -> None:
    """So what an engine remembers speeds up the follow-up alone."""
    asked: list[GenerationRequest] = []

    def note(request: GenerationRequest) -> Iterator[EngineStep]:
        asked.append(request)
        return lengthy(request)

    async with serve(lambda: ScriptedEngine(note)) as service:
        await service.ready()
        await time_level(service, b"picture", "standard", rounds=2)
    first, follow_up, second, _ = asked
    assert [message.text for message in follow_up.messages] == [QUESTION, "a" * (CHARACTERS + 1), FOLLOW_UP]
    assert first.pictures[0].data == follow_up.pictures[0].data != second.pictures[0].data
    assert all(request.pictures and request.pictures[0].data.startswith(b"picture") for request in asked)


async def test_an_answer_that_is_too_short_has_no_time() -> None:
    """With fewer characters than are timed, only the first token has a time."""
    async with serve(ScriptedEngine) as service:
        await service.ready()
        timing = await time_level(service, b"", "low", rounds=1)
    assert timing.short_answer is None
    assert timing.first_token >= 0


async def test_what_is_kept_tells_all_that_the_times_depend_on() -> None:
    """Date, model, device, cores and versions are kept with the timings, as JSON."""
    async with serve(ScriptedEngine) as service:
        info = await service.ready()
        timing = await time_level(service, b"", "384", rounds=1)
    kept = json.loads(json.dumps(report_answers(info, [timing])))
    assert kept["model"] == "scripted"
    assert kept["characters"] == CHARACTERS
    assert kept["timings"][0]["level"] == "384"
    assert {"date", "device", "dtype", "cores", "python", "torch"} <= set(kept)
