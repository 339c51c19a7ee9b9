"""Notes: reminders that somebody left."""

from collections.abc import Callable
from string import Formatter

from training import values
from training.documents import Document, Fact, Kind, Line, Part, Room, Source, document, trim
from training.lists import NAMES, read_lists
from training.papers.reminders import reminder

HELD_OUT_NOTES = read_lists("papers/reminders").HELD_OUT_NOTES
UNSURE = ("title", "company", "shop", "total", "address", "town", "name", "due", "customer")


def note_document(source: Source, room: Room) -> Document | None:
    """Write one to three reminders, each on lines of its own."""
    rng = source.rng
    count = rng.choices((1, 2, 3, 4, 5), (46, 26, 14, 9, 5))[0]
    parts: list[Part] = []
    bullet = rng.choice(("", "", "- ", "* ", "{}. ", "[ ] ")) if count > 1 else ""
    test = source.split == "test"
    templates = rng.sample(HELD_OUT_NOTES, count) if test else [reminder(rng) for _ in range(count)]
    for number, template in enumerate(templates, 1):
        text, facts = _fill(source, template)
        parts.append(Part(Line(bullet.replace("{}", str(number)) + text, role="flow"), facts))
    fitting = trim(rng, parts, room)
    if not fitting:
        return None
    return _without_doubles(document(Kind.NOTE, fitting, UNSURE))


def _fill(source: Source, template: str) -> tuple[str, tuple[Fact, ...]]:
    rng = source.rng
    makers: dict[str, Callable[[], str]] = {
        "name": lambda: values.person(rng) if rng.random() < 0.4 else values.first_name(rng),
        "phone": lambda: values.phone(rng),
        "time": lambda: values.time(rng),
        "date": lambda: values.date(rng),
        "day": lambda: rng.choice(NAMES.DAYS),
        "place": lambda: values.town(rng),
        "thing": lambda: values.short_word(rng, source.words, 9),
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
    """Drop facts of a field told twice; with a weekday on the page the date is unsure."""
    fields = [fact.field for fact in whole.facts]
    doubled = {field for field in fields if fields.count(field) > 1} | {"thing", "price", "day", "number"}
    if "day" in fields:
        doubled.add("date")
    facts = tuple(fact for fact in whole.facts if fact.field not in doubled)
    return Document(whole.kind, whole.lines, facts, whole.unsure | doubled)
