"""A lock on the storage's folder, for one process at a time; it ends with the process, however that ends."""

import contextlib
import fcntl
import logging
import os
from collections.abc import Iterator
from pathlib import Path

from assistant.storage.errors import StorageInUse

LOCK = "lock"
"""The empty file that is locked; its existence means nothing."""

_log = logging.getLogger(__name__)


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder's lock for as long as the block lasts.

    Raises:
        StorageInUse: another process holds it.
        OSError: its file cannot be opened.
    """
    # Programs that this one starts do not inherit the descriptor, so none of them keeps the lock after its end.
    descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StorageInUse(
                f"Another Eyeglass is using storage.path ({folder}): stop it first, or give this one another folder."
            ) from None
        except OSError as error:  # Some network file systems know no such locks.
            _log.warning(
                "storage.path: %s cannot be locked (%s): make sure that only one Eyeglass uses it", folder, error
            )
        yield
    finally:
        os.close(descriptor)
