"""Papers of running text: loose words, pages of prose, notes and notices."""

import random
from collections.abc import Callable
from string import Formatter

from training import names, values
from training.documents import Document, Fact, Kind, Line, Part, Room, Source, document, trim

LOOSE_SYMBOLS = (
    "@",
    "#",
    "&",
    "%",
    "+",
    "=",
    "*",
    "/",
    "<",
    ">",
    "~",
    "^",
    "_",
    "|",
    "\\",
    "[]",
    "{}",
    "()",
    "!?",
    "$",
    "€",
    "£",
)

NOTES = (
    "Call {name} at {phone} before {day}",
    "Meet {name} at {time} in {place}",
    "{name} phoned. Please ring back: {phone}",
    "Buy {thing}, {thing} and {thing}",
    "Pay the {thing} by {date}",
    "{day}: dentist at {time}",
    "Password for the {thing}: {number}",
    "Dear {name}, thank you for the {thing}!",
    "Return the {thing} to {name} on {date}",
    "Room {number}, ask for {name}",
    "Train to {place} leaves at {time}",
    "Don't forget the {thing} for {name}",
    "Write to {email} about the {thing}",
    "Pick up {name} at {place}, {time}",
    "The key is under the {thing}.",
    "See {web} for the {thing}",
    "{name} owes me {price}",
    "Locker {number}: {thing} and {thing}",
    "Back at {time}. {name}",
    "Flight {number} on {date} at {time}",
)
NOTICES = (
    "{w} {w} Festival",
    "{w} Market",
    "Concert: {w} {w}",
    "Public meeting",
    "{w} Workshop",
    "Lost: {w} {w}",
    "Annual {w} Fair",
    "{w} Sale",
    "Open day",
    "{w} Club",
)


def words_document(source: Source, room: Room) -> Document | None:
    """A few short lines, or many, of words, numbers, prices, dates and symbols that mean nothing together."""
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
    unsure = set(FIELDS_ANYWHERE)
    return document(Kind.WORDS, parts, unsure) if parts else None


FIELDS_ANYWHERE = (
    "total",
    "date",
    "time",
    "number",
    "name",
    "phone",
    "email",
    "web",
    "weight",
    "company",
    "place",
    "title",
)


def page_document(source: Source, room: Room) -> Document | None:
    """A heading, perhaps, and paragraphs of sentences."""
    rng = source.rng
    parts: list[Part] = []
    if rng.random() < 0.6 and room.rows >= 4:
        title = " ".join(_word(source, room.columns // 2) for _ in range(rng.randint(1, 4)))
        title = title.title() if rng.random() < 0.7 else title.upper()
        parts.append(Part(Line(title, role="title"), (Fact("title", title),)))
        if rng.random() < 0.5:
            parts.append(Part(Line(role="gap")))
    left = rng.randint(min(20, room.characters), room.characters) - sum(len(part.line.text) for part in parts)
    for _ in range(rng.randint(1, 3)):
        paragraph = ""
        for _ in range(rng.randint(1, 5)):
            longer = f"{paragraph} {sentence(source, room.columns)}".strip()
            if len(longer) <= left:
                paragraph = longer
        if paragraph:
            left -= len(paragraph)
            parts += [Part(Line(paragraph, role="flow")), Part(Line(role="gap"))]
    fitting = trim(rng, parts, room)
    unsure = ("name", "place", "company", "shop", "role") + (() if any(part.facts for part in parts) else ("title",))
    return document(Kind.PAGE, fitting, unsure) if fitting else None


def note_document(source: Source, room: Room) -> Document | None:
    """One to three reminders, each on lines of its own."""
    rng = source.rng
    count = rng.choices((1, 2, 3), (60, 28, 12))[0]
    parts: list[Part] = []
    for template in rng.sample(NOTES, count):
        text, facts = _fill(source, template)
        bullet = rng.choice(("", "", "- ", "* ")) if count > 1 else ""
        parts.append(Part(Line(bullet + text, role="flow"), facts))
    fitting = trim(rng, parts, room)
    if not fitting:
        return None
    return _without_doubles(
        document(Kind.NOTE, fitting, ("title", "company", "shop", "total", "address", "town", "name"))
    )


def notice_document(source: Source, room: Room) -> Document | None:
    """A poster: what, when, where."""
    rng = source.rng
    title = rng.choice(NOTICES)
    while "{w}" in title:
        title = title.replace("{w}", _word(source, 9).capitalize(), 1)
    title = title.upper() if rng.random() < 0.3 else title
    date, time = values.date(rng), values.time(rng)
    place = rng.choice((values.street(rng, source.words), f"{values.town(rng)} Hall", f"Room {values.code(rng)}"))
    labelled = rng.random() < 0.5
    when = f"{date}, {time}" if rng.random() < 0.3 and not labelled else ""
    parts = [Part(Line(title, role="title"), (Fact("title", title),), optional=False), Part(Line(role="gap"))]
    if when:
        parts.append(Part(Line(when), (Fact("date", date), Fact("time", time))))
    else:
        parts.append(Part(Line(_labelled(rng, ("Date", "When", "On"), date, labelled)), (Fact("date", date),)))
        parts.append(Part(Line(_labelled(rng, ("Time", "Starts", "At"), time, labelled)), (Fact("time", time),)))
    parts.append(Part(Line(_labelled(rng, ("Place", "Where", "At"), place, labelled)), (Fact("place", place),)))
    parts += _notice_tail(source)
    fitting = trim(rng, parts, room)
    return (
        document(Kind.NOTICE, fitting, ("name", "address", "street", "number", "company", "shop", "town"))
        if fitting
        else None
    )


def _notice_tail(source: Source) -> list[Part]:
    rng, parts = source.rng, []
    if rng.random() < 0.5:
        parts += [Part(Line(role="gap")), Part(Line(sentence(source, 12), role="flow"))]
    if rng.random() < 0.3:
        phone = values.phone(rng)
        parts.append(Part(Line(rng.choice(("Call ", "Tel. ", "Info: ", "Tickets: ")) + phone), (Fact("phone", phone),)))
    if rng.random() < 0.2:
        web = values.web(rng, source.words)
        parts.append(Part(Line(web), (Fact("web", web),)))
    return parts


def sentence(source: Source, longest: int) -> str:
    """A line like English: small words between random ones, a capital, punctuation."""
    rng = source.rng
    words = [
        rng.choice(names.SMALL_WORDS) if rng.random() < 0.42 else _word(source, longest)
        for _ in range(rng.randint(3, 10))
    ]
    if len(words) > 5 and rng.random() < 0.5:
        words[len(words) // 2] += rng.choice((",", ",", ";", ":", " -"))
    if rng.random() < 0.1:
        words.insert(rng.randint(1, len(words)), str(rng.randint(2, 2000)))
    if rng.random() < 0.07:
        words[-1] = rng.choice(('"{}"', "({})", "'{}'")).format(words[-1])
    if rng.random() < 0.1:
        words[rng.randrange(len(words))] = values.first_name(rng)
    text = " ".join(words)
    return text[0].upper() + text[1:] + rng.choices((".", "!", "?"), (86, 7, 7))[0]


def _word(source: Source, longest: int) -> str:
    return values.short_word(source.rng, source.words, max(3, longest))


def _labelled(rng: random.Random, labels: tuple[str, ...], value: str, labelled: bool) -> str:
    return f"{rng.choice(labels[:2])}: {value}" if labelled else value


def _loose(source: Source, longest: int) -> str:
    rng = source.rng
    makers: tuple[Callable[[], str], ...] = (
        lambda: _word(source, longest),
        lambda: _word(source, longest).capitalize(),
        lambda: _word(source, longest).upper(),
        lambda: values.digits(rng, rng.randint(1, 8)),
        lambda: rng.choice(values.CURRENCIES).write(rng.randint(5, 99999)),
        lambda: values.date(rng),
        lambda: values.time(rng),
        lambda: values.code(rng),
        lambda: rng.choice(LOOSE_SYMBOLS),
        lambda: "".join(rng.choices(VISIBLE, k=rng.randint(2, 8))),
        lambda: f"{rng.randint(1, 9)},{values.digits(rng, 3)}.{values.digits(rng, 2)}",
        lambda: rng.choice(('"{}"', "({})", "[{}]", "{}:", "{};", "{}?", "{}!", "{}'s", "-{}", "{}%")).format(
            _word(source, longest)
        ),
    )
    return rng.choices(makers, (26, 12, 8, 10, 9, 6, 4, 7, 4, 9, 3, 6))[0]()


VISIBLE = "".join(chr(code) for code in range(0x21, 0x7F))


def _fill(source: Source, template: str) -> tuple[str, tuple[Fact, ...]]:
    rng = source.rng
    makers: dict[str, Callable[[], str]] = {
        "name": lambda: values.person(rng) if rng.random() < 0.4 else values.first_name(rng),
        "phone": lambda: values.phone(rng),
        "time": lambda: values.time(rng),
        "date": lambda: values.date(rng),
        "day": lambda: rng.choice(names.DAYS),
        "place": lambda: values.town(rng),
        "thing": lambda: _word(source, 9),
        "number": lambda: values.code(rng),
        "price": lambda: rng.choice(values.CURRENCIES).write(rng.randint(100, 90000)),
        "email": lambda: values.email(rng, source.words),
        "web": lambda: values.web(rng, source.words),
    }
    text, facts = "", []
    for literal, slot, _, _ in Formatter().parse(template):
        text += literal
        if slot:
            value = makers[slot]()
            text += value
            facts.append(Fact(slot, value))
    return text, tuple(facts)


def _without_doubles(whole: Document) -> Document:
    """A field told twice cannot be asked for, and where a weekday is told the date is not surely absent."""
    fields = [fact.field for fact in whole.facts]
    doubled = {field for field in fields if fields.count(field) > 1} | {"thing", "price", "day", "number"}
    if "day" in fields:
        doubled.add("date")
    facts = tuple(fact for fact in whole.facts if fact.field not in doubled)
    return Document(whole.kind, whole.lines, facts, whole.unsure | doubled)
