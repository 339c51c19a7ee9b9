"""Tests of attachments, and of the copies that are kept."""

from typing import Any

import pytest
from PIL import Image
from telegram import Message, Update

from assistant.pictures.normalize import ACROSS, MOST_PIXELS, check_picture
from bot.attachments import Attachment, attachment_of
from model_service import PictureFault, PictureRejected, open_picture
from tests.bot.samples import picture


def message(**content: Any) -> Message:
    """Return a message with this content."""
    data = {"message_id": 1, "date": 1, "chat": {"id": 5, "type": "private"}, **content}
    update = Update.de_json({"update_id": 1, "message": data}, None)
    assert update.message is not None
    return update.message


def file(name: str, size: int = 10) -> dict[str, Any]:
    """Return a file as Telegram describes it."""
    return {"file_id": name, "file_unique_id": f"u{name}", "file_size": size}


def test_the_largest_size_of_a_photo_is_taken() -> None:
    """Telegram sends them smallest first."""
    sizes = [file(name, size) | {"width": size, "height": size} for name, size in (("s", 90), ("m", 320), ("l", 1280))]
    assert attachment_of(message(photo=sizes)) == Attachment("photo", 5, 1, None, "l", "ul", 1280)


@pytest.mark.parametrize(
    "claims",
    [
        {"mime_type": "image/png", "file_name": "a.png"},
        {"mime_type": "application/octet-stream"},
        {"mime_type": "application/octet-stream", "file_name": "scan.jpg"},
        {"file_name": "scan"},
        {"mime_type": "application/pdf", "file_name": "really.jpg"},
        {},
    ],
)
def test_a_file_that_may_be_an_image_is_taken_never_its_thumbnail(claims: dict[str, str]) -> None:
    """The sender's claims only rule out the hopeless."""
    small = file("thumb") | {"width": 90, "height": 90}
    found = attachment_of(message(document=file("full") | {"thumbnail": small} | claims))
    assert found is not None and (found.source, found.file_id) == ("file", "full")


@pytest.mark.parametrize(
    "content",
    [
        {"text": "Hi"},
        {"document": file("x") | {"mime_type": "application/zip", "file_name": "a.zip"}},
        {"document": file("x") | {"mime_type": "video/mp4", "file_name": "a.mp4"}},
        {
            "document": file("x") | {"mime_type": "image/gif"},
            "animation": file("x") | {"width": 1, "height": 1, "duration": 1},
        },
    ],
)
def test_what_is_no_picture_is_left(content: dict[str, Any]) -> None:
    """Texts, documents, videos and Telegram's animations."""
    assert attachment_of(message(**content)) is None


@pytest.mark.parametrize(("kind", "suffix"), [("JPEG", "jpg"), ("PNG", "png")])
def test_a_small_simple_picture_is_kept_as_it_came(kind: str, suffix: str) -> None:
    """No second compression."""
    data = picture(kind=kind)
    checked = check_picture(data)
    assert (checked.copy, checked.suffix, checked.width, checked.height) == (data, suffix, 320, 240)


@pytest.mark.parametrize(("width", "height"), [(4000, 3000), (3000, 4500), (7000, 2500)])
def test_a_large_picture_is_bounded_and_keeps_its_shape(width: int, height: int) -> None:
    """The sizes that are told are the original's; a long one keeps 2000 pixels across."""
    checked = check_picture(picture(width, height, kind="BMP"))
    kept = open_picture(checked.copy).size
    assert kept[0] * kept[1] <= MOST_PIXELS * 1.01 or min(kept) == ACROSS
    assert kept[0] / kept[1] == pytest.approx(width / height, rel=0.02)
    assert (checked.width, checked.height) == (width, height)


@pytest.mark.parametrize(("width", "height"), [(1080, 7000), (7000, 300), (300, 9000)])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_long_picture_is_kept_at_its_full_size(width: int, height: int, mode: str) -> None:
    """It is read in parts, each for itself."""
    checked = check_picture(picture(width, height, kind="TIFF", mode=mode))
    assert open_picture(checked.copy).size == (checked.width, checked.height) == (width, height)


def test_the_copy_is_upright() -> None:
    """Readers of it need no EXIF."""
    exif = Image.Exif()
    exif[0x0112] = 6
    checked = check_picture(picture(320, 240, kind="JPEG", exif=exif))
    assert (checked.width, checked.height) == (240, 320)
    assert open_picture(checked.copy).size == (240, 320)


@pytest.mark.parametrize("mode", ["RGBA", "P", "LA", "1", "CMYK"])
def test_odd_modes_become_plain_jpeg(mode: str) -> None:
    """Alpha, palettes and ink are dealt with once."""
    checked = check_picture(picture(kind="TIFF" if mode == "CMYK" else "PNG", mode=mode))
    assert checked.suffix == "jpg"
    assert open_picture(checked.copy).size == (320, 240)


def test_bad_bytes_are_refused() -> None:
    """With the reason."""
    with pytest.raises(PictureRejected) as caught:
        check_picture(b"a letter")
    assert caught.value.fault is PictureFault.NOT_A_PICTURE
