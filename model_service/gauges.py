"""What the engine's thread shows of itself: written there, read from anywhere."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MemoryUse:
    """Bytes of the device in use, whoever uses them, and in all. On a CPU: this process's, and no `total`."""

    used: int
    total: int | None


@dataclass(slots=True)
class Gauges:
    """`loaded` goes from 0 to 1 as the model loads; `memory` is None before that, and renewed after each answer.

    Each value is replaced as a whole, so no lock is needed to read one.
    """

    loaded: float = 0.0
    memory: MemoryUse | None = None
