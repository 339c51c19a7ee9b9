"""Record the updates in the hands of native code, in a file that outlives the process: one of them killed it."""

import contextlib
import os
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

FILE = "at_work"
PAGE = 4096
"""The bytes of the file: one page of memory is written whole or not at all, whenever the process is killed."""


@dataclass(frozen=True, slots=True)
class Mark:
    """An update whose picture is being decoded, or whose answer is being written. `ready`: the model was loaded."""

    update_id: int
    ready: bool


class AtWork:
    """Marks of running work, kept by the kernel when the process is killed; a power cut may lose them.

    Decoders and engines run in this process, so a crash of one of them kills the bot. A mark costs microseconds, may be
    set by any thread, and never fails.
    """

    def __init__(self, folder: Path, is_ready: Callable[[], bool]) -> None:
        """Open the file in `folder`; `left` then holds the marks of the process before.

        `is_ready` says whether the model is loaded: without it the end of the process is no update's fault.

        Raises:
            OSError: the file cannot be written.
        """
        self._is_ready = is_ready
        self._lock = threading.Lock()
        self._decoding: Counter[Mark] = Counter()
        self._turns: frozenset[Mark] = frozenset()
        self._forgiving = False
        self._descriptor = os.open(folder / FILE, os.O_RDWR | os.O_CREAT, 0o600)
        self.left = _read(os.pread(self._descriptor, PAGE, 0))
        self._write()

    def close(self) -> None:
        """Close the file; the marks stay."""
        with self._lock:
            os.close(self._descriptor)
            self._descriptor = -1

    @contextlib.contextmanager
    def marked(self, update_id: int) -> Iterator[None]:
        """Mark an update for as long as the block lasts."""
        mark = Mark(update_id, self._is_ready())
        self._change(mark, 1)
        try:
            yield
        finally:
            self._change(mark, -1)

    def turn(self, update_ids: Iterable[int]) -> None:
        """Mark the updates that the model works on from now on; none: the turn ended well."""
        with self._lock:
            self._turns = frozenset(Mark(update_id, ready=True) for update_id in update_ids)
            self._write()

    def forgive(self) -> None:
        """Mark nothing from now on: the process is about to end on purpose."""
        with self._lock:
            self._forgiving = True
            self._write()

    def _change(self, mark: Mark, by: int) -> None:
        with self._lock:
            self._decoding += Counter({mark: by})  # One that comes to nothing is let go.
            self._write()

    def _write(self) -> None:
        marks = [*self._decoding, *self._turns]
        lines = "".join(f"{mark.update_id} {int(mark.ready)}\n" for mark in marks if not self._forgiving)
        with contextlib.suppress(OSError):
            os.pwrite(self._descriptor, lines.encode()[:PAGE].ljust(PAGE, b"\n"), 0)


def _read(data: bytes) -> tuple[Mark, ...]:
    words = (line.split() for line in data.decode("ascii", "replace").splitlines())
    return tuple(
        Mark(int(line[0]), line[1] == "1")
        for line in words
        if len(line) == 2 and line[0].isascii() and line[0].isdigit()
    )
