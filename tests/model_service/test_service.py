"""Promises of ModelService while all goes well: streaming, order, leaving."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import aclosing

import pytest

from model_service import (
    EngineStep,
    FinishReason,
    Gauges,
    GenerationRequest,
    Health,
    MemoryUse,
    ModelConfig,
    Stage,
    local_service,
)
from tests.model_service.scripted_engine import (
    PATIENCE,
    Gate,
    Loader,
    ScriptedEngine,
    ask,
    echo,
    endless,
    follow,
    serve,
)


async def test_an_answer_streams_from_the_plan_to_its_end() -> None:
    """First the plan, then a growing text, at last DONE with a reason, tokens and times."""
    gate = Gate()
    seen = []
    async with serve(Loader(gate.script)) as service:
        await service.ready()
        async for output in service.generate(ask("a")):
            seen.append(output)
            gate.open()
    assert [(output.stage, output.text) for output in seen] == [
        (Stage.LOOKING, ""),
        (Stage.WRITING, "one "),
        (Stage.WRITING, "one two "),
        (Stage.WRITING, "one two three "),
        (Stage.DONE, "one two three "),
    ]
    last = seen[-1]
    assert [output.finish_reason for output in seen] == [None, None, None, None, FinishReason.STOP]
    assert all(output.plan is not None and output.plan.tokens == 256 for output in seen)
    assert [output.tokens for output in seen] == [0, 1, 2, 3, 4]
    assert last.seconds_to_first_token is not None
    assert 0 < last.seconds_to_first_token <= last.seconds


async def test_what_nobody_fetched_is_merged() -> None:
    """A reader that comes late gets the newest state and the end, not a backlog."""
    written = threading.Event()

    def fast(request: GenerationRequest) -> Iterator[EngineStep]:
        yield from (step for step in echo(request) if step.finish_reason is None)
        written.set()
        yield from (step for step in echo(request) if step.finish_reason is not None)

    text = "word " * 500
    async with serve(Loader(fast)) as service, aclosing(service.generate(ask("a", text))) as outputs:
        first = await anext(outputs)
        assert await asyncio.to_thread(written.wait, PATIENCE)
        rest = [output async for output in outputs]
    assert first.stage in {Stage.WAITING, Stage.LOOKING, Stage.WRITING}
    assert len(rest) <= 2
    assert rest[-1].text == text
    assert rest[-1].tokens == 501


async def test_requests_wait_for_the_load() -> None:
    """A request made while the model loads is answered once it is there."""
    gate = Gate()

    def load() -> ScriptedEngine:
        gate.wait()
        return ScriptedEngine()

    async with serve(load) as service, aclosing(service.generate(ask("a"))) as outputs:
        first = await anext(outputs)
        assert (first.stage, first.waiting) == (Stage.WAITING, 0)
        assert (service.health, service.info, service.waiting) == (Health.LOADING, None, 1)
        gate.open()
        assert (await service.ready()).model == "scripted"
        last = [output async for output in outputs][-1]
        assert last.finish_reason is FinishReason.STOP
        assert service.health.value == "ready"


async def test_those_who_wait_are_told_their_place_whenever_it_changes() -> None:
    """The running request counts as ahead; a place moves up when somebody before leaves or is served."""
    gate = Gate()
    async with serve(Loader(gate.script)) as service:
        first, second, third = (service.generate(ask(name)) for name in "abc")
        assert (await anext(first)).stage in {Stage.WAITING, Stage.LOOKING}
        await service.ready()
        assert (await anext(second)).waiting == 1
        assert (await anext(third)).waiting == 2
        await second.aclose()
        moved = await anext(third)
        assert (moved.stage, moved.waiting, service.waiting) == (Stage.WAITING, 1, 1)
        gate.open(100)
        assert [output async for output in first][-1].finish_reason is FinishReason.STOP
        assert [output async for output in third][-1].finish_reason is FinishReason.STOP


async def test_one_thread_owns_the_engine() -> None:
    """Load, plan, generate and close happen on one and the same thread, which is not the event loop's."""
    loader = Loader()
    async with serve(loader) as service:
        for name in "abc":
            await follow(service, ask(name))
    assert loader.loaded.closed.is_set()
    assert len(loader.loaded.threads) == 1
    assert threading.get_ident() not in loader.loaded.threads
    assert not [thread for thread in threading.enumerate() if thread.name == "engine"]


async def test_answers_come_in_the_order_of_the_questions() -> None:
    """First come, first served."""
    loader = Loader()
    async with serve(loader) as service, asyncio.TaskGroup() as group:
        for name in "abcdef":
            group.create_task(follow(service, ask(name)))
    assert loader.loaded.seen == list("abcdef")


async def test_leaving_the_loop_stops_the_work_at_the_next_token() -> None:
    """`break` is enough: the engine's work is closed at its next token, and the next request is served."""
    loader = Loader(lambda request: endless(request) if request.id == "a" else echo(request))
    async with serve(loader) as service:
        async for output in service.generate(ask("a", ".")):
            if output.stage is Stage.WRITING:
                break
        assert await asyncio.to_thread(loader.loaded.given_up.wait, PATIENCE)
        assert (await follow(service, ask("b")))[-1].text == "one two three "


async def test_cancellation_takes_a_waiting_request_out_of_the_line() -> None:
    """A caller that is cancelled while it waits leaves nothing behind, and the engine never sees its request."""
    gate = Gate()
    loader = Loader(gate.script)
    async with serve(loader) as service:
        await service.ready()
        async with aclosing(service.generate(ask("a"))) as running:
            await anext(running)
            async with asyncio.TaskGroup() as group:
                begun = asyncio.Event()
                waiter = group.create_task(follow(service, ask("b"), begun))
                await begun.wait()
                assert service.waiting == 1
                waiter.cancel()
            assert service.waiting == 0
            gate.open(100)
            assert [output async for output in running][-1].finish_reason is FinishReason.STOP
        await follow(service, ask("c"))
    assert loader.loaded.seen == ["a", "c"]


async def test_cancellation_stops_a_running_request() -> None:
    """A caller that is cancelled while its answer is written ends the work at the next token."""
    loader = Loader(endless)
    async with serve(loader) as service:
        await service.ready()
        async with asyncio.TaskGroup() as group:
            begun = asyncio.Event()
            reader = group.create_task(follow(service, ask("a", "."), begun))
            await begun.wait()
            reader.cancel()
        assert await asyncio.to_thread(loader.loaded.given_up.wait, PATIENCE)


async def test_two_waiting_requests_of_one_id_are_refused() -> None:
    """The second could not be told from the first."""
    gate = Gate()
    async with serve(Loader(gate.script)) as service:
        await service.ready()
        async with aclosing(service.generate(ask("a"))) as running, aclosing(service.generate(ask("b"))) as waiting:
            await anext(running)
            await anext(waiting)
            with pytest.raises(ValueError, match="'b'"):
                await follow(service, ask("b"))
            gate.open(100)
            assert [output async for output in waiting][-1].finish_reason is FinishReason.STOP


async def test_the_event_loop_stays_quick_while_the_engine_is_busy() -> None:
    """An engine that keeps the processor busy does not hold up the event loop."""

    def busy(request: GenerationRequest) -> Iterator[EngineStep]:
        for step in echo(request):
            until = time.perf_counter() + 0.01
            while time.perf_counter() < until:
                sum(range(1000))
            yield step

    worst = 0.0
    async with serve(Loader(busy)) as service, asyncio.TaskGroup() as group:
        answer = group.create_task(follow(service, ask("a", "word " * 40)))
        while not answer.done():
            begun = time.perf_counter()
            await asyncio.sleep(0.002)
            worst = max(worst, time.perf_counter() - begun - 0.002)
    assert worst < 0.25


async def test_what_is_to_be_forgotten_reaches_the_engine() -> None:
    """On its thread, between turns; an engine that fails at it goes on answering."""
    loader = Loader()
    async with serve(loader) as service:
        service.forget("broken")
        service.forget("chat")
        assert (await follow(service, ask("a")))[-1].finish_reason is FinishReason.STOP
        assert loader.loaded.forgotten == ["broken", "chat"]
    assert len(loader.loaded.threads) == 1


async def test_the_gauges_can_be_read() -> None:
    """How far the load is, which is 1 once it is done; and the memory, as the engine wrote it."""
    gauges, gate = Gauges(0.43), Gate()

    def load() -> ScriptedEngine:
        gate.wait()
        gauges.memory = MemoryUse(1, 2)
        return ScriptedEngine()

    async with local_service(load, ModelConfig(), gauges=gauges) as service:
        assert (service.load_progress, service.memory) == (0.43, None)
        gate.open()
        await service.ready()
        assert (service.load_progress, service.memory) == (1.0, MemoryUse(1, 2))
