"""An interruption between a copy and its row leaves neither."""

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from assistant.settings.settings import Settings
from assistant.storage import NewPicture, Picture, Pictures
from assistant.tasks import spawn
from bot.attachments import Attachment
from bot.incoming.media import Media
from tests.bot.samples import picture

PHOTO = Attachment("photo", 5, 1, None, "f", "u", None)


class Rows:
    """A table in which nothing can be written down."""

    def __init__(self, error: Exception | None) -> None:
        self.error = error
        self.asked = asyncio.Event()

    async def add(self, new: NewPicture) -> Picture:
        """Fail, or never return."""
        self.asked.set()
        if self.error is not None:
            raise self.error
        await asyncio.Event().wait()
        raise AssertionError


def media(folder: Path, rows: Rows) -> Media:
    """Media that need no Telegram."""
    settings = Settings.model_validate({"storage": {"path": folder}})
    made = Media(cast(Any, SimpleNamespace()), settings, cast(Pictures, rows))

    async def fetch(*_: object) -> bytes:
        return picture()

    made._downloads.fetch = fetch  # type: ignore[assignment,method-assign]
    return made


def left(folder: Path) -> list[Path]:
    """Return the files there are."""
    return [file for file in folder.rglob("*") if file.is_file()]


async def test_who_is_cancelled_before_the_row_is_there_leaves_no_copy(tmp_path: Path) -> None:
    """/forget would not know of it."""
    rows = Rows(None)
    receiving = spawn(media(tmp_path, rows).receive(PHOTO), "receive")
    await rows.asked.wait()
    assert len(left(tmp_path)) == 1
    receiving.cancel()
    await asyncio.wait([receiving])
    assert left(tmp_path) == []


async def test_a_row_that_cannot_be_written_leaves_no_copy(tmp_path: Path) -> None:
    """The error goes on."""
    with pytest.raises(OSError, match="full"):
        await media(tmp_path, Rows(OSError("full"))).receive(PHOTO)
    assert left(tmp_path) == []
