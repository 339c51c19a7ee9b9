"""Find the attachment of a message that can be read: a picture, a video's preview, a document of pages."""

import mimetypes
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Protocol

from telegram import Document, ExternalReplyInfo, Message, PaidMediaPhoto, PhotoSize

from assistant.pictures.library import Origin
from assistant.pictures.refusals import DocumentFault
from assistant.storage import Picture, Source

SAYS_NOTHING = frozenset(
    {
        "application/octet-stream",
        "binary/octet-stream",
        "application/binary",
        "application/download",
        "application/x-download",
        "application/force-download",
        "application/x-force-download",
        "application/unknown",
        "application/x-unknown",
    }
)
"""Types that programs give to any file."""

HEIC_ENDINGS = frozenset({".heic", ".heif", ".hif"})

OTHER_GROUPS = (
    *("audio/", "video/", "font/", "text/", "message/", "model/"),
    *("application/vnd.ms-", "application/vnd.openxmlformats-", "application/vnd.oasis.opendocument."),
)
ARCHIVES = frozenset(
    f"application/{name}"
    for name in (
        *("zip", "x-zip-compressed", "x-zip", "x-tar", "gzip", "x-gzip", "x-bzip2", "x-7z-compressed", "vnd.rar"),
        *("x-rar-compressed", "x-rar"),
    )
)
OTHERS = ARCHIVES | frozenset(
    f"application/{name}"
    for name in (
        *("msword", "rtf", "epub+zip", "json", "xml", "javascript", "x-sh", "x-python-code", "ogg", "x-bittorrent"),
        *("vnd.android.package-archive", "java-archive", "x-msdownload", "x-msdos-program", "x-apple-diskimage"),
    )
)
"""Types that are neither pictures nor documents of pages."""


@dataclass(frozen=True, slots=True)
class Attachment(Origin):
    """A readable file of a message, not yet fetched. `size` is in bytes, None if it is not known."""

    size: int | None


class _File(Protocol):
    @property
    def file_id(self) -> str: ...
    @property
    def file_unique_id(self) -> str: ...
    @property
    def file_size(self) -> int | None: ...


def attachment_of(message: Message) -> Attachment | None:
    """Return the photo in its largest size, the file, or a video's preview; None if nothing can be read.

    A text may reply to a message in another chat; its attachment then comes with the text.
    """
    answered = message.external_reply if message.text else None
    return _attached(message, answered or message)


def preview_of(message: Message) -> Attachment | None:
    """Return the small picture that Telegram shows of a video, or of a file, before it is opened."""
    return _previewed(message, (message.external_reply if message.text else None) or message)


def document_of(page: Picture) -> Attachment:
    """Return the document of a page; of an album only the file itself is a part, not its further pages."""
    return Attachment("page", page.chat, page.message_id, None, page.file_id, page.file_unique_id, None)


def brings_pictures(message: Message, *, documents: bool = True) -> bool:
    """Whether somebody sent a picture (or a document) to be seen; stickers are what people answer each other with."""
    attachment = None if message.text or message.sticker else attachment_of(message)
    wanted = {"photo", "file", "page"} if documents else {"photo", "file"}
    return attachment is not None and attachment.source in wanted


def _attached(message: Message, content: Message | ExternalReplyInfo) -> Attachment | None:
    photo = content.photo or _paid_photo(content)
    if photo:
        return _attachment("photo", message, photo[-1])
    sticker = content.sticker
    moving = content.animation or content.video or content.video_note
    if moving or (sticker and (sticker.is_animated or sticker.is_video)):
        return _previewed(message, content)
    if sticker is not None:  # One that stands still is a WebP image itself.
        return _attachment("file", message, sticker)
    return _of_document(message, content.document) if content.document is not None else None


def _previewed(message: Message, content: Message | ExternalReplyInfo) -> Attachment | None:
    shown = content.animation or content.video or content.video_note or content.sticker or content.document
    if shown is None or shown.thumbnail is None:
        return None
    return _attachment("preview", message, shown.thumbnail)


def _paid_photo(content: Message | ExternalReplyInfo) -> Sequence[PhotoSize]:
    """Return the first photo that has to be paid for, if the bot may see it; else nothing."""
    media = content.paid_media.paid_media if content.paid_media is not None else ()
    return next((one.photo for one in media if isinstance(one, PaidMediaPhoto)), ())


def _of_document(message: Message, document: Document) -> Attachment | None:
    """Return the attachment unless name and type agree that it is something else: its bytes tell what it is.

    Its source is the claim: a "file" may be a picture, a "page" a document. A film's preview is a picture, too.
    """
    claims = claims_of(document)
    if not claims or any(claim.startswith("image/") for claim in claims):
        return _attachment("file", message, document)
    if len(claims) == 2 and all(_is_other(claim) for claim in claims):
        film = document.thumbnail if refused_as(document) is DocumentFault.RECORDING else None
        return None if film is None else _attachment("preview", message, film)
    return _attachment("page", message, document)


def claims_of(document: Document) -> list[str]:
    """Return what a document says that it is, by its type and by its name, as far as they say anything."""
    # Only the ending is shown to it: it would read the name as an address, and some names as broken ones.
    ending = PurePosixPath(document.file_name or "").suffix.lower()
    guess = "image/heic" if ending in HEIC_ENDINGS else mimetypes.guess_type(f"file{ending}")[0]
    stated = (document.mime_type or "").partition(";")[0].strip().lower()
    return [claim for claim in (stated, guess) if claim and claim not in SAYS_NOTHING]


def refused_as(document: Document) -> DocumentFault:
    """Return why a document that is clearly something else cannot be read."""
    claims = claims_of(document)
    if any(claim in ARCHIVES for claim in claims):
        return DocumentFault.ARCHIVE
    return (
        DocumentFault.RECORDING
        if any(claim.startswith(("audio/", "video/")) for claim in claims)
        else DocumentFault.OFFICE
    )


def _is_other(claim: str) -> bool:
    """Whether what is claimed can be neither a picture nor a document of pages."""
    return claim.startswith(OTHER_GROUPS) or claim in OTHERS


def _attachment(source: Source, message: Message, file: _File) -> Attachment:
    place = (message.chat.id, message.message_id, message.media_group_id)
    return Attachment(source, *place, file.file_id, file.file_unique_id, file.file_size)
