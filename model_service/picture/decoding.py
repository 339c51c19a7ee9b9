"""Decode a picture of any format that is read, as far as it is there, within bounds of memory and time."""

import contextlib
import io
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PIL import Image

from model_service.errors import PictureFault, PictureRejected
from model_service.picture import avif, damage, jpeg2000, tiff
from model_service.picture.bounds import check_jpeg, check_others, check_shape, check_tiff, step_of
from model_service.picture.colour import to_rgb
from model_service.picture.jpeg import Jpeg, ended, read_jpeg, without_metadata
from model_service.picture.png import read_png
from model_service.picture.signatures import recognize

MAX_BYTES = 128 * 1024 * 1024
"""The largest file, in bytes. Telegram hands out 20 MiB, a Bot API server of one's own much more."""

CUT = "cut"
"""The flaw of a picture of which a little is missing at the end of its file."""

LEAST_PREVIEW = 1000
"""The least longer side, in pixels, of the JPEG in a raw photo, for it to be read in its place."""

_ORIENTATION = 0x0112
"""The EXIF tag that says which way is up; 1 is upright."""

_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What makes a picture upright, by its EXIF orientation."""

_PILLOW = {"WebP": "WEBP", "JPEG 2000": "JPEG2000"}
"""Pillow's names of formats, where they are other ones."""

_MAY_MOVE = frozenset({"GIF", "WebP", "AVIF"})

Image.MAX_IMAGE_PIXELS = None  # `bounds` judges instead, by what a pixel takes.


@dataclass(frozen=True, slots=True)
class DecodedPicture:
    """An upright picture in mode RGB. `width`, `height` are the file's own, in pixels; a very large one is reduced.

    `flaws` are words that say what of the file cannot be seen: CUT.
    """

    image: Image.Image
    width: int
    height: int
    flaws: str = ""


def open_picture(data: bytes) -> Image.Image:
    """Return the image of `decode_picture`: upright, in mode RGB.

    Raises:
        PictureRejected: whatever is wrong with the bytes; nothing else is raised.
    """
    return decode_picture(data).image


def decode_picture(data: bytes) -> DecodedPicture:
    """Decode a JPEG, PNG, WebP, BMP, TIFF, GIF, AVIF or JPEG 2000, or the picture in a raw photo.

    The EXIF orientation is applied, transparency laid on what its ink stands out from, grey of more than 8 bits scaled,
    CMYK converted. Of a TIFF with several pages the first is read; a GIF, WebP, PNG or AVIF with several frames is
    refused. Of a file whose last bit is missing what is there is shown.

    Raises:
        PictureRejected: whatever is wrong with the bytes; nothing else is raised.
    """
    if len(data) > MAX_BYTES:
        raise PictureRejected(PictureFault.TOO_MANY_BYTES, f"{len(data)} bytes, at most {MAX_BYTES}")
    with warnings.catch_warnings():
        # Pillow warns of odd metadata and of sizes that are judged here; a verdict must not hang on warning filters.
        warnings.filterwarnings("ignore", module=r"PIL\.")
        try:
            format, start = recognize(data)
            data = data[start:]
            decode = _DECODERS.get(format)
            return _decode_other(data, format) if decode is None else decode(data)
        except PictureRejected:
            raise
        except Exception as error:
            raise PictureRejected(PictureFault.TRUNCATED, f"{type(error).__name__}: {error}") from error


def _decode_jpeg(data: bytes, turn: int = 1) -> DecodedPicture:
    """Decode a JPEG; `turn` is the orientation where it gives none itself."""
    jpeg = read_jpeg(data)
    if not jpeg.scans:
        raise _unreadable("JPEG", early=not jpeg.ended)
    try:
        image = _open(data if jpeg.ended else ended(data), "JPEG", early=False)
    except PictureRejected:  # Perhaps nothing but its metadata is wrong.
        image = _open(without_metadata(data, jpeg), "JPEG", early=not jpeg.ended)
    with image:
        check_shape(image)
        check_jpeg(image, data, jpeg)
        size, step = image.size, step_of(image)
        if step > 1:
            image.draft(None, (-(-image.width // step), -(-image.height // step)))
        if not _load(image):
            raise _unreadable("JPEG", early=not jpeg.ended or jpeg.is_picture)
        decoded = to_rgb(image)
        missing = 0.0 if jpeg.ended else _missing_of_jpeg(decoded, jpeg)
        return _upright(decoded, size, _orientation(image, turn), _flaws(missing))


def _missing_of_jpeg(decoded: Image.Image, jpeg: Jpeg) -> float:
    """Return the share of a JPEG without an end that is missing; of what has several scans it is a guess."""
    if len(jpeg.scans) == 1:
        return damage.grey_share(decoded)
    return damage.MOST_MISSING if jpeg.shows_all() else 1.0


def _decode_png(data: bytes) -> DecodedPicture:
    png = read_png(data)
    if png.frames > 1:
        raise PictureRejected(PictureFault.ANIMATED, "PNG")
    with _open(png.plain, "PNG", early=not png.ended) as image:
        check_shape(image)
        check_others(image, data)
        return _finish(image, "" if _load(image) else _flaws(1.0 - png.share()))


def _decode_tiff(data: bytes) -> DecodedPicture:
    found = tiff.read_tiff(data)
    chosen = tiff.largest(found)
    if found.raw and (chosen is None or chosen.is_small or chosen.is_stream(data)):
        return _decode_raw(data, found)
    if chosen is None:
        raise _unreadable("TIFF", early=True)
    early = chosen.missing(len(data)) > 0
    with _open(tiff.begins_at(data, chosen), "TIFF", early=early) as image:
        check_shape(image)
        check_tiff(image, data, chosen)
        flaws = "" if _load(image) else _flaws(_empty(image, "TIFF", early=early))
        turn = 1 if chosen.orientation else found.orientation  # Pillow heeds its own.
        return _finish(image, flaws, turn=turn, white_is_zero=chosen.white_is_zero)


def _decode_raw(data: bytes, found: tiff.Tiff) -> DecodedPicture:
    """Decode the JPEG that a camera put into a raw photo to be looked at, if it is not a mere thumbnail."""
    preview = tiff.largest_jpeg(data, found)
    decoded = _decode_jpeg(preview, found.orientation) if preview else None
    if decoded is None or max(decoded.width, decoded.height) < LEAST_PREVIEW:
        raise PictureRejected(PictureFault.RAW, "no JPEG in it" if decoded is None else "only a thumbnail in it")
    return decoded


def _decode_other(data: bytes, format: str) -> DecodedPicture:
    early, flaws = damage.ends_early(data, format), ""
    if format == "WebP" and early and (whole := damage.padded_webp(data)):
        data, flaws = whole, CUT
    with _open(data, format, early=early) as image:
        check_shape(image)
        size = image.size
        power = jpeg2000.reduce(image, data) if format == "JPEG 2000" else 0
        check_others(image, data, power)
        if format in _MAY_MOVE and _moves(image):
            raise PictureRejected(PictureFault.ANIMATED, format)
        if format == "AVIF":
            avif.check_frames(data, size)
        if not _load(image):
            flaws = _flaws(_empty(image, format, early=early))
        return _finish(image, flaws, size)


_DECODERS: Mapping[str, Callable[[bytes], DecodedPicture]] = {
    "JPEG": _decode_jpeg,
    "PNG": _decode_png,
    "TIFF": _decode_tiff,
}


def _open(data: bytes, format: str, *, early: bool) -> Image.Image:
    """Read a picture's header. If that fails, what is to blame is a file that ends `early`, or an unusual kind."""
    try:
        return Image.open(io.BytesIO(data), formats=(_PILLOW.get(format, format),))
    except Exception as error:
        raise _unreadable(format, early=early) from error


def _unreadable(format: str, *, early: bool) -> PictureRejected:
    fault = PictureFault.TRUNCATED if early else PictureFault.UNUSUAL
    return PictureRejected(fault, f"a {format}", format=format)


def _load(image: Image.Image) -> bool:
    """Decode the pixels; return whether that went well. If not, those that were decoded before can be used."""
    try:
        image.load()
    except Exception as error:
        if image._im is None or image._im.size != image.size:
            raise PictureRejected(PictureFault.TRUNCATED, str(error)) from error
        image.tile = []  # type: ignore[attr-defined]
        return False
    return True


def _empty(image: Image.Image, format: str, *, early: bool) -> float:
    """Return the share of a picture that was not decoded. If that is all of a whole file, its kind is unusual."""
    share = damage.empty_share(image)
    if share == 1.0:
        raise _unreadable(format, early=early)
    return share


def _flaws(missing: float) -> str:
    """Return the flaws of a picture of which a share is missing; refuse it if that is much."""
    if missing > damage.MOST_MISSING:
        raise PictureRejected(PictureFault.TRUNCATED, f"{missing:.0%} are missing")
    return CUT if missing else ""


def _moves(image: Image.Image) -> bool:
    try:
        return bool(getattr(image, "is_animated", False))
    except Exception:  # A second frame that cannot be read is none.
        return False


def _finish(
    image: Image.Image, flaws: str, size: tuple[int, int] | None = None, turn: int = 1, *, white_is_zero: bool = False
) -> DecodedPicture:
    """Return a loaded picture as it is to be seen; `size` is the file's own, where it was decoded smaller."""
    size = size or image.size
    turn = _orientation(image, turn)
    return _upright(to_rgb(image, step_of(image), white_is_zero=white_is_zero), size, turn, flaws)


def _orientation(image: Image.Image, default: int = 1) -> int:
    with contextlib.suppress(Exception):  # A torn EXIF block costs the rotation, not the picture.
        found = image.getexif().get(_ORIENTATION, 1)
        return found if found in _UPRIGHT else default
    return default


def _upright(decoded: Image.Image, size: tuple[int, int], turn: int, flaws: str) -> DecodedPicture:
    width, height = size
    if turn in _UPRIGHT:
        decoded = decoded.transpose(_UPRIGHT[turn])
    if turn >= 5:
        width, height = height, width
    return DecodedPicture(decoded, width, height, flaws)
