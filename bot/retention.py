"""How long things are kept: /forget and old age delete them, from the disk too."""

import asyncio
import contextlib
import logging
import math
import sqlite3
import time
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

from bot.storage import BACKUPS, FOLDER, Database, Forgetting, Forgotten

PAUSE = 3600.0
"""Seconds between two looks for what is too old."""

FRESH = 3600.0
"""A file that no picture names is left alone for this many seconds: it may just be on its way into the database."""

_log = logging.getLogger(__name__)


class Retention:
    """Deletes rows together with the files that belong to them. `folder` is the storage's."""

    def __init__(self, database: Database, folder: Path, keep_seconds: float) -> None:
        self._forgetting = Forgetting(database)
        self._folder = folder
        self._keep_seconds = keep_seconds

    async def forget(self, chat: int, update_id: int) -> Forgotten:
        """Delete a chat's pictures, turns and unfinished updates up to this one.

        The backups from before a migration go too: they may hold the same.
        """
        forgotten = await self._forgetting.chat(chat, update_id)
        copies = [self._folder / FOLDER / Path(name).name for name in forgotten.files]
        await asyncio.to_thread(_delete, chain(copies, self._folder.glob(BACKUPS)))
        return forgotten

    async def sweep(self, now: float) -> int:
        """Delete what is too old at `now` (seconds since 1970); returns how many pictures that were."""
        pictures = 0
        if self._keep_seconds:
            pictures = await self._forgetting.older_than(now - self._keep_seconds)
            await asyncio.to_thread(_delete, self._folder.glob(BACKUPS), now - self._keep_seconds)
        needed = await self._forgetting.files()
        loose = (file for file in (self._folder / FOLDER).glob("*") if file.name not in needed)
        await asyncio.to_thread(_delete, loose, now - FRESH)
        return pictures

    async def keep_sweeping(self) -> None:
        """Sweep now and every hour, until cancelled."""
        while True:
            try:
                if pictures := await self.sweep(time.time()):
                    _log.info("%d pictures were too old and are deleted", pictures)
            except (OSError, sqlite3.Error) as error:
                _log.warning("what is too old could not be deleted, and is tried again in an hour: %s", error)
            await asyncio.sleep(PAUSE)


def _delete(files: Iterable[Path], before: float = math.inf) -> None:
    """Delete those that were last written before a moment, in seconds since 1970."""
    for file in files:
        with contextlib.suppress(FileNotFoundError):
            if file.stat().st_mtime < before:
                file.unlink()
