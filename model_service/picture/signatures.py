"""Know what a file is by its first bytes, whatever it is called."""

import re
import struct

from model_service.errors import PictureFault, PictureRejected

JUNK = 1024
"""A picture begins within this many bytes: broken web forms put a line or a header before it."""

# The signatures that are safe to look for behind junk.
_BEGINS = {
    "JPEG": rb"\xff\xd8\xff[\xc0-\xcf\xdb\xdd\xe0-\xef\xfe]",
    "PNG": rb"\x89PNG\r\n\x1a\n",
    "WebP": rb"RIFF.{4}WEBP",
    "GIF": rb"GIF8[79]a",
    "TIFF": rb"II\*\0|MM\0\*|II\+\0\x08\0\0\0|MM\0\+\0\x08\0\0",
    "AVIF": rb"\0\0\0.ftypavi[fs]",
    "JPEG 2000": rb"\0\0\0\x0cjP  \r\n\x87\n|\xff\x4f\xff\x51\0",
}
_BEGIN = re.compile(b"|".join(b"(%s)" % begin for begin in _BEGINS.values()), re.DOTALL)
_NAMES = tuple(_BEGINS)

_BMP_HEADERS = frozenset({12, 16, 40, 52, 56, 64, 108, 124})
_HEIF_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"hevm", b"hevs", b"mif1", b"msf1"})
_AVIF_BRANDS = frozenset({b"avif", b"avis"})

_FOREIGN = {
    "JPEG XL": rb"\xff\x0a|\0\0\0\x0cJXL \r\n\x87\n",
    "JPEG XR": rb"II\xbc",
    "Photoshop": rb"8BPS",
    "GIMP": rb"gimp xcf",
    "EPS": rb"%!PS-Adobe|\xc5\xd0\xd3\xc6",
    "SVG": rb"(?:\xef\xbb\xbf)?\s*<(?:svg[\s>/]|(?:\?xml|!DOCTYPE|!--).{,900}?<svg[\s>])",
    "ICO": rb"\0\0[\x01\x02]\0[^\0]\0",
    "ICNS": rb"icns",
    "DjVu": rb"AT&TFORM",
    "OpenEXR": rb"\x76\x2f\x31\x01",
    "Radiance": rb"#\?RADIANCE",
    "DDS": rb"DDS ",
    "QOI": rb"qoif",
    "PNM": rb"P[1-7][ \t\r\n]+[\d#W]",
    "FITS": rb"SIMPLE  =",
    "DICOM": rb".{128}DICM",
    "WMF": rb"\xd7\xcd\xc6\x9a",
    "EMF": rb"\x01\0\0\0.{36} EMF",
}
_FOREIGN_PICTURES = tuple((name, re.compile(begin, re.DOTALL | re.IGNORECASE)) for name, begin in _FOREIGN.items())
_RAW = re.compile(rb"FUJIFILMCCD-RAW|FOVb|\0MRM|.{4}ftypcrx ", re.DOTALL)
_NO_PICTURES = re.compile(
    rb"PK|%PDF|Rar!|7z\xbc\xaf|\x1f\x8b|BZh|\xfd7zXZ|\xd0\xcf\x11\xe0|\{\\rtf|MZ|\x7fELF|RIFF|ID3|fLaC|OggS|FLV"
    rb"|\x1a\x45\xdf\xa3|\x30\x26\xb2\x75|#!|<(?:!doctype html|html)",
    re.IGNORECASE,
)
"""What may hold a picture within its first bytes and is none: archives, documents, programs, sounds, videos."""


def recognize(data: bytes) -> tuple[str, int]:
    """Return a picture's format ("JPEG", "BMP", ...) and where in the file it begins.

    Raises:
        PictureRejected: it is no picture, or one of a format that is not read (HEIC, RAW or FOREIGN, with its name).
    """
    if found := _BEGIN.match(data):
        return _NAMES[(found.lastindex or 1) - 1], 0
    if _is_bmp(data):
        return "BMP", 0
    if data[:4] in {
        b"IIRO",
        b"IIRS",
        b"MMOR",
        b"IIU\0",
    }:  # Olympus' and Panasonic's raw photos are TIFFs, all but the name.
        return "TIFF", 0
    if data[4:8] == b"ftyp" and (container := _container(data)):
        return container, 0
    _refuse_foreign(data)
    if found := _BEGIN.search(data, 0, JUNK + 16):
        return _NAMES[(found.lastindex or 1) - 1], found.start()
    raise PictureRejected(PictureFault.NOT_A_PICTURE, "no known signature")


def _is_bmp(data: bytes) -> bool:
    """Whether a header of a BMP follows its two letters, with which many a text begins."""
    if not data.startswith(b"BM") or len(data) < 18:
        return False
    pixels, header = struct.unpack_from("<II", data, 10)
    return header in _BMP_HEADERS and pixels >= 14 + 12


def _container(data: bytes) -> str:
    """Return the format of an ISO media file; empty if it is a video or the like."""
    (length,) = struct.unpack_from(">I", data)
    brands = {data[at : at + 4] for at in (8, *range(16, min(length, 200), 4))}
    if brands & _AVIF_BRANDS and data[8:12] not in _HEIF_BRANDS - {b"mif1", b"msf1"}:
        return "AVIF"
    if brands & _HEIF_BRANDS:
        raise PictureRejected(PictureFault.HEIC, f"brand {data[8:12]!r}")
    return ""


def _refuse_foreign(data: bytes) -> None:
    head = data[:JUNK]
    if _RAW.match(head):
        raise PictureRejected(PictureFault.RAW, "a camera's own format")
    for name, begin in _FOREIGN_PICTURES:
        if begin.match(head):
            raise PictureRejected(PictureFault.FOREIGN, name, format=name)
    if data[4:8] == b"ftyp" or _NO_PICTURES.match(head) or b"%PDF-" in head:
        raise PictureRejected(PictureFault.NOT_A_PICTURE, f"begins with {data[:8]!r}")
