"""One answer put together from what was said about each of a question's pictures."""

from collections.abc import Sequence

APART = "\n\n"


class CombinedAnswer:
    """The answer to a question about pictures of these names, in Markdown; a single picture needs none ("")."""

    def __init__(self, names: Sequence[str] = ("",)) -> None:
        self._names = names
        self._paragraphs: list[str] = []

    @property
    def pictures(self) -> int:
        """How many pictures the question is about."""
        return len(self._names)

    @property
    def done(self) -> int:
        """How many of them something was said about."""
        return len(self._paragraphs)

    @property
    def text(self) -> str:
        """What was said so far."""
        return APART.join(self._paragraphs)

    def add(self, text: str) -> None:
        """This is what there is to say about the next picture."""
        self._paragraphs.append(self._paragraph(text))

    def with_next(self, text: str) -> str:
        """What was said so far, with what is being said about the next picture."""
        return APART.join([*self._paragraphs, self._paragraph(text)]) if text else self.text

    def _paragraph(self, text: str) -> str:
        name = self._names[len(self._paragraphs)]
        if not name:
            return text
        # A list, a table or a block of code begins a line of its own; a Chinese colon brings its space along.
        apart = APART if "\n" in text else "" if name.endswith("：") else " "
        return f"**{name}**{apart}{text}"
