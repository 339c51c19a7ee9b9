"""Check the bytes of a picture, and make a size-limited upright copy for follow-up questions."""

import io
import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar, TypeVarTuple, Unpack

from PIL import Image

from assistant.pictures.bands import find_print
from assistant.pictures.fair_slots import FairSlots
from assistant.pictures.margins import find_parts
from assistant.pictures.memory import give_back, keep_little
from assistant.pictures.threads import to_the_end
from model_service import PictureRejected, Region, decode_picture, in_worker, quarter_turns

MOST_PIXELS = 6_000_000
"""The area in pixels that a copy is reduced to: more than four times what the model sees at max (1120x1120)."""

ACROSS = 2000
"""The shorter side in pixels that a copy keeps, however long the other is: a long picture is read in parts."""

MOST_LONG = 40_000_000
"""The largest area in pixels of such a copy."""

MOST_SIDE = 65_500
"""The longest side in pixels: JPEG knows no longer one."""

LARGE = 2_000_000
"""The pixels from which on the memory of decoding is returned at once."""

MOST_KEPT_BYTES = 8 * 1024 * 1024
"""The most bytes of a copy."""

MOST_AT_ONCE = 2
"""The number of pictures decoded at a time: the process takes at most 700 MiB for the first, 600 more for the other."""

QUALITIES = ((95, 0), (90, 2), (75, 2), (50, 2))
"""How a copy is compressed, best first: JPEG's quality, and its subsampling of colours."""

_pool = ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="pixels")
_slots = FairSlots(MOST_AT_ONCE)

ORIENTATION = 0x0112
"""The EXIF tag that says which way is up; 1 is upright."""

TURNED = (None, Image.Transpose.ROTATE_270, Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_90)
"""What turns a picture by so many quarter turns clockwise; Pillow's own names count the other way."""


@dataclass(frozen=True, slots=True)
class CheckedPicture:
    """A picture that can be looked at. `width`, `height` (pixels, turned) and `bytes` are those of the original.

    The other facts are those of `NewPicture`.
    """

    copy: bytes
    suffix: str
    width: int
    height: int
    bytes: int
    print_height: float | None = None
    characters: int = 0
    stroke: float | None = None
    drawn: Region | None = None
    printed: Region | None = None
    turns: int = 0
    flaws: str = ""


Arguments = TypeVarTuple("Arguments")
T = TypeVar("T")


async def with_pixels(chat: int, work: Callable[[Unpack[Arguments]], T], *arguments: *Arguments) -> T:
    """Do what decodes a picture in a worker: a few at a time, and one at a time for a chat.

    Raises:
        as for `in_worker`.
    """
    async with _slots.of(chat):
        return await to_the_end(_pool, in_worker, work, *arguments)


def begin_worker() -> None:
    """Have a worker make itself ready for pictures."""
    keep_little()
    quarter_turns(Image.effect_noise((400, 400), 100))  # The network is read.


async def check(data: bytes, chat: int, turns: int | None = None) -> CheckedPicture:
    """Run `check_picture` in a worker: a few pictures at a time, and one at a time for a chat.

    Raises:
        PictureRejected: it cannot be looked at.
    """
    return await with_pixels(chat, _check_and_give_back, data, turns)


def _check_and_give_back(data: bytes, turns: int | None) -> CheckedPicture:
    try:
        checked = check_picture(data, turns)
        large = checked.width * checked.height > LARGE
    except PictureRejected as error:
        refused = error.with_traceback(None)  # Its frames hold what was decoded so far.
        refused.__cause__ = refused.__context__ = None
    else:
        if large:
            give_back()
        return checked
    give_back()
    raise refused


def check_picture(data: bytes, turns: int | None = None) -> CheckedPicture:
    """Decode a picture once and make its copy; small and simple originals that stand upright are kept as they are.

    It is turned by so many quarter turns clockwise; None: as its print tells.

    Raises:
        PictureRejected: it cannot be looked at.
    """
    decoded = decode_picture(data)
    width, height, flaws = decoded.width, decoded.height, decoded.flaws
    suffix = None if flaws else _kept_format(data, width, height)
    image = decoded.image
    turns = quarter_turns(image) if turns is None else turns
    if (turned := TURNED[turns]) is not None:
        image, suffix = image.transpose(turned), None
    if turns % 2:
        width, height = height, width
    copy = _encoded(_bounded(image)) if suffix is None else data
    found = find_print(image)
    parts = find_parts(image, found.height)
    return CheckedPicture(
        copy,
        suffix or "jpg",
        width,
        height,
        len(data),
        scaled(found.height, width / image.width),
        found.characters,
        scaled(found.stroke, width / image.width),
        parts.drawn,
        parts.printed,
        turns,
        flaws,
    )


def scaled(length: float | None, times: float) -> float | None:
    """Return a length in other pixels, where there is one."""
    return None if length is None else length * times


def scale_of(width: int, height: int) -> float:
    """Return how much smaller the copy of a picture is, in width and in height; 1.0 if it is not."""
    area = width * height
    wanted = max(math.sqrt(MOST_PIXELS / area), ACROSS / min(width, height))
    return min(1.0, wanted, math.sqrt(MOST_LONG / area), MOST_SIDE / max(width, height))


def _bounded(image: Image.Image) -> Image.Image:
    scale = scale_of(*image.size)
    if scale == 1.0:
        return image
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)


def _encoded(image: Image.Image) -> bytes:
    """Return a picture as JPEG, as good as the most bytes of a copy allow."""
    for quality, subsampling in QUALITIES:
        out = io.BytesIO()
        image.save(out, "JPEG", quality=quality, subsampling=subsampling)
        if out.tell() <= MOST_KEPT_BYTES:
            break
    return out.getvalue()


def _kept_format(data: bytes, width: int, height: int) -> str | None:
    """Return the suffix of an upright RGB or grey JPEG or PNG small enough to be kept as it came; else None."""
    if scale_of(width, height) < 1.0 or len(data) > MOST_KEPT_BYTES:
        return None
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as image:
            simple = image.mode in {"RGB", "L"} and not image.has_transparency_data
            upright = image.getexif().get(ORIENTATION, 1) == 1
            return {"JPEG": "jpg", "PNG": "png"}.get(image.format or "") if simple and upright else None
    except Exception:  # another format, or odd metadata: the decoded picture is encoded again
        return None
