"""Tell how much of a picture is missing in its file."""

import numpy as np
from PIL import Image

from model_service.picture.colour import bands
from model_service.picture.tiff import read_tiff

MOST_MISSING = 0.1
"""The most of a picture, as a share, that may be missing at the end of its file."""

MOST_PADDED = 0.01
"""The most of a WebP, as a share of its bytes, that may be missing: its decoder shows nothing or all."""

_GREY = 128
_ROWS, _CORNER = 64, 4


def ends_early(data: bytes, format: str) -> bool:
    """Whether a file ends before it says that it does. JPEG and PNG are told by their own modules."""
    if format == "WebP":
        return len(data) < 8 + int.from_bytes(data[4:8], "little")
    if format == "BMP":
        return len(data) < max(
            int.from_bytes(data[2:6], "little"),
            int.from_bytes(data[10:14], "little") + int.from_bytes(data[34:38], "little"),
        )
    if format == "GIF":
        return not data.rstrip(b"\0").endswith(b";")
    if format == "TIFF":
        directories = read_tiff(data).directories
        return not directories or bool(directories[0].missing(len(data)))
    return not data.startswith(b"\xff") and _box_ends_early(data)


def _box_ends_early(data: bytes) -> bool:
    """Whether a box of an ISO media file ends behind the file."""
    at = 0
    while at + 8 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        if length == 1:
            length = int.from_bytes(data[at + 8 : at + 16], "big")
        if length == 0:  # To the end of the file.
            return False
        at += max(8, length)
    return at != len(data)


def grey_share(image: Image.Image) -> float:
    """Return the share of rows at the bottom that are the grey that a JPEG's decoder puts for what is missing.

    Of a row of which only the end is missing it is one line of pixels.
    """
    missing = 0
    for bottom in range(image.height, 0, -_ROWS):
        rows = np.asarray(image.crop((0, max(0, bottom - _ROWS), image.width, bottom)), dtype=np.int16)
        seen = np.flatnonzero((np.abs(rows - _GREY) > 1).any(axis=(1, 2)))
        missing += len(rows) - (int(seen[-1]) + 1 if seen.size else 0)
        if seen.size:
            break
    corner = rows[-_CORNER:, -_CORNER:]
    return max(missing, int(not (np.abs(corner - _GREY) > 1).any())) / image.height


def empty_share(image: Image.Image) -> float:
    """Return the share of rows that a decoder has not written: those of nothing but zeros."""
    empty = sum(int((~np.asarray(band).reshape(band.height, -1).any(axis=1)).sum()) for _, band in bands(image))
    return empty / image.height


def padded_webp(data: bytes) -> bytes:
    """Return a WebP of which a few bytes are missing with zeros in their place; empty if it is more than that."""
    missing = 8 + int.from_bytes(data[4:8], "little") - len(data)
    return data + bytes(missing) if 0 < missing <= MOST_PADDED * len(data) else b""
