"""Promises of ModelService about answers that are parked between two turns: leaving, failure, drain, death."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import aclosing

import pytest

from model_service import (
    Draining,
    EngineDead,
    EngineStep,
    FinishReason,
    GenerationFailed,
    GenerationRequest,
    Limits,
)
from tests.model_service.scripted_engine import PATIENCE, Loader, follow, serve
from tests.model_service.turns_engine import Held, Work, ask, begin


async def test_leaving_a_parked_answer_frees_it() -> None:
    """Its suspended iterator is closed before the next turn, and the others are answered."""
    held = Held()
    async with held.service() as service, asyncio.TaskGroup() as group:
        await service.ready()
        parked, other = await begin(group, service, ask("parked", 9), ask("other", 9))
        held.gate.open(3)
        await asyncio.to_thread(held.work.wait_for, 3)
        assert held.work.tokens == ["parked"] * 2 + ["other"]
        parked.cancel()
        await asyncio.wait([parked])
        assert held.work.closed == []
        held.gate.open(100)
        assert (await other)[-1].finish_reason is FinishReason.STOP
    assert held.work.closed == ["parked", "other"]
    assert held.work.tokens == ["parked"] * 2 + ["other"] * 10


async def test_leaving_at_the_end_of_a_slice_frees_it() -> None:
    """Who leaves between his slice's last token and the loop's hearing of it leaves no suspended answer behind."""
    work, heard = Work(), threading.Event()
    at_the_end = threading.Event()
    looks: list[float] = []

    def clock() -> float:
        if threading.current_thread().name == "engine" and len(work.tokens) == 2:
            looks.append(work.now)
            if len(looks) == 2:  # the first is the token's, the second the turn's
                at_the_end.set()
                heard.wait(PATIENCE)
        return work.now

    async with serve(Loader(work.script), Limits(), 2, clock) as service, asyncio.TaskGroup() as group:
        leaving = group.create_task(follow(service, ask("leaving", 9)))
        assert await asyncio.to_thread(at_the_end.wait, PATIENCE)
        leaving.cancel()
        await asyncio.wait([leaving])
        heard.set()
        await follow(service, ask("next"))
    assert work.closed == ["leaving", "next"]
    assert work.tokens == ["leaving", "leaving", "next", "next"]


async def test_a_failure_between_slices_concerns_one_request() -> None:
    """A parked answer that fails in a later turn fails alone."""
    work = Work()

    def script(request: GenerationRequest) -> Iterator[EngineStep]:
        for count, step in enumerate(work.script(request)):
            if request.id == "bad" and count == 3:
                raise GenerationFailed("no")
            yield step

    async with serve(Loader(script), Limits(), 2, work.clock) as service:
        await service.ready()
        bad, good = await asyncio.gather(
            follow(service, ask("bad", 9)), follow(service, ask("good", 9)), return_exceptions=True
        )
        assert service.under_way == 0
    assert isinstance(bad, GenerationFailed)
    assert isinstance(good, list)
    assert good[-1].text == "word " * 9


async def test_a_drain_lets_parked_answers_end() -> None:
    """Those under way and those who wait are answered before the service closes."""
    held = Held()
    async with held.service() as service, asyncio.TaskGroup() as group:
        await service.ready()
        tasks = await begin(group, service, ask("a", 5), ask("b", 5))
        held.gate.open(3)
        await asyncio.to_thread(held.work.wait_for, 3)
        drained = group.create_task(service.drain())
        await asyncio.sleep(0)
        held.gate.open(100)
        await drained
        assert [(await task)[-1].finish_reason for task in tasks] == [FinishReason.STOP] * 2


async def test_the_deadline_ends_parked_answers_with_their_text() -> None:
    """At the deadline what is under way ends as aborted, with its text so far; who waits gets Draining."""
    held = Held()
    async with held.service(Limits(begun=2)) as service, asyncio.TaskGroup() as group:
        await service.ready()
        parked, running = await begin(group, service, ask("parked", 9), ask("running", 9))
        async with aclosing(service.generate(ask("waiting"))) as waiting:
            await anext(waiting)
            held.gate.open(3)
            await asyncio.to_thread(held.gate.wait_until_asked, 4)
            drained = group.create_task(service.drain(0))
            with pytest.raises(Draining):
                [output async for output in waiting]
        held.gate.open(1)
        await drained
        ends = [((await task)[-1].finish_reason, (await task)[-1].text) for task in (parked, running)]
    assert ends == [(FinishReason.ABORT, "word word ")] * 2
    assert sorted(held.work.closed) == ["parked", "running"]


async def test_the_engines_death_reaches_parked_answers() -> None:
    """Their callers get EngineDead, and their iterators are closed before the engine is."""
    work = Work()

    def script(request: GenerationRequest) -> Iterator[EngineStep]:
        for count, step in enumerate(work.script(request)):
            if request.id == "deadly" and count == 1:
                raise EngineDead("the device is lost")
            yield step

    loader = Loader(script)
    async with serve(loader, Limits(), 2, work.clock) as service:
        results = await asyncio.gather(
            follow(service, ask("parked", 9)), follow(service, ask("deadly", 9)), return_exceptions=True
        )
        assert [type(result) for result in results] == [EngineDead, EngineDead]
        assert (service.waiting, service.under_way) == (0, 0)
    assert sorted(work.closed) == ["deadly", "parked"]
    assert loader.loaded.closed.is_set()
