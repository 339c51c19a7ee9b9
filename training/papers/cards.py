"""Business cards."""

from training import values
from training.documents import Document, Fact, Kind, Line, Part, Room, Source, document, trim
from training.lists import NAMES, read_lists, read_rows, read_tables
from training.papers.extras import extras
from training.papers.jobs import role
from training.papers.labelling import told
from training.papers.orders import in_order, without_edges

LISTS = read_lists("papers/cards")
ROWS = read_rows("papers/cards")

LABELS = read_tables("papers/cards")["LABELS"]
HELD_OUT_LABELS = read_tables("papers/cards")["HELD_OUT_LABELS"]

OTHERS_MAIL_SHARE = 0.3


def card_document(source: Source, room: Room) -> Document | None:
    """Write a person's name, role, company, and contacts."""
    rng = source.rng
    name, does = values.person(rng), role(source)
    company = _company(source)
    small = source.split == "train" and rng.random() < 0.25
    blocks = {
        "name": [Part(Line(name, role="body" if small else "title"), (Fact("name", name),), optional=False)],
        "role": [Part(Line(does), (Fact("role", does),))],
        "company": [Part(Line(company, role=rng.choice(("body", "title"))), (Fact("company", company),))],
        "rule": [Part(Line(role=rng.choice(("gap", "rule"))))],
        "contacts": _contacts(source, name),
        "more": [],
    }
    if source.split == "train" and rng.random() < 0.4:  # Contacts stand in two places.
        cut = rng.randint(0, len(blocks["contacts"]))
        blocks["contacts"], blocks["more"] = blocks["contacts"][:cut], blocks["contacts"][cut:]
    parts = in_order(source, blocks, ROWS.ORDERS, ROWS.HELD_OUT_ORDERS)
    fitting = trim(rng, without_edges(parts), room)
    return document(Kind.CARD, fitting, LISTS.UNSURE) if fitting else None


def _company(source: Source) -> str:
    """Invent a company, in training mostly one whose name could be a person's."""
    rng = source.rng
    company = values.company(rng, source.words)
    if source.split == "train" and company.endswith(NAMES.COMPANY_ENDINGS) and rng.random() < 0.6:
        return f"{values.made_up(rng).capitalize()} {values.short_word(rng, source.words, 9).capitalize()}"
    return company


def _contacts(source: Source, name: str) -> list[Part]:
    """Return ways to reach a person, in any order; in training some mailboxes are another's, so that it is read."""
    rng = source.rng
    name = values.person(rng) if source.split == "train" and rng.random() < OTHERS_MAIL_SHARE else name
    reach = {
        "phone": values.phone(rng),
        "email": values.email(rng, source.words, name),
        "web": values.web(rng, source.words),
    }
    labels = {field: source.pick(LABELS[field], HELD_OUT_LABELS[field]) for field in reach}
    contacts = [
        told(source, labels[field], value, Fact(field, value)) for field, value in reach.items() if rng.random() < 0.75
    ]
    if rng.random() < 0.35:
        street, town = values.street(rng, source.words), f"{values.town(rng)} {values.postcode(rng)}"
        whole = (Fact("address", f"{street}, {town}"),)
        above = rng.random() < 0.4
        contacts.append(Part(Line(street), whole, below=Line(town)) if above else Part(Line(whole[0].answer), whole))
    contacts += extras(source, Kind.CARD)
    rng.shuffle(contacts)
    return contacts
