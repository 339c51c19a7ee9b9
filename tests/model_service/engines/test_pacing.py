"""A picture is worked on in parts between the steps of others, who wait for it only so long."""

from collections.abc import Generator

import pytest

from model_service.engines.model import Paused
from model_service.engines.runtime.pacing import FIRST, SHARE, Pacer, until_room

STEP = 4.0
"""Seconds that a step takes here."""


class Clock:
    """Time that passes by work alone."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """The time."""
        return self.now


class Others:
    """A batch in which somebody waits for a step, or nobody."""

    def __init__(self) -> None:
        self.awaited, self.interrupted, self.seconds = True, False, STEP
        self.rows, self.left, self.steps, self.ahead = 1, 0, 0, False

    def __len__(self) -> int:
        """Return how many rows there are."""
        return self.rows


class Layers:
    """Work of some layers, each of which takes its time: at once, or, `behind` the host, when a step is waited for."""

    def __init__(self, clock: Clock, others: Others, count: int, seconds: float, behind: bool) -> None:
        self.clock, self.others, self.count, self.seconds, self.behind = clock, others, count, seconds, behind
        self.done: list[float] = [0]
        """Layers computed before each pause, and since."""
        self.spent: list[float] = []
        """What each pause said."""
        self.closed = False
        self._launched = 0

    def work(self) -> Paused[str]:
        """Pauses after each layer."""
        try:
            for _ in range(self.count):
                self.done[-1] += 1
                self.clock.now += 0 if self.behind else self.seconds
                yield
            return "seen"
        finally:
            self.closed = True

    def run(self) -> str:
        """Work with a step of the others at each pause."""
        paced = Pacer(self.others, self.clock).paced(self.work())  # type: ignore[arg-type]
        while True:
            try:
                self.spent.append(next(paced))
            except StopIteration as end:
                return str(end.value)
            assert self.others.interrupted
            if self.behind:  # The device does the layers before the pause before; then a step that is waited for.
                self.clock.now += self._launched * self.seconds
                self._launched = int(self.done[-1])
            self.clock.now += STEP
            self.done.append(0)


def paced(ahead: bool, behind: bool, seconds: float, count: int = 1200) -> Layers:
    """Layers that take this many seconds each, while others write."""
    others = Others()
    others.ahead = ahead
    layers = Layers(Clock(), others, count, seconds, behind)
    assert layers.run() == "seen"
    assert not others.interrupted
    return layers


MODES = pytest.mark.parametrize(
    ("ahead", "behind"),
    [
        pytest.param(False, False, id="on the host"),
        pytest.param(True, True, id="the device is behind"),
        pytest.param(True, False, id="the device waits for the host"),
    ],
)


@MODES
@pytest.mark.parametrize("seconds", [0.25, 1.0, 3.0, 16.0])
def test_the_work_between_two_steps_takes_as_long_as_a_few_of_them(ahead: bool, behind: bool, seconds: float) -> None:
    """Soon, whoever waits for whom; and what is told of it adds up."""
    layers = paced(ahead, behind, seconds)
    wanted = SHARE * STEP / seconds
    assert layers.done[:2] == [FIRST] * 2
    for done in layers.done[15:-1]:
        assert 0.8 * wanted - 1 <= done <= 1.2 * wanted + 1
    assert sum(layers.spent) == pytest.approx(seconds * sum(layers.done), abs=3 * SHARE * STEP + 4 * FIRST * seconds)


@MODES
def test_where_a_layer_takes_longer_than_that_there_is_a_step_after_each(ahead: bool, behind: bool) -> None:
    """None less than one."""
    layers = paced(ahead, behind, 40.0, 60)
    assert {*layers.done[15:-1]} == {1}


def test_nobody_who_waits_no_pause() -> None:
    """From beginning to end."""
    others = Others()
    others.awaited = False
    layers = Layers(Clock(), others, 100, 1.0, behind=False)
    assert layers.run() == "seen"
    assert layers.spent == []
    assert not others.interrupted


def test_there_is_a_pause_as_soon_as_somebody_waits() -> None:
    """After the next layer, however long nobody did."""
    others, clock = Others(), Clock()
    layers = Layers(clock, others, 100, 1.0, behind=False)

    def work() -> Paused[None]:
        for number, _ in enumerate(layers.work()):
            others.awaited = number >= 50
            yield

    next(Pacer(others, clock).paced(work()))  # type: ignore[arg-type]
    assert layers.done == [51]


@pytest.mark.parametrize("after", [0, 1, 3])
def test_who_gives_it_up_ends_the_work(after: int) -> None:
    """At once; steps are timed again."""
    others, clock = Others(), Clock()
    layers = Layers(clock, others, 100, 1.0, behind=False)
    work: Generator[float, None, str] = Pacer(others, clock).paced(layers.work())  # type: ignore[arg-type]
    for _ in range(after):
        next(work)
    work.close()
    assert layers.closed is (after > 0)
    assert not others.interrupted


def test_work_that_fails_is_over() -> None:
    """The error is passed on; steps are timed again."""
    others, clock = Others(), Clock()

    def work() -> Paused[None]:
        yield from [None] * 2 * FIRST
        raise MemoryError

    failing = Pacer(others, clock).paced(work())  # type: ignore[arg-type]
    next(failing)
    assert others.interrupted
    with pytest.raises(MemoryError):
        list(failing)
    assert not others.interrupted


def test_room_is_waited_for_while_others_write() -> None:
    """Until one has left."""
    others, pauses = Others(), 0
    for _ in until_room(others):  # type: ignore[arg-type]
        pauses += 1
        others.steps += 1
        others.left += pauses == 3
    assert pauses == 3


def test_where_nobody_writes_there_is_nothing_to_wait_for() -> None:
    """Neither with rows that take no steps, nor without any."""
    others = Others()
    waiting = until_room(others)  # type: ignore[arg-type]
    next(waiting)
    others.steps += 1
    next(waiting)
    assert list(waiting) == []
    others.rows = 0
    assert list(until_room(others)) == []  # type: ignore[arg-type]
