"""Find the attachment of a message that can be read: a picture, a video's preview, a document of pages."""

import mimetypes
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Protocol

from telegram import Document, ExternalReplyInfo, Message, PaidMediaPhoto, PhotoSize

from assistant.pictures.library import Origin
from assistant.storage import Picture, Source

PDF = "application/pdf"


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
    """Return the attachment unless its claimed type rules it out; the bytes decide later."""
    # Only the ending is shown to it: it would read the name as an address, and some names as broken ones.
    guess = mimetypes.guess_type(f"file{PurePosixPath(document.file_name or '').suffix}")[0]
    claims = [claim for claim in (document.mime_type, guess) if claim and claim != "application/octet-stream"]
    if claims and all(claim == PDF for claim in claims):
        return _attachment("page", message, document)
    may_be_image = not claims or any(claim.startswith("image/") for claim in claims)
    return _attachment("file", message, document) if may_be_image else None


def _attachment(source: Source, message: Message, file: _File) -> Attachment:
    place = (message.chat.id, message.message_id, message.media_group_id)
    return Attachment(source, *place, file.file_id, file.file_unique_id, file.file_size)
