"""Papers with fields: labels, business cards and forms."""

from collections.abc import Callable

from training import values
from training.documents import Document, Fact, Kind, Line, Part, Room, Source, document, trim

ORDER_LABELS = ("Order", "Order no.", "Order:", "Ref.", "Tracking", "Order number")
WEIGHT_LABELS = ("Weight:", "Weight", "Wt.", "Gross weight:")
ROLES = (
    *("Engineer", "Sales Manager", "Director", "Architect", "Designer", "Head of Sales", "Consultant", "Editor"),
    *("Senior Analyst", "Photographer", "Accountant", "Product Lead", "Translator", "Notary", "Founder", "Chemist"),
)
PHONE_LABELS = ("", "", "Tel. ", "Tel: ", "Phone ", "T ", "Ph: ")


def label_document(source: Source, room: Room) -> Document | None:
    """An address label: who, where, which order, how heavy."""
    rng = source.rng
    name, street = values.person(rng), values.street(rng, source.words)
    town, postcode = values.town(rng), values.postcode(rng)
    parts: list[Part] = []
    if rng.random() < 0.3:
        company = values.company(rng, source.words)
        parts.append(Part(Line(f"From: {company}"), (Fact("company", company),)))
    if rng.random() < 0.3:
        parts.append(Part(Line(rng.choice(("To:", "Ship to:", "Deliver to:")))))
    parts.append(Part(Line(name, role=rng.choice(("body", "title"))), (Fact("name", name),), optional=False))
    parts.append(Part(Line(street), (Fact("street", street),), optional=False))
    last = rng.choice((f"{postcode} {town}", f"{town} {postcode}", f"{town}, {postcode}"))
    whole = Fact("address", f"{street}, {last}")
    parts.append(Part(Line(last), (Fact("town", town), Fact("postcode", postcode), whole), optional=False))
    parts.append(Part(Line(role=rng.choice(("gap", "rule")))))
    number, weight = values.code(rng), values.weight(rng)
    if rng.random() < 0.7:
        parts.append(Part(Line(f"{rng.choice(ORDER_LABELS)} {number}"), (Fact("number", number),)))
    if rng.random() < 0.5:
        parts.append(Part(Line(f"{rng.choice(WEIGHT_LABELS)} {weight}"), (Fact("weight", weight),)))
    fitting = trim(rng, parts, room)
    return document(Kind.LABEL, fitting, ("title", "shop", "place", "company")) if fitting else None


def card_document(source: Source, room: Room) -> Document | None:
    """A business card."""
    rng = source.rng
    name, role, company = values.person(rng), rng.choice(ROLES), values.company(rng, source.words)
    phone, email, web = values.phone(rng), values.email(rng, source.words, name), values.web(rng, source.words)
    head = [
        Part(Line(name, role="title"), (Fact("name", name),), optional=False),
        Part(Line(role), (Fact("role", role),)),
        Part(Line(company), (Fact("company", company),)),
    ]
    if rng.random() < 0.3:
        head.insert(0, head.pop())
    parts = [*head, Part(Line(role=rng.choice(("gap", "rule"))))]
    contacts = [
        Part(Line(rng.choice(PHONE_LABELS) + phone), (Fact("phone", phone),)),
        Part(Line(rng.choice(("", "", "E-mail: ")) + email), (Fact("email", email),)),
        Part(Line(web), (Fact("web", web),)),
    ]
    if rng.random() < 0.3:
        street, town = values.street(rng, source.words), f"{values.town(rng)} {values.postcode(rng)}"
        contacts.append(Part(Line(f"{street}, {town}"), (Fact("address", f"{street}, {town}"),)))
    rng.shuffle(contacts)
    parts += [part for part in contacts if rng.random() < 0.75]
    fitting = trim(rng, parts, room)
    return document(Kind.CARD, fitting, ("title", "shop", "place", "street", "town", "postcode")) if fitting else None


def form_document(source: Source, room: Room) -> Document | None:
    """Four to eight lines `Key: value`, fewer where there is little room."""
    rng = source.rng
    makers = _entry_makers(source)
    keys = rng.sample(sorted(makers), min(len(makers), rng.randint(4, 8)))
    right, colon = rng.random() < 0.3, rng.choice((":", ":", ":", "", " -", " ="))
    parts: list[Part] = []
    for key in keys:
        value = makers[key]()
        line = Line(key + colon, value) if right else Line(f"{key}{colon or ':'} {value}")
        field = TYPED_KEYS.get(key)
        facts = (Fact("entry", value, key), *([Fact(field, value)] if field else []))
        parts.append(Part(line, facts))
    fitting = trim(rng, parts, room)
    unsure = ("number", "title", "shop", "place", "role", "company", "address")
    return document(Kind.FORM, fitting, unsure) if fitting and len(fitting) > 1 else None


TYPED_KEYS = {
    "Name": "name",
    "Date": "date",
    "Time": "time",
    "Phone": "phone",
    "E-mail": "email",
    "Weight": "weight",
    "Address": "street",
    "Town": "town",
    "Postcode": "postcode",
    "Total": "total",
}


def _entry_makers(source: Source) -> dict[str, Callable[[], str]]:
    rng, words = source.rng, source.words
    makers: dict[str, Callable[[], str]] = {
        "Name": lambda: values.person(rng),
        "Date": lambda: values.date(rng),
        "Time": lambda: values.time(rng),
        "Phone": lambda: values.phone(rng),
        "E-mail": lambda: values.email(rng, words),
        "Weight": lambda: values.weight(rng),
        "Address": lambda: values.street(rng, words),
        "Town": lambda: values.town(rng),
        "Postcode": lambda: values.postcode(rng),
        "Total": lambda: rng.choice(values.CURRENCIES).write(rng.randint(100, 99999)),
    }
    for key in ("Colour", "Size", "Department", "Model", "Status", "Material", "Type", "Subject", "Group", "Class"):
        makers[key] = lambda: values.word(rng, words).capitalize()
    for key in ("Serial no.", "Room", "Quantity", "Floor", "Version", "Seat", "Gate", "Batch", "Code", "Account"):
        makers[key] = lambda: values.code(rng)
    for _ in range(8):
        shape = rng.choice((values.code, values.surname, values.made_up))
        makers[values.word(rng, words).capitalize()] = lambda shape=shape: shape(rng)  # type: ignore[misc]
    return makers
