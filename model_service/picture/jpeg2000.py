"""Decode a JPEG 2000 at a lower resolution, and refuse one whose two headers contradict each other."""

import struct

from PIL import Image

from model_service.errors import PictureFault, PictureRejected
from model_service.picture.bounds import LARGE

_STREAM = b"\xff\x4f\xff\x51"
_STYLE, _TILE = 0xFF52, 0xFF90


def reduce(image: Image.Image, data: bytes) -> int:
    """Have a large picture halved as often as it takes, and as its resolutions allow; return how often.

    Raises:
        PictureRejected: UNUSUAL, as its samples have another size than its picture.
    """
    begin = data.find(_STREAM)
    if begin < 0 or begin + 42 > len(data):
        raise PictureRejected(PictureFault.TRUNCATED, "no codestream")
    right, bottom, left, top = struct.unpack_from(">IIII", data, begin + 8)
    if (right - left, bottom - top) != image.size:
        raise PictureRejected(PictureFault.UNUSUAL, "its headers give two sizes", format="JPEG 2000")
    power, levels = 0, _resolutions(data, begin + 2)
    while power < levels and (image.width * image.height) >> 2 * power > LARGE:
        power += 1
    image.reduce = power  # type: ignore[method-assign, assignment]
    return power


def _resolutions(data: bytes, at: int) -> int:
    """Return how often the picture can be halved; `at` is a marker of the main header."""
    while at + 10 <= len(data):
        marker, length = struct.unpack_from(">HH", data, at)
        if marker == _STYLE:
            return data[at + 9]
        if marker == _TILE or length < 2:
            break
        at += 2 + length
    return 0
