"""Put a backup in the place of what is kept: all of it is checked before anything is replaced."""

import contextlib
import os
import shutil
import sqlite3
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from assistant.storage.archive import Listing, copy_digest, read_listing
from assistant.storage.backup import PRIVATE, copies_in
from assistant.storage.database import FILE, FOLDER, RESTORING, migrations
from assistant.storage.errors import StorageError
from assistant.storage.lock import LOCK, locked
from model_service import sync

NEW = "restore.new"
"""The folder in storage.path in which a backup is unpacked."""

FORMER = "restore.former"
"""The folder in storage.path in which what was kept lies until the backup is in its place."""

KEPT = (f"{FILE}-wal", f"{FILE}-shm", FILE, FOLDER)
"""What a backup takes the place of."""

MARKS = "at_work"
"""What the process before died of: its numbers are of another time."""

SPARE = 64 * 1024 * 1024
"""Bytes that stay free."""


def restore_all(folder: Path, file: Path, *, replace: bool = False) -> Listing:
    """Put a backup into `folder`, and return what it says of itself.

    Nothing changes before all of it is unpacked and checked. What is in the folder stays, unless `replace` is true.
    Broken off in between, it is to be called again: until then the folder is not opened (`open_database`), and what was
    there lies in FORMER.

    Raises:
        StorageError: the backup is damaged, or newer than this program; the folder is in use (`StorageInUse`), is not
            empty, or cannot be written.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            listing = read_listing(archive, file)
            known = len(migrations())
            if not 0 < listing.database <= known:
                raise StorageError(
                    f"{file} was made by a newer Eyeglass ({listing.program}; its database is of version "
                    f"{listing.database}, this one knows versions up to {known}): install that one."
                )
            if not folder.is_dir():
                folder.mkdir(mode=0o700, parents=True)
            with locked(folder):
                _check_empty(folder, replace)
                _check_room(folder, listing)
                with _folder(folder / NEW) as new:
                    _unpack(archive, listing, new)
                    _check(new / FILE, listing)
                    _belong_as(folder, new)
                    _exchange(folder, new)
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, RuntimeError, UnicodeError) as error:
        raise StorageError(f"{file} is damaged, or no backup of Eyeglass ({error}).") from None
    except sqlite3.Error as error:
        raise StorageError(f"{file} is damaged: its database cannot be read ({error}).") from None
    except OSError as error:
        raise StorageError(f"{file} cannot be restored: {error}.") from None
    return listing


def _check_empty(folder: Path, replace: bool) -> None:
    pictures = folder / FOLDER
    used = (folder / FILE).exists() or (pictures.is_dir() and any(pictures.iterdir()))
    if used and not replace and not (folder / RESTORING).exists():
        raise StorageError(
            f"storage.path: {folder} is not empty. To have the backup in the place of what is there, add --replace."
        )


def _check_room(folder: Path, listing: Listing) -> None:
    free = shutil.disk_usage(folder).free
    if free < listing.size + SPARE:
        raise StorageError(
            f"storage.path: there is no room in {folder}: {(listing.size + SPARE) / 1e6:.0f} MB are needed, "
            f"{free / 1e6:.0f} MB are free."
        )


@contextlib.contextmanager
def _folder(path: Path) -> Iterator[Path]:
    """Make an empty folder that only this user can read, and delete it at the end."""
    _delete(path)
    path.mkdir(mode=0o700)
    try:
        yield path
    finally:
        _delete(path)


def _delete(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _unpack(archive: zipfile.ZipFile, listing: Listing, new: Path) -> None:
    """Unpack what the list names, by names that were checked, and compare each file with its digest."""
    (new / FOLDER).mkdir(mode=0o700)
    for name, entry in listing.files.items():
        made = os.open(new / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
        with open(made, "wb") as target, archive.open(name) as source:  # noqa: PTH123
            found = copy_digest(source, target, entry.size)  # type: ignore[arg-type]
            target.flush()
            os.fsync(target.fileno())
        if found != entry:
            raise StorageError(f"The backup is damaged: {name} is not what it was.")
    sync(new / FOLDER)
    sync(new)


def _check(database: Path, listing: Listing) -> None:
    """Check that a database is whole, of the version that was said, and names only files of its own folder."""
    with contextlib.closing(sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        connection.execute("PRAGMA trusted_schema = OFF")
        found = str(connection.execute("PRAGMA integrity_check(1)").fetchone()[0])
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if found != "ok" or version != listing.database:
        raise StorageError(f"The backup is damaged: its database is not what it was ({found}, version {version}).")
    copies_in(database)


def _belong_as(folder: Path, new: Path) -> None:
    """Where root restores, have the files belong to whoever owns the folder: the bot is not root."""
    if os.geteuid() == 0:
        owner = folder.stat()
        for path in (new, folder / LOCK, *new.rglob("*")):
            os.chown(path, owner.st_uid, owner.st_gid)


def _exchange(folder: Path, new: Path) -> None:
    """Exchange what is kept; wherever that ends, a second restore does the rest, and no bot begins with nothing."""
    former = folder / FORMER
    if not (folder / RESTORING).exists():
        _delete(former)
        former.mkdir(mode=0o700)
        (folder / RESTORING).touch(PRIVATE)
        sync(folder)
    for name in KEPT:  # In `former` already: what is in the place is of a restore that was broken off.
        if (former / name).exists():
            _delete(folder / name)
        elif (folder / name).exists():
            (folder / name).rename(former / name)
    (new / FOLDER).rename(folder / FOLDER)
    (new / FILE).rename(folder / FILE)
    _delete(folder / MARKS)
    sync(folder)
    (folder / RESTORING).unlink()
    sync(folder)
    _delete(former)
