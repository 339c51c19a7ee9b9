"""The measurement measures the real service; only the engine is scripted."""

import json

from bench.__main__ import report
from bench.answering import CHARACTERS, time_level
from tests.model_service.scripted_engine import ScriptedEngine, endless, serve


async def test_a_long_answer_is_timed_and_left() -> None:
    """The time for a short answer is taken, and the rest of a long one is not waited for."""
    async with serve(lambda: ScriptedEngine(endless)) as service:
        await service.ready()
        timing = await time_level(service, b"", "standard", rounds=2)
    assert (timing.level, timing.tokens, timing.rounds) == ("standard", 256, 2)
    assert timing.short_answer is not None
    assert 0 <= timing.first_token <= timing.short_answer


async def test_an_answer_that_is_too_short_has_no_time() -> None:
    """Fewer characters than are timed: there is nothing to tell but the first token."""
    async with serve(ScriptedEngine) as service:
        await service.ready()
        timing = await time_level(service, b"", "low", rounds=1)
    assert timing.short_answer is None
    assert timing.first_token >= 0


async def test_what_is_kept_tells_all_that_the_times_depend_on() -> None:
    """Date, model, device, cores and versions stand beside the timings, as JSON."""
    async with serve(ScriptedEngine) as service:
        info = await service.ready()
        timing = await time_level(service, b"", "384", rounds=1)
    kept = json.loads(json.dumps(report(info, [timing])))
    assert kept["model"] == "scripted"
    assert kept["characters"] == CHARACTERS
    assert kept["timings"][0]["level"] == "384"
    assert {"date", "device", "dtype", "cores", "python", "torch"} <= set(kept)
