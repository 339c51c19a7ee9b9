"""Render pages of a PDF, in a process of its own, since no stranger's file may hold up or crash the bot.

Standard input is the file, the arguments are the numbers of the pages. Standard output is one line of JSON, {"pages":
their number in the whole document, "sizes": bytes of each picture} or {"fault": a word of `pdf.DocumentFault`}, then
the pictures.
"""

import contextlib
import io
import json
import resource
import sys

import pypdfium2
from pypdfium2.raw import FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY, FPDF_ERR_SUCCESS

MOST_PIXELS = 4 * 1120 * 1120
"""The largest page in pixels: four times what the model sees at max, for reading a part of it."""

MOST_SIDE = 6000
"""The longest side in pixels: a thin strip keeps its length."""

MOST_SCALE = 6.0
"""The most pixels to a point (1/72 inch): 432 dpi."""

FAULTS = {FPDF_ERR_PASSWORD: "locked", FPDF_ERR_SECURITY: "locked", FPDF_ERR_SUCCESS: "empty"}
"""PDFium's errors that are not BROKEN; a document without pages gives "success"."""

MOST_MEMORY = 2 * 1024**3
MOST_SECONDS = 25


def main() -> None:
    """Render the pages, and write the result."""
    for limit, most in ((resource.RLIMIT_AS, MOST_MEMORY), (resource.RLIMIT_CPU, MOST_SECONDS)):
        with contextlib.suppress(OSError, ValueError):  # Not every system has it.
            resource.setrlimit(limit, (most, most))
    pictures: list[bytes] = []
    try:
        pages, pictures = render(sys.stdin.buffer.read(), [int(number) for number in sys.argv[1:]])
        head: dict[str, object] = {"pages": pages, "sizes": [len(picture) for picture in pictures]}
    except pypdfium2.PdfiumError as error:
        head = {"fault": FAULTS.get(error.err_code, "broken")}
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + b"".join(pictures))


def render(data: bytes, numbers: list[int]) -> tuple[int, list[bytes]]:
    """Return the number of pages, and the pages with these numbers (from 1) that exist, as JPEG.

    Raises:
        pypdfium2.PdfiumError: it cannot be opened, or a page of it cannot be drawn.
    """
    document = pypdfium2.PdfDocument(data)
    if len(document) and document.get_formtype():
        document.init_forms()  # What was filled in is drawn, too.
    return len(document), [picture_of(document[number - 1]) for number in numbers if 1 <= number <= len(document)]


def picture_of(page: pypdfium2.PdfPage) -> bytes:
    """Return the page as JPEG, as large as its size in points allows."""
    width, height = page.get_size()
    if not (width > 0 and height > 0):
        raise pypdfium2.PdfiumError("a page without a size")
    scale = min(MOST_SCALE, (MOST_PIXELS / (width * height)) ** 0.5, MOST_SIDE / max(width, height))
    out = io.BytesIO()
    page.render(scale=scale).to_pil().convert("RGB").save(out, "JPEG", quality=92, subsampling=0)
    return out.getvalue()


if __name__ == "__main__":
    main()
