"""Copies of pictures on the disk: written atomically and durably, and verified by their digest."""

import asyncio
import contextlib
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from assistant.pictures.threads import to_the_end
from model_service import sync

DIGEST_BYTES = 16


@dataclass(frozen=True, slots=True)
class Copy:
    """The content of a copy, and its digest, by which it is verified."""

    data: bytes
    digest: str


@dataclass(frozen=True, slots=True)
class Copies:
    """The files in one folder."""

    folder: Path

    async def read(self, name: str) -> Copy:
        """Return a copy; without content if it is gone or cannot be read."""
        return await asyncio.to_thread(_read, self.folder / name)

    async def keep(self, name: str, data: bytes) -> str:
        """Write a copy, durably: once this returns it survives a power cut. Cancelled or failed, it leaves no file.

        Return its digest.

        Raises:
            OSError: there is no room, or the folder cannot be written.
        """
        try:
            return await to_the_end(None, self._write, name, data)
        except asyncio.CancelledError:
            self.drop(name)
            raise

    def drop(self, name: str) -> None:
        """Delete a copy, if there is one. It never awaits, so no second cancellation can leave the file behind."""
        with contextlib.suppress(OSError):
            (self.folder / name).unlink()

    def _write(self, name: str, data: bytes) -> str:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        torn = self.folder / f"{name}.{uuid4().hex}.part"
        try:
            with open(os.open(torn, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:  # noqa: PTH123
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            torn.replace(self.folder / name)
        except BaseException:
            torn.unlink(missing_ok=True)
            raise
        with contextlib.suppress(OSError):  # Not every file system syncs a folder.
            sync(self.folder)
        return digest_of(data)


def _read(path: Path) -> Copy:
    try:
        data = path.read_bytes()
    except OSError:
        data = b""
    return Copy(data, digest_of(data))


def name_of(chat: int, suffix: str) -> str:
    """Return a new name for a copy; it begins with the chat, so that a chat's copies are found without the database."""
    return f"{chat}_{uuid4().hex}.{suffix}"


def digest_of(data: bytes) -> str:
    """Return the digest by which a copy is verified."""
    return hashlib.blake2b(data, digest_size=DIGEST_BYTES).hexdigest()
