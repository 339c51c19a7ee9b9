"""Markdown from the model becomes parts of text and entities that Telegram takes."""

import logging
from collections import Counter
from dataclasses import dataclass

from telegram import MessageEntity
from telegramify_markdown import RenderConfig, convert
from telegramify_markdown.entity import MessageEntity as MarkdownEntity

MOST_UNITS = 4096
"""The longest message, in UTF-16 code units: what Telegram counts in."""

MOST_ENTITIES = 100
"""Telegram passes over what is more."""

MARKS = frozenset("*_~`#>-+=|[]()!\\:.\"'&;")
"""Characters that are Markdown's own, so that losing one loses nothing that was said."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Part:
    """One message: at most 4096 UTF-16 units, and what is bold, code and so on in it."""

    text: str
    entities: tuple[MessageEntity, ...] = ()


def units(text: str) -> int:
    """The length of a text in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def clip(text: str, most: int = MOST_UNITS) -> str:
    """The beginning of a text that fits, for an answer that still grows."""
    if units(text) <= most:
        return text
    return _head(text, most - 2).rstrip() + " …"


def render(markdown: str, footer: str = "") -> list[Part]:
    """Markdown as parts that fit; `footer` is put in italics under the last one.

    Where the conversion fails or would lose a character that was said, the text is shown as it is.
    """
    text, entities = _converted(markdown) or (markdown.strip("\n"), [])
    if footer:
        gap = "\n\n" if text else ""
        entities = [*entities, MessageEntity(MessageEntity.ITALIC, units(text + gap), units(footer))]
        text += gap + footer
    return _split(text, entities)


def _converted(markdown: str) -> tuple[str, list[MessageEntity]] | None:
    try:
        text, found = convert(markdown, latex_escape=False, config=_plain_symbols())
        text = text.rstrip()
        entities = [_entity(entity, units(text)) for entity in found]
    except Exception:  # whatever the converter stumbles over, the answer is shown
        _log.warning("an answer's Markdown could not be converted and is shown as it is", exc_info=True)
        return None
    if _loses(markdown, text, found) or _splits_words(text, found):
        return None
    return text, [entity for entity in entities if entity.length > 0]


def _plain_symbols() -> RenderConfig:
    config = RenderConfig.isolated()
    symbols = config.markdown_symbol
    for level in range(1, 7):
        setattr(symbols, f"heading_level_{level}", "")
    symbols.image = symbols.link = ""
    symbols.unordered_list_item = "•"
    symbols.task_completed, symbols.task_uncompleted = "☑", "☐"
    return config


def _entity(entity: MarkdownEntity, end: int) -> MessageEntity:
    length = min(entity.length, end - entity.offset)
    return MessageEntity(entity.type, entity.offset, length, url=entity.url, language=entity.language)


def _loses(markdown: str, text: str, entities: list[MarkdownEntity]) -> bool:
    kept = text + "".join(f"{entity.url or ''}{entity.language or ''}" for entity in entities)
    said = Counter(character for character in markdown if not character.isspace() and character not in MARKS)
    return bool(said - Counter(kept))


def _splits_words(text: str, entities: list[MarkdownEntity]) -> bool:
    """Emphasis inside a word or a number, as in 2*3*4, was no emphasis."""
    wide = text.encode("utf-16-le", "surrogatepass")
    for entity in entities:
        if entity.type in {"bold", "italic", "underline", "strikethrough", "spoiler"}:
            before = wide[: entity.offset * 2].decode("utf-16-le", "replace")[-1:]
            after = wide[(entity.offset + entity.length) * 2 :].decode("utf-16-le", "replace")[:1]
            if (before.isascii() and before.isalnum()) or (after.isascii() and after.isalnum()):
                return True
    return False


def _split(text: str, entities: list[MessageEntity]) -> list[Part]:
    parts: list[Part] = []
    start = 0
    while start < len(text):
        chunk = _chunk(text[start:])
        kept = chunk.rstrip()
        if kept:
            parts.append(Part(kept, _within(entities, units(text[:start]), units(kept))))
        start += len(chunk)
    return parts


def _chunk(text: str) -> str:
    """As much of the text as fits, to the last paragraph, line or word that ends in its second half."""
    head = _head(text, MOST_UNITS)
    if len(head) == len(text):
        return text
    for mark in ("\n\n", "\n", " "):
        cut = head.rfind(mark)
        if cut > len(head) // 2:
            return head[: cut + len(mark)]
    return head


def _head(text: str, most: int) -> str:
    return text.encode("utf-16-le", "surrogatepass")[: most * 2].decode("utf-16-le", "ignore")


def _within(entities: list[MessageEntity], start: int, length: int) -> tuple[MessageEntity, ...]:
    """The entities that touch a part, cut to it and counted from its beginning."""
    found = []
    for entity in entities:
        first = max(entity.offset, start)
        last = min(entity.offset + entity.length, start + length)
        if last > first:
            cut = MessageEntity(entity.type, first - start, last - first, url=entity.url, language=entity.language)
            found.append(cut)
    # The last one may be the footer's.
    return tuple(found if len(found) <= MOST_ENTITIES else [*found[: MOST_ENTITIES - 1], found[-1]])
