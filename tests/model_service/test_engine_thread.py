"""Promises of the engine's thread that cannot be seen through the service."""

import asyncio
import threading
import time
import weakref
from collections.abc import Iterator

import pytest

from model_service import EngineStep, GenerationFailed, GenerationRequest
from model_service.backends.backend import BackendEvents
from model_service.backends.engine_thread import EngineThread
from model_service.jobs import Job
from model_service.output_stream import OutputStream
from tests.model_service.scripted_engine import PATIENCE, Gate, Loader, ScriptedEngine, ask, follow, serve


class Tensor:
    """Stands for what an engine's frame holds on the device."""


async def test_a_failed_request_holds_no_memory() -> None:
    """What the engine's frames held is free as soon as the failure is told, however long the error is kept."""
    held: list[weakref.ref[Tensor]] = []

    def script(request: GenerationRequest) -> Iterator[EngineStep]:
        tensor = Tensor()
        held.append(weakref.ref(tensor))
        try:
            raise MemoryError("device")
        except MemoryError as error:
            raise GenerationFailed(f"{tensor}") from error
        yield

    async with serve(Loader(script)) as service:
        with pytest.raises(GenerationFailed) as failure:
            await follow(service, ask("a"))
        assert held[0]() is None
        assert isinstance(failure.value.__cause__, MemoryError)


def test_the_thread_ends_with_its_loop() -> None:
    """When the event loop is gone, the work at hand is the last: the engine is closed and the thread ends."""
    gate, loop = Gate(), asyncio.new_event_loop()
    told: list[object] = []
    loader = Loader(gate.script)
    thread = EngineThread(loader, slice_tokens=1000)
    thread.submit(Job(ask("a"), OutputStream(loop), time.monotonic))
    thread.start(BackendEvents(loop, told.append, lambda job, outcome, seconds: told.append(outcome), told.append))
    assert loader.done.wait(PATIENCE)
    loop.close()
    gate.open(100)
    assert loader.loaded.closed.wait(PATIENCE)
    while threads := [each for each in threading.enumerate() if each.name == "engine"]:
        threads[0].join(PATIENCE)
    assert told == []


async def test_what_a_left_answer_read_is_forgotten_too() -> None:
    """An answer that was left at its slice's end is closed before the engine forgets its chat; others stay parked."""
    events: list[str] = []

    def script(request: GenerationRequest) -> Iterator[EngineStep]:
        try:
            while True:
                yield EngineStep(".")
        finally:
            events.append(f"closed {request.id}")

    class Noting(ScriptedEngine):
        def forget(self, chat: str) -> None:
            events.append(f"forgot {chat}")

    loop, turned, stopped = asyncio.get_running_loop(), asyncio.Semaphore(0), asyncio.Event()
    thread = EngineThread(
        lambda: Noting(script),
        slice_tokens=2,
    )
    events_heard = BackendEvents(
        loop, lambda info: None, lambda job, outcome, seconds: turned.release(), lambda error: stopped.set()
    )
    left, other = (Job(ask(name), OutputStream(loop), time.monotonic) for name in ("left", "other"))
    thread.start(events_heard)
    for job in (left, other):
        thread.submit(job)
        await turned.acquire()
    left.aborted.set()
    thread.forget("chat")
    thread.submit(left)
    await turned.acquire()
    assert events == ["closed left", "forgot chat"]
    thread.stop()
    await stopped.wait()
    assert events[2:] == ["closed other"]
