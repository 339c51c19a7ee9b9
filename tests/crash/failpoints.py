"""A failpoint at each await: the process ends with SIGKILL when a coroutine is to go on there."""

import asyncio
import gc
import os
import signal
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BOT = f"{os.sep}bot{os.sep}"
"""The part of a path that the product's files have, and no library."""

UNDER = " > "


@dataclass(frozen=True, slots=True)
class Failpoint:
    """Once coroutines were resumed `after` times, die at the next await of the product where no process died before.

    A place is the chain of the product's lines that wait, the outermost first; those that killed stand in `places`.
    """

    after: int
    places: Path

    def install(self, loop: asyncio.AbstractEventLoop) -> None:
        """Watch every task that the loop runs from now on."""
        hit = set(self.places.read_text("utf-8").splitlines()) if self.places.exists() else set[str]()
        watch = _Watch(self.after, self.places, hit)

        def factory(loop: asyncio.AbstractEventLoop, coro: Any, **more: Any) -> asyncio.Task[Any]:
            return asyncio.Task(_Watched(coro, watch), loop=loop, **more)

        loop.set_task_factory(factory)


class _Watch:
    """Counts what is resumed, and kills."""

    def __init__(self, after: int, places: Path, hit: set[str]) -> None:
        self._left = after
        self._places = places
        self._hit = hit

    def resumed(self, coroutine: Any) -> None:
        self._left -= 1
        if self._left > 0:
            return
        place = UNDER.join(product_lines(coroutine))
        if not place or place in self._hit:
            return
        with self._places.open("a", encoding="utf-8") as file:
            file.write(f"{place}\n")
        os.kill(os.getpid(), signal.SIGKILL)


class _Watched(Coroutine[Any, Any, Any]):
    """A task's coroutine that tells before it is resumed."""

    __slots__ = ("_coroutine", "_watch")

    def __init__(self, coroutine: Any, watch: _Watch) -> None:
        self._coroutine = coroutine
        self._watch = watch

    def send(self, value: Any) -> Any:
        """Go on."""
        self._watch.resumed(self._coroutine)
        return self._coroutine.send(value)

    def throw(self, *error: Any) -> Any:
        """Go on with an error."""
        self._watch.resumed(self._coroutine)
        return self._coroutine.throw(*error)

    def close(self) -> None:
        """End."""
        self._coroutine.close()

    def __await__(self) -> Any:
        return self._coroutine.__await__()

    def __getattr__(self, name: str) -> Any:
        # Libraries ask a task's coroutine whether it runs.
        return getattr(self._coroutine, name)


def product_lines(awaited: Any) -> Iterator[str]:
    """Yield the lines of the product that wait for each other in a suspended coroutine, the outermost first."""
    while awaited is not None:
        frame, awaited = _frame_and_next(awaited)
        if frame is not None and BOT in frame.f_code.co_filename:
            yield f"{frame.f_code.co_filename.rpartition(BOT)[2]}:{frame.f_lineno} {frame.f_code.co_name}"


def _frame_and_next(awaited: Any) -> tuple[Any, Any]:
    """Return the frame of something awaited, and what it awaits itself; None if that cannot be known."""
    for frame, following in (("cr_frame", "cr_await"), ("gi_frame", "gi_yieldfrom"), ("ag_frame", "ag_await")):
        if hasattr(awaited, frame):
            return getattr(awaited, frame), getattr(awaited, following)
    # A step of an asynchronous generator names its generator to the garbage collector alone.
    return None, next((one for one in gc.get_referents(awaited) if hasattr(one, "ag_frame")), None)
