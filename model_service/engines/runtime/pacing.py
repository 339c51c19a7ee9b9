"""How long a new picture is worked on before the answers that are being written have their next step."""

import time
from collections.abc import Callable, Generator, Iterator
from typing import TypeVar

from model_service.engines.model import Paused
from model_service.engines.runtime.batch import Batch

SHARE = 4
"""Layers are computed for about as many times as long as a step takes: so the picture comes a quarter later at most."""

FIRST = 4
"""Layers before the first pauses, as long as nothing was measured."""

Result = TypeVar("Result")

Paced = Generator[float, None, Result]
"""Work that pauses when a step of others is due, and says how many seconds it took since the last pause."""


class Pacer:
    """Passes on pauses of work that pauses after each layer, when a step of the batch is due.

    The time between two pauses is that of some layers, and of a step. If the device works `behind` the host, these are
    the layers of two pauses ago: while it computes them, the host launches the step behind them, and the next layers.
    """

    def __init__(self, batch: Batch, *, behind: bool, clock: Callable[[], float] = time.perf_counter) -> None:
        self._batch, self._clock = batch, clock
        self._lag = 2 if behind else 0

    def paced(self, work: Paused[Result]) -> Paced[Result]:
        """Do the work, and pause while a step that somebody waits for is due; without anybody, never."""
        layers, done, since = FIRST, 0, self._clock()
        before = [0] * (1 + self._lag)
        """Layers before the last pauses."""
        try:
            while True:
                try:
                    next(work)
                except StopIteration as end:
                    return end.value  # type: ignore[no-any-return]
                done += 1
                if done < layers or not self._batch.awaited:
                    continue
                self._batch.interrupted = True
                now, step = self._clock(), self._batch.seconds
                spent = max(now - since - step, 0.0)
                before = [*before[1:], done]
                if measured := before[0]:
                    layers = max(1, round(measured * SHARE * step / max(spent, step / 10)))
                done, since = 0, now
                yield spent
        finally:
            work.close()
            self._batch.interrupted = False


def until_room(batch: Batch) -> Iterator[None]:
    """Pause until a row has left the batch, or nobody else computes steps any more."""
    left = batch.left
    while len(batch) and batch.left == left:
        steps = batch.steps
        yield
        if batch.steps == steps:
            return
