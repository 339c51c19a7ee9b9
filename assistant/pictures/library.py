"""The pictures of a storage: check, keep size-limited copies on the disk, remember in the database, read again."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.pictures.copies import Copies, name_of
from assistant.pictures.documents import REFUSED, File, Opened, Wanted, open_file
from assistant.pictures.kinds import HEAD, Kind, is_whole_heic, kind_of
from assistant.pictures.normalize import CheckedPicture, check, scaled, with_pixels
from assistant.pictures.refusals import DocumentRefused, FetchFailed
from assistant.pictures.tiff import tiff_page, tiff_pages
from assistant.storage import NewPicture, Picture, Pictures, Source
from model_service import CUT, Detail, DetailPlan, EngineInfo, PictureFault, PictureRejected, Region, as_seen

PDF_ENDS = b"%%EOF"
_log = logging.getLogger(__name__)


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

    `refetch` gets the file of a picture again, of a page its whole document.
    """

    def __init__(self, folder: Path, pictures: Pictures, refetch: Callable[[Picture], Awaitable[File]]) -> None:
        self._copies = Copies(folder)
        self._pictures = pictures
        self._refetch = refetch

    async def take_in(self, file: File, origin: Origin, wanted: Wanted) -> list[Picture]:
        """Check, keep and remember the one picture of a file, or those of its pages that are wanted.

        What the file is, its bytes tell: a page is a "page", whatever its origin says, and all else is none.

        Raises:
            DocumentRefused, PictureRejected: it cannot be opened, or a page cannot be looked at.
            OSError: a copy could not be written.
            What `wanted` raises.
        """
        return [await self._add(opened, origin) for opened in await open_file(file, origin.chat, wanted)]

    async def _add(self, opened: Opened, origin: Origin) -> Picture:
        checked = await self._check(opened, origin.chat)
        name = name_of(origin.chat, checked.suffix)
        digest = await self._copies.keep(name, checked.copy)
        source: Source = "page" if opened.page else "file" if origin.source == "page" else origin.source
        new = NewPicture(
            chat=origin.chat,
            message_id=origin.message_id,
            album=origin.album,
            source=source,
            file_id=origin.file_id,
            file_unique_id=origin.file_unique_id,
            width=checked.width,
            height=checked.height,
            bytes=checked.bytes,
            path=name,
            page=opened.page,
            pages=opened.pages,
            digest=digest,
            print_height=checked.print_height,
            characters=checked.characters,
            stroke=checked.stroke,
            turns=checked.turns,
            flaws=checked.flaws,
        )
        try:
            return await self._pictures.add(new)
        except BaseException:  # No row names it.
            self._copies.drop(name)
            raise

    async def _check(self, opened: Opened, chat: int, turns: int | None = None) -> CheckedPicture:
        """Check a picture, turned so often or as its print tells, and add what its file tells of it."""
        checked = await check(opened.data, chat, turns)
        width, height = checked.width, checked.height
        if opened.size is not None:
            width, height = opened.size[::-1] if checked.turns % 2 else opened.size
        flaws = f"{opened.flaws} {checked.flaws}".strip()
        times = width / checked.width
        line, stroke = scaled(checked.print_height, times), scaled(checked.stroke, times)
        return replace(checked, width=width, height=height, print_height=line, stroke=stroke, flaws=flaws)

    async def read(self, picture: Picture) -> bytes:
        """Return the copy of a picture; fetch it again where it is gone, torn or altered.

        If the file is another one by now, that becomes the picture.

        Raises:
            PictureRejected, FetchFailed, FileTooBig, OSError: the copy is gone, and cannot be made again.
        """
        name = Path(picture.path).name
        copy, digest = await self._copies.read(name)
        if await self._is_sound(picture, copy, digest):
            return copy
        _log.warning("the copy of picture %d is gone or damaged, and is fetched again", picture.id)
        checked = await self._check(await self._opened_again(picture), picture.chat, picture.turns)
        await self._pictures.note_copy(picture.id, await self._copies.keep(name, checked.copy))
        return checked.copy

    async def seen(
        self, picture: Picture, detail: Detail, info: EngineInfo, region: Region | None = None
    ) -> tuple[DetailPlan, bytes]:
        """Return the grid at which a model reads a picture, or a region of it, and a PNG of all that it sees.

        Raises:
            What `read` raises.
        """
        data = await self.read(picture)
        return await with_pixels(picture.chat, as_seen, data, info.dial, detail, region, info.max_visual_tokens)

    async def turn(self, picture: Picture, turns: int) -> Picture:
        """Turn a picture for good: to so many quarter turns clockwise from the way it was sent.

        Raises:
            PictureRejected, FetchFailed, OSError: its copy is gone, or a new one cannot be written.
        """
        more = (turns - picture.turns) % 4
        if not more:
            return picture
        checked = await check(await self.read(picture), picture.chat, more)
        name = name_of(picture.chat, checked.suffix)
        digest = await self._copies.keep(name, checked.copy)
        size = (picture.height, picture.width) if more % 2 else (picture.width, picture.height)
        times = size[0] / checked.width  # What was found is in pixels of the copy, not as sent.
        turned = replace(
            picture,
            path=name,
            digest=digest,
            turns=turns,
            width=size[0],
            height=size[1],
            print_height=scaled(checked.print_height, times),
            characters=checked.characters,
            stroke=scaled(checked.stroke, times),
        )
        try:
            await self._pictures.note_turn(turned)
        except BaseException:  # No row names it.
            self._copies.drop(name)
            raise
        self._copies.drop(Path(picture.path).name)
        return turned

    async def is_whole(self, data: bytes, chat: int) -> bool:
        """Whether bytes are a complete picture or document, as far as can be told."""
        kind = kind_of(data)
        if kind is Kind.PDF:
            return PDF_ENDS in data[-HEAD:]
        if kind is Kind.HEIC:
            return is_whole_heic(data)
        if kind in REFUSED:
            return True
        if kind is Kind.TIFF_PAGES:
            data = tiff_page(data, tiff_pages(data)[-1])
        try:
            checked = await check(data, chat, turns=0)
        except PictureRejected as error:
            return error.fault not in {PictureFault.NOT_A_PICTURE, PictureFault.TRUNCATED}
        return CUT not in checked.flaws.split()

    async def _is_sound(self, picture: Picture, copy: bytes, digest: str) -> bool:
        """Whether this is the copy that was kept. Without a digest, check that it is a picture, and record its own."""
        if picture.digest is not None or not copy:
            return picture.digest == digest
        try:
            await check(copy, picture.chat, turns=0)
        except PictureRejected:
            return False
        await self._pictures.note_copy(picture.id, digest)
        return True

    async def _opened_again(self, picture: Picture) -> Opened:
        try:
            found = await open_file(await self._refetch(picture), picture.chat, [picture.page])
        except DocumentRefused as error:
            raise FetchFailed(f"picture {picture.id} cannot be made again: {error}") from error
        if not found:
            raise FetchFailed(f"page {picture.page} is not there any more")
        return found[0]
