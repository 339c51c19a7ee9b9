"""Retention: delete data on /forget and by age, from the disk too."""

import asyncio
import contextlib
import logging
import math
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterable
from itertools import chain
from pathlib import Path

from assistant.clock import Clock
from assistant.storage import BACKUPS, FOLDER, Database, Deleted, Deletion

PAUSE = 3600.0
"""The seconds between two sweeps."""

FRESH = 3600.0
"""The seconds for which a file that no picture names is left alone: it may be on its way into the database."""

_log = logging.getLogger(__name__)


class Retention:
    """Delete rows together with their files. `folder` is the storage's."""

    def __init__(self, database: Database, folder: Path, keep_seconds: float, clock: Clock | None = None) -> None:
        self._forgetting = Deletion(database)
        self._folder = folder
        self._keep_seconds = keep_seconds
        self._clock = clock or Clock()
        self._trusted = True

    async def count(self, chat: int) -> tuple[int, int]:
        """Return how many pictures and answers of a chat are kept."""
        return await self._forgetting.count(chat)

    async def forget(self, chat: int, update_id: int) -> Deleted:
        """Delete a chat's pictures, turns and the updates before this one.

        The copies are deleted first: after a crash at any point, a second call deletes the
        rest. The backups from before a migration are deleted too: they may hold the same.

        Raises:
            OSError, sqlite3.Error: not everything is deleted.
        """
        await self._delete_copies(chat, await self._forgetting.copies(chat))
        forgotten = await self._forgetting.chat(chat, update_id)
        await self._delete_copies(chat, forgotten.files)
        return forgotten

    async def erase(self) -> bool:
        """Overwrite deleted data, so that no byte stays on the disk; return False while another program reads it."""
        return await self._forgetting.scrub()

    async def _delete_copies(self, chat: int, names: Iterable[str]) -> None:
        pictures = self._folder / FOLDER
        named = [pictures / Path(name).name for name in names]
        # A copy that a cancelled question left behind is named by nothing but its chat.
        await asyncio.to_thread(_delete, chain(named, pictures.glob(f"{chat}_*"), self._folder.glob(BACKUPS)))

    async def sweep(self, now: float) -> int:
        """Delete what is too old at `now` (seconds since 1970); return the number of pictures deleted."""
        pictures = 0
        if self._keep_seconds:
            pictures = await self._forgetting.older_than(now - self._keep_seconds)
            await asyncio.to_thread(_delete, self._folder.glob(BACKUPS), now - self._keep_seconds)
        await self.delete_loose(now - FRESH)
        return pictures

    async def delete_loose(self, before: float = math.inf) -> None:
        """Delete the copies that no picture names, if they were written before a moment (seconds since 1970).

        At the start, when nothing is on its way into the database, these are all left by a killed run.
        """
        needed = await self._forgetting.files()
        loose = (file for file in (self._folder / FOLDER).glob("*") if file.name not in needed)
        await asyncio.to_thread(_delete, loose, before)

    async def keep_sweeping(self, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        """Sweep now and every hour, until cancelled; delete nothing by a clock that may be wrong."""
        while True:
            try:
                await self._sweep_by_the_clock()
            except (OSError, sqlite3.Error) as error:
                _log.warning("what is too old could not be deleted, and is tried again in an hour: %s", error)
            await sleep(PAUSE)

    async def _sweep_by_the_clock(self) -> None:
        trusted_before, self._trusted = self._trusted, self._clock.proves_right(await self._forgetting.newest())
        if self._trusted:
            if pictures := await self.sweep(self._clock.now()):
                _log.info("%d pictures were too old and are deleted", pictures)
        elif trusted_before:
            _log.warning(
                "the clock says %s, more than a day away from what was known: nothing is deleted by its age until the "
                "clock has gone right for an hour; set it if it is wrong",
                time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(self._clock.now())),
            )


def _delete(files: Iterable[Path], before: float = math.inf) -> None:
    """Delete the files that were last written before a moment, in seconds since 1970."""
    for file in files:
        with contextlib.suppress(FileNotFoundError):
            if file.stat().st_mtime < before:
                file.unlink()
