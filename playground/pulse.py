"""Wait for a condition: check it after every change, without polling."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

Seen = TypeVar("Seen")


class Pulse:
    """One beat for every change in the playground. Belongs to one event loop."""

    def __init__(self) -> None:
        self._changed = asyncio.Event()

    def beat(self) -> None:
        """Announce a change: every waiting condition is checked again."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def until(self, look: Callable[[], Seen | None], timeout: float, what: Callable[[], str]) -> Seen:  # noqa: ASYNC109
        """Wait until `look` returns something true (or neither None nor empty), and return that.

        Raises TimeoutError after `timeout` seconds, with the text of `what()`.
        """
        deadline = asyncio.get_running_loop().time() + timeout
        while not (seen := look()):
            try:
                async with asyncio.timeout_at(deadline):
                    await self._changed.wait()
            except TimeoutError:
                raise TimeoutError(what()) from None
        return seen
