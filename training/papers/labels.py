"""Address labels."""

from training import values
from training.documents import Document, Fact, Kind, Line, Part, Room, Source, fit
from training.lists import read_lists, read_rows
from training.papers.extras import extras
from training.papers.labelling import told, varied
from training.papers.orders import in_order, without_edges

ROWS = read_rows("papers/labels")

LISTS = read_lists("papers/labels")


def label_document(source: Source, room: Room) -> Document | None:
    """Write an address label: who, where, which order, how heavy."""
    rng = source.rng
    company, mark = values.company(rng, source.words), source.pick(LISTS.MARKS, LISTS.HELD_OUT_MARKS)
    sender = f"{source.pick(LISTS.FROM_LABELS, LISTS.HELD_OUT_FROM)}{company}"
    blocks = {
        "from": [Part(Line(sender), (Fact("company", company),))] if rng.random() < 0.35 else [],
        "to": [Part(Line(varied(source, source.pick(LISTS.TO_LABELS, LISTS.HELD_OUT_TO))))]
        if rng.random() < 0.4
        else [],
        "address": _address(source),
        "rule": [Part(Line(role=rng.choice(("gap", "rule"))))],
        "meta": [*_meta(source), *extras(source, Kind.LABEL)],
        "mark": [Part(Line(mark, role=rng.choice(("body", "title"))))] if rng.random() < 0.25 else [],
    }
    parts = in_order(source, blocks, ROWS.ORDERS, ROWS.HELD_OUT_ORDERS, together=("to", "address"))
    return fit(source, room, Kind.LABEL, without_edges(parts), LISTS.UNSURE)


def _address(source: Source) -> list[Part]:
    rng = source.rng
    name, street = values.person(rng), values.street(rng, source.words)
    town, postcode = values.town(rng), values.postcode(rng)
    quarter = values.made_up(rng).capitalize() if source.split == "train" else ""
    last = source.pick(
        (
            *(f"{postcode} {town}", f"{town} {postcode}", f"{town}, {postcode}", f"{postcode} - {town}"),
            *(f"{town} / {postcode}", f"{postcode}, {town}", f"{town} ({postcode})", f"{town}: {postcode}"),
            *(f"{town} | {postcode}", f"{town}; {postcode}", f"{town}. {postcode}"),
            *(f"{postcode} {town} - {quarter}", f"{town} - {quarter}, {postcode}"),
        ),
        (f"{town} - {postcode}", f"{postcode} {town}"),
    )
    whole = Fact("address", f"{street}, {last}")
    return [
        Part(Line(name, role=rng.choice(("body", "title"))), (Fact("name", name),), optional=False),
        Part(Line(street), (Fact("street", street),), optional=False),
        Part(Line(last), (Fact("town", town), Fact("postcode", postcode), whole), optional=False),
    ]


def _meta(source: Source) -> list[Part]:
    """Write the order's number, the weight and the date: one below the other, or two on one line."""
    rng = source.rng
    number, weight, date = values.code(rng), values.weight(rng), values.date(rng)
    order = source.pick(LISTS.ORDER_LABELS, LISTS.HELD_OUT_ORDER)
    heavy = source.pick(LISTS.WEIGHT_LABELS, LISTS.HELD_OUT_WEIGHT)
    numbered, weighed = Fact("number", number), Fact("weight", weight)
    parts: list[Part] = []
    if rng.random() < 0.2:
        parts.append(Part(Line(f"{order} {number}", f"{heavy} {weight}".strip()), (numbered, weighed)))
    else:
        if rng.random() < 0.7:
            parts.append(told(source, order, number, numbered))
        if rng.random() < 0.5:
            parts.append(told(source, heavy, weight, weighed))
        if rng.random() < 0.5:
            parts.reverse()
    if rng.random() < 0.2:
        parts.append(told(source, source.pick(LISTS.DATE_LABELS, LISTS.HELD_OUT_DATE), date, Fact("date", date)))
    return parts
