"""Of a raw photo the picture is read, never its thumbnail."""

import struct

import pytest
from PIL import Image

from model_service import PictureFault, PictureRejected, decode_picture
from tests.cases import PICTURES
from tests.model_service.pictures import BLUE, RED, corners, encode, near

SENSOR = 32803
Tags = dict[int, int]


def raw(directories: list[tuple[Tags, bytes]], *, children: bool = False, order: str = "<") -> bytes:
    """Return a TIFF of these directories, each with its data; the later ones in a chain, or children of the first."""
    data = (b"II*\0" if order == "<" else b"MM\0*") + bytes(4)
    places, starts = [], []
    for tags, body in directories:
        starts.append(len(data))
        data += body + bytes(len(body) % 2)
        places.append(len(data))
        data += bytes(2 + 12 * (len(tags) + 3) + 4)
    out = bytearray(data)
    struct.pack_into(order + "I", out, 4, places[0])
    for number, (tags, body) in enumerate(directories):
        all_tags = tags | {273: starts[number], 279: len(body)}
        if children and number == 0:
            all_tags[330] = places[1]
        entries = b"".join(struct.pack(order + "HHII", tag, 4, 1, all_tags[tag]) for tag in sorted(all_tags))
        follows = 0 if children or number + 1 == len(places) else places[number + 1]
        directory = struct.pack(order + "H", len(all_tags)) + entries + struct.pack(order + "I", follows)
        out[places[number] : places[number] + len(directory)] = directory
    return bytes(out)


def thumbnail(**more: int) -> tuple[Tags, bytes]:
    """Return a first directory of 8x8 grey pixels that says that it is a small one."""
    tags = {254: 1, 256: 8, 257: 8, 258: 8, 259: 1, 262: 1, 277: 1, 278: 8} | {int(tag[1:]): more[tag] for tag in more}
    return tags, bytes(64)


def picture_in(image: Image.Image, photometric: int = 6) -> tuple[Tags, bytes]:
    """Return a directory that holds a JPEG."""
    tags = {254: 1, 256: image.width, 257: image.height, 258: 8, 259: 7, 262: photometric, 277: 3, 278: image.height}
    return tags, encode(image, "JPEG")


def sensor(width: int = 4000, height: int = 3000) -> tuple[Tags, bytes]:
    """Return a directory of what a sensor saw."""
    return {254: 0, 256: width, 257: height, 258: 16, 259: 1, 262: SENSOR, 277: 1, 278: height}, bytes(100)


@pytest.mark.parametrize("children", [True, False])
@pytest.mark.parametrize("order", ["<", ">"])
def test_the_jpeg_in_a_raw_photo_is_read(order: str, children: bool) -> None:
    """In a directory behind the first, or a child of it."""
    data = raw([thumbnail(), picture_in(corners(1200, 800))], children=children, order=order)
    more = raw([thumbnail(t50706=1), picture_in(corners(1200, 800)), sensor()], order=order)
    for each in (
        (data, more) if not children else (raw([thumbnail(t50706=1), picture_in(corners(1200, 800))], children=True),)
    ):
        decoded = decode_picture(each)
        assert (decoded.width, decoded.height) == (1200, 800)
        assert near(decoded.image, (1100, 700), BLUE)


def test_a_raw_photo_stands_upright() -> None:
    """The turn stands in the first directory."""
    decoded = decode_picture(raw([thumbnail(t50706=1, t274=6), picture_in(corners(1200, 800)), sensor()]))
    assert (decoded.width, decoded.height) == (800, 1200)
    assert near(decoded.image, (790, 10), RED)


@pytest.mark.parametrize(
    "others",
    [[sensor()], [picture_in(corners(160, 120)), sensor()], [({254: 1, 256: 9, 257: 9}, b"\xff\xd8\xff"), sensor()]],
)
def test_a_raw_photo_without_a_picture_is_called_one(others: list[tuple[Tags, bytes]]) -> None:
    """From a thumbnail amounts would be invented."""
    with pytest.raises(PictureRejected) as refusal:
        decode_picture(raw([thumbnail(), *others]))
    assert refusal.value.fault is PictureFault.RAW


@pytest.mark.parametrize(
    "begin", [b"FUJIFILMCCD-RAW 0201", b"FOVb\0\0\2\0", b"\0MRM\0\0", b"\0\0\0\x18ftypcrx \0\0\0\1crx isom"]
)
def test_a_cameras_own_format_is_called_raw(begin: bytes) -> None:
    """Though there may be a JPEG right behind its beginning."""
    with pytest.raises(PictureRejected) as refusal:
        decode_picture(begin + bytes(100) + encode(corners(), "JPEG"))
    assert refusal.value.fault is PictureFault.RAW


def test_a_thumbnail_in_an_ordinary_tiff_is_not_its_picture() -> None:
    """The largest is, where the first one says that it is small; else the first page is."""
    page: Tags = {256: 100, 257: 60, 258: 8, 259: 1, 262: 1, 277: 1, 278: 60}
    small = {tag: value for tag, value in thumbnail()[0].items() if tag != 254}
    data = bytes([9]) * 6000
    assert decode_picture(raw([thumbnail(), (page, data)])).width == 100
    assert decode_picture(raw([(small, bytes(64)), (page, data)])).width == 8


def test_directories_in_a_circle_end() -> None:
    """And so do those that point behind the file."""
    data = bytearray(raw([thumbnail(), sensor()]))
    first = struct.unpack_from("<I", data, 4)[0]
    count = struct.unpack_from("<H", data, first)[0]
    struct.pack_into("<I", data, first + 2 + 12 * count, first)
    assert decode_picture(bytes(data)).width == 8
    struct.pack_into("<I", data, first + 2 + 12 * count, 1 << 31)
    assert decode_picture(bytes(data)).width == 8


def test_the_raw_photo_that_somebody_sent_is_read() -> None:
    """Its first directory is a thumbnail of 112x128."""
    assert decode_picture((PICTURES / "IMG_9000.DNG").read_bytes()).image.size == (560, 640)
