"""Business cards."""

from training import values
from training.documents import Document, Fact, Kind, Line, Part, Room, Source, fit
from training.lists import NAMES, read_lists, read_rows, read_tables
from training.papers.extras import extras
from training.papers.labelling import address, street_and_town, told
from training.papers.orders import in_order, without_edges

JOBS = read_lists("papers/jobs")
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
    return fit(source, room, Kind.CARD, without_edges(parts), LISTS.UNSURE)


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
        contacts.append(address(*street_and_town(source), above=rng.random() < 0.4))
    contacts += extras(source, Kind.CARD)
    rng.shuffle(contacts)
    return contacts


def role(source: Source) -> str:
    """Invent the role on a card."""
    if source.split == "test":
        return source.rng.choice(JOBS.HELD_OUT_ROLES)
    while (made := _made_role(source)) in JOBS.HELD_OUT_ROLES:
        pass
    return made


def _made_role(source: Source) -> str:
    rng = source.rng
    area = rng.choice(JOBS.AREAS) if rng.random() < 0.8 else values.short_word(rng, source.words, 9).capitalize()
    shapes = (
        rng.choice(JOBS.JOBS),
        f"{rng.choice(JOBS.RANKS)} {rng.choice(JOBS.JOBS)}",
        f"{area} {rng.choice(JOBS.POSTS)}",
        f"{rng.choice(JOBS.RANKS)} {area} {rng.choice(JOBS.POSTS)}",
        f"{rng.choice(('Head', 'Head', 'Director', 'VP', 'Professor', 'Doctor'))} of {area}",
        f"{rng.choice(JOBS.JOBS)} {rng.choice(('and', '&'))} {rng.choice(JOBS.JOBS)}",
    )
    return rng.choices(shapes, (34, 14, 28, 6, 14, 4))[0]
