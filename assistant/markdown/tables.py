"""Tables: monospaced columns if a phone is wide enough, else a list of rows."""

from collections.abc import Sequence

import regex

from assistant.markdown.document import Document, Writer

MOST_COLUMNS = 36
"""The characters of code that fit on one line of a phone."""

_GRAPHEME = regex.compile(r"\X")
_WIDE = regex.compile(r"[\p{East_Asian_Width=W}\p{East_Asian_Width=F}]|.\ufe0f")


def laid_out(rows: Sequence[Sequence[Document]], alignments: Sequence[str]) -> Document:
    """Lay out a table whose first row is its head. `alignments` are pyromark's: None, Left, Center, Right."""
    texts = [[cell.text.replace("\n", " ") for cell in row] for row in rows]
    widths = [max(map(width, column)) for column in zip(*texts, strict=True)]
    has_links = any(span.kind == "text_link" for row in rows for cell in row for span in cell.spans)
    if has_links or sum(widths) + 3 * (len(widths) - 1) > MOST_COLUMNS:
        return _listed(rows)
    lines = [" │ ".join(map(_padded, row, widths, alignments)).rstrip() for row in texts]
    lines.insert(1, "─┼─".join("─" * number for number in widths))
    writer = Writer()
    writer.write("\n".join(lines))
    writer.cover("pre", 0)
    return writer.document()


def width(text: str) -> int:
    """Return the columns of a text in a monospaced font: two for a Chinese character or an emoji."""
    return sum(2 if _WIDE.match(grapheme) else 1 for grapheme in _GRAPHEME.findall(text))


def _padded(text: str, columns: int, alignment: str) -> str:
    space = columns - width(text)
    before = {"Right": space, "Center": space // 2}.get(alignment, 0)
    return " " * before + text + " " * (space - before)


def _listed(rows: Sequence[Sequence[Document]]) -> Document:
    """List each row as an item, each of its cells on a line after the head of its column."""
    head, *others = rows
    writer = Writer()
    for row in others:
        for number, (title, cell) in enumerate(zip(head, row, strict=True)):
            writer.write("\n" if writer.length else "")
            writer.write("  " if number else "• ")
            if title.text:
                writer.append(title)
                writer.write(": ")
            start = writer.length
            writer.append(cell)
            if number == 0 and not cell.spans:
                writer.cover("bold", start)
    if not others:
        for title in head:
            writer.write("• ")
            writer.append(title)
            writer.write("\n")
    return writer.document()
