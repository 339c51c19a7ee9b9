"""Pictures and words that tell later whose they were, wherever their bytes are found."""

import io
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

BITS, STRIPE, HEIGHT = 16, 8, 64
"""The bits of a mark, and the pixels of each bit's stripe in a picture, which survives JPEG and scaling."""


def marked(mark: int, kind: str = "PNG", pages: int = 1) -> bytes:
    """Return a picture, or a PDF of such pages, that shows a mark in stripes."""
    sheet = Image.new("L", (BITS * STRIPE, HEIGHT))
    for bit in range(BITS):
        if mark >> bit & 1:
            sheet.paste(255, (bit * STRIPE, 0, (bit + 1) * STRIPE, HEIGHT))
    buffer = io.BytesIO()
    more = {"save_all": True, "append_images": [sheet] * (pages - 1)} if kind == "PDF" else {}
    sheet.save(buffer, kind, **more)
    return buffer.getvalue()


def mark_of(picture: Path) -> int | None:
    """Return the mark that a copy shows; None if it is no whole picture."""
    try:
        with Image.open(picture) as opened:
            stripes = opened.convert("L").resize((BITS, 1), Image.Resampling.BOX).tobytes()
    except (OSError, SyntaxError):
        return None
    return sum((light > 127) << bit for bit, light in enumerate(stripes))


def word(mark: int) -> str:
    """Return a word that nobody else writes."""
    return f"zebra{mark:05d}x"


def words_in(folder: Path, marks: set[int]) -> Iterator[tuple[str, int]]:
    """Yield the files under a folder that hold the words of some marks."""
    for file in folder.rglob("*"):
        if file.is_file():
            data = file.read_bytes()
            yield from ((file.name, mark) for mark in marks if word(mark).encode() in data)
