"""Gauges of an engine's thread: written there, read from anywhere."""

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class MemoryUse:
    """Bytes of the device in use, whoever uses them, and in all. On a CPU: this process's, and no `total`."""

    used: int
    total: int | None


@dataclass(slots=True)
class Gauges:
    """`loaded` goes from 0 to 1 as the model loads; `memory` is None before that, and renewed after each answer.

    `stages` are those of loading that have ended well, each with the seconds it took.

    Each value is replaced as a whole, so no lock is needed to read one.
    """

    loaded: float = 0.0
    memory: MemoryUse | None = None
    stages: Mapping[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time a stage of loading, and log what it took."""
        begun = time.perf_counter()
        yield
        seconds = time.perf_counter() - begun
        self.stages = {**self.stages, name: seconds}
        logger.info("%s: %.1f s", name, seconds)


@dataclass(frozen=True, slots=True)
class SeveralGauges:
    """The gauges of several engines, read as one: loaded is what all have loaded, and memory adds up."""

    each: Sequence[Gauges]

    @property
    def loaded(self) -> float:
        """The share of the model that the last of them has loaded."""
        return min(gauges.loaded for gauges in self.each)

    @property
    def memory(self) -> MemoryUse | None:
        """The memory of all devices; None before each has told its own."""
        uses = [gauges.memory for gauges in self.each]
        known = [use for use in uses if use is not None]
        if len(known) < len(uses):
            return None
        totals = [use.total for use in known if use.total is not None]
        return MemoryUse(sum(use.used for use in known), sum(totals) if len(totals) == len(known) else None)
