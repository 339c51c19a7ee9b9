"""The pictures of a storage: check, keep size-limited copies on the disk, remember in the database, read again."""

import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.pictures.copies import Copies, digest_of, name_of
from assistant.pictures.normalize import Marked, check
from assistant.pictures.pdf import DocumentRefused, render_pages
from assistant.storage import NewPicture, Picture, Pictures, Source
from model_service import PictureFault, PictureRejected

PDF_BEGINS = b"%PDF-"
PDF_ENDS = b"%%EOF"
PDF_WITHIN = 1024
"""A PDF begins and ends within this many bytes of its file's first and last one."""

_log = logging.getLogger(__name__)


class FetchFailed(Exception):
    """A file is no longer available; the text is for the log and holds no address."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The origin of a file: a message of a chat, and the front end's ids by which to fetch it again."""

    source: Source
    chat: int
    message_id: int
    album: str | None
    file_id: str
    file_unique_id: str


class Library:
    """Keep pictures and return their copies.

    `refetch` gets the file of a picture again, of a page its whole document. `marked` makes a block in which a picture
    is decoded, so that a crash can be blamed on it.
    """

    def __init__(
        self,
        folder: Path,
        pictures: Pictures,
        refetch: Callable[[Picture], Awaitable[bytes]],
        marked: Marked = contextlib.nullcontext,
    ) -> None:
        self._copies = Copies(folder)
        self._pictures = pictures
        self._refetch = refetch
        self._marked = marked

    async def add(self, data: bytes, origin: Origin, page: int = 0, pages: int = 0) -> Picture:
        """Check, keep and remember a picture, or page number `page` of a document of `pages`.

        Raises:
            PictureRejected: it cannot be looked at.
            OSError: its copy could not be written.
        """
        checked = await check(data, origin.chat, self._marked)
        name = name_of(origin.chat, checked.suffix)
        await self._copies.keep(name, checked.copy)
        new = NewPicture(
            chat=origin.chat,
            message_id=origin.message_id,
            album=origin.album,
            source=origin.source,
            file_id=origin.file_id,
            file_unique_id=origin.file_unique_id,
            width=checked.width,
            height=checked.height,
            bytes=checked.bytes,
            path=name,
            page=page,
            pages=pages,
            digest=digest_of(checked.copy),
            print_height=checked.print_height,
            characters=checked.characters,
            turns=checked.turns,
            flaws=checked.flaws,
        )
        try:
            return await self._pictures.add(new)
        except BaseException:  # No row names it.
            self._copies.drop(name)
            raise

    async def add_pages(self, data: bytes, origin: Origin, numbers: Sequence[int]) -> list[Picture]:
        """Render, keep and remember the pages with these numbers, as far as they exist; `data` is the whole document.

        Raises:
            DocumentRefused: it cannot be opened.
            PictureRejected: a page cannot be looked at.
            OSError: a copy could not be written.
        """
        rendered = await render_pages(data, numbers, origin.chat)
        there = (number for number in numbers if 1 <= number <= rendered.pages)
        pages = zip(there, rendered.pictures, strict=True)
        return [await self.add(page, origin, number, rendered.pages) for number, page in pages]

    async def read(self, picture: Picture) -> bytes:
        """Return the copy of a picture; fetch it again where it is gone, torn or altered.

        If the file is another one by now, that becomes the picture.

        Raises:
            PictureRejected, FetchFailed, OSError: the copy is gone, and cannot be made again.
        """
        name = Path(picture.path).name
        copy = await self._copies.read(name)
        if await self._is_sound(picture, copy):
            return copy
        _log.warning("the copy of picture %d is gone or damaged, and is fetched again", picture.id)
        data = await self._refetch(picture)
        if picture.page:
            data = await self._page(data, picture)
        checked = await check(data, picture.chat, self._marked)
        await self._copies.keep(name, checked.copy)
        await self._pictures.note_copy(picture.id, digest_of(checked.copy))
        return checked.copy

    async def is_whole(self, data: bytes, chat: int) -> bool:
        """Whether bytes are a complete picture or PDF, as far as can be told."""
        if PDF_BEGINS in data[:PDF_WITHIN]:
            return PDF_ENDS in data[-PDF_WITHIN:]
        try:
            await check(data, chat, self._marked)
        except PictureRejected as error:
            return error.fault not in {PictureFault.NOT_A_PICTURE, PictureFault.TRUNCATED}
        return True

    async def _is_sound(self, picture: Picture, copy: bytes) -> bool:
        """Whether this is the copy that was kept. Without a digest, check that it is a picture, and record one."""
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
            raise FetchFailed(f"page {picture.page} cannot be rendered again: {error}") from error
        return page
