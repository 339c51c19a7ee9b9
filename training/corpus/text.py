"""Paragraphs of real English from books, speeches and documentation, in the alphabet that pages may show."""

import html
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from training.fonts import UNFIT
from training.printed.sheets import LIGATURES, PLAIN, readable

LEAST, MOST = 60, 900
TAGS = re.compile(r"<[^>]+>")
MARKUP = re.compile(r"[*`_|<>=\[\]{}\\]|::|:\w+:|--")
ENGLISH = re.compile(r"\b(?:the|of|and|to|is|in|that|was|you|it|for)\b")
PARAGRAPH = re.compile(r"<p\b[^>]*>(.*?)</p>", re.DOTALL)


def read_paragraphs(folders: Iterable[Path]) -> tuple[str, ...]:
    """Return the paragraphs of all text and HTML files under folders, each once, in order of files."""
    found: dict[str, None] = {}
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix in {".html", ".page", ".txt", ""} and path.stat().st_size < 4e6:
                found.update(dict.fromkeys(_paragraphs(path)))
    return tuple(found)


def _paragraphs(path: Path) -> Iterator[str]:
    raw = path.read_text(encoding="utf-8", errors="replace")
    if path.suffix in {".html", ".page"}:
        pieces = [html.unescape(TAGS.sub("", match)) for match in PARAGRAPH.findall(raw)]
    else:
        pieces = re.split(r"\n\s*\n|\n%\n", raw)
    for piece in pieces:
        plain = " ".join("".join(LIGATURES.get(one, one) for one in piece).translate(PLAIN).split())
        if LEAST <= len(plain) <= MOST and _is_prose(plain):
            yield plain


def _is_prose(text: str) -> bool:
    letters = sum(letter.isalpha() or letter == " " for letter in text)
    return (
        readable(text)
        and letters > 0.9 * len(text)
        and text[0].isupper()
        and text[-1] in '.!?"'
        and not UNFIT.search(text.lower())
        and not MARKUP.search(text)
        and len(ENGLISH.findall(text)) > len(text) // 90
    )
