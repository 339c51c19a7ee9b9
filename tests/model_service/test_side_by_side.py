"""Promises of the engine's thread where several answers are written together."""

import asyncio
import threading
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

import pytest

from model_service import (
    EngineDead,
    EngineInfo,
    EngineStep,
    FinishReason,
    GenerationFailed,
    GenerationOutput,
    GenerationRequest,
    ModelService,
)
from model_service.engines.engine import PAUSE
from tests.model_service.scripted_engine import Gate, Loader, Script, ScriptedEngine, ask, follow, serve

TOGETHER = 3
WORDS = ("one ", "two ", "three ", "four ", "five ", "six")


class Several(ScriptedEngine):
    """An engine that writes three answers together."""

    @property
    def info(self) -> EngineInfo:
        """The scripted engine's facts."""
        return replace(super().info, together=TOGETHER)


class SeveralLoader(Loader):
    """Makes that engine."""

    def __init__(self, script: Script) -> None:
        super().__init__()
        self._several = script

    def __call__(self) -> ScriptedEngine:
        """Load."""
        self.engine = Several(self._several)
        self.done.set()
        return self.engine


class Work:
    """Answers of six words behind some pauses; each step takes a second of a clock of its own, and is noted."""

    def __init__(self, pauses: int = 0) -> None:
        self.pauses = pauses
        self.now = 0.0
        self.steps: list[str] = []
        self.gate = Gate()

    def clock(self) -> float:
        """The time so far."""
        return self.now

    def script(self, request: GenerationRequest) -> Iterator[EngineStep]:
        """Note each step; the first waits for the gate, so that all can be asked before."""
        self.gate.wait()
        for _ in range(self.pauses):
            self.now += 1.0
            self.steps.append(f"{request.id} reads")
            yield PAUSE
        for word in WORDS:
            self.now += 1.0
            self.steps.append(request.id)
            yield EngineStep(word, FinishReason.STOP if word == WORDS[-1] else None)


async def begin(service: ModelService, *names: str) -> list["asyncio.Future[list[GenerationOutput]]"]:
    """Ask under these names, each a chat of its own, once the engine is loaded."""
    await service.ready()
    tasks: list[asyncio.Future[list[GenerationOutput]]] = [
        asyncio.ensure_future(follow(service, replace(ask(name), chat=name))) for name in names
    ]
    await asyncio.sleep(0)  # They run until each waits for its first output.
    return tasks


async def asked(service: ModelService, gate: Gate, *names: str) -> list[GenerationOutput | BaseException]:
    """Ask, let the engine go on, and return how each answer ended."""
    tasks = await begin(service, *names)
    gate.open(100)
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    return [each if isinstance(each, BaseException) else each[-1] for each in ended]


async def test_answers_grow_side_by_side() -> None:
    """Each gets a word in turn, once it has its first; a fourth person waits until one has ended."""
    work = Work()
    async with serve(SeveralLoader(work.script), clock=work.clock) as service:
        ended = await asked(service, work.gate, *"abcd")
    assert [getattr(each, "text", each) for each in ended] == ["".join(WORDS)] * 4
    first = {name: work.steps.index(name) for name in "abcd"}
    last = {name: len(work.steps) - 1 - work.steps[::-1].index(name) for name in "abcd"}
    assert first["b"] < last["a"] and first["c"] < last["a"]
    assert first["d"] > last["a"]


async def test_one_is_read_at_a_time() -> None:
    """The next picture begins once the one before has its first word; whoever writes goes on meanwhile."""
    work = Work(pauses=2)
    async with serve(SeveralLoader(work.script), clock=work.clock) as service:
        await asked(service, work.gate, *"abc")
    reading = [step for step in work.steps if step.endswith("reads")]
    assert reading == [f"{name} reads" for name in "abc" for _ in range(2)]
    begins, ends = work.steps.index("b reads"), work.steps.index("b")
    assert "a" in work.steps[begins:ends]


async def test_seconds_are_shared_by_those_who_write() -> None:
    """Reading is charged to who reads; what is charged in all is what passed."""
    work, charged = Work(pauses=2), defaultdict[str, float](float)
    service = serve(SeveralLoader(work.script), clock=work.clock)
    turned = service._on_turned

    def note(job, outcome, seconds) -> None:  # type: ignore[no-untyped-def]
        charged[job.request.id] += seconds
        turned(job, outcome, seconds)

    service._on_turned = note  # type: ignore[method-assign]
    async with service:
        await asked(service, work.gate, *"ab")
    assert sum(charged.values()) == pytest.approx(work.now)
    assert charged == {"a": pytest.approx(8.0), "b": pytest.approx(8.0)}


async def test_an_error_concerns_one_answer() -> None:
    """The others are written to their end."""
    work = Work()

    def script(request: GenerationRequest) -> Iterator[EngineStep]:
        yield from work.script(request) if request.id != "b" else failing(work)

    async with serve(SeveralLoader(script), clock=work.clock) as service:
        ended = await asked(service, work.gate, *"abc")
    assert isinstance(ended[1], GenerationFailed)
    assert [getattr(ended[place], "text", None) for place in (0, 2)] == ["".join(WORDS)] * 2


def failing(work: Work) -> Iterator[EngineStep]:
    """An answer that fails at its second word."""
    work.gate.wait()
    yield EngineStep("one ")
    raise RuntimeError("broken")


async def test_a_dead_engine_ends_all() -> None:
    """Whoever was being answered hears of it."""
    work = Work()

    def script(request: GenerationRequest) -> Iterator[EngineStep]:
        work.gate.wait()
        yield EngineStep("one ")
        if request.id == "b":
            raise EngineDead("gone")
        yield from work.script(request)

    async with serve(SeveralLoader(script), clock=work.clock) as service:
        ended = await asked(service, work.gate, *"abc")
    assert [type(each) for each in ended] == [EngineDead] * 3


async def test_who_leaves_stops_no_other() -> None:
    """An aborted answer ends at its next word; the others do not notice."""
    work = Work()
    async with serve(SeveralLoader(work.script), clock=work.clock) as service:
        leaving, staying = await begin(service, "a", "b")
        leaving.cancel()
        await asyncio.wait([leaving])
        work.gate.open(100)
        assert (await staying)[-1].text == "".join(WORDS)
    assert work.steps.count("a") <= 1


async def test_a_picture_is_opened_aside_while_others_write() -> None:
    """On another thread than the engine's; alone, on that one."""
    work = Work()
    loader = SeveralLoader(work.script)
    async with serve(loader, clock=work.clock) as service:
        work.gate.open(1)
        await follow(service, ask("alone"))
        assert len(loader.loaded.threads) == 1
        await asked(service, work.gate, *"ab")
    assert len(loader.loaded.threads) == 2
    assert threading.get_ident() not in loader.loaded.threads


async def test_what_is_at_work_is_said() -> None:
    """All that are in their turn, whenever that changes."""
    work, seen = Work(), list[frozenset[str]]()
    service = serve(SeveralLoader(work.script), clock=work.clock)
    service.watch_turns(seen.append)
    async with service:
        await asked(service, work.gate, *"ab")
    assert frozenset("ab") in seen
    assert seen[-1] == frozenset()
