"""Read pages of PDF files: their characters with their places, and any window of them as pixels."""

import ctypes
import json
import os
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2 as pdfium
from numpy.typing import NDArray
from PIL import Image
from pypdfium2 import raw

from training.fonts import ALPHABET

LOOSE = 1.17
"""The height of a loose character box in sizes of type."""

PLAIN = str.maketrans(
    {
        **dict.fromkeys("‘’‚′´`", "'"),
        **dict.fromkeys("“”„″", '"'),
        **dict.fromkeys("‐‑‒–—−\x02\xad", "-"),
        **dict.fromkeys("\xa0     \t", " "),
    }
)
"""Characters that are read as one of the alphabet's."""

LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "…": "..."}
LARGEST = 200.0
"""Points of type beyond which a box is a mistake of the file."""

Box = tuple[float, float, float, float]
"""Left, top, right and bottom, y downwards."""


@dataclass(frozen=True, slots=True)
class Line:
    """A printed line: its text, and for each of its characters the place in the sheet's arrays."""

    text: str
    first: int
    box: Box
    em: float


@dataclass(frozen=True, slots=True)
class Print:
    """The n printed characters of a page in reading order, blanks included.

    `text` has n characters; `x`, `y` (n,) their centres in points from the page's top left corner; `em` (n,) their
    sizes of type in points; `lines` are the page's lines from above to below.
    """

    text: str
    x: NDArray[np.float32]
    y: NDArray[np.float32]
    em: NDArray[np.float32]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page of a PDF file; `about` is what is known of it (`training.corpus`): its kind, facts and more."""

    path: Path
    number: int
    width: float
    height: float
    about: dict[str, Any] = field(compare=False, hash=False)


def corpus_folder() -> Path:
    """Return the folder of printed pages: TRAINING_CORPUS, else `corpus`."""
    return Path(os.environ.get("TRAINING_CORPUS", "corpus"))


@lru_cache
def find_sheets(folder: Path) -> dict[str, tuple[Sheet, ...]]:
    """Return the pages of a corpus by their groups: `papers`, `layouts`, `foreign`; nothing if there is no corpus."""
    groups: dict[str, list[Sheet]] = {}
    for index in sorted(folder.glob("*.json")):
        listed = json.loads(index.read_text(encoding="utf-8"))
        path = index.with_suffix(".pdf")
        pages = enumerate(zip(listed["sizes"], listed["about"], strict=True))
        sheets = groups.setdefault(listed["group"], [])
        sheets += [Sheet(path, number, size[0], size[1], about) for number, (size, about) in pages]
    return {group: tuple(sheets) for group, sheets in groups.items()}


@lru_cache(maxsize=64)
def _open(path: Path) -> pdfium.PdfDocument:
    return pdfium.PdfDocument(path)


def render(sheet: Sheet, box: Box, width: int, height: int) -> Image.Image:
    """Render a window of a page, in points, as an RGB picture of `width` x `height` pixels."""
    scale = max(width / (box[2] - box[0]), height / (box[3] - box[1]))
    page = _open(sheet.path)[sheet.number]
    left, top = min(max(0.0, box[0]), sheet.width - 2 / scale), min(max(0.0, box[1]), sheet.height - 2 / scale)
    right, bottom = max(min(box[2], sheet.width), left + 2 / scale), max(min(box[3], sheet.height), top + 2 / scale)
    cut = (left, max(0.0, sheet.height - bottom), max(0.0, sheet.width - right), top)
    pixels = page.render(scale=scale, crop=cut, rev_byteorder=True, no_smoothpath=False).to_numpy()
    page.close()
    picture = Image.fromarray(np.ascontiguousarray(pixels[:, :, :3]))
    if width <= picture.width <= width + 2 and height <= picture.height <= height + 2:
        return picture.crop((0, 0, width, height))
    return picture if picture.size == (width, height) else picture.resize((width, height), Image.Resampling.BICUBIC)


@lru_cache(maxsize=3000)
def read(sheet: Sheet) -> Print:
    """Read a page's characters and lines."""
    page = _open(sheet.path)[sheet.number]
    layer = page.get_textpage()
    letters, boxes = _characters(layer)
    layer.close()
    page.close()
    places = np.array(boxes, np.float32).reshape(-1, 4)
    left, top, right, bottom = places[:, 0], sheet.height - places[:, 1], places[:, 2], sheet.height - places[:, 3]
    # The box of a letter that stands on its side is wider than high.
    em = np.clip(np.maximum(bottom - top, right - left) / LOOSE, 0.1, LARGEST).astype(np.float32)
    text = "".join(letters)
    # The middle of small letters lies a little above the middle of the box.
    aside = right - left > bottom - top
    x = ((left + right) / 2).astype(np.float32)
    y = np.where(aside, (top + bottom) / 2, bottom - 0.22 * em * LOOSE - 0.26 * em).astype(np.float32)
    return Print(text, x, y, em, _lines(text, np.stack((left, top, right, bottom), axis=1), em))


def _characters(layer: pdfium.PdfTextPage) -> tuple[list[str], list[tuple[float, float, float, float]]]:
    """Return the characters as read, a line feed between lines, and their boxes, y upwards."""
    letters: list[str] = []
    boxes: list[tuple[float, float, float, float]] = []
    rectangle, handle = raw.FS_RECTF(), layer.raw
    pointer, nowhere = ctypes.byref(rectangle), (0.0, 0.0, 0.0, 0.0)
    for index in range(layer.count_chars()):
        code = raw.FPDFText_GetUnicode(handle, index)
        if code in {0, 0xFFFE, 0xFFFF, 13}:
            continue
        if code == 10:
            letters.append("\n")
            boxes.append(nowhere)
            continue
        raw.FPDFText_GetLooseCharBox(handle, index, pointer)
        character = chr(code)
        for letter in LIGATURES.get(character, _plain(character)):
            letters.append(letter)
            boxes.append((rectangle.left, rectangle.top, rectangle.right, rectangle.bottom))
    return letters, boxes


def _plain(character: str) -> str:
    return character.translate(PLAIN) if not character.isascii() else character if character >= " " else " "


def _lines(text: str, boxes: NDArray[np.float32], em: NDArray[np.float32]) -> tuple[Line, ...]:
    """Return the lines from above to below, pieces of one row from left to right."""
    found: list[Line] = []
    begin = 0
    for piece in text.split("\n"):
        inked = [begin + at for at, letter in enumerate(piece) if letter != " "]
        if inked:
            part = boxes[inked]
            box = (*part[:, :2].min(0).tolist(), *part[:, 2:].max(0).tolist())
            size = float(np.median(em[inked]))
            if unicodedata.category(piece.strip()[0]) != "Cn":
                found.append(Line(piece, begin, box, size))
        begin += len(piece) + 1
    return tuple(sorted(found, key=lambda line: (line.box[1] + line.box[3]) / 2))


def rows_of(lines: Sequence[Line]) -> list[list[Line]]:
    """Join pieces that stand side by side into rows, from above to below."""
    rows: list[list[Line]] = []
    for line in lines:
        middle = (line.box[1] + line.box[3]) / 2
        last = rows[-1][-1] if rows else None
        if last and abs((last.box[1] + last.box[3]) / 2 - middle) < 0.4 * min(last.em, line.em):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda line: line.box[0]) for row in rows]


def readable(text: str) -> bool:
    """Return whether a text has nothing but characters that the model may print, and line feeds."""
    return all(character in ALPHABET or character == "\n" for character in text)
