"""Inside a line: text, emphasis, code, formulas, links and HTML. One method for each event of pyromark."""

import re
from dataclasses import dataclass
from typing import Any

from assistant.markdown.document import Kind
from assistant.markdown.formulas import BEGIN, PLACE, restore
from assistant.markdown.lines import INDENT, Lines

_WEB = re.compile(r"https?://[^\s/?#.]+\.[^\s/?#]+\S*|tg://\S+", re.IGNORECASE)
_LINE_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_AMPERSAND = ord("&")


@dataclass(frozen=True, slots=True)
class Mark:
    """An open mark: its kind, the start of its text, and whether it is shown as it was written."""

    kind: Kind
    start: int
    is_literal: bool = False


class Inline(Lines):
    """Write the content of a block."""

    def reset(self) -> None:
        """Forget the open marks."""
        super().reset()
        self._marks: list[Mark] = []
        self._links: list[dict[str, str]] = []
        self._buffer: list[str] | None = None
        self._is_in_cell = False

    def text(self, text: str, start: int, end: int) -> None:
        """Write characters; in a block of code or HTML they are collected."""
        if self._buffer is not None:
            self._buffer.append(text)
        elif start < end:
            self._open(start)
            # A reference such as &amp; is shown as it was written.
            self._with_formulas(self._raw[start:end].decode() if self._raw[start] == _AMPERSAND else text)
            self.seen = end

    def _with_formulas(self, text: str) -> None:
        if BEGIN not in text:
            self._put(text)
            return
        at = 0
        for match in PLACE.finditer(text):
            self._put(text[at : match.start()])
            formula = self._formulas[int(match[1])]
            self._put_marked("code" if formula.is_code else None, formula.shown)
            at = match.end()
        self._put(text[at:])

    def _put_marked(self, kind: Kind | None, text: str) -> None:
        """Write text that has a form, except in a link, which may hold no other."""
        start = self.writer.length
        self._put(text)
        if kind is not None and not self._is_open("text_link"):
            self.writer.cover(kind, start)

    def _is_open(self, kind: Kind) -> bool:
        return any(mark.kind == kind and not mark.is_literal for mark in self._marks)

    def code(self, text: str, start: int, end: int) -> None:
        """Write code between backticks."""
        self._open(start)
        self._put_marked("code", restore(text, self._formulas))
        self.seen = end

    def inline_html(self, text: str, start: int, end: int) -> None:
        """Write a tag as it is; but models break lines in the cells of tables by <br>."""
        self._open(start)
        self._put(" " if self._is_in_cell and _LINE_BREAK.fullmatch(text) else restore(text, self._formulas))
        self.seen = end

    def line_break(self, _: Any, start: int, end: int) -> None:
        """End a line inside a paragraph."""
        self._put("\n" + INDENT * self._depth)
        self.seen = end

    def emphasis(self, _: Any, start: int, end: int) -> None:
        """Begin *italics*."""
        self._begin("italic", start, 1, is_literal=self._is_inside_word(1, start, end))

    def strong(self, _: Any, start: int, end: int) -> None:
        """Begin **bold** text."""
        self._begin("bold", start, 2, is_literal=self._is_inside_word(2, start, end))

    def strikethrough(self, _: Any, start: int, end: int) -> None:
        """Begin ~~struck~~ text; a single ~ means "about"."""
        is_double = self._raw.startswith(b"~~", start)
        self._begin("strikethrough", start, 1 + is_double, is_literal=not is_double)

    def _begin(self, kind: Kind, start: int, width: int, *, is_literal: bool) -> None:
        self._open(start)
        if is_literal:
            self._put(self._source(start, start + width))
        self._marks.append(Mark(kind, self.writer.length, is_literal))
        self.seen = start + width

    def _is_inside_word(self, width: int, start: int, end: int) -> bool:
        """Whether marks stand in a number or a product, as in 2*3*4; those in un**believ**able are meant."""
        raw = self._raw
        before, first = raw[max(start - 1, 0) : start], raw[start + width : start + width + 1]
        last, after = raw[end - width - 1 : end - width], raw[end : end + 1]
        return any(
            outer.isalnum() and inner.isalnum() and (width == 1 or outer.isdigit() or inner.isdigit())
            for outer, inner in ((before, first), (after, last))
        )

    def end_mark(self, _: Any, start: int, end: int) -> None:
        """End an emphasis."""
        mark = self._marks.pop()
        if mark.is_literal:
            self._put(self._source(self.seen, end))
        elif not self._is_open(mark.kind):
            self.writer.cover(mark.kind, mark.start)
        self.seen = end

    def link(self, value: dict[str, str], start: int, end: int) -> None:
        """Begin a link or a picture. One that leads nowhere is shown as it was written."""
        leads = _WEB.fullmatch(restore(value["dest_url"], self._formulas)) and not self._is_open("text_link")
        self._begin("text_link", start, 1 + self._raw.startswith(b"!", start), is_literal=not leads)
        self._links.append(value)

    def end_link(self, _: Any, start: int, end: int) -> None:
        """End a link or a picture."""
        mark, value = self._marks.pop(), self._links.pop()
        if mark.is_literal:
            self._put(self._source(self.seen, end))
        else:
            url = restore(value["dest_url"], self._formulas)
            if self.writer.length == mark.start:
                self._put(url)
            self.writer.cover("text_link", mark.start, url=url)
            self._put(f" ({value['title']})" if value["title"] else "")
        self.seen = end
