"""Telegram's photo or image file becomes checked picture bytes, and a bounded copy on the disk."""

import asyncio
import logging
import mimetypes
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

from telegram import Bot, Message
from telegram.error import BadRequest, InvalidToken, NetworkError, RetryAfter, TelegramError

from bot.pixels import CheckedPicture, check_picture
from bot.sending import seconds_of
from bot.settings import Settings
from bot.storage import FOLDER, NewPicture, Picture, Source
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


@dataclass(frozen=True, slots=True)
class Attachment:
    """A picture that hangs on a message, not yet fetched. `size` is in bytes, None where Telegram does not say."""

    source: Source
    file_id: str
    file_unique_id: str
    size: int | None


def attachment_of(message: Message) -> Attachment | None:
    """The photo in its largest size, or the file that may be an image; None where there is neither."""
    if message.photo:
        photo = message.photo[-1]
        return Attachment("photo", photo.file_id, photo.file_unique_id, photo.file_size)
    document = message.document
    if document is None or message.animation is not None or not _may_be_image(document.mime_type, document.file_name):
        return None
    return Attachment("file", document.file_id, document.file_unique_id, document.file_size)


def _may_be_image(mime_type: str | None, name: str | None) -> bool:
    """What is claimed only rules out the hopeless: the bytes decide."""
    guess = mimetypes.guess_type(name or "")[0]
    claims = [claim for claim in (mime_type, guess) if claim and claim != "application/octet-stream"]
    return not claims or any(claim.startswith("image/") for claim in claims)


class Media:
    """Fetches pictures and keeps their copies under `storage.path`/pictures."""

    def __init__(self, bot: Bot, settings: Settings) -> None:
        self._bot = bot
        self._timeout = settings.telegram.timeout_seconds
        self._folder = settings.storage.path / FOLDER

    async def receive(self, message: Message, attachment: Attachment) -> NewPicture:
        """Fetch, check and keep the picture of a message.

        Raises:
            PictureRejected: it cannot be looked at (TOO_MANY_BYTES is known before anything is fetched).
            DownloadFailed: Telegram did not hand it out.
        """
        checked, path = await self._fetch(attachment.file_id, attachment.size)
        return NewPicture(
            chat=message.chat.id,
            message_id=message.message_id,
            album=message.media_group_id,
            source=attachment.source,
            file_id=attachment.file_id,
            file_unique_id=attachment.file_unique_id,
            width=checked.width,
            height=checked.height,
            bytes=checked.bytes,
            path=path,
        )

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
        checked, _ = await self._fetch(picture.file_id, None, name=file.name)
        return checked.copy

    async def _fetch(self, file_id: str, size: int | None, name: str | None = None) -> tuple[CheckedPicture, str]:
        if size is not None and size > MOST_BYTES:
            raise PictureRejected(PictureFault.TOO_MANY_BYTES, f"{size} bytes")
        checked = await asyncio.to_thread(check_picture, await self._download(file_id))
        name = name or f"{uuid4().hex}.{checked.suffix}"
        await asyncio.to_thread(self._keep, name, checked.copy)
        return checked, name

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
