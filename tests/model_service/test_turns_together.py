"""Turns side by side on the engine's thread: who gets a token when, who pays for it, and what ends with what."""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from model_service import (
    DetailPlan,
    EngineDead,
    EngineInfo,
    EngineStep,
    FinishReason,
    GenerationFailed,
    GenerationRequest,
    running_answer,
)
from model_service.backends.backend import BackendEvents, Outcome
from model_service.backends.engine_thread import EngineThread
from model_service.engines.engine import PAUSE
from model_service.jobs import Job
from tests.model_service.scripted_engine import PATIENCE, ScriptedEngine, ask, echo

Script = Callable[[GenerationRequest], Iterator[EngineStep]]


@pytest.fixture(autouse=True)
def opened_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture is there as soon as it is asked for, however busy the machine is."""
    monkeypatch.setattr(running_answer, "OPENING", PATIENCE)


class Together(ScriptedEngine):
    """An engine that writes three answers together; notes whose each step was, and whose iterator was closed."""

    def __init__(self, script: Script) -> None:
        super().__init__(script)
        self.now = 0.0
        self.steps: list[str] = []
        self.began: list[str] = []
        self.over: list[str] = []

    @property
    def info(self) -> EngineInfo:
        """Facts of no real model."""
        return replace(super().info, together=3)

    def generate(self, request: GenerationRequest) -> Iterator[EngineStep]:
        """Follow the script; a capital's step is a pause."""
        self.began.append(request.id)
        try:
            with closing(self.script(request)) as steps:  # type: ignore[type-var]
                for step in steps:
                    self.steps.append(request.id.upper() if step.pause else request.id)
                    yield step
        finally:
            self.over.append(request.id)


class Turns:
    """The engine's thread without a thread: turns go on as submitted, until all answers have ended."""

    def __init__(self, engine: Together, slice_tokens: int = 1000) -> None:
        self.engine = engine
        self.outcomes: dict[str, Outcome] = {}
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.at_work: list[str] = []
        self.ended: list[str] = []
        self.go_on = True
        self._backend = EngineThread(lambda: engine, slice_tokens=slice_tokens, clock=lambda: engine.now)
        loop: Any = SimpleNamespace(call_soon_threadsafe=lambda callback: callback())
        self._backend._events = BackendEvents(loop, self._loaded, self._turned, lambda error: None, self._note)
        self.jobs: dict[str, Job] = {}

    def run(self, *names: str) -> None:
        """Until all have ended."""
        for name in names:
            stream: Any = SimpleNamespace(put=lambda output: None)
            self.jobs[name] = Job(ask(name), stream, lambda: self.engine.now)
            self._backend.submit(self.jobs[name])
        self._backend._serve(self.engine)

    def _loaded(self, info: EngineInfo) -> None:
        assert self._backend.slots == info.together == 3

    def _note(self, at_work: frozenset[str]) -> None:
        self.at_work.append("".join(sorted(at_work)))

    def _turned(self, job: Job, outcome: Outcome | None, seconds: float) -> None:
        self.seconds[job.request.id] += seconds
        if outcome is None and self.go_on:
            self._backend.submit(job)
        elif outcome is not None:
            self.outcomes[job.request.id] = outcome
            self.ended.append(job.request.id)
        if len(self.outcomes) == len(self.jobs) or not self.go_on:
            self._backend.stop()

    def reason(self, name: str) -> FinishReason | None:
        """Return how an answer ended that is no error."""
        outcome = self.outcomes[name]
        assert not isinstance(outcome, Exception)
        return outcome.finish_reason


def reading(pauses: int) -> Script:
    """Some pauses before the first token; then three, and the end."""

    def script(request: GenerationRequest) -> Iterator[EngineStep]:
        yield from [PAUSE] * pauses
        yield from echo(request)

    return script


def test_turns_side_by_side_get_tokens_in_turn() -> None:
    """As each has been read: a token a round; the first is the first to end."""
    turns = Turns(Together(reading(0)))
    turns.run("a", "b", "c")
    assert "".join(turns.engine.steps) == "a" + "ab" + "abc" + "abc" + "bc" + "c"
    assert turns.ended == ["a", "b", "c"]
    assert turns.at_work == ["a", "ab", "abc", "bc", "c", ""]


def test_one_is_read_at_a_time_and_others_go_on_meanwhile() -> None:
    """At each pause all that have a token get one; the next is read once the one before has its first."""
    turns = Turns(Together(reading(2)))
    turns.run("a", "b", "c")
    assert "".join(turns.engine.steps) == "A" + "A" + "a" + "aB" + "aB" + "ab" + "bC" + "bC" + "bc" + "c" * 3


def test_after_a_slice_a_turn_begins_behind_the_others() -> None:
    """What was written is kept; tokens alone count."""
    turns = Turns(Together(reading(1)), slice_tokens=2)
    turns.run("a", "b")
    assert "".join(turns.engine.steps) == "A" + "a" + "aB" + "ba" + "ba" + "b" + "b"
    assert [turns.reason(name) for name in "ab"] == [FinishReason.STOP] * 2
    assert turns.ended == ["a", "b"]


def costly(engine: Together) -> Script:
    """Reading takes 3 seconds to each pause, and 6 behind the last; a token takes 0.25."""

    def script(request: GenerationRequest) -> Iterator[EngineStep]:
        for _ in range(2):
            engine.now += 3.0
            yield PAUSE
        engine.now += 6.0
        for step in echo(request):
            engine.now += 0.25
            yield step

    return script


def costs(slice_tokens: int, *names: str) -> Turns:
    """Turns of such answers."""
    engine = Together(echo)
    engine.script = costly(engine)
    turns = Turns(engine, slice_tokens)
    turns.run(*names)
    assert sum(turns.seconds.values()) == pytest.approx(engine.now)
    return turns


def test_alone_an_answer_is_charged_all_of_it() -> None:
    """Reading and writing."""
    assert costs(1000, "a").seconds == {"a": 13.0}


@pytest.mark.parametrize("slice_tokens", [1, 2, 1000])
def test_reading_is_charged_to_who_reads(slice_tokens: int) -> None:
    """All of it, up to the first token; steps are shared by those who got a token in them, and nothing is lost."""
    seconds = costs(slice_tokens, "a", "b", "c").seconds
    for name in "abc":
        assert seconds[name] == pytest.approx(13.0, abs=0.5)


def test_a_rounds_seconds_are_shared_equally() -> None:
    """Whoever's token took them."""
    engine = Together(echo)

    def script(request: GenerationRequest) -> Iterator[EngineStep]:
        for step in echo(request):
            yield step
            engine.now += 3.0 if request.id == "a" else 0.0  # Before its next.

    engine.script = script
    turns = Turns(engine)
    turns.run("a", "b", "c")
    # a's three tokens behind the first: with b, which has its first; and twice with b and c.
    assert turns.seconds == {"a": 1.5 + 1.0 + 1.0, "b": 1.5 + 1.0 + 1.0, "c": 1.0 + 1.0}


def test_what_the_engine_says_of_its_reading_counts() -> None:
    """A device computes it while others wait for theirs: of what they waited, so much was the reading's."""
    engine = Together(echo)

    def script(request: GenerationRequest) -> Iterator[EngineStep]:
        if request.id == "b":
            yield replace(PAUSE, seconds=0.0)
            yield replace(PAUSE, seconds=2.0)
        for step in echo(request):
            engine.now += 2.25 if request.id == "a" else 0.0
            yield step

    engine.script = script
    turns = Turns(engine)
    turns.run("a", "b")
    assert sum(turns.seconds.values()) == pytest.approx(engine.now)
    assert turns.seconds["b"] > 2.0


@pytest.mark.parametrize("aborted", [False, True])
def test_what_was_told_of_a_reading_that_fails_counts_once(aborted: bool) -> None:
    """Or of one that is given up."""
    engine = Together(echo)

    def script(request: GenerationRequest) -> Iterator[EngineStep]:
        if request.id == "b":
            engine.now += 2.0
            yield replace(PAUSE, seconds=2.0)
            if not aborted:
                raise GenerationFailed("b")
        for number, step in enumerate(echo(request)):
            if aborted and number == 2:
                turns.jobs["b"].aborted.set()
            yield step
            yield PAUSE

    engine.script = script
    turns = Turns(engine)
    turns.run("a", "b")
    assert turns.seconds == {"a": 0.0, "b": 2.0}


def test_who_is_parked_pays_for_no_step() -> None:
    """The others' steps are theirs, whoever's call computed them; without any the round's seconds are not lost."""
    engine = Together(echo)

    def script(request: GenerationRequest) -> Iterator[EngineStep]:
        for step in echo(request):
            yield step
            if request.id == "a":
                engine.now += 1.0
                yield PAUSE

    engine.script = script
    turns = Turns(engine)
    turns.run("a", "b")
    assert "".join(turns.engine.steps) == "a" + "Ab" + "ab" + "Ab" + "ab" + "A" + "a"
    assert turns.seconds == {"a": 1.0, "b": 2.0}


def leaving(turns: Turns, who: str, when: str, at: int) -> Script:
    """`who` leaves while `when` writes the token of this number."""

    def script(request: GenerationRequest) -> Iterator[EngineStep]:
        yield PAUSE
        for number, step in enumerate(echo(request)):
            if (request.id, number) == (when, at):
                turns.jobs[who].aborted.set()
            yield step

    return script


@pytest.mark.parametrize(("when", "at"), [("a", 1), ("a", 3), ("b", 1)])
def test_who_leaves_ends_alone(when: str, at: int) -> None:
    """Its iterator is closed, and what it wrote is its last output; the others have all of theirs."""
    turns = Turns(Together(echo))
    turns.engine.script = leaving(turns, "b", when, at)
    turns.run("a", "b", "c")
    assert turns.reason("b") is FinishReason.ABORT
    assert turns.reason("a") is turns.reason("c") is FinishReason.STOP
    assert turns.engine.steps.count("a") == turns.engine.steps.count("c") == 4
    assert sorted(turns.engine.over) == sorted(turns.engine.began)


def test_who_leaves_before_it_is_read_costs_nothing() -> None:
    """It is told at once, however many are to be read first."""
    turns = Turns(Together(echo))
    turns.engine.script = leaving(turns, "c", "a", 0)
    turns.run("a", "b", "c")
    assert turns.reason("c") is FinishReason.ABORT
    assert turns.ended[0] == "c"
    assert "c" not in turns.engine.steps
    assert turns.seconds["c"] == 0.0


@pytest.mark.parametrize("at", [0, 1, 3])
def test_an_error_of_one_concerns_it_alone(at: int) -> None:
    """While it is read, or later."""

    def script(request: GenerationRequest) -> Iterator[EngineStep]:
        for number, step in enumerate([PAUSE, *echo(request)]):
            if (request.id, number) == ("b", at):
                raise GenerationFailed("b")
            yield step

    turns = Turns(Together(script))
    turns.run("a", "b", "c")
    assert isinstance(turns.outcomes["b"], GenerationFailed)
    assert turns.reason("a") is turns.reason("c") is FinishReason.STOP


def test_a_dead_engine_ends_all() -> None:
    """Those that are written, the one that is read and those that are suspended are let go."""

    def script(request: GenerationRequest) -> Iterator[EngineStep]:
        yield PAUSE
        for number, step in enumerate(echo(request)):
            if (request.id, number) == ("a", 3):
                raise EngineDead("gone")
            yield step

    turns = Turns(Together(script))
    with pytest.raises(EngineDead):
        turns.run("a", "b", "c")
    assert sorted(turns.engine.over) == sorted(turns.engine.began)
    assert turns.outcomes == {}


def test_a_stop_lets_turns_end_and_suspended_answers_be_aborted() -> None:
    """Those that were submitted are begun, and have their slice; then all that goes on is given up."""
    turns = Turns(Together(reading(0)), slice_tokens=2)
    turns.go_on = False
    turns.run("a", "b", "c")
    assert "".join(turns.engine.steps) == "a" + "ab" + "bc" + "c"
    assert [turns.reason(name) for name in "abc"] == [FinishReason.ABORT] * 3
    assert sorted(turns.engine.over) == sorted(turns.engine.began)


class Opening(Together):
    """Notes on which thread each picture is opened; b's is there once a has written another token."""

    def __init__(self, script: Script) -> None:
        super().__init__(script)
        self.threads_of: dict[str, int] = {}
        self.written = threading.Event()

    def plan(self, request: GenerationRequest) -> DetailPlan | None:
        """Open the picture."""
        self.threads_of[request.id] = threading.get_ident()
        if request.id == "b":
            assert self.written.wait(PATIENCE)
        return super().plan(request)


def test_a_picture_is_opened_aside_where_others_are_at_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """They get their tokens meanwhile; where nobody else is, it is opened where the engine works."""
    monkeypatch.setattr(running_answer, "OPENING", 0.001)
    engine = Opening(echo)

    def script(request: GenerationRequest) -> Iterator[EngineStep]:
        for number, step in enumerate(echo(request)):
            if (request.id, number) == ("a", 2):
                engine.written.set()
            yield step

    engine.script = script
    turns = Turns(engine)
    turns.run("a", "b")
    assert turns.reason("b") is FinishReason.STOP
    assert engine.threads_of["a"] != threading.get_ident() != engine.threads_of["b"]
    lone = Turns(Opening(echo))
    lone.run("c")
    assert lone.engine.threads_of == {"c": threading.get_ident()}  # type: ignore[attr-defined]


class Noting(Together):
    """Notes whose picture has been opened."""

    def __init__(self, script: Script) -> None:
        super().__init__(script)
        self.opened: dict[str, threading.Event] = {name: threading.Event() for name in "abc"}

    def plan(self, request: GenerationRequest) -> DetailPlan | None:
        """Open the picture."""
        self.opened[request.id].set()
        return super().plan(request)


def test_while_a_picture_is_read_the_next_one_is_opened() -> None:
    """Not before the engine has taken the first one in, as it keeps one open."""
    engine = Noting(echo)

    def script(request: GenerationRequest) -> Iterator[EngineStep]:
        if request.id == "b":
            yield PAUSE
            assert not engine.opened["c"].is_set()
            yield replace(PAUSE, seconds=0.1)
            assert engine.opened["c"].wait(PATIENCE)
        yield from echo(request)

    engine.script = script
    turns = Turns(engine)
    turns.run("a", "b", "c")
    assert [turns.reason(name) for name in "abc"] == [FinishReason.STOP] * 3
