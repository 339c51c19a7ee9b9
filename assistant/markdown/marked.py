"""Marks of doubt in what a model wrote: signs in its Markdown that outlive the parsing, and are shown as underlines."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

from assistant.markdown.document import CODE, Document, Span

BEGIN, END = "\ufdd3", "\ufdd4"
"""The signs around what is doubtful: code points that no text uses."""

_MARKED = re.compile(f"{BEGIN}([^{BEGIN}{END}]*){END}")
_SIGNS = str.maketrans("", "", BEGIN + END)
_WORDS = re.compile(r"[^\W_]+(?:[.,:/'%-]+[^\W_]+)*")
"""What can be marked without being taken for Markdown: letters, figures, and what stands between them."""

_FORMS = re.compile(r"[`|]|\\|\]\(|https?:")
"""Signs of code, tables, formulas and links, in which nothing can be marked."""


def plain(text: str) -> str:
    """Return a text without the marks."""
    return text.translate(_SIGNS)


def with_marks(markdown: str, places: Sequence[tuple[int, int]]) -> str:
    """Return Markdown with marks around what lies in these places, in order and apart, as far as it can be marked."""
    found: list[tuple[int, int]] = []
    forms = "```" in markdown
    begin = 0
    for line in markdown.splitlines(keepends=True):
        if not forms and not _FORMS.search(line):
            for word in _WORDS.finditer(line):
                start, end = word.start() + begin, word.end() + begin
                shared = ((max(start, first), min(end, last)) for first, last in places)
                found += [(first, last) for first, last in shared if first < last]
        begin += len(line)
    pieces, at = [], 0
    for first, last in found:
        pieces += [plain(markdown[at:first]), BEGIN, plain(markdown[first:last]), END]
        at = last
    return "".join([*pieces, plain(markdown[at:])])


def marks_in(text: str) -> int:
    """Count the marks in a text."""
    return len(_MARKED.findall(text))


def underlined(document: Document) -> Document:
    """Return a document in which what was marked is underlined, outside of code, which takes no other form."""
    if BEGIN not in document.text and END not in document.text:
        return document
    text = document.text
    at = [0, *accumulate(character not in (BEGIN, END) for character in text)]
    spans = [
        replace(span.over(at[span.start], at[span.end]), url=None if span.url is None else plain(span.url))
        for span in document.spans
    ]
    code = [span for span in spans if span.kind in CODE]
    marked = (Span("underline", at[found.start(1)], at[found.end(1)]) for found in _MARKED.finditer(text))
    spans += [
        span
        for span in marked
        if span.end > span.start and not any(span.start < other.end and other.start < span.end for other in code)
    ]
    kept = [span for span in spans if span.end > span.start]
    return Document(plain(text), tuple(sorted(kept, key=lambda span: (span.start, -span.end))))
