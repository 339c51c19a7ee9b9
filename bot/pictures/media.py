"""What was sent by Telegram becomes checked picture bytes, and a bounded copy on the disk."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

from telegram import Bot
from telegram.error import BadRequest, InvalidToken, NetworkError, RetryAfter, TelegramError

from bot.configuration.settings import Settings
from bot.delivery.sending import seconds_of
from bot.pictures.attachments import Attachment
from bot.pictures.pdf import DocumentRefused, render_pages
from bot.pictures.pixels import check
from bot.storage import FOLDER, NewPicture, Picture
from model_service import PictureFault, PictureRejected

MOST_BYTES = 20 * 1024 * 1024
"""What Telegram lets a bot download, in bytes."""

ATTEMPTS = 3
PATIENCE = 6
"""One attempt may take this many times the time for one answer: 20 MiB in two minutes, by default."""

MOST_PAUSE = 30.0
"""If Telegram asks to wait longer than this, in seconds, the person hears of it instead."""

_log = logging.getLogger(__name__)


class DownloadFailed(Exception):
    """Telegram did not hand out the file; the text is for the log and holds no address."""


class Media:
    """Fetches pictures and keeps their copies under `storage.path`/pictures."""

    def __init__(self, bot: Bot, settings: Settings) -> None:
        self._bot = bot
        self._timeout = settings.telegram.timeout_seconds
        self._folder = settings.storage.path / FOLDER

    async def receive(self, attachment: Attachment) -> NewPicture:
        """Fetch, check and keep a picture.

        Raises:
            PictureRejected: it cannot be looked at (TOO_MANY_BYTES is known before anything is fetched).
            DownloadFailed: Telegram did not hand it out.
        """
        return await self._kept(await self.fetch(attachment), attachment)

    async def pages(self, document: Attachment, data: bytes, numbers: Sequence[int]) -> list[NewPicture]:
        """Render and keep those pages of a document, which holds `data`, that exist.

        Raises:
            DocumentRefused: it cannot be opened.
            PictureRejected: a page cannot be looked at.
        """
        rendered = await render_pages(data, numbers)
        there = (number for number in numbers if number <= rendered.pages)
        return [
            replace(await self._kept(page, document), page=number, pages=rendered.pages)
            for number, page in zip(there, rendered.pictures, strict=True)
        ]

    async def read(self, picture: Picture) -> bytes:
        """The bounded copy of a picture; fetched again from Telegram where it was deleted.

        Raises:
            PictureRejected, DownloadFailed: as for `receive`.
        """
        file = self._folder / Path(picture.path).name
        try:
            return await asyncio.to_thread(file.read_bytes)
        except OSError:
            _log.info("the copy of picture %d is gone and is fetched again", picture.id)
        data = await self._download(picture.file_id)
        if picture.page:
            data = await self._page(data, picture.page)
        checked = await check(data)
        await asyncio.to_thread(self._keep, file.name, checked.copy)
        return checked.copy

    async def fetch(self, attachment: Attachment) -> bytes:
        """The file itself.

        Raises:
            PictureRejected, DownloadFailed: as for `receive`.
        """
        if attachment.size is not None and attachment.size > MOST_BYTES:
            raise PictureRejected(PictureFault.TOO_MANY_BYTES, f"{attachment.size} bytes")
        return await self._download(attachment.file_id)

    async def _page(self, document: bytes, number: int) -> bytes:
        try:
            (page,) = (await render_pages(document, [number])).pictures
        except (DocumentRefused, ValueError) as error:
            raise DownloadFailed(f"page {number} cannot be rendered again: {error}") from error
        return page

    async def _kept(self, data: bytes, attachment: Attachment) -> NewPicture:
        checked = await check(data)
        name = f"{uuid4().hex}.{checked.suffix}"
        await asyncio.to_thread(self._keep, name, checked.copy)
        return NewPicture(
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
        )

    def _keep(self, name: str, data: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        torn = self._folder / f"{name}.part"
        torn.write_bytes(data)
        torn.replace(self._folder / name)

    async def _download(self, file_id: str) -> bytes:
        for attempt in range(1, ATTEMPTS + 1):
            pause = 0.5 * attempt
            try:
                async with asyncio.timeout(self._timeout * PATIENCE):
                    return await self._download_once(file_id)
            except BadRequest as error:
                if "too big" in error.message.lower():
                    raise PictureRejected(PictureFault.TOO_MANY_BYTES, error.message) from error
                raise DownloadFailed(f"Telegram declined: {error.message}") from error
            except RetryAfter as error:
                pause = seconds_of(error)
                if pause > MOST_PAUSE:
                    raise DownloadFailed(f"Telegram asks to wait {pause:.0f} s") from error
            except (NetworkError, TimeoutError, InvalidToken) as error:
                _log.warning("download failed, attempt %d of %d: %s", attempt, ATTEMPTS, type(error).__name__)
            except TelegramError as error:
                raise DownloadFailed(type(error).__name__) from error
            if attempt < ATTEMPTS:
                await asyncio.sleep(pause)
        raise DownloadFailed(f"{ATTEMPTS} attempts failed")

    async def _download_once(self, file_id: str) -> bytes:
        file = await self._bot.get_file(file_id, read_timeout=self._timeout)
        address = file.file_path
        if not address:
            raise DownloadFailed("Telegram named no path for the file")
        if not address.startswith(("http://", "https://")):
            # The library takes a path that also exists in the working directory for a local file of the server.
            address = f"{self._bot.base_file_url}/{address}"
        return await self._bot.request.retrieve(quote(address, safe=":/%"), read_timeout=self._timeout)
