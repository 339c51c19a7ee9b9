"""Faults on request: a refused call, a missing answer, a slow server."""

from collections import defaultdict, deque
from dataclasses import dataclass

from playground.wire import Refused


@dataclass(frozen=True, slots=True)
class Fault:
    """The fate of one call: `refusal` is the answer (None: there is none), `delivered` whether it is done.

    `chat` limits it to one chat (None: any).
    """

    refusal: Refused | None
    delivered: bool
    chat: int | None = None


class Faults:
    """The planned faults by method (and chat), first come first served, and each method's delay."""

    def __init__(self) -> None:
        self._waiting: dict[str, deque[Fault]] = defaultdict(deque)
        self.seconds: dict[str, float] = {}

    def plan(self, method: str, fault: Fault, times: int) -> None:
        """Plan this fault for the next calls of a method."""
        self._waiting[method].extend([fault] * times)

    def take(self, method: str, chat: object) -> Fault | None:
        """Take the fault planned for this call, if any."""
        waiting = self._waiting[method]
        fault = next((fault for fault in waiting if fault.chat in {None, chat}), None)
        if fault is not None:
            waiting.remove(fault)
        return fault

    def clear(self) -> None:
        """Drop all planned faults."""
        self._waiting.clear()
