"""One slot an answer, between engine thread and event loop: pieces nobody fetched yet are merged, not queued."""

import asyncio
import threading
from collections.abc import AsyncIterator

from model_service.types import GenerationOutput


class OutputStream(AsyncIterator[GenerationOutput]):
    """Written from any thread, read by one task on `loop`.

    An output is the whole answer so far, so a newer one takes the place of an older one that nobody fetched: the slot
    never grows, and the reader sees the newest. What was put before the end is read before the end.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._lock = threading.Lock()
        self._news = asyncio.Event()
        self._output: GenerationOutput | None = None
        self._error: Exception | None = None
        self._ended = False

    def put(self, output: GenerationOutput) -> None:
        """Show a newer state of the answer. Nothing happens once the stream has ended."""
        self._write(output, ends=False)

    def end(self, output: GenerationOutput) -> None:
        """Show the last state of the answer."""
        self._write(output, ends=True)

    def fail(self, error: Exception) -> None:
        """End with an error, raised to the reader after what was put before."""
        self._write(None, ends=True, error=error)

    def __aiter__(self) -> "OutputStream":
        """Return itself: a stream is read once."""
        return self

    async def __anext__(self) -> GenerationOutput:
        """Wait for a state of the answer that was not seen yet."""
        while True:
            with self._lock:
                output, self._output = self._output, None
                if output is not None:
                    return output
                if self._ended:
                    error, self._error = self._error, None
                    raise error or StopAsyncIteration
            await self._news.wait()
            self._news.clear()

    def _write(self, output: GenerationOutput | None, *, ends: bool, error: Exception | None = None) -> None:
        with self._lock:
            if self._ended:
                return
            # A filled slot means that the reader was woken for it and has not come yet.
            wake = self._output is None
            self._output = output or self._output
            self._error = error
            self._ended = ends
        if wake:
            self._wake()

    def _wake(self) -> None:
        try:
            self._loop.call_soon_threadsafe(self._news.set)
        except RuntimeError:
            if not self._loop.is_closed():
                raise
