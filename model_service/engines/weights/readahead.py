"""Reading files ahead of whoever goes through them by mapping."""

import threading
from pathlib import Path
from types import TracebackType

CHUNK = 16 * 1024**2

AHEAD = 1024**3
"""Bytes that are read before they are asked for: more might be dropped from a small host's memory before their use."""


class ReadAhead:
    """Reads files from first to last in a thread of its own, into the system's page cache.

    A mapping is fetched page by page as it is touched, which uses a fraction of a disk and lets a GPU wait; of what was
    read before, nothing is left to be fetched. The thread ends with the `with` block.
    """

    def __init__(self, files: list[Path]) -> None:
        self.read = 0
        self._files = files
        self._asked, self._over = 0, False
        self._error: OSError | None = None
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="read-ahead", daemon=True)

    def __enter__(self) -> "ReadAhead":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._changed:
            self._over = True
            self._changed.notify_all()
        self._thread.join()

    def await_next(self, count: int) -> None:
        """Wait until the next `count` bytes are read; what is behind those asked for before has been gone through.

        Raises:
            OSError: they cannot be.
        """
        with self._changed:
            self._asked += count
            self._changed.notify_all()
            self._changed.wait_for(lambda: self.read >= self._asked or self._over)
            if self.read < self._asked:
                raise self._error or OSError("it ends too early")

    def _run(self) -> None:
        try:
            buffer = bytearray(CHUNK)
            for file in self._files:
                with file.open("rb", buffering=0) as opened:
                    while self._may_go_on() and (count := opened.readinto(buffer)):
                        self._has_read(count)
        except OSError as error:
            self._error = error
        with self._changed:
            self._over = True
            self._changed.notify_all()

    def _may_go_on(self) -> bool:
        """Whether anybody still wants it, once the next chunk is not too far ahead."""
        with self._changed:
            self._changed.wait_for(lambda: self.read < self._asked + AHEAD or self._over)
            return not self._over

    def _has_read(self, count: int) -> None:
        with self._changed:
            self.read += count
            self._changed.notify_all()
