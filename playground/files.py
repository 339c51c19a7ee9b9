"""Files as Telegram keeps them: uploads, and photos recompressed in several sizes."""

import base64
import hashlib
import io
import itertools
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Literal

from PIL import Image, ImageOps

from playground.limits import DOWNLOAD_BYTES, PHOTO_RATIO, PHOTO_SIDES
from playground.wire import JSON, bad_request

PHOTO_LONG_SIDES = (90, 320, 800, 1280)
THUMBNAIL_SIDE = 320
THUMBNAIL_PIXELS = 20_000_000
JPEG_QUALITY = 87
Kind = Literal["photos", "documents", "thumbnails", "stickers", "videos", "animations", "video_notes", "voice"]
PREFIX: dict[Kind, bytes] = {
    "photos": b"\x00\x02", "documents": b"\x00\x05", "thumbnails": b"\x00\x03", "stickers": b"\x00\x08",
    "videos": b"\x00\x04", "animations": b"\x00\x0a", "video_notes": b"\x00\x0d",
    "voice": b"\x00\x03",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stored:
    """A file on the server. `path` is the answer of getFile."""

    file_id: str
    file_unique_id: str
    path: str
    data: bytes

    def reference(self) -> JSON:
        """The fields that identify every kind of file."""
        return {"file_id": self.file_id, "file_unique_id": self.file_unique_id, "file_size": len(self.data)}


@dataclass(frozen=True, slots=True)
class Scaled:
    """One size of a photo, in pixels, as a file's bytes."""

    width: int
    height: int
    data: bytes


class Files:
    """Every file that the server holds, by file_id and by path."""

    def __init__(self) -> None:
        self._by_id: dict[str, Stored] = {}
        self._by_path: dict[str, Stored] = {}
        self._sent: dict[str, Any] = {}
        self._numbers = itertools.count()

    def keep(self, data: bytes, kind: Kind, suffix: str) -> Stored:
        """Store bytes. As in Telegram, each upload gets a new file_id; the same bytes share a file_unique_id."""
        number = next(self._numbers)
        digest = hashlib.sha256(kind.encode() + data).digest()
        unique = encode(PREFIX[kind] + digest[:9])
        file_id = encode(PREFIX[kind] + digest + number.to_bytes(4, "big") + b"\x36\x04")
        stored = Stored(f"AgAC{file_id}", f"AQAD{unique}", f"{kind}/file_{number}{suffix}", data)
        self._by_id[stored.file_id] = self._by_path[stored.path] = stored
        return stored

    def photo(self, sizes: list[Scaled]) -> list[JSON]:
        """Store a photo's sizes; return the PhotoSize objects, smallest first."""
        photo = [
            self.keep(size.data, "photos", ".jpg").reference() | {"width": size.width, "height": size.height}
            for size in sizes
        ]
        self._sent |= {size["file_id"]: photo for size in photo}
        return photo

    def document(self, data: bytes, filename: str, mime: str, thumbnail: Scaled | None = None) -> JSON:
        """Store a file sent as such; return the Document object."""
        document = self.keep(data, "documents", PurePosixPath(filename).suffix).reference()
        document |= {"file_name": filename, "mime_type": mime}
        document |= self.preview(thumbnail)
        self._sent[document["file_id"]] = document
        return document

    def preview(self, thumbnail: Scaled | None) -> JSON:
        """Return an object's field for its thumbnail, if it has one."""
        if thumbnail is None:
            return {}
        small = self.keep(thumbnail.data, "thumbnails", ".jpg").reference()
        return {"thumbnail": small | {"width": thumbnail.width, "height": thumbnail.height}}

    def again(self, file_id: str, kind: Literal["Photo", "Document"]) -> Any:
        """Return the PhotoSize list or the Document sent under this id. Raises Refused for another kind."""
        if file_id.startswith(("http://", "https://")):
            raise bad_request("failed to get HTTP URL content")
        self.find(file_id)
        sent = self._sent.get(file_id)
        if isinstance(sent, list) != (kind == "Photo"):
            raise bad_request(f"can't use file of this type as {kind}")
        return sent

    def find(self, file_id: str) -> Stored:
        """Return the file of this id. Raises Refused if there is none."""
        if file_id not in self._by_id:
            raise bad_request("wrong file_id or the file is temporarily unavailable")
        return self._by_id[file_id]

    def at(self, path: str) -> Stored | None:
        """Return the file at a path from getFile."""
        return self._by_path.get(path)

    def describe(self, file_id: str) -> JSON:
        """Return the File object that leads to a download. Raises Refused over 20 MiB."""
        stored = self.find(file_id)
        if len(stored.data) > DOWNLOAD_BYTES:
            raise bad_request("file is too big")
        return stored.reference() | {"file_path": stored.path}


def encode(value: bytes) -> str:
    """Encode bytes in the letters of a file_id."""
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def photo_sizes(data: bytes, *, from_bot: bool = False) -> list[Scaled]:
    """Scale a photo as Telegram does: JPEG without metadata, long side at most 1280, in up to four sizes.

    Raises OSError for bytes that are no picture and ValueError for sides that Telegram does not take from a bot (an
    app shrinks a photo before it sends it).
    """
    with Image.open(io.BytesIO(data)) as opened:
        picture = on_white(ImageOps.exif_transpose(opened))
    width, height = picture.size
    extreme = width + height > PHOTO_SIDES or max(width, height) > PHOTO_RATIO * min(width, height)
    if from_bot and extreme:
        raise ValueError(f"{width}x{height} pixels")
    smaller = [side for side in PHOTO_LONG_SIDES[:-1] if side < max(width, height)]
    return [scaled(picture, side) for side in (*smaller, min(PHOTO_LONG_SIDES[-1], max(width, height)))]


def thumbnail(data: bytes) -> Scaled | None:
    """Return the thumbnail of an image sent as a file; None if it is no picture, or a huge one."""
    try:
        with Image.open(io.BytesIO(data)) as opened:
            if opened.width * opened.height > THUMBNAIL_PIXELS:
                return None
            opened.draft("RGB", (THUMBNAIL_SIDE, THUMBNAIL_SIDE))
            return scaled(on_white(ImageOps.exif_transpose(opened)), THUMBNAIL_SIDE)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return None


def on_white(picture: Image.Image) -> Image.Image:
    """Convert to RGB; transparent pixels become white."""
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    behind = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(behind, picture.convert("RGBA")).convert("RGB")


def scaled(picture: Image.Image, long_side: int) -> Scaled:
    """Encode a JPEG whose longer side has at most this many pixels."""
    factor = min(1.0, long_side / max(picture.size))
    size = (max(1, round(picture.width * factor)), max(1, round(picture.height * factor)))
    small = picture if size == picture.size else picture.resize(size, Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=JPEG_QUALITY)
    return Scaled(*size, buffer.getvalue())
