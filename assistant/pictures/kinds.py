"""Tell what a file is by its bytes: neither its name nor its claimed type counts."""

import re
from enum import StrEnum

from assistant.pictures.tiff import tiff_pages

HEAD = 1024
"""The bytes within which a PDF begins: what mail programs and web forms leave before it is not a part of it."""


class Kind(StrEnum):
    """The kind of a file. Of an UNKNOWN one only decoding can tell whether it is a picture."""

    UNKNOWN = "unknown"
    PICTURE = "picture"
    PDF = "pdf"
    TIFF_PAGES = "tiff_pages"
    HEIC = "heic"
    ARCHIVE = "archive"
    OFFICE = "office"
    RECORDING = "recording"


_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_ZIP = (b"PK\3\4", b"PK\5\6")
_SIGNATURES = {
    Kind.PICTURE: (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"BM", b"\0\0\0\x0cjP  ", b"\xffO\xffQ"),
    Kind.ARCHIVE: (b"Rar!\x1a\7", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd"),
    Kind.OFFICE: (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"{\\rtf", b"%!PS", b"AT&TFORM"),
    Kind.RECORDING: (
        *(b"OggS", b"ID3", b"fLaC", b"#!AMR", b"\x1aE\xdf\xa3", b"FLV\1", b"\0\0\1\xba"),
        *(b"\xff\xfb", b"\xff\xf3", b"\xff\xf2"),
    ),
}
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_EITHER_BRANDS = frozenset({b"mif1", b"mif2", b"msf1"})
_OF_OFFICE = re.compile(rb"\[Content_Types\]\.xml|mimetype|_rels/|docProps/|word/|xl/|ppt/|Index/|index\.xml")
"""The first entry of a ZIP that is a document of an office program."""

READABLE = frozenset({Kind.PICTURE, Kind.PDF, Kind.TIFF_PAGES, Kind.HEIC})
"""The kinds that can be looked at."""


def kind_of(data: bytes) -> Kind:
    """Return the kind of a whole file; of a PDF or an archive its beginning is enough."""
    if (kind := _by_signature(data)) is not None:
        return kind
    if b"%PDF-" in data[: HEAD + 5]:
        return Kind.PDF
    return Kind.ARCHIVE if data[257:262] == b"ustar" else Kind.UNKNOWN


def _by_signature(data: bytes) -> Kind | None:
    if data.startswith(_TIFF):
        return Kind.TIFF_PAGES if len(tiff_pages(data)) > 1 else Kind.PICTURE
    if data[4:8] == b"ftyp":
        return _of_boxes(data)
    if data.startswith(b"RIFF"):
        return {b"WEBP": Kind.PICTURE, b"WAVE": Kind.RECORDING, b"AVI ": Kind.RECORDING}.get(data[8:12], Kind.UNKNOWN)
    if data.startswith(_ZIP):
        return Kind.OFFICE if _OF_OFFICE.match(data, 30) else Kind.ARCHIVE
    return next((kind for kind, signatures in _SIGNATURES.items() if data.startswith(signatures)), None)


def is_whole_heic(data: bytes) -> bool:
    """Whether the boxes of a HEIC file fill it to its end."""
    place = 0
    while place < len(data):
        size = int.from_bytes(data[place : place + 4], "big")
        if size == 1:
            size = int.from_bytes(data[place + 8 : place + 16], "big")
        if size == 0:  # The last one ends with the file.
            return True
        if size < 8:
            return False
        place += size
    return place == len(data)


def _of_boxes(data: bytes) -> Kind:
    """Return the kind of a file of ISO boxes, which its brands tell: a HEIC, an AVIF, else a film or a sound."""
    end = min(max(int.from_bytes(data[:4], "big"), 12), 512)
    major, others = data[8:12], {data[at : at + 4] for at in range(16, end, 4)}
    if major in _HEIC_BRANDS:
        return Kind.HEIC
    if major in _AVIF_BRANDS:
        return Kind.PICTURE
    if major in _EITHER_BRANDS or others & _HEIC_BRANDS:
        return Kind.PICTURE if others & _AVIF_BRANDS else Kind.HEIC
    return Kind.PICTURE if others & _AVIF_BRANDS else Kind.RECORDING
