"""The bands of a picture for a question, where its print is too small or too much for one look."""

import io
from dataclasses import dataclass, replace

from assistant.pictures.bands import Capacity, Print, cut, framed
from assistant.pictures.library import Library
from assistant.pictures.normalize import with_pixels
from assistant.storage import Picture
from assistant.wording.parts import HIGHEST, is_about_whole, parts_named
from assistant.wording.question import ParsedQuestion, Task
from model_service import STANDARD, Detail, EngineInfo, Region, open_picture, plan_detail

READABLE = 10.0
"""The height of a line, in pixels of what the model is shown, from which on it is read reliably."""

MOST_CHARACTERS = 2000
"""The characters of a band at most, for a model that has no limit of its own: what an answer can hold."""

SPARE = 1.5
"""How many times as much as in a band may stand in a picture that is read out whole."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A band as the model is shown it: an encoded picture, its tokens, and its lines."""

    number: int
    data: bytes
    detail: Detail
    lines: int
    overlaps: bool


def needs_pieces(
    picture: Picture,
    parsed: ParsedQuestion,
    region: Region | None,
    detail: Detail,
    info: EngineInfo,
    *,
    shown: Region | None = None,
) -> bool:
    """Whether the print of a picture, or of a region of it, would be too small, or too much, if it were shown whole.

    `shown` is the part that all this print is in, if that is less.
    """
    if picture.print_height is None or parsed.task in {Task.TABLE, Task.DESCRIBE}:
        return False
    size = size_of(picture, shown or region)
    plan = plan_detail(info.dial, detail, *size, info.max_visual_tokens)
    seen = picture.print_height * min(plan.width / size[0], plan.height / size[1])
    if parsed.task is not Task.TEXT:
        names_part = bool(parts_named(parsed.text, HIGHEST)[0])
        return seen < READABLE and (names_part or not is_about_whole(parsed.text))
    return seen < READABLE or _characters(picture, region) > SPARE * (info.max_characters or MOST_CHARACTERS)


def is_read_whole(picture: Picture, region: Region | None, info: EngineInfo) -> bool:
    """Whether a reader that is no model sees the print of a picture, or of a region of it, large enough."""
    if info.reader is None or info.reader.engine is not None or picture.print_height is None:
        return False
    size = picture.width, picture.height
    longest = max(size if region is None else region.size(*size))
    return picture.print_height * min(1.0, info.reader.longest_side / longest) >= READABLE


def size_of(picture: Picture, region: Region | None) -> tuple[int, int]:
    """Return the size of a picture, or of a region of it, in pixels."""
    size = picture.width, picture.height
    return size if region is None else region.size(*size)


async def pieces_of(
    picture: Picture, library: Library, region: Region | None, detail: Detail, info: EngineInfo
) -> list[Piece]:
    """Return the bands of a picture, or of a region of it, in reading order.

    Their borders are the same at all levels; at higher ones each is seen more closely.

    Raises:
        What `Library.read` raises.
    """
    data = await library.read(picture)
    return await with_pixels(picture.chat, _pieces, data, picture, region, detail, info)


def _pieces(data: bytes, picture: Picture, region: Region | None, detail: Detail, info: EngineInfo) -> list[Piece]:
    image = open_picture(data)
    height = (picture.print_height or 0.0) * image.width / picture.width
    if region is not None:
        image = image.crop(region.box(*image.size))
    found = Print(height, _characters(picture, region))
    capacity = Capacity(STANDARD.tokens, info.max_characters or MOST_CHARACTERS, info.dial.token_pixels)
    shown = replace(capacity, tokens=min(info.max_visual_tokens, max(detail.tokens, STANDARD.tokens)))
    most = max(info.dial.min_tokens, min(info.max_visual_tokens, info.dial.max_tokens))
    pieces = []
    for number, band in enumerate(cut(image, found, capacity), start=1):
        whole, tokens = framed(image, band, height, shown)
        out = io.BytesIO()
        whole.save(out, "JPEG", quality=95, subsampling=0)
        level = Detail(max(info.dial.min_tokens, min(tokens, most)))
        pieces.append(Piece(number, out.getvalue(), level, band.lines, band.overlaps))
    return pieces


def _characters(picture: Picture, region: Region | None) -> int:
    """Return about how many letters stand in a picture, or in a region of it."""
    share = 1.0 if region is None else (region.right - region.left) * (region.bottom - region.top)
    return round(picture.characters * share)
