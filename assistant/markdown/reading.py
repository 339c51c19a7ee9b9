"""Markdown -> a document, parsed by pyromark; a block that would lose something is shown as it was written."""

import logging
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pyromark

from assistant.markdown.blocks import Blocks
from assistant.markdown.document import Document
from assistant.markdown.formulas import PLACE, lift
from assistant.markdown.lines import JOINT
from assistant.markdown.marked import BEGIN, END, plain, underlined

OPTIONS = pyromark.Options.ENABLE_TABLES | pyromark.Options.ENABLE_STRIKETHROUGH | pyromark.Options.ENABLE_TASKLISTS

MARKS = frozenset("*_~`#>-+=|[]()!\\:.\"'&;<" + JOINT + BEGIN + END)
"""The characters of Markdown itself, which may be dropped."""

_UNUSED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufdd0-\ufdd2\ufdd5-\ufdef\ufffe\uffff\u202a-\u202e\ud800-\udfff]")
"""Control characters, noncharacters and lone surrogates: nobody can see them, and Telegram rejects some."""
_LINE_ENDS = re.compile("\r\n?|[\u0085\u2028\u2029]")
_LAYOUT = re.compile(rf"\[[xX]\]|<br\s*/?>|{PLACE.pattern}")
_JOINTS = re.compile(
    r"\*\*(?:(?<=[^\W_]\*\*)(?=[(\[{\"'“‘（【《「『〈])()|(?<=[)\]}\"'”’）】》」』〉:：,，.。!！?？;；、%]\*\*)(?=[^\W_]))"
)
"""Where bold text meets Chinese or a number without a space, as in **总计：**12: CommonMark wants a space there."""

_FENCED = re.compile(r"\s*```[^\n]*\n(?P<text>.*?)\n?```\s*", re.DOTALL)
_STEPS = {"Start": 1, "End": -1}

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Block:
    """A top-level block, with its events; positions in bytes of UTF-8."""

    start: int
    end: int
    events: list[tuple[str, Any, int, int]] = field(default_factory=list)


def clean(text: str) -> str:
    """Return the text without invisible characters and lone surrogates, but for marks; with uniform line ends."""
    return _UNUSED.sub("", _LINE_ENDS.sub("\n", text))


def unfenced(text: str) -> str:
    """Strip the fence that a model may put around all of a text."""
    match = _FENCED.fullmatch(text)
    return match["text"] if match else text


def read(markdown: str) -> Document:
    """Parse Markdown into a document.

    No visible character is lost except Markdown's own marks: a block that would lose one, because it has a form that a
    document has not, is shown as it was written. What was marked is underlined.
    """
    return underlined(_written(markdown).writer.document())


def read_tables(markdown: str) -> list[list[list[str]]]:
    """Return the tables of a text as they read: rows of cells, the head first, all of one length."""
    return [[[_with_links(cell) for cell in row] for row in table] for table in _written(plain(markdown)).tables]


def _with_links(cell: Document) -> str:
    links = [f" ({span.url})" for span in cell.spans if span.url and span.url not in cell.text]
    return cell.text + "".join(links)


def _written(markdown: str) -> Blocks:
    source, formulas = lift(clean(markdown))
    source = _JOINTS.sub(lambda match: f"**{JOINT}" if match[1] is not None else f"{JOINT}**", source)
    raw = source.encode()
    writing, seen = Blocks(raw, formulas), 0
    for block in [*_blocks(source), Block(len(raw), len(raw))]:
        if raw[seen : block.start].strip():  # such as the target of a reference
            writing.verbatim(seen, block.start)
        _write(writing, block, raw)
        seen = block.end
    return writing


def _blocks(source: str) -> Iterator[Block]:
    depth, block = 0, Block(0, 0)
    for event, where in pyromark.events_with_range(source, options=OPTIONS):
        name, value, step = _named(event)
        if depth == 0:
            block = Block(where["start"], where["end"])
        block.events.append((name, value, where["start"], where["end"]))
        depth += step
        if depth == 0:
            yield block


def _named(event: Any) -> tuple[str, Any, int]:
    """Return an event's name, StartList and the like, its value, and by how much it nests the next ones."""
    if isinstance(event, str):
        return event, None, 0
    ((name, value),) = event.items()
    step = _STEPS.get(name, 0)
    if step == 0:
        return name, value, 0
    if isinstance(value, str):
        return name + value, None, step
    ((tag, value),) = value.items()
    return name + tag, value, step


def _write(writing: Blocks, block: Block, raw: bytes) -> None:
    """Write a block, or its source if something in it would be lost."""
    writer = writing.writer
    pieces, spans = len(writer.pieces), len(writer.spans)
    seen = writing.seen
    writing.reset()
    try:
        for event in block.events:
            writing.take(*event)
        kept = writer.since(pieces) + "".join(f"{span.url}{span.language}" for span in writer.spans[spans:])
        is_whole = not _loses(raw[block.start : block.end].decode(), kept)
    except Exception:  # whatever is odd about the block, it is shown
        _log.warning("a block of an answer could not be read and is shown as it was written", exc_info=True)
        is_whole = False
    if not is_whole:
        writing.writer = writer
        writer.back_to(pieces, spans)
        writing.seen = seen
        writing.verbatim(block.start, block.end)


def _loses(source: str, kept: str) -> bool:
    said = Counter(_LAYOUT.sub("", source))
    return any(
        count > kept.count(character)
        for character, count in said.items()
        if character not in MARKS and not character.isspace()
    )
