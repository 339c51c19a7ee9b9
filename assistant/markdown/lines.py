"""The lines of a document that is being written: the gaps between blocks, and their indents."""

from collections.abc import Sequence

from assistant.markdown.document import Writer
from assistant.markdown.formulas import Formula, restore

JOINT = "\ufdd0"
"""A separator in the source where a mark would not be recognized otherwise; never shown."""

INDENT = "   "


class Lines:
    """Write to `writer`. `raw` is the source in UTF-8, into which all positions point."""

    def __init__(self, raw: bytes, formulas: Sequence[Formula]) -> None:
        self.writer = Writer()
        self._raw = raw
        self._formulas = formulas
        self.seen = 0
        self.reset()

    def reset(self) -> None:
        """Forget the open block."""
        self._inside = False
        self._lead: str | None = None
        self._depth = 0
        self._line_start = 0

    def verbatim(self, start: int, end: int) -> None:
        """Write a piece of the source as it is, as a block of its own."""
        self.reset()
        self._literal(start, end)

    def _literal(self, start: int, end: int) -> None:
        start += len(self._raw[start:end]) - len(self._raw[start:end].lstrip(b"\n"))
        self._open(start)
        self._put(self._source(start, end).rstrip())
        self._close(start, end)

    def _source(self, start: int, end: int) -> str:
        return restore(self._raw[start:end].decode(), self._formulas)

    def _put(self, text: str) -> None:
        self.writer.write(text.replace(JOINT, "") if JOINT in text else text)

    def _open(self, start: int, *, is_set_in: bool = True) -> None:
        """Open a block before anything visible: write the gap to the one before, and the indent."""
        if self._inside:
            return
        if self._lead is not None:
            self._put(self._lead)
        elif self.writer.length != self._line_start:
            self._break(start)
            self._put(INDENT * self._depth if is_set_in else "")
        self._lead = None
        self._inside = True

    def _break(self, start: int) -> None:
        """End a line, and add an empty line if the source has one."""
        if self.writer.length != self._line_start:
            self._put("\n\n" if self._raw.count(b"\n", self.seen, start) > 1 else "\n")

    def _close(self, start: int, end: int) -> None:
        """Close the block."""
        self.seen = max(self.seen, start + len(self._raw[start:end].rstrip()))
        self._inside = False
