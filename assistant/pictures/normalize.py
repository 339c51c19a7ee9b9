"""Check the bytes of a picture, and make a size-limited upright copy for follow-up questions."""

import contextlib
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from PIL import Image

from assistant.pictures.fair_slots import FairSlots
from assistant.pictures.memory import give_back
from assistant.pictures.threads import to_the_end
from model_service import PictureRejected, open_picture

MOST_PIXELS = 6_000_000
"""The copy's largest area: more than four times what the model sees at max (1120x1120)."""

MOST_SIDE = 6000
"""The copy's longest side in pixels: a thin strip keeps its length."""

LARGE = 2_000_000
"""The pixels from which on the memory of decoding is returned at once."""

MOST_KEPT_BYTES = 8 * 1024 * 1024
MOST_AT_ONCE = 2
"""The number of pictures decoded at a time: the largest takes about 1 GB of memory meanwhile."""

_pool = ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="pixels")
_slots = FairSlots(MOST_AT_ONCE)

Marked = Callable[[], contextlib.AbstractContextManager[None]]
"""Makes a block that marks its work, so that a crash in it can be blamed on that."""

ORIENTATION = 0x0112
"""The EXIF tag that says which way is up; 1 is upright."""


@dataclass(frozen=True, slots=True)
class CheckedPicture:
    """A picture that can be looked at. `width`, `height` (pixels, upright) and `bytes` are those of the original.

    The other facts are those of `NewPicture`.
    """

    copy: bytes
    suffix: str
    width: int
    height: int
    bytes: int
    print_height: float | None = None
    characters: int = 0
    turns: int = 0
    flaws: str = ""


async def check(data: bytes, chat: int, marked: Marked = contextlib.nullcontext) -> CheckedPicture:
    """Run `check_picture` in a thread: a few pictures at a time, and one at a time for a chat.

    It runs in a block that `marked` makes, on its thread.

    Raises:
        PictureRejected: it cannot be looked at.
    """
    async with _slots.of(chat):
        return await to_the_end(_pool, _check_and_give_back, data, marked)


def _check_and_give_back(data: bytes, marked: Marked) -> CheckedPicture:
    try:
        with marked():
            checked = check_picture(data)
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


def check_picture(data: bytes) -> CheckedPicture:
    """Decode a picture once and make its copy; small and simple originals are kept as they are.

    Raises:
        PictureRejected: it cannot be looked at.
    """
    image = open_picture(data)
    width, height = image.size
    suffix = _kept_format(data, width, height)
    if suffix is not None:
        return CheckedPicture(data, suffix, width, height, len(data))
    scale = min(1.0, (MOST_PIXELS / (width * height)) ** 0.5, MOST_SIDE / max(width, height))
    if scale < 1.0:
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        image = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=95, subsampling=0)
    return CheckedPicture(out.getvalue(), "jpg", width, height, len(data))


def _kept_format(data: bytes, width: int, height: int) -> str | None:
    """Return the suffix of an upright RGB or grey JPEG or PNG small enough to be kept as it came; else None."""
    if width * height > MOST_PIXELS or max(width, height) > MOST_SIDE or len(data) > MOST_KEPT_BYTES:
        return None
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as image:
            simple = image.mode in {"RGB", "L"} and not image.has_transparency_data
            upright = image.getexif().get(ORIENTATION, 1) == 1
            return {"JPEG": "jpg", "PNG": "png"}.get(image.format or "") if simple and upright else None
    except Exception:  # another format, or odd metadata: the decoded picture is encoded again
        return None
