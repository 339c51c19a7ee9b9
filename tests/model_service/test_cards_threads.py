"""Promises of several cards, each with an engine on a thread of its own."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from model_service import EngineDead, EngineInfo, EngineStep, GenerationRequest, Health, ModelConfig, ModelService
from model_service.backends.cards import Cards
from model_service.backends.engine_thread import EngineThread
from tests.model_service.scripted_engine import PATIENCE, Gate, ScriptedEngine, echo, end_of, follow
from tests.model_service.turns_engine import ask, begin


class Together(ScriptedEngine):
    """An engine that writes two answers together, and counts each one's steps."""

    def __init__(self, gate: Gate | None = None) -> None:
        super().__init__(gate.script if gate else echo)
        self.steps: defaultdict[str, int] = defaultdict(int)

    @property
    def info(self) -> EngineInfo:
        """Facts of no real model."""
        return replace(super().info, together=2)

    def generate(self, request: GenerationRequest) -> Iterator[EngineStep]:
        """Follow the script, and count its steps."""
        for step in super().generate(request):
            self.steps[request.id] += 1
            yield step


def _threads(*engines: ScriptedEngine, slice_tokens: int = 2) -> ModelService:
    threads = [EngineThread(lambda engine=engine: engine, slice_tokens=slice_tokens) for engine in engines]  # type: ignore[misc]
    return ModelService(Cards(threads), ModelConfig())


async def test_a_crowd_is_answered_by_all_cards() -> None:
    """Everybody has the own answer, each written by one engine from its first step to its last."""
    engines = [Together(), Together(), Together()]
    texts = {
        f"{chat}-{number}": f"{chat} {number} " + "word " * (chat % 5) for chat in range(20) for number in range(2)
    }
    async with _threads(*engines) as service:
        requests = [
            replace(ask(name, chat=name.split("-")[0]), messages=(replace(ask(name).messages[0], text=text),))
            for name, text in texts.items()
        ]
        answers = await asyncio.gather(*(follow(service, request) for request in requests))
    assert [answer[-1].text for answer in answers] == list(texts.values())
    for name, text in texts.items():
        assert sorted(engine.steps[name] for engine in engines) == [0, 0, len(text.split()) + 1]
    assert all(engine.seen for engine in engines)


async def test_what_is_at_work_is_said_of_all_cards_together() -> None:
    """From whichever thread, what is in its turn on the others is not left out."""
    gates = [Gate(), Gate()]
    seen: list[frozenset[str]] = []
    service = _threads(*(Together(gate) for gate in gates), slice_tokens=100)
    service.watch_turns(seen.append)
    async with service, asyncio.TaskGroup() as group:
        await service.ready()
        first, second = await begin(group, service, ask("a", 1), ask("b", 1))
        gates[0].open(2)
        await first
        gates[1].open(2)
        await second
    assert [sorted(ids) for ids in seen] == [["a"], ["a", "b"], ["b"], []]


async def test_an_engine_that_dies_in_its_thread_ends_the_other() -> None:
    """The answer at work in the other is given before all is over."""
    gate, other = Gate(), Gate()

    def deadly(request: GenerationRequest) -> Iterator[EngineStep]:
        gate.wait()
        raise EngineDead("gone")
        yield

    engines = [ScriptedEngine(deadly), ScriptedEngine(other.script)]
    service = _threads(*engines, slice_tokens=100)
    async with service, asyncio.TaskGroup() as group:
        await service.ready()
        dying, whole = [group.create_task(end_of(service, ask(name))) for name in "ab"]
        gate.open()
        assert await asyncio.to_thread(engines[0].closed.wait, PATIENCE)
        other.open(2)
        assert [await dying, await whole] == ["the engine died: gone", "stop"]
        assert service.health is Health.DEAD
    assert all(engine.closed.is_set() for engine in engines)
