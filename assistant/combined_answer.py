"""Combine the answers about each of a question's pictures into one."""

from collections.abc import Sequence

APART = "\n\n"


class CombinedAnswer:
    """The answer to a question about pictures with these names, in Markdown; a single picture needs none ("")."""

    def __init__(self, names: Sequence[str] = ("",)) -> None:
        self._names = names
        self._paragraphs: list[str] = []

    @property
    def pictures(self) -> int:
        """The number of pictures that the question is about."""
        return len(self._names)

    @property
    def done(self) -> int:
        """The number of pictures that have an answer."""
        return len(self._paragraphs)

    @property
    def text(self) -> str:
        """The answer so far."""
        return APART.join(self._paragraphs)

    def unite(self) -> None:
        """Have one answer about all pictures, without a name: they are seen together."""
        self._names = ("",)

    def add(self, text: str) -> None:
        """Add the answer about the next picture."""
        self._paragraphs.append(self._paragraph(text))

    def with_next(self, text: str) -> str:
        """Return the answer so far, with the unfinished one about the next picture."""
        return APART.join([*self._paragraphs, self._paragraph(text)]) if text else self.text

    def _paragraph(self, text: str) -> str:
        name = self._names[len(self._paragraphs)]
        if not name:
            return text
        # A list, a table or a block of code begins a line of its own; a Chinese colon brings its space along, but two
        # words in bold need one between them.
        apart = APART if "\n" in text else "" if name.endswith("：") and not text.startswith("*") else " "
        return f"**{name}**{apart}{text}"
