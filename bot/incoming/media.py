"""What was sent by Telegram becomes checked picture bytes, and a bounded copy on the disk."""

import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from telegram import Bot

from assistant.pictures.copies import Copies, digest_of, name_of
from assistant.pictures.normalize import Marked, check
from assistant.pictures.pdf import DocumentRefused, render_pages
from assistant.settings.settings import Settings
from assistant.storage import FOLDER, NewPicture, Picture, Pictures
from bot.incoming.attachments import Attachment
from bot.incoming.bodies import MOST_BYTES
from bot.incoming.downloads import MOST_WAIT, DownloadFailed, Downloads
from model_service import PictureFault, PictureRejected

PDF_BEGINS = b"%PDF-"
PDF_ENDS = b"%%EOF"
PDF_WITHIN = 1024
"""A PDF begins and ends within this many bytes of its file's first and last one."""

_log = logging.getLogger(__name__)


class Media:
    """Fetches pictures and keeps their copies under `storage.path`/pictures. One for each question.

    `marked` makes a block in which a picture is decoded, so that it is known what the process died of. `waiting` is
    called once if an outage of Telegram's takes long; for `most_wait` seconds it is waited out.
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
        timeout = settings.telegram.timeout_seconds
        self._marked = marked
        self._downloads = Downloads(bot, timeout, self._is_whole, waiting, most_wait=most_wait)
        self._copies = Copies(settings.storage.path / FOLDER)
        self._pictures = pictures

    async def receive(self, attachment: Attachment) -> Picture:
        """Fetch, check, keep and remember a picture.

        Raises:
            PictureRejected: it cannot be looked at (TOO_MANY_BYTES is known before anything is fetched).
            DownloadFailed: Telegram did not hand it out.
            OSError: its copy could not be written.
        """
        return await self._remembered(await self.fetch(attachment), attachment)

    async def pages(self, document: Attachment, data: bytes, numbers: Sequence[int]) -> list[Picture]:
        """Render, keep and remember those pages of a document, which holds `data`, that exist.

        Raises:
            DocumentRefused: it cannot be opened.
            PictureRejected: a page cannot be looked at.
            OSError: a copy could not be written.
        """
        rendered = await render_pages(data, numbers, document.chat)
        there = (number for number in numbers if number <= rendered.pages)
        return [
            await self._remembered(page, document, number, rendered.pages)
            for number, page in zip(there, rendered.pictures, strict=True)
        ]

    async def read(self, picture: Picture) -> bytes:
        """The bounded copy of a picture; fetched again from Telegram where it is gone, torn or altered.

        Telegram may have something else by now: then that is the picture.

        Raises:
            PictureRejected, DownloadFailed, OSError: as for `receive`.
        """
        name = Path(picture.path).name
        copy = await self._copies.read(name)
        if await self._is_sound(picture, copy):
            return copy
        _log.warning("the copy of picture %d is gone or damaged, and is fetched again", picture.id)
        data = await self._downloads.fetch(picture.file_id, picture.chat)
        if picture.page:
            data = await self._page(data, picture)
        checked = await check(data, picture.chat, self._marked)
        await self._copies.keep(name, checked.copy)
        await self._pictures.note_copy(picture.id, digest_of(checked.copy))
        return checked.copy

    async def fetch(self, attachment: Attachment) -> bytes:
        """The file itself.

        Raises:
            PictureRejected, DownloadFailed: as for `receive`.
        """
        if attachment.size is not None and attachment.size > MOST_BYTES:
            raise PictureRejected(PictureFault.TOO_MANY_BYTES, f"{attachment.size} bytes")
        return await self._downloads.fetch(attachment.file_id, attachment.chat, attachment.size)

    async def _is_sound(self, picture: Picture, copy: bytes) -> bool:
        """Whether this is what was kept; of a copy without a digest, whether it is a picture, which is noted then."""
        digest = digest_of(copy)
        if picture.digest is not None or not copy:
            return picture.digest == digest
        try:
            await check(copy, picture.chat, self._marked)
        except PictureRejected:
            return False
        await self._pictures.note_copy(picture.id, digest)
        return True

    async def _page(self, document: bytes, picture: Picture) -> bytes:
        try:
            (page,) = (await render_pages(document, [picture.page], picture.chat)).pictures
        except (DocumentRefused, ValueError) as error:
            raise DownloadFailed(f"page {picture.page} cannot be rendered again: {error}") from error
        return page

    async def _remembered(self, data: bytes, attachment: Attachment, page: int = 0, pages: int = 0) -> Picture:
        checked = await check(data, attachment.chat, self._marked)
        name = name_of(attachment.chat, checked.suffix)
        await self._copies.keep(name, checked.copy)
        new = NewPicture(
            chat=attachment.chat,
            message_id=attachment.message_id,
            album=attachment.album,
            source=attachment.source,
            file_id=attachment.file_id,
            file_unique_id=attachment.file_unique_id,
            width=checked.width,
            height=checked.height,
            bytes=checked.bytes,
            path=name,
            page=page,
            pages=pages,
            digest=digest_of(checked.copy),
        )
        try:
            return await self._pictures.add(new)
        except BaseException:  # No row names it.
            self._copies.drop(name)
            raise

    async def _is_whole(self, data: bytes, chat: int) -> bool:
        """Whether bytes are all of a picture or a PDF, as far as that shows."""
        if PDF_BEGINS in data[:PDF_WITHIN]:
            return PDF_ENDS in data[-PDF_WITHIN:]
        try:
            await check(data, chat, self._marked)
        except PictureRejected as error:
            return error.fault not in {PictureFault.NOT_A_PICTURE, PictureFault.TRUNCATED}
        return True
