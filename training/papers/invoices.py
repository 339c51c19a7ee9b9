"""Invoices: seller, customer, amounts, due date."""

from training import values
from training.documents import Document, Fact, Kind, Line, Part, Room, Source, fit
from training.lists import read_lists, read_rows, read_tables
from training.papers.bills import item_parts, make_bill, sum_parts
from training.papers.extras import extras
from training.papers.keys import MAKERS
from training.papers.labelling import address, street_and_town, told, varied
from training.papers.orders import beside, divide, in_order

ROWS = read_rows("papers/invoices")

LISTS = read_lists("papers/invoices")
CALL_LABELS = read_tables("papers/invoices")["CALL_LABELS"]
HELD_OUT_CALL = read_tables("papers/invoices")["HELD_OUT_CALL"]

BESIDE_SHARE = 0.2
"""In training: how often the seller stands next to the invoice's own data, or next to the customer."""

TOGETHER = ("items", "sums")


def invoice_document(source: Source, room: Room) -> Document | None:
    """Write an invoice whose sums add up; the number of positions follows the room."""
    if room.columns < 15 or room.rows < 6 or room.characters < 70:
        return None
    rng = source.rng
    affordable = max(1, min(6, int(room.rows) - 5, (room.characters - 60) // 26))
    bill = make_bill(source, rng.randint(1, affordable), dear=True)
    blocks = {
        "title": [
            Part(Line(varied(source, source.pick(LISTS.TITLES, LISTS.HELD_OUT_TITLES)), role="title"), optional=False)
        ],
        "seller": _seller(source),
        "customer": [_customer(source)],
        "data": [*_data(source), *extras(source, Kind.INVOICE)],
        "items": [divide(source), *item_parts(source, bill), divide(source)],
        "sums": sum_parts(source, bill),
        "bank": _bank(source),
    }
    if source.split == "train" and rng.random() < BESIDE_SHARE:
        other = rng.choice(("data", "customer"))
        blocks["seller"], blocks[other] = beside(blocks["seller"], blocks[other]), []
    parts = in_order(source, blocks, ROWS.ORDERS, ROWS.HELD_OUT_ORDERS, TOGETHER)
    return fit(source, room, Kind.INVOICE, parts, LISTS.UNSURE)


def _seller(source: Source) -> list[Part]:
    """Write the company, often with its address and a way to reach it."""
    rng = source.rng
    company = values.company(rng, source.words)
    parts = [Part(Line(company, role=rng.choice(("title", "body"))), (Fact("company", company),))]
    if rng.random() < 0.5:
        street, town = street_and_town(source)
        parts.append(address(street, town, above=rng.random() >= 0.5))
    for field, value in [(field, MAKERS[field](source)) for field in ("phone", "email", "web")]:
        if rng.random() < 0.2:
            label = source.pick(CALL_LABELS[field], HELD_OUT_CALL[field])
            parts.append(told(source, label, value, Fact(field, value)))
    return parts


def _customer(source: Source) -> Part:
    rng = source.rng
    label, customer = source.pick(LISTS.CUSTOMER_LABELS, LISTS.HELD_OUT_CUSTOMER), values.person(rng)
    facts = (Fact("customer", customer),)
    if rng.random() < 0.4:
        return Part(Line(label + rng.choice((":", ""))), facts, below=Line(customer))
    return told(source, label, customer, *facts)


def _data(source: Source) -> list[Part]:
    """Write number, date and due date: one below the other, or two of them on one line."""
    rng = source.rng
    number, (date, due) = values.code(rng), values.two_dates(rng)
    labels = {
        "number": source.pick(LISTS.NUMBER_LABELS, LISTS.HELD_OUT_NUMBER),
        "date": source.pick(LISTS.DATE_LABELS, LISTS.HELD_OUT_DATE),
        "due": source.pick(LISTS.DUE_LABELS, LISTS.HELD_OUT_DUE),
    }
    printed = {"number": number, "date": date, "due": due}
    facts = {field: Fact(field, value) for field, value in printed.items()}
    if rng.random() < 0.25:
        one, other = f"{labels['number']} {number}", f"{labels['date']}: {date}"
        parts = [Part(Line(one, other), (facts["number"], facts["date"]))]
        wanted: tuple[str, ...] = ("due",)
    else:
        parts, wanted = [], source.pick(ROWS.DATA, ROWS.HELD_OUT_DATA)
    above = rng.random() < source.pick((0.15,), (0.5,))
    for field in wanted:
        if above:
            parts.append(Part(Line(labels[field]), (facts[field],), below=Line(printed[field])))
        else:
            parts.append(told(source, labels[field], printed[field], facts[field]))
    return parts


def _bank(source: Source) -> list[Part]:
    if source.rng.random() < 0.7:
        return []
    label = source.pick(LISTS.BANK_LABELS, LISTS.HELD_OUT_BANK)
    return [Part(Line(f"{label} {values.iban(source.rng)}"))]
