"""Refuse what would take more memory or time than one picture may, before anything is decoded."""

from PIL import Image

from model_service.errors import PictureFault, PictureRejected
from model_service.picture.jpeg import Jpeg
from model_service.picture.tiff import Directory

MOST_MEMORY = 450 * 1024**2
"""The most memory, in bytes, for a picture as its decoder keeps it; the file and the result come on top."""

MOST_JPEG_MEMORY = 625 * 1024**2
"""The same for a JPEG, beside which nothing large is made: the coefficients of 200 megapixels in several scans."""

USUAL_BYTES, FILES = 20 * 1024**2, 2
"""The bytes of a file that these limits leave room for; of a larger one, the copies that come on top."""

MOST_DECODED = 40_000_000
"""The most pixels of a decoded picture; a larger one is decoded two, three ... times smaller."""

LARGE = 20_000_000
"""The pixels from which on a JPEG 2000 is decoded at half its resolution: its decoder takes 19 bytes for each."""

MOST_WORK = 3_500_000_000
"""The most work (`Jpeg.work`) that a JPEG may make: two seconds or so. 200 megapixels in ten scans make 2.8e9."""

MOST_SCANS = 500
"""The most scans of a JPEG, however small it is. Usual are one to ten."""

MOST_RUNS_PIXELS, MOST_RUNS_BYTES = 10_000_000, 4 * 1024**2
"""The most of a BMP whose runs are packed: Pillow unpacks them in Python."""

MOST_BLOCK = 16 * 1024**2
"""The most bytes of a TIFF's strip or tile, beyond what its pixels take: it is decoded whole."""

MAX_ASPECT = 200
"""The longest shape: one side at most this many times the other."""

MIN_SIDE = 2
"""The shortest side, in pixels."""

_RUNS = frozenset({1, 2})
"""A BMP's compressions that Pillow unpacks in Python."""

_REDUCED_BY_JPEG = (1, 2, 4, 8)
_BYTES = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16B": 2, "I;16L": 2, "I;16N": 2}
"""Bytes of a pixel in Pillow's memory, by mode; 4 in all others."""

_BESIDE = {"WEBP": 12, "AVIF": 10, "JPEG2000": 15}
"""Bytes of a pixel that decoders keep besides: canvases, planes, samples of 32 bits."""


def check_shape(image: Image.Image) -> None:
    """Refuse what has a size that nothing can be seen in.

    Raises:
        PictureRejected: TOO_SMALL or TOO_NARROW.
    """
    width, height = image.size
    if min(width, height) < MIN_SIDE:
        raise PictureRejected(PictureFault.TOO_SMALL, f"{width}x{height}", width=width, height=height)
    if max(width, height) > MAX_ASPECT * min(width, height):
        raise PictureRejected(PictureFault.TOO_NARROW, f"{width}x{height}", most=MAX_ASPECT)


def step_of(image: Image.Image) -> int:
    """Return how many times smaller a picture is decoded: in width, and in height."""
    pixels = image.width * image.height
    steps = _REDUCED_BY_JPEG if image.format in {"JPEG", "MPO"} else range(1, 1000)
    return next((step for step in steps if pixels <= MOST_DECODED * step**2), steps[-1])


def check_jpeg(image: Image.Image, data: bytes, jpeg: Jpeg) -> None:
    """Refuse a JPEG that takes too long, or whose decoder would keep too much.

    Raises:
        PictureRejected: TOO_MUCH or TOO_MANY_PIXELS.
    """
    if len(jpeg.scans) > MOST_SCANS or jpeg.work() > MOST_WORK:
        raise PictureRejected(PictureFault.TOO_MUCH, f"{len(jpeg.scans)} scans over {jpeg.size[0]}x{jpeg.size[1]}")
    kept = 2 * jpeg.samples() if jpeg.kept_whole else 0
    needed = kept + _native(image) * image.width * image.height // step_of(image) ** 2
    _check_memory(image, data, needed, MOST_JPEG_MEMORY)


def check_tiff(image: Image.Image, data: bytes, directory: Directory) -> None:
    """Refuse a TIFF whose pixels are too many, or in strips or tiles that are far larger than it.

    Raises:
        PictureRejected: TOO_MUCH or TOO_MANY_PIXELS.
    """
    copies = 2 if directory.orientation > 1 else 1  # Pillow turns it.
    if directory.block_bytes() > MOST_BLOCK + 8 * image.width * image.height:
        raise PictureRejected(PictureFault.TOO_MUCH, f"a tile of {directory.block_bytes()} bytes")
    _check_memory(image, data, directory.block_bytes() + copies * _native(image) * image.width * image.height)


def check_others(image: Image.Image, data: bytes, power: int = 0) -> None:
    """Refuse a picture of any other format whose pixels are too many; it is halved in decoding `power` times.

    Raises:
        PictureRejected: TOO_MUCH or TOO_MANY_PIXELS.
    """
    pixels = image.width * image.height
    if (
        image.info.get("compression") in _RUNS
        and image.format == "BMP"
        and (pixels > MOST_RUNS_PIXELS or len(data) > MOST_RUNS_BYTES)
    ):
        raise PictureRejected(PictureFault.TOO_MUCH, f"a BMP of {image.width}x{image.height} in runs")
    _check_memory(image, data, (pixels >> 2 * power) * (_native(image) + _BESIDE.get(image.format or "", 0)))


def _native(image: Image.Image) -> int:
    return _BYTES.get(image.mode, 4)


def _check_memory(image: Image.Image, data: bytes, needed: int, most: int = MOST_MEMORY) -> None:
    most -= max(0, FILES * (len(data) - USUAL_BYTES))
    if needed > most:
        pixels = image.width * image.height
        detail = f"{image.format} {image.mode} {image.width}x{image.height} takes {needed >> 20} MiB"
        readable = max(0, int(pixels * most / needed / 1e6))
        raise PictureRejected(PictureFault.TOO_MANY_PIXELS, detail, megapixels=-(-pixels // 1_000_000), most=readable)
