"""A new picture is worked on layer by layer, and pauses when a step of others is due."""

from collections.abc import Generator
from itertools import islice, pairwise
from typing import cast

import pytest

from model_service.engines.runtime.batch import Batch
from model_service.engines.runtime.pacing import FIRST, SHARE, Pacer, until_room

LAYER, STEP = 2.0, 3.0
"""Seconds that a layer takes here, and a step of the others."""


class Others:
    """Stands for the batch: whether somebody waits for a step, and how long one takes."""

    def __init__(self, awaited: bool = True) -> None:
        self.awaited, self.interrupted, self.seconds = awaited, False, STEP
        self.left = self.steps = 0
        self.rows = 2

    def __len__(self) -> int:
        return self.rows


class Layers:
    """Work of some layers, by a clock of its own; it notes when it was closed."""

    def __init__(self, count: int, behind: bool = False) -> None:
        self.now, self.done, self.closed = 0.0, 0, False
        self.behind = behind
        self._count = count

    def clock(self) -> float:
        """The time so far."""
        return self.now

    def work(self) -> Generator[None, None, str]:
        """Compute a layer, pause, and go on."""
        try:
            for _ in range(self._count):
                self.now += 0.0 if self.behind else LAYER
                self.done += 1
                yield
            return "seen"
        finally:
            self.closed = True


def paced(others: Others, layers: Layers) -> Generator[float, None, str]:
    """The work at a pacer's pace."""
    return Pacer(cast(Batch, others), behind=layers.behind, clock=layers.clock).paced(layers.work())


def result(work: Generator[float, None, str]) -> str:
    """What work without a pause returns."""
    with pytest.raises(StopIteration) as ended:
        next(work)
    return cast(str, ended.value.value)


def test_without_others_it_never_pauses() -> None:
    """All layers at once, and their result."""
    others, layers = Others(awaited=False), Layers(63)
    assert result(paced(others, layers)) == "seen"
    assert layers.done == 63
    assert not others.interrupted


@pytest.mark.parametrize("behind", [False, True])
def test_it_adapts_to_what_a_step_takes(behind: bool) -> None:
    """So many layers that they take as long as some steps; the first ones are few, as nothing was measured."""
    others, layers = Others(), Layers(63, behind)
    done = [0]
    for _ in paced(others, layers):
        if behind and len(done) > 1:  # The device is done with what came before the last pause.
            layers.now += (done[-1] - done[-2]) * LAYER
        done.append(layers.done)
        layers.now += STEP  # The others' step.
        assert others.interrupted
    pieces = [after - before for before, after in pairwise(done)]
    known = 3 if behind else 1
    assert pieces[:known] == [FIRST] * known
    assert set(pieces[known + 1 :]) == {int(SHARE * STEP / LAYER)}
    assert layers.closed
    assert not others.interrupted


def test_it_says_what_it_took() -> None:
    """The seconds of the layers between two pauses, without those of the others' step."""
    layers = Layers(40)
    said = []
    for seconds in islice(paced(Others(), layers), 4):
        said.append(seconds)
        layers.now += STEP
    assert said == [FIRST * LAYER - STEP, *(pieces * LAYER for pieces in (10, 6, 6))]


def test_it_goes_on_alone_once_nobody_waits() -> None:
    """Whoever left makes no pause necessary."""
    others, layers = Others(), Layers(63)
    work = paced(others, layers)
    next(work)
    others.awaited = False
    assert result(work) == "seen"


def test_work_that_is_given_up_is_closed() -> None:
    """With its tensors, and the batch measures its steps again."""
    others, layers = Others(), Layers(63)
    work = paced(others, layers)
    next(work)
    work.close()
    assert layers.closed
    assert not others.interrupted


def test_it_waits_for_room_while_others_write() -> None:
    """Until one of them has left; not once nobody computes steps any more, nor where nobody is there."""
    others = Others()
    waiting = until_room(cast(Batch, others))
    for _ in range(3):
        next(waiting)
        others.steps += 1
    others.left += 1
    assert next(waiting, "room") == "room"
    idle = until_room(cast(Batch, others))
    next(idle)
    assert next(idle, "idle") == "idle"
    others.rows = 0
    assert next(until_room(cast(Batch, others)), "alone") == "alone"
