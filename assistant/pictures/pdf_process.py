"""Renders pages of a PDF. Run as a process of its own, since no stranger's file may hold up or bring down the bot.

Standard input is the file, the arguments are the numbers of the pages. Standard output is one line of JSON, {"pages":
how many there are, "sizes": bytes of each picture} or {"fault": a word of `pdf.DocumentFault`}, then the
pictures.
"""

import contextlib
import io
import json
import resource
import sys

import pypdfium2
from pypdfium2.raw import FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY, FPDF_ERR_SUCCESS

MOST_PIXELS = 4 * 1120 * 1120
"""The largest page in pixels: four times what the model sees at max, for looks at a part of it."""

MOST_SIDE = 6000
"""A thin strip keeps its length, in pixels."""

MOST_SCALE = 6.0
"""Pixels to a point (1/72 inch) at most: 432 dpi."""

FAULTS = {FPDF_ERR_PASSWORD: "locked", FPDF_ERR_SECURITY: "locked", FPDF_ERR_SUCCESS: "empty"}
"""What PDFium says where it opens nothing: of a document without pages that all went well."""

MOST_MEMORY = 2 * 1024**3
MOST_SECONDS = 25


def main() -> None:
    """Render, and write what came of it."""
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
    """How many pages there are, and those of these numbers (from 1) that exist, as JPEG.

    Raises:
        pypdfium2.PdfiumError: it cannot be opened, or a page of it cannot be drawn.
    """
    document = pypdfium2.PdfDocument(data)
    if len(document) and document.get_formtype():
        document.init_forms()  # What was filled in is drawn, too.
    return len(document), [picture_of(document[number - 1]) for number in numbers if 1 <= number <= len(document)]


def picture_of(page: pypdfium2.PdfPage) -> bytes:
    """The page as JPEG, as large as its size in points allows."""
    width, height = page.get_size()
    if not (width > 0 and height > 0):
        raise pypdfium2.PdfiumError("a page without a size")
    scale = min(MOST_SCALE, (MOST_PIXELS / (width * height)) ** 0.5, MOST_SIDE / max(width, height))
    out = io.BytesIO()
    page.render(scale=scale).to_pil().convert("RGB").save(out, "JPEG", quality=92, subsampling=0)
    return out.getvalue()


if __name__ == "__main__":
    main()
