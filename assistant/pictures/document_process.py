"""Open a document or a HEIC picture in a process of its own, since no stranger's file may hold up or crash the bot.

Standard input is the file: a pipe, or the file itself, of which only what is needed is read. The first argument is its
kind, the others are the numbers of the pages to render. Standard output is one line of JSON, then pictures:

    {"pages": their number in the whole document, "sizes": bytes of each picture, "flaws": words about each}
    {"inside": bytes of the one file that a portfolio is there for}
    {"width": pixels, "height": pixels, "sizes": [bytes of the one picture]}
    {"fault": a word of `refusals.DocumentFault`}
"""

import contextlib
import ctypes
import io
import itertools
import json
import math
import re
import resource
import sys
from pathlib import Path
from typing import BinaryIO

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # It starts without any path of the project.

from assistant.pictures.kinds import READABLE, Kind, kind_of

MOST_PIXELS = 4 * 1120 * 1120
"""The largest page in pixels: four times what the model sees at max, for reading a part of it."""

ACROSS, MOST_LONG, MOST_SIDE = 1000, 20_000_000, 24_000
"""A long page keeps this many pixels across, up to this area and this longest side: it is read in parts."""

MOST_SCALE = 6.0
"""The most pixels to a point (1/72 inch): 432 dpi."""

MOST_HEIC_PIXELS = 220_000_000
MOST_HEIC_KEPT = 24_000_000
"""The most pixels of a HEIC, and of the picture that is made of it."""

STRIPE = 64
"""The rows of that picture that are made at a time."""

PDF_FAULTS = {
    pdfium.FPDF_ERR_PASSWORD: "locked",
    pdfium.FPDF_ERR_SECURITY: "locked",
    pdfium.FPDF_ERR_SUCCESS: "empty",
}
"""PDFium's errors that are not BROKEN; a document without pages gives "success"."""

MOST_MEMORY = 2 * 1024**3
MOST_SECONDS = 25

XFA = frozenset({pdfium.FORMTYPE_XFA_FULL, pdfium.FORMTYPE_XFA_FOREGROUND})
WAITS = re.compile(
    r"please wait|not eventually replaced|bitte warten|veuillez patienter|por favor espere|aguarde|attendere"
    r"|подождите|请稍候|请等待|お待ちください",
    re.IGNORECASE,
)
POINTS = re.compile(r"portfolio|adobe|acrobat|pdf viewer", re.IGNORECASE)
"""What stands on a page that only says to wait, or in which program the document opens."""

MOST_POINTING = 1500
"""The most characters of such a page."""

COLLECTION = re.compile(rb"/Collection(?![A-Za-z])")
HIDDEN = re.compile(rb"/View\s*/H\b")
MOST_LOOKED_AT = 5000
"""The most characters of a page whose glyphs are looked for."""

MISSING = 0.2
"""The share of a page's foreign letters without a glyph from which on something is missing."""

INVISIBLE = frozenset({pdfium.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium.FPDF_TEXTRENDERMODE_CLIP})
CHINESE = re.compile(
    r"simsun|nsimsun|simhei|(?:st|fang)song|song(?:ti|std)|st(?:kai|hei)|kaiti|heiti|yahei|m(?:sung|hei|sjh)|mingliu"
    r"|ms-?p?(?:gothic|mincho)|heisei|koz(?:min|go)|myeongjo|hygothic|batang|gulim|dotum|malgun|[^\x00-\x7f]",
    re.IGNORECASE,
)
"""Names of fonts with Chinese, Japanese or Korean letters."""


class Refused(Exception):
    """The file cannot be opened; the text is the fault."""


def main() -> None:
    """Open the file, and write the result."""
    for limit, most in ((resource.RLIMIT_AS, MOST_MEMORY), (resource.RLIMIT_CPU, MOST_SECONDS)):
        with contextlib.suppress(OSError, ValueError):  # Not every system has it.
            resource.setrlimit(limit, (most, most))
    kind, *numbers = sys.argv[1:]
    file: BinaryIO = sys.stdin.buffer if sys.stdin.seekable() else io.BytesIO(sys.stdin.buffer.read())
    parts: list[bytes] = []
    try:
        head, parts = heic_of(file) if kind == Kind.HEIC else pdf_of(file, [int(number) for number in numbers])
    except pypdfium2.PdfiumError as error:
        head = {"fault": PDF_FAULTS.get(error.err_code, "broken")}
    except Refused as error:
        head = {"fault": str(error)}
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + b"".join(parts))


def pdf_of(file: BinaryIO, numbers: list[int]) -> tuple[dict[str, object], list[bytes]]:
    """Return the number of pages, and the pages with these numbers (from 1) that exist, as JPEG; or what is inside.

    Raises:
        pypdfium2.PdfiumError: it cannot be opened, or a page of it cannot be drawn.
        Refused: it is a form that cannot be shown here, or a portfolio of several files, or of none that can be read.
    """
    document = pypdfium2.PdfDocument(file, autoclose=False)
    form = document.get_formtype() if len(document) else None
    if form in XFA and _only_waits(document, full=form == pdfium.FORMTYPE_XFA_FULL):
        raise Refused("form")
    if (inside := _inside(document, file)) is not None:
        return {"inside": len(inside)}, [inside]
    if form:
        document.init_forms()  # What was filled in is drawn, too.
    pictures, flaws = [], []
    for number in numbers:
        if 1 <= number <= len(document):
            page = document[number - 1]
            pictures.append(picture_of(page))
            flaws.append("glyphs" if lacks_glyphs(page) else "")
    return {"pages": len(document), "sizes": [len(picture) for picture in pictures], "flaws": flaws}, pictures


def picture_of(page: pypdfium2.PdfPage) -> bytes:
    """Return the page as JPEG, as large as its size in points allows."""
    width, height = page.get_size()
    if not (width > 0 and height > 0):
        raise pypdfium2.PdfiumError("a page without a size")
    wanted = max((MOST_PIXELS / (width * height)) ** 0.5, ACROSS / min(width, height))
    scale = min(MOST_SCALE, wanted, (MOST_LONG / (width * height)) ** 0.5, MOST_SIDE / max(width, height))
    return _as_jpeg(page.render(scale=scale).to_pil(), 92)


def lacks_glyphs(page: pypdfium2.PdfPage) -> bool:
    """Whether letters of a page are not drawn: their font is neither in the document nor on this machine.

    PDFium has fonts of its own for Latin. A letter without a glyph has no height, but the space that it would take.
    """
    text = page.get_textpage()
    foreign = missing = 0
    for index in range(min(text.count_chars(), MOST_LOOKED_AT)):
        if (code := pdfium.FPDFText_GetUnicode(text, index)) < 0x250 or not chr(code).isalpha():
            continue
        piece = pdfium.FPDFText_GetTextObject(text, index)
        if not piece or pdfium.FPDFTextObj_GetTextRenderMode(piece) in INVISIBLE:
            continue
        foreign += 1
        if not pdfium.FPDFFont_GetIsEmbedded(pdfium.FPDFTextObj_GetFont(piece)):
            _, bottom, _, top = text.get_charbox(index)
            _, low, _, high = text.get_charbox(index, loose=True)
            missing += abs(top - bottom) < 0.02 * abs(high - low)
    return missing > MISSING * foreign or _lacks_single_glyphs(page)


def _lacks_single_glyphs(page: pypdfium2.PdfPage) -> bool:
    """Whether letters that stand in pieces of text of their own are not drawn: PDFium does not call these text."""
    pieces = missing = 0
    for piece in itertools.islice(page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT], max_depth=3), MOST_LOOKED_AT):
        font = pdfium.FPDFTextObj_GetFont(piece)
        if pdfium.FPDFFont_GetIsEmbedded(font) or pdfium.FPDFTextObj_GetTextRenderMode(piece) in INVISIBLE:
            continue
        if CHINESE.search(_name_of(font)):
            left, bottom, right, top = piece.get_bounds()
            pieces += 1
            missing += max(right - left, top - bottom) < 0.1
    return missing > max(2, MISSING * pieces)  # One or two may be spaces.


def _name_of(font: object) -> str:
    name = ctypes.create_string_buffer(200)
    pdfium.FPDFFont_GetBaseFontName(font, name, len(name))
    return name.value.decode("utf-8", "replace")


def heic_of(file: BinaryIO) -> tuple[dict[str, object], list[bytes]]:
    """Return the upright size of a HEIC picture, and the picture as JPEG, reduced if it is a very large one.

    It is taken over in stripes: Pillow's own copy of 200 megapixels would take 800 MB.

    Raises:
        Refused: pillow-heif is not installed, the file is broken, or it is too large.
    """
    try:
        import numpy as np
        import pillow_heif
    except ImportError:
        raise Refused("heic") from None
    pillow_heif.options.DECODE_THREADS = 1
    try:
        heif = pillow_heif.open_heif(file)
        width, height = heif.size
        if width * height > MOST_HEIC_PIXELS:
            raise Refused("heic_too_much")
        rows, step = np.asarray(heif), max(1, math.ceil((width * height / MOST_HEIC_KEPT) ** 0.5))
    except MemoryError:
        raise Refused("heic_too_much") from None
    except (OSError, RuntimeError, ValueError, EOFError, SyntaxError, IndexError):
        raise Refused("heic_broken") from None
    image = Image.new("RGB", (math.ceil(width / step), math.ceil(height / step)))
    for top in range(0, height, STRIPE * step):
        stripe = rows[top : top + STRIPE * step]
        if stripe.dtype == np.uint16:  # Grey of more than 8 bits fills 16.
            stripe = (stripe >> 8).astype(np.uint8)
        image.paste(_on_white(Image.fromarray(stripe).reduce(step)), (0, top // step))
    picture = _as_jpeg(image, 95)
    return {"width": width, "height": height, "sizes": [len(picture)]}, [picture]


def _as_jpeg(image: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.convert("RGB").save(out, "JPEG", quality=quality, subsampling=0)
    return out.getvalue()


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode == "RGBA":
        return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image


def _only_waits(document: pypdfium2.PdfDocument, *, full: bool) -> bool:
    """Whether a form's pages hold nothing but the request to open it elsewhere. `full`: it says that it needs that."""
    if len(document) > 1:
        return False
    page = document[0]
    fields = any(
        pdfium.FPDFAnnot_GetSubtype(note) == pdfium.FPDF_ANNOT_WIDGET
        for note in (pdfium.FPDFPage_GetAnnot(page, index) for index in range(pdfium.FPDFPage_GetAnnotCount(page)))
        if note
    )
    if fields:
        return False
    text = page.get_textpage().get_text_range()
    if _is_bare(page, text):
        return full
    return len(text) <= MOST_POINTING and bool(WAITS.search(text) or (full and POINTS.search(text)))


def _is_bare(page: pypdfium2.PdfPage, text: str) -> bool:
    """Whether a page with this text shows nothing at all."""
    return not text.strip() and pdfium.FPDFPage_CountObjects(page) == 0


def _inside(document: pypdfium2.PdfDocument, file: BinaryIO) -> bytes | None:
    """Return the one file that a portfolio is there for; None if it is an ordinary document, with or without others.

    Raises:
        Refused: there are several, or none that can be read.
    """
    count = document.count_attachments()
    if not count or not _is_portfolio(document, file):
        return None
    files = (bytes(document.get_attachment(index).get_data()) for index in range(count))
    readable = [data for data in files if kind_of(data) in READABLE]
    if len(readable) != 1:
        raise Refused("portfolio")
    return readable[0]


def _is_portfolio(document: pypdfium2.PdfDocument, file: BinaryIO) -> bool:
    """Whether the catalogue makes a collection of the files inside, and the only page has nothing to say itself."""
    if len(document) > 1:
        return False
    if len(document) == 1:
        page = document[0]
        text = page.get_textpage().get_text_range()
        if not _is_bare(page, text) and not (len(text) <= MOST_POINTING and POINTS.search(text)):
            return False
    plain = io.BytesIO()
    document.save(plain)  # PDFium writes out what is packed into streams of objects.
    written = plain.getvalue()
    return COLLECTION.search(written) is not None and HIDDEN.search(written) is None


if __name__ == "__main__":
    main()
