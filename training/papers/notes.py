"""Notes: reminders that somebody left."""

from collections.abc import Callable
from string import Formatter

from training import names, values
from training.documents import Document, Fact, Kind, Line, Part, Room, Source, document, trim

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
    "Please water the {thing} until {day}",
    "{name}'s birthday is on {date}",
    "Lunch with {name}, {time}",
    "New phone number: {phone}",
    "The parcel with the {thing} comes on {date}",
    "Ask {name} for the {thing}",
    "Bring the {thing} to {place}",
    "Send the {thing} to {email}",
    "Gone to {place}, back by {time}",
    "The {thing} cost {price}",
    "Meeting moved to {time} on {date}",
    "In an emergency call {phone}",
    "Happy birthday, {name}! Here is a {thing}.",
    "Milk, {thing}, {thing}, eggs",
)
HELD_OUT_NOTES = (
    "{name} will be here at {time}",
    "Reach {name} on {phone}",
    "We need {thing}, {thing} and some {thing}",
    "Book the {thing} for {date}",
    "Look at {web} before {day}",
    "The bus to {place} goes at {time}",
    "Mail the {thing} to {email}",
    "Give {name} the {thing} on {date}",
    "Leave the {thing} at {place}",
    "Ring {phone} about the {thing}",
)
UNSURE = ("title", "company", "shop", "total", "address", "town", "name", "due", "customer")


def note_document(source: Source, room: Room) -> Document | None:
    """One to three reminders, each on lines of its own."""
    rng = source.rng
    count = rng.choices((1, 2, 3, 4, 5), (46, 26, 14, 9, 5))[0]
    parts: list[Part] = []
    bullet = rng.choice(("", "", "- ", "* ", "{}. ", "[ ] ")) if count > 1 else ""
    for number, template in enumerate(rng.sample(HELD_OUT_NOTES if source.split == "test" else NOTES, count), 1):
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
        "day": lambda: rng.choice(names.DAYS),
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
    """A field told twice cannot be asked for, and where a weekday is told the date is not surely absent."""
    fields = [fact.field for fact in whole.facts]
    doubled = {field for field in fields if fields.count(field) > 1} | {"thing", "price", "day", "number"}
    if "day" in fields:
        doubled.add("date")
    facts = tuple(fact for fact in whole.facts if fact.field not in doubled)
    return Document(whole.kind, whole.lines, facts, whole.unsure | doubled)
