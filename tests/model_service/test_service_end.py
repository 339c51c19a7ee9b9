"""Promises of ModelService about its end: drain, close, and what is refused then."""

import asyncio
from contextlib import aclosing

import pytest

from model_service import (
    Draining,
    EngineDead,
    FinishReason,
    Health,
    Stage,
)
from model_service import service as service_module
from tests.model_service.scripted_engine import PATIENCE, Gate, Loader, ScriptedEngine, ask, endless, follow, serve


async def test_a_drain_lets_those_taken_on_finish() -> None:
    """Who runs and who waits is answered; who comes now gets Draining; then the service is closed."""
    gate = Gate()
    loader = Loader(gate.script)
    async with serve(loader) as service, asyncio.TaskGroup() as group:
        answers = [group.create_task(follow(service, ask(name))) for name in "ab"]
        await service.ready()
        drained = group.create_task(service.drain())
        await asyncio.sleep(0)
        assert service.health is Health.DRAINING
        with pytest.raises(Draining):
            await follow(service, ask("c"))
        assert not drained.done()
        gate.open(100)
        await drained
        assert [(await answer)[-1].finish_reason for answer in answers] == [FinishReason.STOP] * 2
    assert loader.loaded.seen == ["a", "b"]
    assert loader.loaded.closed.is_set()


async def test_the_deadline_ends_what_is_left() -> None:
    """At the deadline those who wait get Draining, and the running answer ends as aborted, with its text so far."""
    gate = Gate()
    loader = Loader(gate.script)
    async with serve(loader) as service, asyncio.TaskGroup() as group:
        await service.ready()
        async with aclosing(service.generate(ask("a"))) as running, aclosing(service.generate(ask("b"))) as waiting:
            await anext(running)
            await anext(waiting)
            drained = group.create_task(service.drain(0))
            with pytest.raises(Draining):
                await anext(waiting)
            gate.open()
            last = [output async for output in running][-1]
            assert (last.finish_reason, last.text) == (FinishReason.ABORT, "one ")
            await drained
    assert loader.loaded.given_up.is_set()
    assert service.health is Health.CLOSED


async def test_an_idle_service_drains_at_once() -> None:
    """Nothing to wait for, nothing waited; draining and closing again do no harm."""
    async with asyncio.timeout(20), serve(Loader()) as service:
        await service.ready()
        await service.drain()
        await service.drain(0)
        await service.close()
    assert service.health is Health.CLOSED
    with pytest.raises(Draining):
        await follow(service, ask("a"))


async def test_a_drain_during_the_load_serves_who_came_before() -> None:
    """The load goes on while somebody waits for it."""
    gate = Gate()

    def load() -> ScriptedEngine:
        gate.wait()
        return ScriptedEngine()

    async with serve(load) as service, asyncio.TaskGroup() as group:
        begun = asyncio.Event()
        answer = group.create_task(follow(service, ask("a"), begun))
        await begun.wait()
        drained = group.create_task(service.drain())
        await asyncio.sleep(0)
        gate.open()
        await drained
        assert (await answer)[-1].finish_reason is FinishReason.STOP


async def test_leaving_the_service_aborts() -> None:
    """The end of `async with` does not wait for long answers."""
    begun = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        async with serve(Loader(endless)) as service:
            await service.ready()
            answer = group.create_task(follow(service, ask("a"), begun))
            await begun.wait()
        assert (await answer)[-1].finish_reason is FinishReason.ABORT


async def test_an_engine_that_cannot_stop_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """Closing waits a while for a stuck engine, then gives its request up rather than hang."""
    monkeypatch.setattr(service_module, "CLOSE_SECONDS", 0.05)
    gate = Gate()
    loader = Loader(gate.script)
    service = serve(loader)
    try:
        await service.start()
        await service.ready()
        async with aclosing(service.generate(ask("a"))) as running:
            assert (await anext(running)).stage is Stage.LOOKING
            await service.close()
            with pytest.raises(EngineDead):
                await anext(running)
        assert service.health is Health.CLOSED
    finally:
        gate.open()
    assert await asyncio.to_thread(loader.loaded.closed.wait, PATIENCE)


async def test_a_close_during_the_load_is_told_to_who_waits_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """`ready` ends with Draining when the service closes before the model is there."""
    monkeypatch.setattr(service_module, "CLOSE_SECONDS", 0.05)
    gate = Gate()
    loader = Loader()

    def load() -> ScriptedEngine:
        gate.wait()
        return loader()

    try:
        async with serve(load) as service:
            assert service.health is Health.LOADING
        with pytest.raises(Draining):
            await service.ready()
    finally:
        gate.open()
    assert await asyncio.to_thread(loader.done.wait, PATIENCE)
    assert await asyncio.to_thread(loader.loaded.closed.wait, PATIENCE)


async def test_a_service_is_started_once() -> None:
    """A second start is a mistake of the caller; before the first one nothing is taken on."""
    service = serve(Loader())
    assert service.health is Health.CLOSED
    with pytest.raises(Draining):
        await follow(service, ask("a"))
    await service.close()
    async with service:
        with pytest.raises(RuntimeError, match="started once"):
            await service.start()
