"""How long a new picture is worked on before the answers that are being written have their next step."""

import time
from collections.abc import Callable, Generator, Iterator
from typing import TypeVar

from model_service.engines.model import Paused
from model_service.engines.runtime.batch import Batch
from model_service.engines.runtime.company import Company

SHARE = 4
"""Layers are computed for about as many times as long as a step takes: so the picture comes a quarter later at most."""

FIRST = 4
"""Layers before the first pauses, as long as nothing was measured."""

Result = TypeVar("Result")

Paced = Generator[float, None, Result]
"""Work that pauses when a step of others is due, and says how many seconds it took since the last pause."""


class Pacer:
    """Passes on pauses of work that pauses after each layer, when a step of the batch is due.

    Where the batch goes ahead the device works behind the host: at a pause others launch a step behind these layers,
    and wait for the step before them. So the time between two pauses is that of the layers two pauses ago.
    """

    def __init__(self, batch: Batch | Company, clock: Callable[[], float] = time.perf_counter) -> None:
        self._batch, self._clock = batch, clock

    def paced(self, work: Paused[Result]) -> Paced[Result]:
        """Do the work, and pause while a step that somebody waits for is due; without anybody, never."""
        layers, done, each, since = FIRST, 0, 0.0, self._clock()
        parts, behind = list[int](), 2 if self._batch.ahead else 0
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
                spent = max(now - since - (step if parts else 0.0), 0.0)
                parts.append(done)
                if len(parts) > max(1, behind):  # At first the picture is made ready, too.
                    measured = spent / parts[-1 - behind]
                    each = (each + measured) / 2 if each else measured
                    layers = max(1, min(2 * done, int(SHARE * step / each) if each else 2 * done))
                done, since = 0, now
                yield spent
        finally:
            work.close()
            self._batch.interrupted = False


def until_room(batch: Batch | Company) -> Iterator[None]:
    """Pause until a row has left the batch, or nobody else computes steps any more."""
    left = batch.left
    while len(batch) and batch.left == left:
        steps = batch.steps
        yield
        if batch.steps == steps:
            return
