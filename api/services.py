"""What the routes are given: the model, its defaults, and how much one client may have running."""

import contextlib
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from model_service import STANDARD, Detail, EngineInfo, ModelService, SamplingParams

MOST_AT_ONCE = 64
"""The most requests of one client at a time: each holds its body in memory until it is answered."""


class TooMany(Exception):
    """A client has too many requests at a time."""


Choice = Callable[[EngineInfo, bytes], Detail]
"""Chooses the level for an encoded picture."""


@dataclass(frozen=True, slots=True)
class Defaults:
    """What holds where a request says nothing: level and sampling; and the most requests that may wait."""

    detail: Detail | Choice = STANDARD
    sampling: SamplingParams = field(default_factory=SamplingParams)
    max_waiting: int = 256


class Services:
    """Everything that a route needs."""

    def __init__(self, model: ModelService, defaults: Defaults) -> None:
        self.model, self.defaults = model, defaults
        self.created = int(time.time())
        """When this server began, which is what it tells of its model."""
        self._running: Counter[str] = Counter()

    @contextlib.contextmanager
    def one_of(self, client: str) -> Iterator[None]:
        """Count one more request of a client for as long as the block lasts.

        Raises:
            TooMany: as many run as may.
        """
        if self._running[client] >= MOST_AT_ONCE:
            raise TooMany
        self._running[client] += 1
        try:
            yield
        finally:
            self._running[client] -= 1
            if not self._running[client]:
                del self._running[client]
