"""The protocol of what runs requests: started once, then given turns, telling of what came of them."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from model_service.engines.engine import EngineInfo
from model_service.errors import ModelServiceError
from model_service.jobs import Job
from model_service.types import GenerationOutput

Outcome = GenerationOutput | ModelServiceError
"""End of an answer: its last output, or the error for its caller."""


def _ignore(_: frozenset[str]) -> None:
    pass


@dataclass(frozen=True, slots=True)
class BackendEvents:
    """The reports of a backend, by calls on `loop`.

    `loaded(info)` comes once; `turned(job, outcome, seconds)` after each turn, with None while the answer goes on, and
    for every suspended answer at a clean stop; `stopped(error)` comes last, with None after a clean stop and else with
    what ended the backend. `at_work` alone is called where the work is done: with the ids of the requests in their
    turn right before one begins, and after one came back in good order.
    """

    loop: asyncio.AbstractEventLoop
    loaded: Callable[[EngineInfo], None]
    turned: Callable[[Job, Outcome | None, float], None]
    stopped: Callable[[BaseException | None], None]
    at_work: Callable[[frozenset[str]], None] = _ignore


class Backend(Protocol):
    """Runs up to `slots` requests at once. Every call is made on the event loop, and returns at once."""

    @property
    def slots(self) -> int:
        """Return how many requests may be in their turn at once; to be asked again once it is loaded."""

    @property
    def devices(self) -> int:
        """Return how many turns go on at full speed at once; more of them share the devices' seconds."""

    def can_go_on(self, job: Job) -> bool:
        """Return whether a suspended job can have its next turn in a slot that is free; asked once it is loaded."""

    def start(self, events: BackendEvents) -> None:
        """Begin to load."""

    def submit(self, job: Job) -> None:
        """Give a job its next turn; end it if it is aborted."""

    def forget(self, chat: str) -> None:
        """Drop what is kept of a chat, behind the turns submitted so far."""

    def stop(self) -> None:
        """End after the turns submitted so far; suspended answers end as aborted."""
