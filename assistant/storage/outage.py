"""Outages of the storage that pass by themselves: a full disk, a database that another program holds."""

import asyncio
import errno
import logging
import sqlite3
from collections.abc import Awaitable, Callable
from typing import TypeVar

from assistant.storage.errors import primary_code

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
"""The seconds between two attempts: the pauses double."""

PASSING = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY,
    }
)
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
PASSING_FILES = FULL | {errno.EACCES, errno.EIO, errno.EMFILE, errno.ENFILE, errno.EPERM, errno.EROFS}

T = TypeVar("T")

_log = logging.getLogger(__name__)


def is_passing_outage(error: BaseException | None) -> bool:
    """Whether a retry may succeed once the disk has room, or the other program releases the database."""
    if isinstance(error, sqlite3.Error):
        return primary_code(error) in PASSING
    return isinstance(error, OSError) and error.errno in PASSING_FILES


def is_full(error: BaseException | None) -> bool:
    """Whether the disk is full."""
    if isinstance(error, sqlite3.Error):
        return primary_code(error) == sqlite3.SQLITE_FULL
    return isinstance(error, OSError) and error.errno in FULL


async def surely(work: Callable[[], Awaitable[T]], what: str) -> T:
    """Retry `work` until the storage takes it; `what` tells the log what waits.

    Raises:
        Exception: an error of `work` that no wait mends.
    """
    pause = FIRST_PAUSE
    while True:
        try:
            return await work()
        except (sqlite3.Error, OSError) as error:
            if not is_passing_outage(error):
                raise
            _log.error("the storage does not take it (%s), %s is tried again in %.0f s", error, what, pause)
        await asyncio.sleep(pause)
        pause = min(LONGEST_PAUSE, 2 * pause)
