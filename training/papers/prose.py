"""Pages of running text: a heading, paragraphs, lists."""

from training import values
from training.documents import Document, Fact, Kind, Line, Part, Room, Source, document, trim
from training.lists import read_lists
from training.papers.sentences import sentence

LISTS = read_lists("papers/prose")

UNSURE = ("name", "place", "company", "shop", "role", "town", "number", "customer")


def page_document(source: Source, room: Room) -> Document | None:
    """Write a heading, perhaps, and paragraphs of sentences or a list; half of the pages are nearly full."""
    rng = source.rng
    parts: list[Part] = []
    if rng.random() < 0.6 and room.rows >= 4:
        title = _title(source, room)
        parts.append(Part(Line(title, role="title"), (Fact("title", title),)))
        if rng.random() < 0.5:
            parts.append(Part(Line(role="gap")))
    least = min(20, room.characters) if rng.random() < 0.5 else int(0.8 * room.characters)
    left = rng.randint(least, room.characters) - sum(len(part.line.text) for part in parts)
    listed = rng.random() < 0.25
    for _ in range(rng.randint(1, 3)):
        paragraph = _paragraph(source, room, left, rng.randint(1, 9))
        left -= len(paragraph) + 1
        if paragraph:
            parts += [Part(Line(paragraph, role="flow")), Part(Line(role="gap"))]
        if listed:
            made = _list(source, room, left)
            left -= sum(len(part.line.text) + 1 for part in made)
            parts += made
            listed = False
    fitting = trim(rng, parts, room)
    titled = any(part.facts for part in fitting or ())
    return document(Kind.PAGE, fitting, UNSURE + (() if titled else ("title",))) if fitting else None


def _title(source: Source, room: Room) -> str:
    rng = source.rng
    words = (values.short_word(rng, source.words, max(3, room.columns // 2)) for _ in range(rng.randint(1, 4)))
    title = " ".join(words)
    return title.title() if rng.random() < 0.7 else title.upper()


def _paragraph(source: Source, room: Room, left: int, sentences: int) -> str:
    """Write at most `sentences` sentences within `left` characters."""
    paragraph = ""
    for _ in range(sentences):
        longer = f"{paragraph} {sentence(source, room.columns)}".strip()
        if len(longer) <= left:
            paragraph = longer
    return paragraph


def _list(source: Source, room: Room, left: int) -> list[Part]:
    """Write two to five short lines with bullets or numbers."""
    rng = source.rng
    bullet = source.pick(LISTS.BULLETS, LISTS.HELD_OUT_BULLETS)
    parts: list[Part] = []
    for number in range(1, rng.randint(2, 5) + 1):
        words = [values.short_word(rng, source.words, max(3, room.columns)) for _ in range(rng.randint(1, 4))]
        text = bullet.format(number) + " ".join(words).capitalize()
        if len(text) <= left and room.wide_enough(Line(text)):
            parts.append(Part(Line(text)))
            left -= len(text) + 1
    return parts
