"""Promises of ModelService on a backend of two slots: what runs at once, what waits, what is said to be at work."""

import asyncio

from model_service import (
    GLM4V_DIAL,
    BackendEvents,
    EngineInfo,
    FinishReason,
    GenerationOutput,
    ModelConfig,
    ModelService,
    Stage,
)
from model_service.jobs import Job
from tests.model_service.scripted_engine import Loader, follow, serve
from tests.model_service.turns_engine import ask, begin


class TwoSlots:
    """A backend whose turns end when the test says so."""

    slots = devices = 2

    def __init__(self) -> None:
        self.jobs: dict[str, Job] = {}
        self.forgotten: list[str] = []

    def start(self, events: BackendEvents) -> None:
        """Loaded at once."""
        self.events = events
        events.loaded(EngineInfo("two", "cpu", "float32", 1600, GLM4V_DIAL))

    def can_go_on(self, _: Job) -> bool:
        """Whatever slot is free."""
        return True

    def submit(self, job: Job) -> None:
        """Hold it, and show that its turn has begun; an aborted one ends with it."""
        self.jobs[job.request.id] = job
        job.stream.put(GenerationOutput(Stage.LOOKING))
        if job.aborted.is_set():
            self.end(job.request.id, FinishReason.ABORT)

    def forget(self, chat: str) -> None:
        """Note it."""
        self.forgotten.append(chat)

    def stop(self) -> None:
        """End all."""
        for name in list(self.jobs):
            self.end(name, FinishReason.ABORT)
        self.events.stopped(None)

    def end(self, name: str, reason: FinishReason | None = FinishReason.STOP) -> None:
        """A turn ends, and with a reason its answer."""
        job = self.jobs.pop(name)
        output = None if reason is None else GenerationOutput(Stage.DONE, text=name, finish_reason=reason)
        self.events.turned(job, output, 1.0)


async def test_two_chats_side_by_side_and_a_persons_order_kept() -> None:
    """Both slots are filled; a person's second question waits for the first, though a slot is free."""
    backend = TwoSlots()
    async with ModelService(backend, ModelConfig()) as service, asyncio.TaskGroup() as group:
        first, second, other = await begin(
            group, service, ask("1", 1, "here", "me"), ask("2", 1, "here", "me"), ask("3", 1, "there", "you")
        )
        assert set(backend.jobs) == {"1", "3"}
        assert (service.waiting, service.under_way) == (1, 2)
        backend.end("3")
        assert (await other)[-1].text == "3"
        assert set(backend.jobs) == {"1"}
        backend.end("1", None)
        assert set(backend.jobs) == {"1"}
        backend.end("1")
        assert set(backend.jobs) == {"2"}
        backend.end("2")
        assert [(await task)[-1].finish_reason for task in (first, second)] == [FinishReason.STOP] * 2


async def test_who_leaves_frees_its_slot_and_no_other() -> None:
    """Its turn ends as aborted, the next waiting one begins, and what runs in the other slot goes on."""
    backend = TwoSlots()
    async with ModelService(backend, ModelConfig()) as service, asyncio.TaskGroup() as group:
        leaving, staying, waiting = await begin(group, service, *(ask(name) for name in "abc"))
        leaving.cancel()
        await asyncio.wait([leaving])
        assert backend.jobs["a"].aborted.is_set()
        assert set(backend.jobs) == {"a", "b"}
        backend.end("a", FinishReason.ABORT)
        assert set(backend.jobs) == {"b", "c"}
        backend.end("c")
        backend.end("b")
        assert (await staying)[-1].text + (await waiting)[-1].text == "bc"


async def test_closing_ends_all_that_run() -> None:
    """With what they have so far."""
    backend = TwoSlots()
    service = ModelService(backend, ModelConfig())
    async with asyncio.TaskGroup() as group:
        await service.start()
        tasks = await begin(group, service, ask("a"), ask("b"))
        await service.close()
    assert [task.result()[-1].finish_reason for task in tasks] == [FinishReason.ABORT] * 2


async def test_what_is_at_work_is_said_on_the_engines_thread() -> None:
    """Right before a turn its request, and nothing once it came back."""
    seen: list[frozenset[str]] = []
    service = serve(Loader(), slice_tokens=2)
    service.watch_turns(seen.append)
    async with service:
        await follow(service, ask("a", 3))
    assert seen == [frozenset("a"), frozenset()] * 2
