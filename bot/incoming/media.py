"""Fetch files from Telegram, and add them to the library of pictures."""

import contextlib
from collections.abc import Awaitable, Callable

from telegram import Bot

from assistant.pictures.library import Library
from assistant.pictures.normalize import Marked
from assistant.settings.settings import Settings
from assistant.storage import FOLDER, Picture, Pictures
from bot.attachments import Attachment
from bot.incoming.bodies import MOST_BYTES
from bot.incoming.downloads import MOST_WAIT, Downloads
from model_service import PictureFault, PictureRejected


class Media:
    """Fetch the files that one question needs into `library`, which keeps them under `storage.path`/pictures.

    `marked` makes a block in which a picture is decoded, so that a crash can be blamed on it. `waiting` is called once
    if an outage of Telegram takes long; it is waited out for `most_wait` seconds.
    """

    def __init__(
        self,
        bot: Bot,
        settings: Settings,
        pictures: Pictures,
        marked: Marked = contextlib.nullcontext,
        *,
        waiting: Callable[[], Awaitable[None]] | None = None,
        most_wait: float = MOST_WAIT,
    ) -> None:
        self.library = Library(settings.storage.path / FOLDER, pictures, self._refetch, marked)
        timeout = settings.telegram.timeout_seconds
        self._downloads = Downloads(bot, timeout, self.library.is_whole, waiting, most_wait=most_wait)

    async def receive(self, attachment: Attachment) -> Picture:
        """Fetch, check, keep and remember a picture.

        Raises:
            PictureRejected: it cannot be looked at (TOO_MANY_BYTES is known before anything is fetched).
            FetchFailed: Telegram did not return it.
            OSError: its copy could not be written.
        """
        return await self.library.add(await self.fetch(attachment), attachment)

    async def fetch(self, attachment: Attachment) -> bytes:
        """Return the file itself.

        Raises:
            PictureRejected, FetchFailed: as for `receive`.
        """
        if attachment.size is not None and attachment.size > MOST_BYTES:
            raise PictureRejected(PictureFault.TOO_MANY_BYTES, f"{attachment.size} bytes")
        return await self._downloads.fetch(attachment.file_id, attachment.chat, attachment.size)

    async def _refetch(self, picture: Picture) -> bytes:
        return await self._downloads.fetch(picture.file_id, picture.chat)
