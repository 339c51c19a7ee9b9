"""Stickers, animations, videos and video notes, with their thumbnails."""

from typing import Literal

from playground.files import Files, Kind, thumbnail
from playground.wire import JSON

Moving = Literal["animation", "video", "video_note"]
KINDS: dict[Moving, Kind] = {"animation": "animations", "video": "videos", "video_note": "video_notes"}
SIDE = 512
SECONDS = 3
FILM = b"a film that nobody decodes here"


def sticker(files: Files, data: bytes, preview: bytes | None, moves: bool) -> JSON:
    """Return the content of a message with a sticker."""
    kept = files.keep(data, "stickers", ".webm" if moves else ".webp").reference()
    small = files.preview(thumbnail(preview) if preview else None)
    traits = {"type": "regular", "width": SIDE, "height": SIDE, "is_animated": False, "is_video": moves}
    return {"sticker": kept | traits | small}


def moving(files: Files, kind: Moving, preview: bytes | None) -> JSON:
    """Return the content of a message with an animation, a video or a video note. An animation is a document, too."""
    kept = files.keep(FILM, KINDS[kind], ".mp4").reference()
    small = files.preview(thumbnail(preview) if preview else None)
    if kind == "video_note":
        return {kind: kept | {"length": SIDE, "duration": SECONDS} | small}
    named = {"file_name": "film.mp4", "mime_type": "video/mp4"}
    content = {kind: kept | {"width": SIDE, "height": SIDE, "duration": SECONDS} | named | small}
    return content | ({"document": kept | named | small} if kind == "animation" else {})
