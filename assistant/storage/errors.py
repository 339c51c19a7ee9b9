"""Errors of the storage: each is one sentence for the owner, with what to do."""

import errno
import sqlite3
from pathlib import Path

_DAMAGED = (
    "the database {file} is damaged ({error}): stop Eyeglass and keep the file, with those named {name}-wal and "
    "{name}-shm; then put a backup in their place, or move them away to begin with an empty database"
)
_LOCKED = "another program holds the database {file} ({error}): close that program, then start Eyeglass again"
_FULL = "there is no room for the database {file} ({error}): free some space, then start Eyeglass again"
_BROKEN = "the disk fails under the database {file} ({error}): look at the disk, then start Eyeglass again"
_FORBIDDEN = (
    "the database {file} cannot be written ({error}): see to its permissions, and whether its disk is read-only"
)
_OTHER = "{file} cannot be used: {error}"

_BY_CODE = {
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_PROTOCOL: _LOCKED,
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_IOERR: _BROKEN,
    sqlite3.SQLITE_READONLY: _FORBIDDEN,
    sqlite3.SQLITE_CANTOPEN: _FORBIDDEN,
    sqlite3.SQLITE_PERM: _FORBIDDEN,
    sqlite3.SQLITE_AUTH: _FORBIDDEN,
}
"""The meaning of SQLite's primary codes to the owner; the others are mistakes of the program."""

_BY_ERRNO = {errno.ENOSPC: _FULL, errno.EDQUOT: _FULL, errno.EIO: _BROKEN, errno.EROFS: _FORBIDDEN}


class StorageError(Exception):
    """The storage cannot be used; the text is one sentence for the owner."""


class StorageInUse(StorageError):
    """Another process has opened this storage."""


def is_outage(error: sqlite3.Error) -> bool:
    """Whether the database, its disk or another program is at fault, and not the statement."""
    return primary_code(error) in _BY_CODE


def storage_error(error: OSError | sqlite3.Error, file: Path) -> StorageError:
    """Explain an error of the database in `file`, and what to do."""
    if isinstance(error, sqlite3.Error):
        sentence = _BY_CODE.get(primary_code(error), _OTHER)
    else:
        sentence = _BY_ERRNO.get(error.errno or 0, _OTHER)
    return StorageError("storage.path: " + sentence.format(file=file, name=file.name, error=error) + ".")


def damaged(file: Path, found: str) -> StorageError:
    """Return the error for a damaged `file`."""
    return StorageError("storage.path: " + _DAMAGED.format(file=file, name=file.name, error=found) + ".")


def primary_code(error: sqlite3.Error) -> int:
    """Return SQLite's primary code: its extended codes have more in the higher bits. 0 if the error is not SQLite's."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF
