"""Loose words, numbers and symbols that mean nothing together: nothing of them can be guessed."""

from collections.abc import Callable

from training import values
from training.documents import Document, Kind, Line, Part, Room, Source, document, trim
from training.lists import read_lists

LISTS = read_lists("papers/loose")


VISIBLE = "".join(chr(code) for code in range(0x21, 0x7F))


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
    parts = trim(rng, [Part(Line(line)) for line in lines], room)
    unsure = LISTS.FIELDS_ANYWHERE
    return document(Kind.WORDS, parts, unsure) if parts else None


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
        lambda: rng.choice(LISTS.LOOSE_SYMBOLS),
        lambda: "".join(rng.choices(VISIBLE, k=rng.randint(2, 8))),
        lambda: f"{rng.randint(1, 9)},{values.digits(rng, 3)}.{values.digits(rng, 2)}",
        lambda: rng.choice(('"{}"', "({})", "[{}]", "{}:", "{};", "{}?", "{}!", "{}'s", "-{}", "{}%")).format(
            values.short_word(rng, source.words, max(3, longest))
        ),
    )
    return rng.choices(makers, (26, 12, 8, 10, 9, 6, 4, 7, 4, 9, 3, 6))[0]()
