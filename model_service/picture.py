"""Bytes from a stranger become an upright RGB picture, or are refused with a reason."""

import contextlib
import io
import warnings

import numpy as np
from PIL import Image, ImageChops, ImageOps
from PIL.TiffImagePlugin import TILELENGTH, TILEWIDTH, TiffImageFile

from model_service.errors import PictureFault, PictureRejected

MAX_BYTES = 128 * 1024 * 1024
"""The largest file, in bytes. Telegram hands out 20 MiB, a Bot API server of one's own much more."""

MAX_PIXELS = 50_000_000
"""The most pixels, read from the header before anything is decoded."""

MAX_ASPECT = 50
"""The longest shape: one side at most this many times the other."""

MIN_SIDE = 2
"""The shortest side, in pixels."""

MOST_SCANS = 500
"""The most scans of a JPEG. Usual are one to ten; each goes over the whole picture again."""

# MPO, a JPEG with a second one behind it as many phones write it, is reached through JPEG.
_FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF")
_ANIMATED_FORMATS = frozenset({"GIF", "WEBP", "PNG"})
_SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF", b"BM", b"II*\0", b"MM\0*", b"GIF8")
_SIXTEEN_BITS = 65535
_START_OF_SCAN = b"\xff\xda"


def open_picture(data: bytes) -> Image.Image:
    """Decode a JPEG, PNG, WebP, BMP, TIFF or GIF into an upright picture in mode RGB.

    The EXIF orientation is applied, transparency laid on white, 16-bit grey scaled to 8 bits, CMYK converted. Of a
    TIFF with several pages the first is read; a GIF, WebP or PNG with several frames is refused.

    Raises:
        PictureRejected: whatever is wrong with the bytes; nothing else is raised.
    """
    if len(data) > MAX_BYTES:
        raise PictureRejected(PictureFault.TOO_MANY_BYTES, f"{len(data)} bytes, at most {MAX_BYTES}")
    with warnings.catch_warnings():
        # Pillow warns of odd metadata and of sizes that are judged below; a verdict must not hang on warning filters.
        warnings.filterwarnings("ignore", module=r"PIL\.")
        with _open(data) as image:
            _check(image)
            _check_work(image, data)
            _decode(image)
            return _to_rgb(image)


def _open(data: bytes) -> Image.Image:
    try:
        return Image.open(io.BytesIO(data), formats=_FORMATS)
    except Image.DecompressionBombError as error:
        raise PictureRejected(PictureFault.TOO_MANY_PIXELS, str(error)) from error
    except Exception as error:
        torn = data.startswith(_SIGNATURES)
        raise PictureRejected(PictureFault.TRUNCATED if torn else PictureFault.NOT_A_PICTURE, str(error)) from error


def _check(image: Image.Image) -> None:
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise PictureRejected(PictureFault.TOO_MANY_PIXELS, f"{width}x{height}, at most {MAX_PIXELS} pixels")
    if min(width, height) < MIN_SIDE or max(width, height) > MAX_ASPECT * min(width, height):
        raise PictureRejected(PictureFault.TOO_NARROW, f"{width}x{height}")
    if image.format in _ANIMATED_FORMATS and _moves(image):
        raise PictureRejected(PictureFault.ANIMATED, str(image.format))


def _moves(image: Image.Image) -> bool:
    try:
        return bool(getattr(image, "is_animated", False))
    except Exception as error:
        raise PictureRejected(PictureFault.TRUNCATED, str(error)) from error


def _check_work(image: Image.Image, data: bytes) -> None:
    """Refuse what would take far more memory or time than the picture's size says."""
    if image.format in {"JPEG", "MPO"} and data.count(_START_OF_SCAN) > MOST_SCANS:
        raise PictureRejected(PictureFault.TRUNCATED, f"a JPEG of more than {MOST_SCANS} scans")
    # A tile is decoded whole, however little of it is in the picture.
    if isinstance(image, TiffImageFile) and _tile_pixels(image) > MAX_PIXELS:
        raise PictureRejected(PictureFault.TOO_MANY_PIXELS, f"a tile of more than {MAX_PIXELS} pixels")


def _tile_pixels(image: TiffImageFile) -> int:
    """Return the pixels of a TIFF's tiles, by its header; 0 where it has none."""
    try:
        return int(image.tag_v2.get(TILEWIDTH, 0)) * int(image.tag_v2.get(TILELENGTH, 0))
    except Exception as error:
        raise PictureRejected(PictureFault.TRUNCATED, str(error)) from error


def _decode(image: Image.Image) -> None:
    try:
        image.load()
    except Exception as error:
        raise PictureRejected(PictureFault.TRUNCATED, str(error)) from error
    with contextlib.suppress(Exception):  # A torn EXIF block costs the rotation, not the picture.
        ImageOps.exif_transpose(image, in_place=True)


def _to_rgb(image: Image.Image) -> Image.Image:
    try:
        if image.mode.startswith("I") or image.mode == "F":
            return _scale_deep_grey(image).convert("RGB")
        if image.mode == "CMYK":
            return _upright_ink(image).convert("RGB")
        if image.has_transparency_data:
            return _on_white(image.convert("RGBA"))
        return image.convert("RGB")
    except Exception as error:
        raise PictureRejected(PictureFault.NOT_A_PICTURE, f"mode {image.mode}: {error}") from error


def _scale_deep_grey(image: Image.Image) -> Image.Image:
    """Map grey of more than 8 bits to 0-255; Pillow's own conversion clips at 255."""
    grey = np.nan_to_num(np.array(image, dtype=np.float32), copy=False, posinf=0.0, neginf=0.0)
    low, high = float(grey.min()), float(grey.max())
    if image.mode != "F" and low >= 0 and high <= _SIXTEEN_BITS:
        low, high = 0.0, float(_SIXTEEN_BITS)
    grey -= low  # In place: a copy of a large picture takes 200 MB.
    grey *= 255.0 / ((high - low) or 1.0)
    return Image.fromarray(np.rint(grey, out=grey).clip(0, 255, out=grey).astype(np.uint8))


def _upright_ink(image: Image.Image) -> Image.Image:
    """Undo Pillow's inversion where it was wrong: it takes every CMYK JPEG for Adobe's, which stores ink inverted."""
    inverted_wrongly = image.format in {"JPEG", "MPO"} and "adobe" not in image.info
    return ImageChops.invert(image) if inverted_wrongly else image


def _on_white(image: Image.Image) -> Image.Image:
    background = Image.new("RGB", image.size, "white")
    background.paste(image, mask=image.getchannel("A"))
    return background
