"""Notes: reminders that somebody left."""

import random
import re
from collections.abc import Callable
from string import Formatter

from training import values
from training.documents import Document, Fact, Kind, Line, Part, Room, Source, fit
from training.lists import read_lists
from training.papers.keys import MAKERS

LISTS = read_lists("papers/reminders")
UNSURE = ("title", "company", "shop", "total", "address", "town", "name", "due", "customer")
RIDES = LISTS.EVENTS[:6]
ERRANDS = (
    (*(f"{verb} {{phone}}" for verb in LISTS.CALLS), *(f"{verb} {{name}}" for verb in LISTS.PEOPLE)),
    tuple(f"{verb} {{name}} {link} {{phone}}" for verb in LISTS.CALLS for link in ("on", "at", "under", "-")),
    tuple(f"{verb} {{email}}" for verb in LISTS.MAILS),
    tuple(f"{verb} {{web}}" for verb in LISTS.SITES),
    tuple(f"{verb} the {{thing}}" for verb in LISTS.CHORES),
    tuple(f"{verb} {{name}} the {{thing}}" for verb in ("Give", "Send", "Show", "Lend", "Bring", "Sell")),
    tuple(f"{verb} the {{thing}} to {{email}}" for verb in ("Send", "Forward", "Scan", "Offer")),
    tuple(f"{verb} the {{thing}} {link} {{web}}" for verb in ("Buy", "Find", "Order") for link in ("on", "from")),
    tuple(f"{{name}} {verb}" for verb in LISTS.VISITORS),
    tuple(f"The {event} {verb}" for event in LISTS.EVENTS for verb in LISTS.STARTS),
    tuple(f"The {ride} {link} {{place}} {verb}" for ride in RIDES for link in ("to", "from") for verb in LISTS.STARTS),
)
FILLERS: dict[str, Callable[[Source], str]] = {
    **MAKERS,
    "name": lambda source: values.person(source.rng) if source.rng.random() < 0.4 else values.first_name(source.rng),
    "day": MAKERS["weekday"],
    "place": lambda source: values.town(source.rng),
    "thing": lambda source: values.short_word(source.rng, source.words, 9),
    "price": lambda source: source.rng.choice(values.CURRENCIES).write(source.rng.randint(100, 90000)),
}
SLOT = re.compile(r"\{(\w+)\}")


def note_document(source: Source, room: Room) -> Document | None:
    """Write one to three reminders, each on lines of its own."""
    rng = source.rng
    count = rng.choices((1, 2, 3, 4, 5), (46, 26, 14, 9, 5))[0]
    parts: list[Part] = []
    bullet = rng.choice(("", "", "- ", "* ", "{}. ", "[ ] ")) if count > 1 else ""
    test = source.split == "test"
    templates = rng.sample(LISTS.HELD_OUT_NOTES, count) if test else [reminder(rng) for _ in range(count)]
    for number, template in enumerate(templates, 1):
        text, facts = _fill(source, template)
        parts.append(Part(Line(bullet.replace("{}", str(number)) + text, role="flow"), facts))
    whole = fit(source, room, Kind.NOTE, parts, UNSURE)
    return _without_doubles(whole) if whole else None


def reminder(rng: random.Random) -> str:
    """Choose a template of training, as often put together as whole; never a held-out one."""
    if rng.random() < 0.4:
        return rng.choice(LISTS.NOTES)
    while True:
        opening, errand, end = rng.choice(LISTS.OPENINGS), rng.choice(rng.choice(ERRANDS)), rng.choice(LISTS.ENDS)
        if opening and not errand.startswith("{"):
            errand = errand[0].lower() + errand[1:]
        template = opening + errand + end
        slots = SLOT.findall(template)
        if len(slots) == len(set(slots)) and template not in LISTS.HELD_OUT_NOTES:
            return template


def _fill(source: Source, template: str) -> tuple[str, tuple[Fact, ...]]:
    text, facts = "", []
    for literal, slot, _, _ in Formatter().parse(template):
        text += literal
        if slot:
            value = FILLERS[slot](source)
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
