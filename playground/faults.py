"""Faults that a test asks for: a refused call, an answer that never comes, a slow server."""

from collections import defaultdict, deque
from dataclasses import dataclass

from playground.wire import Refused


@dataclass(frozen=True, slots=True)
class Fault:
    """What becomes of one call: `refusal` is the answer (None: there is none), `delivered` whether it is done."""

    refusal: Refused | None
    delivered: bool


class Faults:
    """The faults that wait for their method, first come first served, and how slow each method is."""

    def __init__(self) -> None:
        self._waiting: dict[str, deque[Fault]] = defaultdict(deque)
        self.seconds: dict[str, float] = {}

    def plan(self, method: str, fault: Fault, times: int) -> None:
        """Let this fault happen to the next calls of a method."""
        self._waiting[method].extend([fault] * times)

    def take(self, method: str) -> Fault | None:
        """The fault for this call, if one waits."""
        return self._waiting[method].popleft() if self._waiting[method] else None
