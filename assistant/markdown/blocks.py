"""Blocks: paragraphs, headings, lists, quotes, code and tables. One method for each event of pyromark."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from assistant.markdown.document import Document, Writer
from assistant.markdown.formulas import Formula, restore
from assistant.markdown.inline import Inline, Mark
from assistant.markdown.lines import INDENT
from assistant.markdown.tables import laid_out

BULLETS = "•◦▪"
RULE = "———"

_LANGUAGE = re.compile(r"[\w+#.-]{1,32}")
_NUMBER = re.compile(rb"\d+[.)]")


class Blocks(Inline):
    """Write blocks and their content. `tables` are the rows of all tables, their heads first."""

    def __init__(self, raw: bytes, formulas: Sequence[Formula]) -> None:
        super().__init__(raw, formulas)
        self.tables: list[list[list[Document]]] = []

    def reset(self) -> None:
        """Forget the open blocks."""
        super().reset()
        self._quotes: list[int] = []
        self._language: str | None = None
        self._rows: list[list[Document]] = []
        self._alignments: tuple[str, ...] = ()

    def take(self, name: str, value: Any, start: int, end: int) -> None:
        """Write one event: its name, its value, and its position in the source."""
        handler = HANDLERS.get(name)
        if handler is not None:
            handler(self, value, start, end)

    def block(self, _: Any, start: int, end: int) -> None:
        """Begin a paragraph."""
        self._inside = False

    def end_block(self, _: Any, start: int, end: int) -> None:
        """End a paragraph."""
        self._close(start, end)

    def heading(self, _: Any, start: int, end: int) -> None:
        """Begin a heading, which is bold."""
        self._inside = False
        self._open(start)
        self._marks.append(Mark("bold", self.writer.length))

    def end_heading(self, _: Any, start: int, end: int) -> None:
        """End a heading."""
        self.writer.cover("bold", self._marks.pop().start)
        self._close(start, end)

    def rule(self, _: Any, start: int, end: int) -> None:
        """Write a line across the page."""
        self._inside = False
        self._open(start)
        self._put(RULE)
        self._close(start, end)

    def quote(self, _: Any, start: int, end: int) -> None:
        """Begin a quotation."""
        self._inside = False
        self._open(start, is_set_in=False)
        self._inside = False
        self._quotes.append(self.writer.length)
        self._line_start = self.writer.length
        self.seen = start

    def end_quote(self, _: Any, start: int, end: int) -> None:
        """End a quotation. None is shown inside another, as in Telegram."""
        first = self._quotes.pop()
        if not self._quotes:
            self.writer.cover("blockquote", first)
        self._close(start, end)

    def list(self, _: Any, start: int, end: int) -> None:
        """Begin a list."""
        self._inside = False
        self._depth += 1

    def end_list(self, _: Any, start: int, end: int) -> None:
        """End a list."""
        self._depth -= 1
        self._close(start, end)

    def item(self, _: Any, start: int, end: int) -> None:
        """Begin an item, with the number that the source gives it."""
        if self._lead is None:
            self._break(start)
            self._lead = INDENT * (self._depth - 1)
        number = _NUMBER.match(self._raw, start)
        self._lead += f"{number[0].decode() if number else BULLETS[(self._depth - 1) % len(BULLETS)]} "
        self._inside = False
        self.seen = start

    def task(self, is_done: bool, start: int, end: int) -> None:
        """Write the box of an item."""
        self._lead = f"{INDENT * (self._depth - 1)}{'☑' if is_done else '☐'} "

    def end_item(self, _: Any, start: int, end: int) -> None:
        """End an item; one without text has a bullet too."""
        if self._lead is not None:
            self._open(start)
        self._inside = False

    def html(self, _: Any, start: int, end: int) -> None:
        """Begin a block of HTML."""
        self._inside = False
        self._buffer = []

    def end_html(self, _: Any, start: int, end: int) -> None:
        """End a block of HTML, shown as it was written."""
        text, self._buffer = "".join(self._buffer or ()), None
        self._open(start)
        self._put(restore(text, self._formulas).strip("\n"))
        self._close(start, end)

    def code_block(self, value: Any, start: int, end: int) -> None:
        """Begin a block of code. Words after the fence that name no language are its first line."""
        self._inside = False
        info = restore(value["Fenced"], self._formulas).strip() if isinstance(value, dict) else ""
        self._language = info if _LANGUAGE.fullmatch(info) else None
        self._buffer = [f"{info}\n"] if info and self._language is None else []

    def end_code_block(self, _: Any, start: int, end: int) -> None:
        """End a block of code, or of the source."""
        code, self._buffer = restore("".join(self._buffer or ()), self._formulas), None
        if code.strip():
            self._open(start, is_set_in=False)
            first = self.writer.length
            self._put(code.strip("\n").rstrip())
            self.writer.cover("pre", first, language=self._language)
            self._close(start, end)
        else:
            self._literal(start, end)

    def table(self, alignments: tuple[str, ...], start: int, end: int) -> None:
        """Begin a table."""
        self._inside = False
        self._open(start, is_set_in=False)
        self._rows, self._alignments = [], alignments

    def row(self, _: Any, start: int, end: int) -> None:
        """Begin its head or a row."""
        self._rows.append([])

    def cell(self, _: Any, start: int, end: int) -> None:
        """Begin a cell, which is a document of its own."""
        self._around, self.writer = self.writer, Writer()
        self._inside = self._is_in_cell = True

    def end_cell(self, _: Any, start: int, end: int) -> None:
        """End a cell."""
        self._rows[-1].append(self.writer.document())
        self.writer = self._around
        self._inside = self._is_in_cell = False

    def end_table(self, _: Any, start: int, end: int) -> None:
        """End a table."""
        self.tables.append(self._rows)
        self.writer.append(laid_out(self._rows, self._alignments))
        self._close(start, end)


HANDLERS: dict[str, Callable[[Blocks, Any, int, int], None]] = {
    "Text": Blocks.text, "Html": Blocks.text, "Code": Blocks.code, "InlineHtml": Blocks.inline_html,
    "SoftBreak": Blocks.line_break, "HardBreak": Blocks.line_break, "Rule": Blocks.rule, "TaskListMarker": Blocks.task,
    "StartParagraph": Blocks.block, "EndParagraph": Blocks.end_block,
    "StartHeading": Blocks.heading, "EndHeading": Blocks.end_heading,
    "StartBlockQuote": Blocks.quote, "EndBlockQuote": Blocks.end_quote,
    "StartList": Blocks.list, "EndList": Blocks.end_list, "StartItem": Blocks.item, "EndItem": Blocks.end_item,
    "StartHtmlBlock": Blocks.html, "EndHtmlBlock": Blocks.end_html,
    "StartCodeBlock": Blocks.code_block, "EndCodeBlock": Blocks.end_code_block,
    "StartTable": Blocks.table, "EndTable": Blocks.end_table,
    "StartTableHead": Blocks.row, "StartTableRow": Blocks.row,
    "StartTableCell": Blocks.cell, "EndTableCell": Blocks.end_cell,
    "StartEmphasis": Blocks.emphasis, "EndEmphasis": Blocks.end_mark,
    "StartStrong": Blocks.strong, "EndStrong": Blocks.end_mark,
    "StartStrikethrough": Blocks.strikethrough, "EndStrikethrough": Blocks.end_mark,
    "StartLink": Blocks.link, "EndLink": Blocks.end_link, "StartImage": Blocks.link, "EndImage": Blocks.end_link,
}  # fmt: skip
