"""Lines that training adds to papers and that look like a field's: only their labels tell them apart."""

from collections.abc import Callable

from training import values
from training.documents import Fact, Kind, Part, Source
from training.lists import NAMES, read_tables
from training.papers.labelling import told

CONTACT_LABELS = read_tables("papers/extras")["CONTACT_LABELS"]

EXTRA_SHARE = 0.3
CONTACT_SHARE = 0.12
Maker = Callable[[Source], str]


def _phone(source: Source) -> str:
    return values.phone(source.rng)


def _code(source: Source) -> str:
    return values.code(source.rng)


def _person(source: Source) -> str:
    return values.person(source.rng)


def _date(source: Source) -> str:
    return values.date(source.rng)


def _word(source: Source) -> str:
    return values.word(source.rng, source.words).capitalize()


def _days(source: Source) -> str:
    return f"{source.rng.choice((7, 10, 14, 21, 30, 60))} days"


def _weekday(source: Source) -> str:
    return source.rng.choice(NAMES.DAYS)


LIKE: dict[Maker, str] = {_phone: "phone", _code: "number", _person: "name", _date: "date"}
"""The fields that such lines could be taken for."""

EXTRAS: dict[Kind, tuple[tuple[str, Maker], ...]] = {
    Kind.CARD: (
        *(("Fax", _phone), ("Fax no.", _phone), ("Telefax", _phone), ("Skype", _word), ("VAT ID", _code)),
        *(("Licence no.", _code), ("Assistant", _person), ("Languages", _word), ("Closed on", _weekday)),
    ),
    Kind.RECEIPT: (
        *(("Cashier", _person), ("Served by", _person), ("Till", _code), ("Store no.", _code), ("Tax ID", _code)),
        *(("Terminal", _code), ("Card no.", _code), ("Member", _code), ("Auth. code", _code), ("Fax", _phone)),
    ),
    Kind.INVOICE: (
        *(("Customer no.", _code), ("Terms", _days), ("Tax ID", _code), ("Delivery date", _date), ("Clerk", _person)),
        *(("Delivered on", _date), ("Project no.", _code), ("Ordered on", _date), ("Handled by", _person)),
    ),
    Kind.LABEL: (
        *(("Service", _word), ("Driver", _person), ("Carrier", _word), ("Customer no.", _code), ("Zone", _code)),
        *(("Call before delivery", _phone), ("Best before", _date), ("Content", _word), ("Gate", _code)),
    ),
}

CONTACTS: dict[Kind, tuple[str, ...]] = {
    Kind.RECEIPT: ("web", "web", "email"),
    Kind.LABEL: ("phone", "email"),
    Kind.NOTICE: ("email",),
}
"""Ways to reach someone that papers of a kind never contain in the exam."""


def _contact(source: Source, field: str) -> Part:
    make = {"web": values.web, "email": values.email}.get(field)
    value = make(source.rng, source.words) if make else values.phone(source.rng)
    return told(source, source.rng.choice(CONTACT_LABELS[field]), value, Fact(field, value))


def extras(source: Source, kind: Kind) -> list[Part]:
    """Return at most one such line, to be asked for by its label, and a way to reach someone; none in the exam."""
    rng, parts = source.rng, []
    if source.split != "train":
        return []
    if kind in EXTRAS and rng.random() < EXTRA_SHARE:
        label, make = rng.choice(EXTRAS[kind])
        value = make(source)
        parts.append(told(source, label, value, Fact("entry", value, label, like=LIKE.get(make, ""))))
    if kind in CONTACTS and rng.random() < CONTACT_SHARE:
        parts.append(_contact(source, rng.choice(CONTACTS[kind])))
    return parts
