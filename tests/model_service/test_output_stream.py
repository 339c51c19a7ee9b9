"""Promises of the stream between the engine thread and the event loop."""

import asyncio
import threading
from collections.abc import Callable

import pytest

from model_service import FinishReason, GenerationFailed, GenerationOutput, Stage
from model_service.output_stream import OutputStream


def _output(tokens: int, *, last: bool = False) -> GenerationOutput:
    if last:
        return GenerationOutput(Stage.DONE, "x" * tokens, tokens=tokens, finish_reason=FinishReason.STOP)
    return GenerationOutput(Stage.WRITING, "x" * tokens, tokens=tokens)


async def _on_a_thread(work: Callable[[], None]) -> None:
    await asyncio.to_thread(work)


async def test_unfetched_outputs_are_merged() -> None:
    """Of many outputs nobody fetched, the reader sees the newest."""
    stream = OutputStream(asyncio.get_running_loop())
    for tokens in range(1, 101):
        stream.put(_output(tokens))
    assert (await anext(stream)).tokens == 100
    stream.end(_output(101, last=True))
    assert [seen.tokens async for seen in stream] == [101]


async def test_the_loop_is_woken_once_for_an_unfetched_slot(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand outputs nobody fetched cost the event loop one call."""
    loop = asyncio.get_running_loop()
    calls: list[object] = []
    wake = loop.call_soon_threadsafe

    def count(callback: Callable[[], object]) -> asyncio.Handle:
        calls.append(callback)
        return wake(callback)

    monkeypatch.setattr(loop, "call_soon_threadsafe", count)
    stream = OutputStream(loop)
    for tokens in range(1, 1001):
        stream.put(_output(tokens))
    stream.end(_output(1001, last=True))
    assert len(calls) == 1
    assert [seen.tokens async for seen in stream] == [1001]


async def test_a_fast_writer_loses_no_ending() -> None:
    """Written as fast as a thread can, outputs arrive in order and the last one is sure to arrive."""
    stream = OutputStream(asyncio.get_running_loop())

    def write() -> None:
        for tokens in range(1, 5000):
            stream.put(_output(tokens))
        stream.end(_output(5000, last=True))

    writer = threading.Thread(target=write)
    writer.start()
    seen = [item.tokens async for item in stream]
    writer.join()
    assert seen == sorted(set(seen))
    assert seen[-1] == 5000


async def test_an_error_comes_after_what_was_written() -> None:
    """The text written before a failure is still shown, then the failure is raised, then there is nothing."""
    stream = OutputStream(asyncio.get_running_loop())
    stream.put(_output(3))
    stream.fail(GenerationFailed("torn"))
    assert (await anext(stream)).tokens == 3
    with pytest.raises(GenerationFailed, match="torn"):
        await anext(stream)
    with pytest.raises(StopAsyncIteration):
        await anext(stream)


async def test_a_waiting_reader_is_woken_by_an_error() -> None:
    """A reader that waits learns of a failure written by another thread."""
    stream = OutputStream(asyncio.get_running_loop())
    async with asyncio.TaskGroup() as group:
        group.create_task(_on_a_thread(lambda: stream.fail(GenerationFailed("torn"))))
        with pytest.raises(GenerationFailed):
            await anext(stream)


async def test_nothing_follows_the_end() -> None:
    """What is written after the end is dropped."""
    stream = OutputStream(asyncio.get_running_loop())
    stream.end(_output(1, last=True))
    stream.put(_output(2))
    stream.fail(GenerationFailed("late"))
    assert [seen.tokens async for seen in stream] == [1]


def test_a_closed_loop_is_survived() -> None:
    """The engine thread may write on after the event loop is gone."""
    loop = asyncio.new_event_loop()
    stream = OutputStream(loop)
    loop.close()
    stream.put(_output(1))
    stream.end(_output(2, last=True))
