"""A picture in a request: its bytes out of a data URL, and the level of detail that the request names."""

import base64
import binascii
from collections.abc import Callable

from api.protocol import ImageUrl
from api.refusals import invalid
from model_service import Detail, PictureRef, UnknownDetail

DATA = "data:"
AUTO = "auto"

Default = Detail | Callable[[bytes], Detail]
"""The level of a picture for which none is named, or who chooses it."""


def read_picture(image: ImageUrl | str, default: Default, where: str) -> PictureRef:
    """Return the picture that a part holds; `where` names the part.

    Raises:
        Refused: it is at an address, which is not fetched; it is not in Base64; nobody knows that level.
    """
    url, detail = (image, None) if isinstance(image, str) else (image.url, image.detail)
    data = _bytes_of(url, where)
    return PictureRef(data, _or_refuse(lambda: _level(detail, default, data), f"{where}.detail"))


def _bytes_of(url: str, where: str) -> bytes:
    head, comma, content = url.partition(",")
    if not head.casefold().startswith(DATA) or not comma:
        raise invalid("Nothing is fetched: send the picture itself, as data:image/jpeg;base64,...", f"{where}.url")
    if not head.casefold().endswith(";base64"):
        raise invalid("A data URL has to be in Base64: data:image/jpeg;base64,...", f"{where}.url")
    try:
        return base64.b64decode("".join(content.split()), validate=True)
    except binascii.Error:
        raise invalid("The picture is not Base64.", f"{where}.url") from None


def _level(detail: str | int | None, default: Default, data: bytes) -> Detail:
    if detail is not None and detail != AUTO:
        return Detail.parse(str(detail))
    return default if isinstance(default, Detail) else default(data)


def _or_refuse(read: Callable[[], Detail], where: str) -> Detail:
    try:
        return read()
    except UnknownDetail:
        raise invalid("detail is auto, low, standard, fine, high, max or 16 to 1600 tokens.", where) from None
