"""Forms: lines of a key and its value."""

from collections.abc import Callable
from dataclasses import dataclass

from training import values
from training.documents import Document, Fact, Join, Kind, Line, Part, Room, Source, document, trim


@dataclass(frozen=True, slots=True)
class Entry:
    """A field that a form may ask for: its keys in training, those kept out of it, and what is filled in."""

    field: str
    keys: tuple[str, ...]
    held_out: tuple[str, ...]
    make: Callable[[Source], str]


ENTRIES = (
    Entry(
        "name",
        ("Name", "Name", "Full name", "Applicant", "Guest", "Patient", "Signed by", "Person", "Member", "Contact"),
        ("Your name", "Visitor", "Participant"),
        lambda source: values.person(source.rng),
    ),
    Entry(
        "customer",
        ("Customer", "Client", "Billed to", "Buyer"),
        ("Customer's name", "Bill to"),
        lambda source: values.person(source.rng),
    ),
    Entry(
        "date",
        ("Date", "Date", "Date of visit", "Issued", "Issue date", "Day"),
        ("Dated", "Today's date"),
        lambda source: values.date(source.rng),
    ),
    Entry(
        "time",
        ("Time", "Time", "Start", "Starts at", "Begins"),
        ("At", "Start time"),
        lambda source: values.time(source.rng),
    ),
    Entry(
        "phone",
        ("Phone", "Telephone", "Tel.", "Phone no.", "Cell phone", "Phone number"),
        ("Mobile", "Tel. no.", "Mobile phone"),
        lambda source: values.phone(source.rng),
    ),
    Entry(
        "email",
        ("E-mail", "Email", "E-mail address", "Mail"),
        ("Email address", "Your e-mail"),
        lambda source: values.email(source.rng, source.words),
    ),
    Entry(
        "web",
        ("Website", "Web", "Internet", "Homepage", "URL"),
        ("Web page", "Web address"),
        lambda source: values.web(source.rng, source.words),
    ),
    Entry(
        "weight",
        ("Weight", "Weight", "Net weight", "Gross weight", "Wt."),
        ("Weighs", "Weight of parcel"),
        lambda source: values.weight(source.rng),
    ),
    Entry(
        "street",
        ("Street", "Address", "Street address", "Street, no."),
        ("Home address", "Street and number"),
        lambda source: values.street(source.rng, source.words),
    ),
    Entry("town", ("Town", "City", "Town"), ("Home town", "Town or city"), lambda source: values.town(source.rng)),
    Entry(
        "postcode",
        ("Postcode", "Zip code", "Postal code", "ZIP"),
        ("Post code", "Zip or postcode"),
        lambda source: values.postcode(source.rng),
    ),
    Entry(
        "company",
        ("Company", "Firm", "Employer", "Company"),
        ("Your company", "Company or firm"),
        lambda source: values.company(source.rng, source.words),
    ),
    Entry(
        "number",
        ("Number", "Order no.", "Reference", "Case no.", "Order number", "Ref. no."),
        ("Reference no.", "Number of order"),
        lambda source: values.code(source.rng),
    ),
    Entry(
        "total",
        ("Total", "Total", "Amount", "Total amount", "Amount due", "To pay"),
        ("Balance due", "Total payable"),
        lambda source: source.rng.choice(values.CURRENCIES).write(source.rng.randint(100, 199999)),
    ),
)
CLASHES = ({"name", "customer"}, {"phone", "number"})
WORD_KEYS = (
    *("Colour", "Size", "Department", "Model", "Status", "Material", "Type", "Subject", "Group", "Class", "Brand"),
    *("Language", "Country", "Category", "Style", "Reason", "Unit", "Result", "Level", "Section", "Species"),
)
HELD_OUT_WORD_KEYS = ("Shape", "Area", "Project", "Topic", "Team", "Region", "Pattern", "Flavour", "Purpose")
CODE_KEYS = (
    *("Serial no.", "Room", "Quantity", "Floor", "Version", "Seat", "Gate", "Batch", "Code", "Account", "Member no."),
    *("Licence", "Ticket", "Platform", "Lot", "Desk", "Locker", "Policy no.", "Permit", "Case", "Bus"),
)
HELD_OUT_CODE_KEYS = ("Flight", "Table", "Box", "Page", "Shelf", "Key no.", "Row", "Asset", "Badge")
TITLES = (
    *("Registration", "APPLICATION", "Visitor form", "Booking form", "ORDER FORM", "Details", "Member card"),
    *("Application form", "Check-in", "Request", "Record", "Delivery note", "Claim form"),
)
HELD_OUT_TITLES = ("Sign-up sheet", "PERSONAL DATA", "Service request", "Data sheet", "Travel form")
UNSURE = ("number", "shop", "place", "role", "company", "address", "title", "due", "customer", "name")


def form_document(source: Source, room: Room) -> Document | None:
    """Four to eleven lines of a key and its value, fewer where there is little room, perhaps under a title."""
    rng = source.rng
    affordable = min(11, max(4, min(room.characters // 24, int(room.rows))))
    filled = _fill(source, rng.randint(4, affordable))
    parts = _arrange(source, filled)
    if rng.random() < 0.35:
        title = source.pick(TITLES, HELD_OUT_TITLES)
        parts[:0] = [Part(Line(title, role="title"), (Fact("title", title),)), Part(Line(role="rule"))]
    fitting = trim(rng, parts, room)
    if not fitting or sum(bool(part.facts) for part in fitting) < 2:
        return None
    told = {fact.field for part in fitting for fact in part.facts}
    return document(Kind.FORM, fitting, set(UNSURE) - told)


_Filled = list[tuple[str, str, tuple[Fact, ...]]]


def _fill(source: Source, count: int) -> _Filled:
    """Keys, values and what they tell; keys that could be taken for each other are not used together."""
    rng = source.rng
    filled: _Filled = []
    entries = rng.sample(ENTRIES, min(len(ENTRIES), round(count * rng.uniform(0.4, 0.8))))
    fields = {entry.field for entry in entries}
    dropped = {rng.choice(sorted(clash)) for clash in CLASHES if clash <= fields}
    for entry in entries:
        if entry.field not in dropped:
            key, value = source.pick(entry.keys, entry.held_out), entry.make(source)
            filled.append((key, value, (Fact("entry", value, key), Fact(entry.field, value))))
    taken = {word for key, _, _ in filled for word in _words(key)}
    while len(filled) < count:
        key, value = _other(source)
        if not _words(key) & taken:
            taken |= _words(key)
            filled.append((key, value, (Fact("entry", value, key),)))
    rng.shuffle(filled)
    return filled


def _words(key: str) -> set[str]:
    return set(key.lower().split())


def _other(source: Source) -> tuple[str, str]:
    rng = source.rng
    shape = rng.random()
    if shape < 0.4:
        return source.pick(WORD_KEYS, HELD_OUT_WORD_KEYS), values.word(rng, source.words).capitalize()
    if shape < 0.75:
        return source.pick(CODE_KEYS, HELD_OUT_CODE_KEYS), values.code(rng)
    made = rng.choice((values.code, values.surname, values.made_up))(rng)
    stem = values.made_up(rng) if rng.random() < 0.3 else values.word(rng, source.words)
    return stem.capitalize(), made


def _arrange(source: Source, filled: _Filled) -> list[Part]:
    """One entry a line in one of many styles, keys above values, or two entries side by side."""
    style = source.pick(("after", "after", "after", "edge", "tab", "tab", "dots", "above"), ("above", "pairs", "tab"))
    colon = source.pick((":", ":", ":", "", " -", " ="), (":", "", " :", " /"))
    if style == "pairs":
        return _pairs(filled, colon if colon.strip() else ":")
    parts: list[Part] = []
    for key, value, facts in filled:
        if style == "above":
            parts.append(Part(Line(key + (":" if ":" in colon else "")), facts, below=Line(value)))
        elif style == "after":
            parts.append(Part(Line(f"{key}{colon or ':'} {value}"), facts))
        else:
            join: Join = "edge" if style == "edge" else "tab" if style == "tab" else "dots"
            parts.append(Part(Line(key + ("" if join == "dots" else colon), value, join=join), facts))
    return parts


def _pairs(filled: _Filled, colon: str) -> list[Part]:
    """Two short entries on one line, long ones alone."""
    parts: list[Part] = []
    waiting: tuple[str, tuple[Fact, ...]] | None = None
    for key, value, facts in filled:
        text = f"{key}{colon} {value}"
        if len(text) > 22:
            parts.append(Part(Line(text), facts))
        elif waiting:
            parts.append(Part(Line(waiting[0], text), (*waiting[1], *facts)))
            waiting = None
        else:
            waiting = text, facts
    return [*parts, Part(Line(waiting[0]), waiting[1])] if waiting else parts
