"""What is there of a cut file is shown where nearly all is, and marked; else it is damaged."""

import io
import struct

import pytest
from PIL import Image

from model_service import PictureFault, PictureRejected, decode_picture
from tests.cases import PICTURES
from tests.model_service.pictures import encode, noise

KINDS = {
    "JPEG": encode(noise(160, 320), "JPEG", quality=90),
    "progressive": encode(noise(160, 320), "JPEG", quality=90, progressive=True),
    "PNG": encode(noise(160, 320), "PNG"),
    "TIFF": b"",
    "GIF": encode(noise(160, 320), "GIF"),
    "BMP": encode(noise(160, 320), "BMP"),
}


def tiff_with_its_directory_first() -> bytes:
    """Return a TIFF that keeps its directory when its end is cut off."""
    pixels = noise(160, 320).tobytes()
    tags = {256: 160, 257: 320, 259: 1, 262: 2, 277: 3, 278: 320, 279: len(pixels)}
    start = 8 + 2 + 12 * (len(tags) + 2) + 4
    entries = {tag: (4, 1, value) for tag, value in tags.items()} | {273: (4, 1, start + 6), 258: (3, 3, start)}
    packed = b"".join(struct.pack("<HHII", tag, *entries[tag]) for tag in sorted(entries))
    directory = struct.pack("<H", len(entries)) + packed + bytes(4)
    return b"II*\0\x08\0\0\0" + directory + struct.pack("<HHH", 8, 8, 8) + pixels


KINDS["TIFF"] = tiff_with_its_directory_first()


def _must_be_damaged(data: bytes) -> None:
    with pytest.raises(PictureRejected) as refusal:
        decode_picture(data)
    assert refusal.value.fault is PictureFault.TRUNCATED


@pytest.mark.parametrize("kind", KINDS)
def test_a_few_percent_less_are_shown_and_marked(kind: str) -> None:
    """The size is the file's own, the beginning is as it was."""
    data = KINDS[kind]
    cut = decode_picture(data[: int(len(data) * 0.96)])
    assert (cut.flaws, cut.width, cut.height, cut.image.size) == ("cut", 160, 320, (160, 320))
    if kind != "progressive":  # Its last shades are missing everywhere.
        row = 200 if kind == "BMP" else 20  # A BMP begins at its bottom.
        line = (0, row, 160, row + 1)
        assert cut.image.crop(line).tobytes() == decode_picture(data).image.crop(line).tobytes()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("share", [0.3, 0.6, 0.85])
def test_much_less_is_damaged(kind: str, share: float) -> None:
    """Half a page is not guessed at. A progressive JPEG shows all of its picture earlier."""
    share = share * 0.6 if kind == "progressive" else share
    _must_be_damaged(KINDS[kind][: int(len(KINDS[kind]) * share)])


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF"])
def test_a_mere_end_mark_is_not_missed(kind: str) -> None:
    """All pixels are there: nothing is to be said."""
    less = {"JPEG": 2, "PNG": 12, "GIF": 1}[kind]
    whole, cut = decode_picture(KINDS[kind]), decode_picture(KINDS[kind][:-less])
    assert cut.flaws == ""
    assert cut.image.tobytes() == whole.image.tobytes()


def test_a_white_end_of_a_page_is_not_what_is_missing() -> None:
    """Even rows at the bottom are the page's own, unless they are the decoder's grey."""
    page = noise(160, 320)
    page.paste("white", (0, 160, 160, 320))
    assert decode_picture(encode(page, "JPEG")[:-2]).flaws == ""


def test_a_webp_without_its_last_bytes_is_shown() -> None:
    """Its decoder shows nothing or all; of a few bytes less it is all but the last corner."""
    data = encode(noise(160, 320), "WEBP")
    assert decode_picture(data[:-8]).flaws == "cut"
    _must_be_damaged(data[: int(len(data) * 0.9)])


def test_a_progressive_jpeg_of_blurs_is_damaged() -> None:
    """Its first scans show the whole picture, but no print."""
    data = KINDS["progressive"]
    scans = [at for at in range(len(data) - 1) if data[at : at + 2] == b"\xff\xda"]
    _must_be_damaged(data[: scans[2]])


def test_damage_in_the_middle_of_a_png_is_damage() -> None:
    """All bytes are there, but they cannot be unpacked."""
    data = bytearray(KINDS["PNG"])
    data[len(data) // 2 : len(data) // 2 + 40] = bytes(40)
    _must_be_damaged(bytes(data))


def test_an_interlaced_png_is_measured_by_its_bytes() -> None:
    """Its last pass is half of it."""
    data = (PICTURES / "no-iend.png").read_bytes()
    assert decode_picture(data).flaws == ""
    _must_be_damaged(data[: len(data) // 2])


@pytest.mark.parametrize(("name", "flaws"), [("cut-97.jpg", "cut"), ("no-eoi.jpg", ""), ("no-iend.png", "")])
def test_cut_files_that_people_sent_are_read(name: str, flaws: str) -> None:
    """Three percent missing, two bytes missing, the end mark missing."""
    decoded = decode_picture((PICTURES / name).read_bytes())
    assert (decoded.flaws, decoded.image.size) == (flaws, (560, 640))


def test_a_whole_file_has_no_flaw() -> None:
    """Of any kind, with garbage behind it, too."""
    for data in KINDS.values():
        assert decode_picture(data).flaws == ""
        assert decode_picture(data + b"\r\n--boundary--").flaws == ""


def test_a_cut_turned_picture_stands_upright() -> None:
    """EXIF is heeded in spite of all."""
    exif = Image.Exif()
    exif[0x0112] = 6
    buffer = io.BytesIO()
    noise(160, 320).save(buffer, "JPEG", exif=exif)
    cut = decode_picture(buffer.getvalue()[:-900])  # Less than a row of blocks.
    assert (cut.flaws, cut.width, cut.height, cut.image.size) == ("cut", 320, 160, (320, 160))
