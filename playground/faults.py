"""Faults that a test asks for: a refused call, an answer that never comes, a slow server."""

from collections import defaultdict, deque
from dataclasses import dataclass

from playground.wire import Refused


@dataclass(frozen=True, slots=True)
class Fault:
    """What becomes of one call: `refusal` is the answer (None: there is none), `delivered` whether it is done.

    `chat` is the only chat that it happens to (None: any).
    """

    refusal: Refused | None
    delivered: bool
    chat: int | None = None


class Faults:
    """The faults that wait for their method (and chat), first come first served, and how slow each method is."""

    def __init__(self) -> None:
        self._waiting: dict[str, deque[Fault]] = defaultdict(deque)
        self.seconds: dict[str, float] = {}

    def plan(self, method: str, fault: Fault, times: int) -> None:
        """Let this fault happen to the next calls of a method."""
        self._waiting[method].extend([fault] * times)

    def take(self, method: str, chat: object) -> Fault | None:
        """The fault for this call, if one waits."""
        waiting = self._waiting[method]
        fault = next((fault for fault in waiting if fault.chat in {None, chat}), None)
        if fault is not None:
            waiting.remove(fault)
        return fault

    def clear(self) -> None:
        """From now on nothing fails any more."""
        self._waiting.clear()
