"""Small papers with fields: address labels and business cards."""

from training import values
from training.documents import Document, Fact, Kind, Line, Part, Room, Source, document, trim
from training.papers.bills import labelled

FROM_LABELS = ("From: ", "From ", "Sender: ", "FROM: ", "Sent by: ")
HELD_OUT_FROM = ("Shipped by: ", "Sent from: ")
TO_LABELS = ("To:", "Ship to:", "Deliver to:", "Recipient:", "TO", "Send to:", "Delivery address:")
HELD_OUT_TO = ("Addressee:", "Deliver this to:", "For:")
ORDER_LABELS = (
    *("Order", "Order no.", "Order:", "Ref.", "Tracking", "Order number", "Parcel no.", "Shipment", "Tracking no."),
    *("Reference", "Order #"),
)
HELD_OUT_ORDER = ("Consignment", "Consignment no.", "Parcel", "Your order")
WEIGHT_LABELS = ("Weight:", "Weight", "Wt.", "Gross weight:", "Net weight", "WEIGHT", "")
HELD_OUT_WEIGHT = ("Weighs", "Parcel weight")
MARKS = ("FRAGILE", "PRIORITY", "Handle with care", "This side up", "Express", "AIR MAIL", "Keep dry", "Box 1 of 2")
HELD_OUT_MARKS = ("Do not bend", "URGENT", "Signature required", "Glass")
ROLES = (
    *("Engineer", "Sales Manager", "Director", "Architect", "Designer", "Head of Sales", "Consultant", "Editor"),
    *("Senior Analyst", "Photographer", "Accountant", "Product Lead", "Translator", "Notary", "Founder", "Chemist"),
    *("Electrician", "Office Manager", "Head of Design", "Junior Engineer", "Lawyer", "Doctor", "Teacher", "Baker"),
    *("Marketing Manager", "Software Developer", "Plumber", "Interior Designer", "Physiotherapist", "Partner"),
)
HELD_OUT_ROLES = (
    *("Carpenter", "Dentist", "Project Manager", "Tax Adviser", "Journalist", "Gardener", "Head of Research"),
    *("Sales Director", "Web Designer", "Veterinarian", "Data Analyst", "Violin Teacher"),
)
PHONE_LABELS = ("", "", "Tel.", "Tel:", "Phone", "T", "Ph:", "Call", "Office:", "Phone:")
HELD_OUT_PHONE = ("Mobile", "Telephone", "Mob.", "Direct line:")
EMAIL_LABELS = ("", "", "E-mail:", "Email:", "E", "Mail:")
HELD_OUT_EMAIL = ("", "Write to", "E-Mail")
WEB_LABELS = ("", "", "", "Web:", "W", "Website:")
HELD_OUT_WEB = ("", "Online:", "Site:")
LABEL_ORDERS = (
    ("from", "to", "address", "rule", "meta", "mark"),
    ("to", "address", "rule", "from", "meta"),
    ("mark", "from", "rule", "to", "address", "rule", "meta"),
    ("meta", "rule", "to", "address", "from"),
    ("mark", "to", "address", "rule", "meta"),
)
HELD_OUT_LABEL_ORDERS = (
    ("meta", "mark", "rule", "from", "to", "address"),
    ("mark", "meta", "to", "address", "rule", "from"),
    ("from", "meta", "rule", "to", "address", "mark"),
)
HEADS = (
    ("name", "role", "company", "rule", "contacts"),
    ("company", "name", "role", "rule", "contacts"),
    ("name", "company", "role", "rule", "contacts"),
    ("company", "rule", "name", "role", "contacts"),
    ("name", "role", "rule", "contacts", "company"),
)
HELD_OUT_HEADS = (
    ("role", "name", "rule", "company", "contacts"),
    ("contacts", "rule", "name", "role", "company"),
    ("company", "contacts", "rule", "name", "role"),
)


def label_document(source: Source, room: Room) -> Document | None:
    """An address label: who, where, which order, how heavy."""
    rng = source.rng
    company, mark = values.company(rng, source.words), source.pick(MARKS, HELD_OUT_MARKS)
    sender = f"{source.pick(FROM_LABELS, HELD_OUT_FROM)}{company}"
    blocks = {
        "from": [Part(Line(sender), (Fact("company", company),))] if rng.random() < 0.35 else [],
        "to": [Part(Line(source.pick(TO_LABELS, HELD_OUT_TO)))] if rng.random() < 0.4 else [],
        "address": _address(source),
        "rule": [Part(Line(role=rng.choice(("gap", "rule"))))],
        "meta": _meta(source),
        "mark": [Part(Line(mark, role=rng.choice(("body", "title"))))] if rng.random() < 0.25 else [],
    }
    parts = [part for name in source.pick(LABEL_ORDERS, HELD_OUT_LABEL_ORDERS) for part in blocks[name]]
    fitting = trim(rng, _without_edges(parts), room)
    unsure = ["title", "shop", "place", "customer", "due"]
    if fitting and not any(fact.field == "company" for part in fitting for fact in part.facts):
        unsure.append("company")
    return document(Kind.LABEL, fitting, unsure) if fitting else None


def _address(source: Source) -> list[Part]:
    rng = source.rng
    name, street = values.person(rng), values.street(rng, source.words)
    town, postcode = values.town(rng), values.postcode(rng)
    last = source.pick(
        (f"{postcode} {town}", f"{town} {postcode}", f"{town}, {postcode}"),
        (f"{town} - {postcode}", f"{postcode} {town}"),
    )
    whole = Fact("address", f"{street}, {last}")
    return [
        Part(Line(name, role=rng.choice(("body", "title"))), (Fact("name", name),), optional=False),
        Part(Line(street), (Fact("street", street),), optional=False),
        Part(Line(last), (Fact("town", town), Fact("postcode", postcode), whole), optional=False),
    ]


def _meta(source: Source) -> list[Part]:
    """The order's number, the weight and the date: one below the other, or two on one line."""
    rng = source.rng
    number, weight, date = values.code(rng), values.weight(rng), values.date(rng)
    order = source.pick(ORDER_LABELS, HELD_OUT_ORDER)
    heavy = source.pick(WEIGHT_LABELS, HELD_OUT_WEIGHT)
    numbered, weighed = Fact("number", number), Fact("weight", weight)
    parts: list[Part] = []
    if rng.random() < 0.2:
        parts.append(Part(Line(f"{order} {number}", f"{heavy} {weight}".strip()), (numbered, weighed)))
    else:
        if rng.random() < 0.7:
            parts.append(Part(labelled(source, order, number), (numbered,)))
        if rng.random() < 0.5:
            parts.append(Part(labelled(source, heavy, weight), (weighed,)))
        if rng.random() < 0.5:
            parts.reverse()
    if rng.random() < 0.2:
        label = source.pick(("Date", "Shipped", "Ship date", "Sent on"), ("Dated", "Date sent"))
        parts.append(Part(labelled(source, label, date), (Fact("date", date),)))
    return parts


def _without_edges(parts: list[Part]) -> list[Part]:
    """Without rules at the top, or one after another."""
    kept: list[Part] = []
    for part in parts:
        divides = part.line.role in {"gap", "rule"}
        if not divides or (kept and kept[-1].line.role not in {"gap", "rule"}):
            kept.append(part)
    return kept


def card_document(source: Source, room: Room) -> Document | None:
    """A business card."""
    rng = source.rng
    name, role = values.person(rng), source.pick(ROLES, HELD_OUT_ROLES)
    company = values.company(rng, source.words)
    blocks = {
        "name": [Part(Line(name, role="title"), (Fact("name", name),), optional=False)],
        "role": [Part(Line(role), (Fact("role", role),))],
        "company": [Part(Line(company, role=rng.choice(("body", "title"))), (Fact("company", company),))],
        "rule": [Part(Line(role=rng.choice(("gap", "rule"))))],
        "contacts": _contacts(source, name),
    }
    parts = [part for block in source.pick(HEADS, HELD_OUT_HEADS) for part in blocks[block]]
    fitting = trim(rng, _without_edges(parts), room)
    unsure = ("title", "shop", "place", "street", "town", "postcode", "customer")
    return document(Kind.CARD, fitting, unsure) if fitting else None


def _contacts(source: Source, name: str) -> list[Part]:
    """Ways to reach a person, in any order, in held-out papers perhaps two on one line."""
    rng = source.rng
    told = {
        "phone": values.phone(rng),
        "email": values.email(rng, source.words, name),
        "web": values.web(rng, source.words),
    }
    labels = {
        "phone": source.pick(PHONE_LABELS, HELD_OUT_PHONE),
        "email": source.pick(EMAIL_LABELS, HELD_OUT_EMAIL),
        "web": source.pick(WEB_LABELS, HELD_OUT_WEB),
    }
    facts = {field: (Fact(field, value),) for field, value in told.items()}
    contacts = [
        Part(labelled(source, labels[field], value), facts[field])
        for field, value in told.items()
        if rng.random() < 0.75
    ]
    if rng.random() < 0.35:
        street, town = values.street(rng, source.words), f"{values.town(rng)} {values.postcode(rng)}"
        whole = (Fact("address", f"{street}, {town}"),)
        above = rng.random() < 0.4
        contacts.append(Part(Line(street), whole, below=Line(town)) if above else Part(Line(whole[0].answer), whole))
    rng.shuffle(contacts)
    return contacts
