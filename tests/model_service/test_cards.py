"""Promises of ModelService on several cards: whose turn is where, what ends with what, and what is told of it."""

import asyncio
import time
from dataclasses import replace

import pytest

from model_service import (
    GLM4V_DIAL,
    BackendEvents,
    CheckpointError,
    EngineInfo,
    FinishReason,
    GenerationOutput,
    Health,
    Limits,
    ModelConfig,
    ModelService,
    Stage,
)
from model_service.backends import cards
from model_service.backends.cards import Cards
from model_service.jobs import Job
from model_service.output_stream import OutputStream
from tests.model_service.scripted_engine import PATIENCE, end_of
from tests.model_service.turns_engine import ask, begin

INFO = EngineInfo("model", "card", "float32", 1600, GLM4V_DIAL)


class Card:
    """A backend of some slots, whose turns end when the test says so.

    An aborted answer ends at once, and so does the backend when it is told to stop, unless it `lingers`.
    """

    devices = 1

    def __init__(self, slots: int = 1, info: EngineInfo | None = INFO, *, lingers: bool = False) -> None:
        self.slots, self.info, self.lingers = slots, info, lingers
        self.jobs: dict[str, Job] = {}
        self.suspended: dict[str, Job] = {}
        self.forgotten: list[str] = []
        self.told_to_stop = False

    def start(self, events: BackendEvents) -> None:
        """Loaded at once, if there is anything to load."""
        self.events = events
        if self.info is not None:
            events.loaded(self.info)

    def can_go_on(self, _: Job) -> bool:
        """Whatever slot is free."""
        return True

    def submit(self, job: Job) -> None:
        """Hold it, and show that its turn has begun; an aborted one ends with it."""
        name = job.request.id
        self.suspended.pop(name, None)
        self.jobs[name] = job
        job.stream.put(GenerationOutput(Stage.LOOKING))
        if job.aborted.is_set() and not self.lingers:
            self.end(name, FinishReason.ABORT)
        assert sum(not held.aborted.is_set() for held in self.jobs.values()) <= self.slots

    def forget(self, chat: str) -> None:
        """Note it."""
        self.forgotten.append(chat)

    def stop(self) -> None:
        """Note it, and stop."""
        self.told_to_stop = True
        if not self.lingers:
            self.stopped()

    def end(self, name: str, reason: FinishReason | None = FinishReason.STOP, seconds: float = 1.0) -> None:
        """A turn ends, and with a reason its answer."""
        job = self.jobs.pop(name)
        if reason is None:
            self.suspended[name] = job
        self.events.turned(job, None if reason is None else _output(name, reason), seconds)

    def stopped(self, error: BaseException | None = None) -> None:
        """It has ended: of an error, or with what it holds aborted."""
        for name, job in () if error else (self.jobs | self.suspended).items():
            self.events.turned(job, _output(name, FinishReason.ABORT), 0.0)
        self.events.stopped(error)


def _output(text: str, reason: FinishReason) -> GenerationOutput:
    return GenerationOutput(Stage.DONE, text=text, finish_reason=reason)


def _on(*backends: Card, begun: int = 4) -> ModelService:
    return ModelService(Cards(backends), ModelConfig(limits=Limits(begun=begun)))


def finish(*backends: Card) -> None:
    """End all answers, turn after turn."""
    while running := [(card, name) for card in backends for name in card.jobs]:
        card, name = running[0]
        card.end(name)


async def test_who_is_new_goes_where_most_slots_are_free() -> None:
    """Of equals to the first; one more than there are slots waits."""
    small, large = Card(1), Card(3)
    async with _on(small, large) as service, asyncio.TaskGroup() as group:
        await begin(group, service, *(ask(name) for name in "abcde"))
        assert (set(small.jobs), set(large.jobs)) == ({"c"}, {"a", "b", "d"})
        assert service.waiting == 1
        large.end("b")
        assert set(large.jobs) == {"a", "d", "e"}
        finish(small, large)


async def test_a_chat_stays_with_its_card() -> None:
    """As long as a slot is free there, though another card has more."""
    first, second = Card(2), Card(2)
    async with _on(first, second) as service, asyncio.TaskGroup() as group:
        await begin(group, service, ask("a"), ask("b", chat="here"), ask("c"))
        assert (set(first.jobs), set(second.jobs)) == ({"a", "c"}, {"b"})
        finish(first, second)
        await begin(group, service, ask("d", chat="here"), ask("e", chat="here", person="another"))
        assert (set(first.jobs), set(second.jobs)) == (set(), {"d", "e"})
        finish(first, second)


async def test_a_chat_whose_card_is_full_goes_to_another_and_stays_there() -> None:
    """It does not wait for its card."""
    first, second = Card(), Card()
    async with _on(first, second) as service, asyncio.TaskGroup() as group:
        await begin(group, service, ask("a", chat="here"), ask("b", chat="here", person="another"))
        assert (set(first.jobs), set(second.jobs)) == ({"a"}, {"b"})
        finish(first, second)
        await begin(group, service, ask("c", chat="here"))
        assert (set(first.jobs), set(second.jobs)) == (set(), {"c"})
        finish(first, second)


async def test_an_answer_goes_on_where_it_began_and_others_go_first_meanwhile() -> None:
    """Whose card is at another's answer is passed over, though it used less: no free slot waits for it."""
    first, second = Card(), Card()
    async with _on(first, second) as service, asyncio.TaskGroup() as group:
        await begin(group, service, *(ask(name) for name in "abcd"))
        assert (set(first.jobs), set(second.jobs)) == ({"a"}, {"b"})
        first.end("a", None, seconds=2.0)
        second.end("b", None, seconds=1.0)
        assert (set(first.jobs), set(second.jobs)) == ({"c"}, {"d"})
        first.end("c", None, seconds=3.0)
        assert (set(first.jobs), set(second.jobs)) == ({"a"}, {"d"})
        second.end("d", None, seconds=4.0)
        assert (set(first.jobs), set(second.jobs)) == ({"a"}, {"b"})
        finish(first, second)


async def test_who_leaves_between_two_turns_ends_on_the_card_that_holds_its_answer() -> None:
    """At once, though that card is full; what is in its turn there goes on."""
    first, second = Card(2), Card(2)
    async with _on(first, second, begun=5) as service, asyncio.TaskGroup() as group:
        leaving, *_ = await begin(group, service, *(ask(name) for name in "abcde"))
        assert (set(first.jobs), set(second.jobs)) == ({"a", "c"}, {"b", "d"})
        first.end("a", None)
        assert (set(first.jobs), set(first.suspended)) == ({"c", "e"}, {"a"})
        leaving.cancel()
        await asyncio.wait([leaving])
        assert (set(first.jobs), first.suspended) == ({"c", "e"}, {})
        finish(first, second)


async def test_an_answer_that_is_being_given_up_takes_nobodys_slot() -> None:
    """Its card only has to let go of it: others of that card go on."""
    first, second = Card(lingers=True), Card()
    service = _on(first, second)
    async with asyncio.TaskGroup() as group:
        await service.start()
        leaving, *_ = await begin(group, service, *(ask(name) for name in "abc"))
        first.end("a", None)
        assert (set(first.jobs), set(first.suspended), set(second.jobs)) == ({"c"}, {"a"}, {"b"})
        leaving.cancel()
        await asyncio.wait([leaving])
        assert set(first.jobs) == {"a", "c"}
        first.end("c", None)
        assert set(first.jobs) == {"a", "c"}
        first.end("a", FinishReason.ABORT)
        finish(first, second)
        closing = group.create_task(service.close())
        await asyncio.sleep(0)
        first.stopped()
        await closing


async def test_forgetting_a_chat_is_for_all_cards() -> None:
    """It may have been on any; which was its last is forgotten too."""
    first, second = Card(), Card(2)
    async with _on(first, second) as service, asyncio.TaskGroup() as group:
        await begin(group, service, ask("a"), ask("b", chat="here"))
        assert (set(first.jobs), set(second.jobs)) == ({"b"}, {"a"})
        service.forget("here")
        assert first.forgotten == second.forgotten == ["here"]
        finish(first, second)
        await begin(group, service, ask("c", chat="here"))
        assert (set(first.jobs), set(second.jobs)) == (set(), {"c"})
        finish(first, second)


async def test_which_card_a_chat_used_last_is_known_of_some_chats(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of those that asked last: what is known does not grow without end."""
    monkeypatch.setattr(cards, "CHATS", 2)
    first, second = Card(), Card(2)
    async with _on(first, second) as service, asyncio.TaskGroup() as group:
        for name in "abc":
            await begin(group, service, ask(name, chat=f"{name} chat"), ask(f"{name}2", chat="always"))
            finish(first, second)
        backend = service._backend
        assert isinstance(backend, Cards)
        assert set(backend._last) == {"always", "c chat"}


async def test_it_is_loaded_once_all_cards_are() -> None:
    """What is told of it holds for all: their slots, their devices, and the closest look that each can take."""
    first = Card(2, replace(INFO, device="cuda:0", together=2))
    second = Card(4, None)
    async with _on(first, second) as service, asyncio.TaskGroup() as group:
        await begin(group, service, ask("a"))
        assert (service.health, service.info, service.waiting) == (Health.LOADING, None, 1)
        second.events.loaded(replace(INFO, device="cuda:1", together=4, max_visual_tokens=512))
        wanted = replace(INFO, device="cuda:0, cuda:1", together=6, max_visual_tokens=512)
        assert (service.health, await service.ready()) == (Health.READY, wanted)
        assert (set(first.jobs), set(second.jobs)) == (set(), {"a"})
        assert (Cards([first, second]).slots, Cards([first, second]).devices) == (6, 2)
        finish(first, second)


async def test_cards_with_different_models_are_an_error() -> None:
    """A small one would hold the pocket model where the other holds the 9B: who asks could not know which answers."""
    service = _on(Card(), Card(info=replace(INFO, model="pocket", device="cuda:1")))
    await service.start()
    with pytest.raises(CheckpointError, match=r"model on card, pocket on cuda:1\): set model\.name"):
        await service.ready()
    await service.close()


async def test_a_card_that_dies_ends_the_others_once_their_turns_are_over() -> None:
    """Who gets the whole answer meanwhile has it. The others hear what it died of, also those suspended elsewhere."""
    first, second = Card(), Card(3, lingers=True)
    service = _on(first, second)
    async with asyncio.TaskGroup() as group:
        await service.start()
        begun = {name: asyncio.Event() for name in "abcde"}
        whole, *others = [group.create_task(end_of(service, ask(name), begun[name])) for name in begun]
        await asyncio.gather(*(event.wait() for event in begun.values()))
        assert (set(first.jobs), set(second.jobs)) == ({"c"}, {"a", "b", "d"})
        error = RuntimeError("off the bus")
        first.stopped(error)
        assert (second.told_to_stop, service.health) == (True, Health.READY)
        second.end("a")
        assert await whole == "stop"
        second.end("b", None)
        assert (set(second.jobs), set(second.suspended)) == ({"d"}, {"b"})
        second.stopped()
        assert service.health is Health.DEAD
        assert [await other for other in others] == ["the engine died: RuntimeError: off the bus"] * 4
        assert (await service.died()).__cause__ is error
    await service.close()


async def test_a_card_that_does_not_end_is_not_waited_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may still load, or hang in its device; what it says later is not heard."""
    monkeypatch.setattr(cards, "GRACE", 0.0)
    first, second = Card(), Card(info=None, lingers=True)
    service = _on(first, second)
    await service.start()
    first.stopped(CheckpointError("no such card"))
    with pytest.raises(CheckpointError, match="no such card"):
        await asyncio.wait_for(service.ready(), PATIENCE)
    second.events.loaded(INFO)
    second.stopped(RuntimeError("another"))
    assert (str(await service.died()), service.info) == ("no such card", None)
    await service.close()


async def test_the_end_is_told_once_and_nothing_behind_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """It ended of what came first; what a card that is left behind does is no news."""
    monkeypatch.setattr(cards, "GRACE", 0.0)
    backends = [Card(), Card(), Card(info=None, lingers=True)]
    both, told, over = Cards(backends), list[object](), asyncio.Event()

    def stopped(error: BaseException | None) -> None:
        told.append(str(error))
        over.set()

    loop = asyncio.get_running_loop()
    both.start(BackendEvents(loop, told.append, lambda job, outcome, seconds: told.append(job), stopped))
    job = Job(ask("a"), OutputStream(loop), time.monotonic)
    both.submit(job)
    backends[1].lingers = True
    backends[0].stopped(RuntimeError("first"))
    backends[1].stopped(RuntimeError("second"))
    await asyncio.wait_for(over.wait(), PATIENCE)
    backends[2].events.loaded(INFO)
    backends[2].events.turned(job, None, 1.0)
    backends[2].stopped(RuntimeError("third"))
    assert told == ["first"]


async def test_closing_stops_all_cards() -> None:
    """With what their answers have so far."""
    first, second = Card(), Card()
    service = _on(first, second)
    async with asyncio.TaskGroup() as group:
        await service.start()
        tasks = await begin(group, service, ask("a"), ask("b"))
        await service.close()
    assert [task.result()[-1].finish_reason for task in tasks] == [FinishReason.ABORT] * 2
    assert service.health is Health.CLOSED
