"""Stop a program: by a signal, or because its model died."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator

from assistant.tasks import background, spawn
from model_service import ModelService

_log = logging.getLogger(__name__)


def stop_signal() -> asyncio.Event:
    """Return an event that SIGTERM or SIGINT sets; after the first one both signals have their default effect."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    signals = (signal.SIGTERM, signal.SIGINT)

    def on_signal() -> None:
        _log.info("stopping: running answers may end; another signal ends at once")
        stop.set()
        for number in signals:
            loop.remove_signal_handler(number)
            # Everything worth keeping is in the database, so the process may be killed at any moment.
            signal.signal(number, signal.SIG_DFL)

    for number in signals:
        loop.add_signal_handler(number, on_signal)
    return stop


class Stopped(Exception):
    """A program was told to stop before it was up."""


@contextlib.asynccontextmanager
async def ended_by(stop: asyncio.Event) -> AsyncIterator[None]:
    """Cancel the block if `stop` is set before its end.

    Raises:
        Stopped: it was.
    """

    async def expire() -> None:
        await stop.wait()
        scope.reschedule(asyncio.get_running_loop().time())

    try:
        async with asyncio.timeout(None) as scope, background(expire(), "end the start"):
            yield
    except TimeoutError:
        if not scope.expired():
            raise
        raise Stopped from None


async def until_end(model: ModelService, stop: asyncio.Event) -> None:
    """Wait until a program is told to stop.

    Raises:
        CheckpointError, EngineDead: the model cannot be used, or died.
    """
    died, stopped = spawn(model.died(), "wait for the engine's death"), spawn(stop.wait(), "wait for a signal")
    try:
        await asyncio.wait([died, stopped], return_when=asyncio.FIRST_COMPLETED)
        if died.done():
            raise died.result()
    finally:
        died.cancel()
        stopped.cancel()
