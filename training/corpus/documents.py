"""Pages of documentation in English, taken out of packages' PDF files."""

from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path

import pypdfium2 as pdfium

from training.corpus.printing import write_index
from training.printed.sheets import readable
from training.real.manifest import keep_out

MOST_OF_ONE = 28
"""Pages of one file at most, spread over it."""

MOST_BYTES = 9_000
"""Bytes of a page at most, on average over a file's: more are pictures."""

LEAST_LETTERS = 150


def gather(files: Sequence[Path], target: Path, most_bytes: int) -> int:
    """Write chosen pages of the files to `target`, up to a size, with their index; return how many.

    Raises:
        OfTheExam: a file belongs to the exam.
    """
    whole = pdfium.PdfDocument.new()
    used = 0
    for path in files:
        part = _chosen(path)
        if part is None:
            continue
        piece, size = part
        if used + size > most_bytes:
            break
        used += size
        whole.import_pages(piece)
        piece.close()
    whole.save(target)
    sizes = [[round(one, 3) for one in page.get_size()] for page in whole]
    count = len(whole)
    whole.close()
    write_index(target, "papers", sizes, [{"kind": "page"}] * count)
    return count


def _chosen(path: Path) -> tuple[pdfium.PdfDocument, int] | None:
    """Return a file's pages that are good to learn from, and their bytes; None if there are none."""
    keep_out(path)
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError:
        return None
    numbers = list(_good(document))
    step = max(1, len(numbers) // MOST_OF_ONE)
    taken = numbers[::step][:MOST_OF_ONE]
    if not taken:
        return None
    piece = pdfium.PdfDocument.new()
    piece.import_pages(document, taken)
    document.close()
    buffer = BytesIO()
    piece.save(buffer)
    size = len(buffer.getvalue())
    if size > MOST_BYTES * len(taken) + 60_000:
        return None
    return pdfium.PdfDocument(buffer.getvalue()), size


def _good(document: pdfium.PdfDocument) -> Iterator[int]:
    step = max(1, len(document) // 60)
    for number in range(0, len(document), step):
        page = document[number]
        box = page.get_mediabox()
        if page.get_rotation() == 0 and box[:2] == (0, 0) and page.get_cropbox() == box:
            layer = page.get_textpage()
            text = layer.get_text_bounded()
            layer.close()
            letters = sum(one.isalpha() for one in text)
            known = sum(readable(one) or one in "\r\n’‘“”–—ﬁﬂﬀ•" for one in text)
            english = (
                len(text) < 400
                or sum(text.lower().count(word) for word in (" the ", " and ", " of ", " is ")) > len(text) / 180
            )
            if letters > LEAST_LETTERS and known > 0.97 * len(text) and english:
                yield number
        page.close()
