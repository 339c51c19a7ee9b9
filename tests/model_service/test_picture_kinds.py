"""A picture is known by its bytes; what is not read is called by its name."""

import zlib

import pytest
from PIL import Image

from model_service import PictureFault, PictureRejected, open_picture
from tests.cases import PICTURES
from tests.model_service.pictures import corners, encode

FOREIGN = {
    "JPEG XL": b"\xff\x0a" + bytes(100),
    "Photoshop": b"8BPS\0\1" + bytes(100),
    "SVG": b'<?xml version="1.0"?>\n<!-- drawn -->\n<svg xmlns="http://www.w3.org/2000/svg"/>',
    "EPS": b"%!PS-Adobe-3.0 EPSF-3.0\n",
    "ICO": encode(corners(32, 32), "ICO"),
    "PNM": encode(corners(), "PPM"),
    "DDS": encode(corners(), "DDS"),
    "QOI": encode(corners(), "QOI"),
    "DICOM": bytes(128) + b"DICM" + bytes(100),
    "OpenEXR": b"\x76\x2f\x31\x01" + bytes(100),
}
JPEG_INSIDE = encode(corners(), "JPEG")
NO_PICTURES = {
    "a sound": b"RIFF\x24\0\0\0WAVEfmt " + bytes(100),
    "a video": b"RIFF\x24\0\0\0AVI LIST" + bytes(100),
    "a film": b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(100),
    "a text": b"BM is how this letter begins, and it goes on for a while. " * 9,
    "a number": b"BM" + bytes(100),
    "a song with a cover": b"ID3\3\0\0\0\0\0\x50APIC" + JPEG_INSIDE,
    "an archive of a photo": b"PK\3\4" + bytes(26) + b"a.jpg" + JPEG_INSIDE,
    "a PDF with a photo": b"%PDF-1.4\n1 0 obj stream\n" + JPEG_INSIDE,
    "an archive": zlib.compress(b"x") + bytes(100),
}


def _refused(data: bytes) -> PictureRejected:
    with pytest.raises(PictureRejected) as refusal:
        open_picture(data)
    return refusal.value


@pytest.mark.parametrize("name", FOREIGN)
def test_a_format_that_is_not_read_is_named(name: str) -> None:
    """It is a picture, so it is not called none; nor is it damaged."""
    refusal = _refused(FOREIGN[name])
    assert (refusal.fault, refusal.facts) == (PictureFault.FOREIGN, {"format": name})


@pytest.mark.parametrize("brand", [b"heic", b"heix", b"mif1", b"msf1"])
def test_a_heic_picture_is_called_one(brand: bytes) -> None:
    """By its brands; whatever it holds is decoded elsewhere, or not at all."""
    head = b"\0\0\0\x18ftyp" + brand + b"\0\0\0\0mif1heic"
    assert _refused(head + bytes(100)).fault is PictureFault.HEIC


@pytest.mark.parametrize("name", NO_PICTURES)
def test_what_only_begins_like_a_picture_is_none(name: str) -> None:
    """RIFF is also a sound, BM any text; and a picture inside something else is not what was sent."""
    assert _refused(NO_PICTURES[name]).fault is PictureFault.NOT_A_PICTURE


@pytest.mark.parametrize("junk", [b"\r\n", b"\xef\xbb\xbf", b"--x\r\nContent-Type: image/jpeg\r\n\r\n", b"\n" * 1000])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "AVIF"])
def test_junk_before_a_picture_is_passed_over(junk: bytes, kind: str) -> None:
    """Broken web forms leave an empty line, a mark or a header."""
    assert open_picture(junk + encode(corners(), kind)).size == (60, 40)


def test_a_picture_far_behind_is_none() -> None:
    """More than a kilobyte is not junk, but something else."""
    assert _refused(b"\n" * 2000 + JPEG_INSIDE).fault is PictureFault.NOT_A_PICTURE


def test_a_kind_of_bmp_that_is_not_read_is_not_called_damaged() -> None:
    """Four bits to a colour: nothing is missing, and sending it again would not help. Cut, it is damaged."""
    data = (PICTURES / "photoshop.bmp").read_bytes()
    refusal = _refused(data)
    assert (refusal.fault, refusal.facts) == (PictureFault.UNUSUAL, {"format": "BMP"})
    assert _refused(data[: len(data) // 2]).fault is PictureFault.TRUNCATED


def test_a_kind_of_tiff_that_is_not_read_is_not_called_damaged() -> None:
    """Here 3 bits to a sample; and again, cut, it is damaged."""
    data = bytearray(encode(Image.new("L", (64, 64), 200), "TIFF"))
    bits = data.index(b"\x02\x01\x03\0\x01\0\0\0\x08\0")
    data[bits + 8] = 3
    assert _refused(bytes(data)).fault is PictureFault.UNUSUAL
    assert _refused(bytes(data[:100])).fault is PictureFault.TRUNCATED


def test_a_kind_of_jpeg_that_is_not_read_is_not_called_damaged() -> None:
    """Twelve bits to a sample, as some medical pictures have."""
    data = bytearray(JPEG_INSIDE)
    data[data.index(b"\xff\xc0") + 4] = 12
    assert _refused(bytes(data)).fault is PictureFault.UNUSUAL


@pytest.mark.parametrize("name", ["menu.avif", "archive.jp2", "led.jpg", "crc.png", "icc-2mb.png", "text-2mb.png"])
def test_what_was_called_damaged_or_none_is_read(name: str) -> None:
    """Formats of phones and archives, junk before the file, metadata that is broken or large."""
    picture = open_picture((PICTURES / name).read_bytes())
    assert picture.size == (560, 640)
    assert picture.convert("L").getextrema() == (0, 255)


def test_metadata_of_a_jpeg_costs_no_picture() -> None:
    """A broken block of an application is left out; the turn that EXIF gives is kept."""
    exif = Image.Exif()
    exif[0x0112] = 6
    data = encode(corners(), "JPEG", exif=exif)
    broken = data[:2] + b"\xff\xed\0\x1aPhotoshop 3.0\0" + b"8BIM\x03\xed" + data[2:]
    broken = broken[:2] + b"\xff\xe2\0\x08MPF\0II" + broken[2:]
    assert open_picture(broken).size == (40, 60)
