"""Open a file, whatever it is: its pages or its one picture, as bytes that can be decoded.

Pages of a PDF and a HEIC picture are made in a process of its own with limits on time and memory.
"""

import asyncio
import json
import logging
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.pictures.fair_slots import FairSlots
from assistant.pictures.kinds import Kind, is_whole_heic, kind_of
from assistant.pictures.refusals import DocumentFault, DocumentRefused
from assistant.pictures.tiff import tiff_page, tiff_pages
from model_service import MAX_BYTES, PictureFault, PictureRejected

PROCESS = Path(__file__).with_name("document_process.py")
SECONDS = 40.0
"""The time limit of a process."""

MOST_PROCESSES = 2
_slots = FairSlots(MOST_PROCESSES)

REFUSED = {
    Kind.ARCHIVE: DocumentFault.ARCHIVE,
    Kind.OFFICE: DocumentFault.OFFICE,
    Kind.RECORDING: DocumentFault.RECORDING,
}
"""The fault of each kind of which nothing can be read."""

HEAD_BYTES = 4096

File = bytes | Path
"""A file: its bytes, or where a large one lies, of which a PDF is never read as a whole."""

Wanted = Sequence[int] | Callable[[int], Sequence[int]]
"""The numbers of the pages that are wanted, from 1, or what tells them by the number of all pages."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Opened:
    """A picture of a file, or page `page` of its `pages` (else both are 0), as bytes of a picture.

    `size` is the width and height of the original, in pixels, where these bytes hold a reduced one. `flaws` are those
    of `NewPicture`.
    """

    data: bytes
    page: int = 0
    pages: int = 0
    flaws: str = ""
    size: tuple[int, int] | None = None


async def open_file(file: File, chat: int, wanted: Wanted) -> list[Opened]:
    """Return the one picture of a file, or those of its pages that are wanted and exist. What it is, its bytes tell.

    Raises:
        DocumentRefused: nothing of it can be read.
        PictureRejected: it is no PDF, and has more than MAX_BYTES.
        What `wanted` raises.
    """
    return await _open(file, chat, wanted, within=False)


async def _open(file: File, chat: int, wanted: Wanted, *, within: bool) -> list[Opened]:
    kind, file = await _look_at(file)
    if kind in REFUSED:
        raise DocumentRefused(REFUSED[kind])
    if kind is Kind.PDF:
        return await _open_pdf(file, chat, wanted, within=within)
    assert isinstance(file, bytes)  # noqa: S101
    if kind is Kind.HEIC:
        return [await _open_heic(file, chat)]
    if kind is Kind.TIFF_PAGES:
        places = tiff_pages(file)
        numbers = _existing(wanted(len(places)) if callable(wanted) else wanted, len(places))
        return [Opened(tiff_page(file, places[number - 1]), number, len(places)) for number in numbers]
    return [Opened(file)]


async def _open_pdf(file: File, chat: int, wanted: Wanted, *, within: bool) -> list[Opened]:
    """Return the wanted pages of a PDF, or what is in the one file that it was made to carry."""
    head, parts = await _run(Kind.PDF, file, chat, () if callable(wanted) else wanted)
    if "inside" in head:
        if within:
            raise DocumentRefused(DocumentFault.PORTFOLIO)
        return await _open(parts[0], chat, wanted, within=True)
    pages = head["pages"]
    if callable(wanted):
        wanted = wanted(pages)
        head, parts = await _run(Kind.PDF, file, chat, wanted)
    numbers = _existing(wanted, pages)
    return [
        Opened(data, number, pages, flaws) for number, data, flaws in zip(numbers, parts, head["flaws"], strict=True)
    ]


async def _open_heic(file: bytes, chat: int) -> Opened:
    try:
        head, (data,) = await _run(Kind.HEIC, file, chat)
    except DocumentRefused as error:
        if error.fault is DocumentFault.HEIC_BROKEN and not is_whole_heic(file):
            raise PictureRejected(PictureFault.TRUNCATED, "a HEIC without its end") from error
        raise
    return Opened(data, size=(head["width"], head["height"]))


def _existing(numbers: Sequence[int], pages: int) -> list[int]:
    return [number for number in numbers if 1 <= number <= pages]


async def _look_at(file: File) -> tuple[Kind, File]:
    """Return the kind of a file, and its bytes where they are needed.

    Raises:
        PictureRejected: they are too many to be read at once.
    """
    if isinstance(file, Path):
        head = await asyncio.to_thread(_head_of, file)
        if (kind := kind_of(head)) is Kind.PDF or kind in REFUSED:
            return kind, file
        file = await asyncio.to_thread(_read, file)
    return kind_of(file), file


def _head_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise PictureRejected(PictureFault.TOO_MANY_BYTES, f"more than {MAX_BYTES}")
    return data


async def _run(kind: Kind, file: File, chat: int, numbers: Sequence[int] = ()) -> tuple[dict[str, Any], list[bytes]]:
    """Return what the process says, and the pictures or the file that it made. One at a time for a chat.

    Raises:
        DocumentRefused: it has a password, is damaged, has no pages, takes too much time or memory, and the like.
    """
    async with _slots.of(chat):
        output = await _output(kind, file, numbers)
    line, _, rest = output.partition(b"\n")
    head = json.loads(line)
    if fault := head.get("fault"):
        raise DocumentRefused(DocumentFault(fault))
    parts, start = [], 0
    for size in head.get("sizes", [head.get("inside", 0)]):
        parts.append(rest[start : start + size])
        start += size
    return head, parts


async def _output(kind: Kind, file: File, numbers: Sequence[int]) -> bytes:
    """Return the output of the process. Kill it if the caller is cancelled."""
    # Without the environment, which may hold the bot's token, and without this folder on its path.
    command = [sys.executable, "-EP", str(PROCESS), kind, *(str(number) for number in numbers)]
    opened = await asyncio.to_thread(file.open, "rb") if isinstance(file, Path) else None
    end = ""
    try:
        process = await asyncio.create_subprocess_exec(
            *command, stdin=opened or PIPE, stdout=PIPE, stderr=DEVNULL, env={}
        )
    finally:
        if opened is not None:
            opened.close()
    try:
        async with asyncio.timeout(SECONDS):
            output, _ = await process.communicate(file if isinstance(file, bytes) else None)
        if process.returncode:
            end = f"it ended with {process.returncode}"
    except TimeoutError:
        end = f"it took more than {SECONDS:.0f} s"
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if end:
        _log.warning("a file (%s) could not be opened: %s", kind, end)
        raise DocumentRefused(DocumentFault.HEIC_TOO_MUCH if kind is Kind.HEIC else DocumentFault.TOO_MUCH)
    return output
