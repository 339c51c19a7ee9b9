"""The table of supported methods: names, handlers and return types."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from playground.state import World
from playground.wire import JSON

Play = Callable[[World, JSON], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Method:
    """One method: called with checked parameters, it returns an object of the kind `returns` or raises Refused."""

    play: Play
    returns: str


class Table(dict[str, Method]):
    """Methods by name."""

    def plays(self, name: str, returns: str = "Boolean") -> Callable[[Play], Play]:
        """Register the decorated function for this method."""

        def register(play: Play) -> Play:
            self[name] = Method(play, returns)
            return play

        return register
