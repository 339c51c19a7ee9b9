"""Fetch files from Telegram, and add them to the library of pictures."""

from collections.abc import Awaitable, Callable

from telegram import Bot

from assistant.pictures.documents import File, Wanted
from assistant.pictures.library import Library
from assistant.settings.settings import Settings
from assistant.storage import FOLDER, Picture, Pictures
from bot.attachments import Attachment
from bot.incoming.downloads import MOST_WAIT, Downloads


class Media:
    """Fetch the files that one question needs into `library`, which keeps them under `storage.path`/pictures.

    `waiting` is called once if an outage of Telegram takes long; it is waited out for `most_wait` seconds.
    """

    def __init__(
        self,
        bot: Bot,
        settings: Settings,
        pictures: Pictures,
        *,
        waiting: Callable[[], Awaitable[None]] | None = None,
        most_wait: float = MOST_WAIT,
    ) -> None:
        self.library = Library(settings.storage.path / FOLDER, pictures, self._refetch)
        telegram = settings.telegram
        self._downloads = Downloads(
            bot,
            telegram.timeout_seconds,
            self.library.is_whole,
            waiting,
            most_bytes=telegram.most_bytes,
            local_files=telegram.server_folder,
            most_wait=most_wait,
        )

    async def receive(self, attachment: Attachment) -> Picture:
        """Fetch, check, keep and remember a photo or a preview: one picture.

        Raises:
            As `take_in`.
        """
        (picture,) = await self.take_in(attachment, [1])
        return picture

    async def take_in(self, attachment: Attachment, wanted: Wanted) -> list[Picture]:
        """Fetch, check, keep and remember the one picture of a file, or those of its pages that are wanted.

        Raises:
            FileTooBig: it has too many bytes (which may be known before anything is fetched).
            FetchFailed: Telegram did not return it.
            DocumentRefused, PictureRejected: it cannot be looked at.
            OSError: a copy could not be written.
            What `wanted` raises.
        """
        file = await self._downloads.fetch(attachment.file_id, attachment.chat, attachment.size)
        return await self.library.take_in(file, attachment, wanted)

    async def _refetch(self, picture: Picture) -> File:
        return await self._downloads.fetch(picture.file_id, picture.chat)
