"""Gauges of an engine's thread: written there, read from anywhere."""

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class MemoryUse:
    """Bytes of the device in use, whoever uses them, and in all. On a CPU: this process's, and no `total`."""

    used: int
    total: int | None


class Trouble(StrEnum):
    """Why a server does not answer anybody now."""

    AWAY = "away"
    """It is not reached, and waited for."""
    KEY = "key"
    """It does not take the key."""
    MODEL = "model"
    """It does not have the model, or nothing at the address."""


@dataclass(frozen=True, slots=True)
class ServerState:
    """A server that the model runs on: its host, what is wrong with it now, and whether it resizes pictures on its own.

    `resizes` is None until that is known, or where the server does not count tokens.
    """

    host: str
    trouble: Trouble | None = None
    resizes: bool | None = None


@dataclass(slots=True)
class Gauges:
    """`loaded` goes from 0 to 1 as the model loads; `memory` is None before that, and renewed after each answer.

    `stages` are those of loading that have ended well, each with the seconds it took. `server` is where the model runs,
    None: in this process.

    Each value is replaced as a whole, so no lock is needed to read one.
    """

    loaded: float = 0.0
    memory: MemoryUse | None = None
    stages: Mapping[str, float] = field(default_factory=dict)
    server: ServerState | None = None

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
    server = None

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
