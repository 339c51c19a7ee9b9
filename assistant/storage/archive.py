"""The form of a backup: a ZIP file of the database, the copies of pictures, and a list of both with digests."""

import hashlib
import json
import re
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from assistant.storage.database import FILE, FOLDER
from assistant.storage.errors import StorageError

FORMAT = 1
LIST = "eyeglass-backup.json"
"""The list's name in the file: it tells a backup from other ZIP files."""

MOST_LIST = 64 * 1024 * 1024
"""The longest list that is read, in bytes: that of some 500,000 pictures."""

PIECE = 1024 * 1024

COPY = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,199}")
"""The names of copies: they lead to no other folder."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in a backup: its bytes, and their SHA-256 in hexadecimal."""

    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class Listing:
    """What a backup says of itself.

    `made_at` is in seconds since 1970, `program` Eyeglass's version, `database` that of the database. `missing` counts
    copies that were not there when it was made; Telegram is asked for them when somebody asks about the picture.
    """

    made_at: float
    program: str
    database: int
    missing: int
    files: Mapping[str, Entry]

    @property
    def size(self) -> int:
        """The bytes of all files."""
        return sum(entry.size for entry in self.files.values())

    def dump(self) -> str:
        """Return it as JSON."""
        return json.dumps({"format": FORMAT, **asdict(self)})


def is_copy(name: str) -> bool:
    """Whether a name may be a copy's."""
    return COPY.fullmatch(name) is not None


def copy_digest(source: BinaryIO, target: BinaryIO, most: int | None = None) -> Entry:
    """Copy a file, and return what it was.

    Raises:
        StorageError: it has more than `most` bytes.
    """
    digest, size = hashlib.sha256(), 0
    while piece := source.read(PIECE):
        size += len(piece)
        if most is not None and size > most:
            raise StorageError("The backup is damaged: a file in it is longer than its list says.")
        digest.update(piece)
        target.write(piece)
    return Entry(size, digest.hexdigest())


def read_listing(archive: zipfile.ZipFile, file: Path) -> Listing:
    """Return what a backup says of itself, if that is all that is in it.

    Raises:
        StorageError: it is none, or damaged, or made by a newer program.
    """
    names = archive.namelist()
    if LIST not in names:
        raise StorageError(f"{file} is no backup of Eyeglass.")
    try:
        with archive.open(LIST) as opened:
            said = json.loads(opened.read(MOST_LIST + 1)[:MOST_LIST])
        if said["format"] > FORMAT:
            raise StorageError(f"{file} was made by a newer Eyeglass ({said['program']}): install that one.")
        listing = _listing(said)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        raise StorageError(f"{file} is damaged: its list cannot be read.") from None
    inside = sorted(name for name in names if name != LIST)
    if inside != sorted(listing.files) or len(names) != len(set(names)):
        raise StorageError(f"{file} is damaged: its list does not name what is in it.")
    for name in listing.files:
        folder, _, copy = name.partition("/")
        if name != FILE and not (folder == FOLDER and is_copy(copy)):
            raise StorageError(f"{file} is damaged, or not Eyeglass's: it holds a file called {name!r}.")
    if FILE not in listing.files:
        raise StorageError(f"{file} is damaged: the database is not in it.")
    return listing


def _listing(said: Mapping[str, Any]) -> Listing:
    files = {str(name): Entry(int(entry["size"]), str(entry["digest"])) for name, entry in said["files"].items()}
    if any(entry.size < 0 for entry in files.values()):
        raise ValueError("sizes")
    return Listing(float(said["made_at"]), str(said["program"]), int(said["database"]), int(said["missing"]), files)
