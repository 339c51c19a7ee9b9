"""Pages of running text, and of loose words that mean nothing together: nothing of these can be guessed."""

from collections.abc import Callable

from training import values
from training.documents import Document, Fact, Kind, Line, Part, Room, Source, fit
from training.lists import read_lists
from training.papers.sentences import sentence

LISTS = read_lists("papers/prose")
LOOSE = read_lists("papers/loose")
VISIBLE = "".join(chr(code) for code in range(0x21, 0x7F))

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
    return fit(source, room, Kind.PAGE, parts, (*UNSURE, "title"))


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


def words_document(source: Source, room: Room) -> Document | None:
    """Write a few short lines, or many, of words, numbers, prices, dates and symbols that mean nothing together."""
    rng = source.rng
    lines: list[str] = []
    room_left = min(room.characters, rng.randint(4, max(4, room.characters)))
    for _ in range(rng.randint(1, max(1, min(rng.choice((6, 16)), int(room.rows))))):
        line = ""
        for _ in range(rng.randint(1, 5)):
            longer = f"{line} {_loose(source, room.columns)}".strip()
            if len(longer) <= min(room.columns, room_left):
                line = longer
        if line:
            lines.append(line)
            room_left -= len(line) + 1
    return fit(source, room, Kind.WORDS, [Part(Line(line)) for line in lines], LOOSE.FIELDS_ANYWHERE)


def _loose(source: Source, longest: int) -> str:
    rng = source.rng
    makers: tuple[Callable[[], str], ...] = (
        lambda: values.short_word(rng, source.words, max(3, longest)),
        lambda: values.short_word(rng, source.words, max(3, longest)).capitalize(),
        lambda: values.short_word(rng, source.words, max(3, longest)).upper(),
        lambda: values.digits(rng, rng.randint(1, 8)),
        lambda: rng.choice(values.CURRENCIES).write(rng.randint(5, 99999)),
        lambda: values.date(rng),
        lambda: values.time(rng),
        lambda: values.code(rng),
        lambda: rng.choice(LOOSE.LOOSE_SYMBOLS),
        lambda: "".join(rng.choices(VISIBLE, k=rng.randint(2, 8))),
        lambda: f"{rng.randint(1, 9)},{values.digits(rng, 3)}.{values.digits(rng, 2)}",
        lambda: rng.choice(('"{}"', "({})", "[{}]", "{}:", "{};", "{}?", "{}!", "{}'s", "-{}", "{}%")).format(
            values.short_word(rng, source.words, max(3, longest))
        ),
    )
    return rng.choices(makers, (26, 12, 8, 10, 9, 6, 4, 7, 4, 9, 3, 6))[0]()
