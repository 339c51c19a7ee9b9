"""Promises of ModelService when several ask at once: turns on the real thread, by a clock that the engine moves."""

import asyncio
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import aclosing

import pytest

from model_service import (
    Draining,
    EngineDead,
    EngineStep,
    FinishReason,
    GenerationFailed,
    GenerationOutput,
    GenerationRequest,
    Limit,
    LimitReached,
    Limits,
    Message,
    ModelService,
    Place,
    Stage,
)
from tests.model_service.scripted_engine import PATIENCE, Gate, Loader, echo, follow, serve

TOKEN = 0.25
"""Seconds that a token takes here."""


def ask(name: str, words: int = 1, chat: str = "", person: str = "") -> GenerationRequest:
    """A question answered with so many words and an empty last step, from a chat of its own if none is named."""
    return GenerationRequest(name, chat or name, (Message("user", "word " * words),), person=person)


class Work:
    """What the engine did: whose each token was, and the time that it took."""

    def __init__(self) -> None:
        self.now = 0.0
        self.tokens: list[str] = []
        self.closed: list[str] = []
        self.began: dict[str, float] = {}
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._written = threading.Condition()

    def clock(self) -> float:
        """The time so far."""
        return self.now

    def script(self, request: GenerationRequest) -> Iterator[EngineStep]:
        """Echo, and note each token."""
        self.began[request.id] = self.now
        try:
            for step in echo(request):
                self.now += TOKEN
                self.seconds[request.chat] += TOKEN
                with self._written:
                    self.tokens.append(request.id)
                    self._written.notify()
                yield step
        finally:
            self.closed.append(request.id)

    def wait_for(self, tokens: int) -> None:
        """Block until so many tokens are written."""
        with self._written:
            assert self._written.wait_for(lambda: len(self.tokens) >= tokens, PATIENCE)


class Held:
    """An engine that works through `work` when the test lets it go, a token at a time if need be."""

    def __init__(self) -> None:
        self.work = Work()
        self.gate = Gate()

    def script(self, request: GenerationRequest) -> Iterator[EngineStep]:
        """Echo, each token allowed by the gate."""
        steps = self.work.script(request)
        try:
            while True:
                self.gate.wait()
                step = next(steps, None)
                if step is None:
                    return
                yield step
        finally:
            steps.close()  # type: ignore[attr-defined]

    def service(self, limits: Limits | None = None, slice_tokens: int = 2) -> ModelService:
        """The real service on this engine."""
        return serve(Loader(self.script), limits or Limits(), slice_tokens, self.work.clock)


async def _begin(
    group: asyncio.TaskGroup, service: ModelService, *requests: GenerationRequest
) -> list["asyncio.Task[list[GenerationOutput]]"]:
    """Put requests in line, one after the other."""
    tasks = []
    for request in requests:
        begun = asyncio.Event()
        tasks.append(group.create_task(follow(service, request, begun)))
        await begun.wait()
    return tasks


async def test_a_long_answer_is_cut_into_slices() -> None:
    """A short question of another chat is answered after one slice; the long answer then goes on where it was."""
    held = Held()
    async with held.service() as service, asyncio.TaskGroup() as group:
        await service.ready()
        long, short = await _begin(group, service, ask("long", words=6), ask("short"))
        held.gate.open(100)
        assert (await short)[-1].text == "word "
        assert (await long)[-1].text == "word " * 6
        last = (await long)[-1]
    assert held.work.tokens == ["long"] * 2 + ["short"] * 2 + ["long"] * 5
    assert (last.tokens, last.finish_reason, last.seconds) == (7, FinishReason.STOP, 9 * TOKEN)


async def test_one_persons_questions_keep_their_order() -> None:
    """Slices do not let a person's second question overtake the first."""
    held = Held()
    async with held.service() as service, asyncio.TaskGroup() as group:
        await service.ready()
        await _begin(group, service, ask("first", 6, "chat", "me"), ask("second", 1, "chat", "me"))
        held.gate.open(100)
    assert held.work.tokens == ["first"] * 7 + ["second"] * 2


async def test_fifty_long_questions_beside_nine_short_ones() -> None:
    """On the real thread: each short one begins within two slices per chat in line."""
    held = Held()
    limits = Limits(waiting_per_person=50, waiting_per_chat=50)
    async with held.service(limits) as service, asyncio.TaskGroup() as group:
        await service.ready()
        await _begin(group, service, *(ask(f"long {number}", 5, "hog") for number in range(50)))
        await _begin(group, service, *(ask(f"short {number}") for number in range(9)))
        held.gate.open(1000)
    slice_seconds = 2 * TOKEN
    assert all(held.work.began[f"short {number}"] <= 2 * slice_seconds * 10 for number in range(9))
    assert len(held.work.closed) == 59


async def test_busy_chats_get_equal_shares() -> None:
    """Three chats that always ask, with answers of different length, have GPU seconds within 10 %."""
    held = Held()
    words = {"short": 1, "middle": 7, "long": 30}
    held.gate.open(100_000)

    async def keep_asking(chat: str, line: str) -> None:
        number = 0
        while sum(held.work.seconds.values()) < 600:
            number += 1
            await follow(service, ask(f"{chat} {line} {number}", words[chat], chat))

    async with held.service() as service, asyncio.TaskGroup() as group:
        await service.ready()
        for chat in words:
            group.create_task(keep_asking(chat, "a"))
            group.create_task(keep_asking(chat, "b"))
    assert max(held.work.seconds.values()) < 1.1 * min(held.work.seconds.values())


async def test_a_place_in_line_with_an_estimate() -> None:
    """Once an answer was measured, who waits is told how many go first, and about how long that takes."""
    held = Held()
    async with held.service(slice_tokens=100) as service, asyncio.TaskGroup() as group:
        await service.ready()
        held.gate.open(4)
        assert service.place("a") is None
        await follow(service, ask("a", 3, "chat"))
        running, waiting = await _begin(group, service, ask("b", 3, "chat"), ask("c", 3, "chat"))
        assert (service.waiting, service.under_way) == (1, 1)
        assert service.place("b") is None
        assert service.place("c") == Place(1, 4 * TOKEN)
        held.gate.open(2)
        await asyncio.to_thread(held.work.wait_for, 6)
        assert service.place("c") == Place(1, 2 * TOKEN)
        held.gate.open(100)
        first = (await waiting)[0]
        assert (first.stage, first.waiting, first.wait_seconds) == (Stage.WAITING, 1, 4 * TOKEN)
        await running
        assert service.place("c") is None


async def test_limits_reach_the_caller() -> None:
    """Who asks too much is told which limit it was, and nobody else suffers."""
    held = Held()
    async with held.service(Limits(waiting_per_person=1)) as service, asyncio.TaskGroup() as group:
        await service.ready()
        await _begin(group, service, *(ask(name, 1, "chat", "me") for name in "ab"))
        with pytest.raises(LimitReached) as reached:
            await follow(service, ask("c", 1, "other", "me"))
        assert reached.value.limit is Limit.PERSON_WAITING
        held.gate.open(100)
    assert held.work.tokens == ["a", "a", "b", "b"]


async def test_leaving_a_parked_answer_frees_it() -> None:
    """Its suspended iterator is closed before the next turn, and the others are answered."""
    held = Held()
    async with held.service() as service, asyncio.TaskGroup() as group:
        await service.ready()
        parked, other = await _begin(group, service, ask("parked", 9), ask("other", 9))
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
    """Who leaves while the last token of his slice is written leaves no suspended answer behind."""
    held = Held()
    async with held.service() as service, asyncio.TaskGroup() as group:
        await service.ready()
        (leaving,) = await _begin(group, service, ask("leaving", 9))
        held.gate.open(2)
        held.work.wait_for(2)  # blocks the loop: it learns of the slice's end when the caller has left
        leaving.cancel()
        await asyncio.wait([leaving])
        held.gate.open(100)
        await follow(service, ask("next"))
    assert held.work.closed == ["leaving", "next"]


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
        tasks = await _begin(group, service, ask("a", 5), ask("b", 5))
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
        parked, running = await _begin(group, service, ask("parked", 9), ask("running", 9))
        async with aclosing(service.generate(ask("waiting"))) as waiting:
            await anext(waiting)
            held.gate.open(3)
            await asyncio.to_thread(held.work.wait_for, 3)
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
