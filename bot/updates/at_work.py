"""Record the updates that the model works on, in a file that outlives the process: one of them killed it."""

import contextlib
import os
import threading
from collections.abc import Iterable
from pathlib import Path

FILE = "at_work"
PAGE = 4096
"""The bytes of the file: one page of memory is written whole or not at all, whenever the process is killed."""


class AtWork:
    """The numbers of updates at work, kept by the kernel when the process is killed; a power cut may lose them.

    An engine runs in this process, so a crash of it kills the bot. A mark costs microseconds, may be set by any thread,
    and never fails.
    """

    def __init__(self, folder: Path) -> None:
        """Open the file in `folder`; `left` then holds the marks of the process before.

        Raises:
            OSError: the file cannot be written.
        """
        self._lock = threading.Lock()
        self._forgiving = False
        self._descriptor = os.open(folder / FILE, os.O_RDWR | os.O_CREAT, 0o600)
        self.left = _read(os.pread(self._descriptor, PAGE, 0))
        self._write(())

    def close(self) -> None:
        """Close the file; the marks stay."""
        with self._lock:
            os.close(self._descriptor)
            self._descriptor = -1

    def turn(self, update_ids: Iterable[int]) -> None:
        """Mark the updates that the model works on from now on; none: the turn ended well."""
        with self._lock:
            self._write(() if self._forgiving else update_ids)

    def forgive(self) -> None:
        """Mark nothing from now on: the process is about to end on purpose."""
        with self._lock:
            self._forgiving = True
            self._write(())

    def _write(self, update_ids: Iterable[int]) -> None:
        lines = "".join(f"{update_id}\n" for update_id in update_ids)
        with contextlib.suppress(OSError):
            os.pwrite(self._descriptor, lines.encode()[:PAGE].ljust(PAGE, b"\n"), 0)


def _read(data: bytes) -> tuple[int, ...]:
    lines = data[: data.rfind(b"\n") + 1].decode("ascii", "replace").splitlines()  # One that was cut is none.
    return tuple(int(line) for line in lines if line.isascii() and line.isdigit())
