"""A backup of all that is kept, in one file; a bot may run meanwhile."""

import contextlib
import os
import sqlite3
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from assistant.storage.archive import LIST, Entry, Listing, copy_digest, is_copy
from assistant.storage.conversations import FIRST_CHAT
from assistant.storage.database import BUSY_MILLISECONDS, FILE, FOLDER
from assistant.storage.errors import StorageError, damaged, storage_error
from model_service import sync

PRIVATE = 0o600


def back_up_all(folder: Path, file: Path, program: str) -> Listing:
    """Write all that is kept in `folder` to `file`, durably, and return what was written.

    It is the state of one moment: what is written meanwhile is not in it. `file` is replaced when the new one is
    complete, if it was a backup before. `program` is this program's version.

    Raises:
        StorageError: there is nothing to back up, the database is damaged, or the file cannot be written.
    """
    if not (folder / FILE).is_file():
        raise StorageError(f"storage.path: there is nothing to back up in {folder}.")
    _check_target(folder, file)
    try:
        with _temporary(file) as torn, TemporaryDirectory(prefix=f".{file.name}.", dir=file.parent) as beside:
            snapshot = Path(beside) / FILE
            version = _snapshot(folder / FILE, snapshot)
            if not version:
                raise StorageError(f"storage.path: there is nothing to back up in {folder}.")
            with zipfile.ZipFile(torn, "w", zipfile.ZIP_STORED) as archive:
                listing = _write(archive, folder, snapshot, version, program)
            sync(torn)
            torn.replace(file)
        sync(file.parent)
    except OSError as error:
        raise StorageError(f"{file} cannot be written: {error}.") from None
    return listing


def _check_target(folder: Path, file: Path) -> None:
    if file.resolve().is_relative_to(folder.resolve()):
        raise StorageError(f"{file} lies in storage.path ({folder}): a backup belongs elsewhere, best on another disk.")
    if file.is_dir():
        raise StorageError(f"{file} is a folder: name the file to write.")
    if file.exists() and not is_backup(file):
        raise StorageError(f"{file} is there already, and no backup of Eyeglass: it is left alone.")


def is_backup(file: Path) -> bool:
    """Whether a file is a backup, whole or not."""
    try:
        with zipfile.ZipFile(file) as archive:
            return LIST in archive.namelist()
    except (OSError, zipfile.BadZipFile):
        return False


@contextlib.contextmanager
def _temporary(file: Path) -> Iterator[Path]:
    """Make a file beside `file` that only this user can read, and delete it if it is still there at the end."""
    torn = file.with_name(f".{file.name}.{os.getpid()}.part")
    os.close(os.open(torn, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, PRIVATE))
    try:
        yield torn
    finally:
        torn.unlink(missing_ok=True)


def _snapshot(source: Path, target: Path) -> int:
    """Copy a database as it is at one moment; return its version."""
    target.touch(PRIVATE)
    try:
        with (
            contextlib.closing(_open(source)) as running,
            contextlib.closing(sqlite3.connect(target, isolation_level=None)) as copy,
        ):
            running.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # One file, without a log beside it.
            found = str(copy.execute("PRAGMA integrity_check(1)").fetchone()[0])
            if found != "ok":
                raise damaged(source, found)
            return int(copy.execute("PRAGMA user_version").fetchone()[0])
    except sqlite3.Error as error:
        raise storage_error(error, source) from None


def _open(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.resolve().as_uri()}?mode=rw", uri=True, timeout=BUSY_MILLISECONDS / 1000)


def _write(archive: zipfile.ZipFile, folder: Path, snapshot: Path, version: int, program: str) -> Listing:
    files = {FILE: _add(archive, FILE, snapshot, zipfile.ZIP_DEFLATED)}
    names, missing = copies_in(snapshot), 0
    for name in sorted(names):
        try:
            files[f"{FOLDER}/{name}"] = _add(archive, f"{FOLDER}/{name}", folder / FOLDER / name)
        except FileNotFoundError:
            missing += 1
    listing = Listing(time.time(), program, version, missing, files)
    archive.writestr(LIST, listing.dump(), zipfile.ZIP_DEFLATED)
    return listing


def _add(archive: zipfile.ZipFile, name: str, file: Path, compression: int = zipfile.ZIP_STORED) -> Entry:
    with file.open("rb") as source:
        info = zipfile.ZipInfo(name, time.localtime()[:6])
        info.compress_type, info.external_attr = compression, PRIVATE << 16
        with archive.open(info, "w", force_zip64=True) as target:
            return copy_digest(source, target)  # type: ignore[arg-type]


def copies_in(database: Path) -> set[str]:
    """Return the names of the files in the folder of pictures that a database knows.

    Raises:
        StorageError: one of them would lead to another folder.
    """
    with contextlib.closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA trusted_schema = OFF")
        copies = {Path(row[0]).name for row in connection.execute("SELECT path FROM pictures")}
        # A file that was sent on the page lies there too.
        files = connection.execute("SELECT file_id FROM pictures WHERE chat >= ? AND file_id <> ''", (FIRST_CHAT,))
        names = copies | {str(row[0]) for row in files}
    if strange := [name for name in names if not is_copy(name)]:
        raise StorageError(f"The database names a picture {strange[0]!r}, which is no file of Eyeglass's.")
    return names
