"""How long a new picture is worked on before the answers that are being written have their next step."""

import time
from collections.abc import Callable, Iterator
from typing import TypeVar

import torch

from model_service.engines.model import Paused
from model_service.engines.runtime.batch import Batch

SHARE = 4
"""Layers are computed for about as many times as long as a step takes: so the picture comes a quarter later at most."""

FIRST = 4
"""Layers before the first pause, as long as nothing was measured."""

Result = TypeVar("Result")


class Pacer:
    """Passes on pauses of work that pauses after each layer, when a step of the batch is due."""

    def __init__(self, batch: Batch, device: torch.device, clock: Callable[[], float] = time.perf_counter) -> None:
        self._batch, self._device, self._clock = batch, device, clock
        self._layers = FIRST

    def paced(self, work: Paused[Result]) -> Paused[Result]:
        """Do the work, and pause while a step that somebody waits for is due; without anybody, never."""
        done, begin, waited_for = 0, self._clock(), False
        try:
            while True:
                try:
                    next(work)
                except StopIteration as end:
                    if waited_for:
                        self._wait()
                    return end.value  # type: ignore[no-any-return]
                done += 1
                if done >= self._layers and self._batch.awaited:
                    self._wait()  # What was begun is done now, so that the time is this work's, and is known.
                    self._measure(done, self._clock() - begin)
                    self._batch.interrupted = waited_for = True
                    yield
                    done, begin = 0, self._clock()
        finally:
            work.close()
            self._batch.interrupted = False

    def _measure(self, layers: int, seconds: float) -> None:
        """Adapt the number of layers to what they took, a step that was begun before them included."""
        step = self._batch.seconds
        self._layers = max(1, int(layers * SHARE * step / max(seconds - step * self._batch.interrupted, step / 10)))

    def _wait(self) -> None:
        if self._device.type == "cuda":
            torch.cuda.current_stream(self._device).synchronize()


def until_room(batch: Batch) -> Iterator[None]:
    """Pause until a row has left the batch, or nobody else computes steps any more."""
    left = batch.left
    while len(batch) and batch.left == left:
        steps = batch.steps
        yield
        if batch.steps == steps:
            return
