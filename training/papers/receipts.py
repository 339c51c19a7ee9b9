"""Till receipts: items, prices, payment."""

from training import values
from training.documents import Document, Fact, Kind, Line, Part, Room, Source, fit
from training.lists import read_lists, read_rows
from training.papers.bills import Bill, item_parts, make_bill, sum_parts
from training.papers.extras import extras
from training.papers.labelling import address, street_and_town, told, varied
from training.papers.orders import divide, in_order

ROWS = read_rows("papers/receipts")

LISTS = read_lists("papers/receipts")

TOGETHER = ("items", "sums", "paid")


def receipt_document(source: Source, room: Room) -> Document | None:
    """Write a till receipt whose sums add up; the number of items follows the room."""
    if room.columns < 13 or room.rows < 3:
        return None
    rng = source.rng
    affordable = max(1, min(9, int(room.rows) - 2, room.characters // 19))
    bill = make_bill(source, rng.randint(max(1, affordable // 3), affordable))
    blocks = {
        "shop": [_shop(source)],
        **_head(source),
        "items": [divide(source), *item_parts(source, bill), divide(source)],
        "sums": sum_parts(source, bill),
        "paid": _paid(source, bill),
    }
    parts = in_order(source, blocks, ROWS.ORDERS, ROWS.HELD_OUT_ORDERS, TOGETHER)
    if rng.random() < 0.35:
        parts.append(Part(Line(varied(source, source.pick(LISTS.THANKS, LISTS.HELD_OUT_THANKS)))))
    return fit(source, room, Kind.RECEIPT, parts, LISTS.UNSURE)


def _shop(source: Source) -> Part:
    shop = values.company(source.rng, source.words)
    shop = shop.upper() if source.rng.random() < 0.3 else shop
    return Part(Line(shop, role="title"), (Fact("shop", shop),))


def _head(source: Source) -> dict[str, list[Part]]:
    rng = source.rng
    street, town = street_and_town(source)
    phone, number = values.phone(rng), values.code(rng)
    where = Part(Line(street), (Fact("address", street),))
    if rng.random() < 0.5:
        where = address(street, town, above=rng.random() < 0.5)
    call = told(source, source.pick(LISTS.PHONE_LABELS, LISTS.HELD_OUT_PHONE), phone, Fact("phone", phone))
    numbered = told(source, source.pick(LISTS.NUMBER_LABELS, LISTS.HELD_OUT_NUMBER), number, Fact("number", number))
    return {
        "address": [where] if rng.random() < 0.4 else [],
        "phone": [call] if rng.random() < 0.35 else [],
        "when": _when(source),
        "number": [*([numbered] if rng.random() < 0.5 else []), *extras(source, Kind.RECEIPT)],
    }


def _when(source: Source) -> list[Part]:
    rng = source.rng
    date, time = values.date(rng), values.time(rng)
    dated, timed = Fact("date", date), Fact("time", time)
    shape = rng.random()
    if shape < 0.3:
        return [Part(Line(date, time), (dated, timed))]
    if shape < 0.45:
        return [Part(Line(f"{date} {time}"), (dated, timed))]
    if shape > 0.93:
        return []
    parts = [told(source, source.pick(LISTS.DATE_LABELS, LISTS.HELD_OUT_DATE), date, dated)]
    if rng.random() < 0.4:
        parts.append(told(source, source.pick(LISTS.TIME_LABELS, LISTS.HELD_OUT_TIME), time, timed))
    return parts


def _paid(source: Source, bill: Bill) -> list[Part]:
    """Write the payment: a word, a word with the amount, or the cash given and the change."""
    rng, write = source.rng, bill.currency.write
    shape = rng.random()
    if shape < 0.4:
        return []
    if shape < 0.75:
        payment = varied(source, source.pick(LISTS.PAYMENTS, LISTS.HELD_OUT_PAYMENTS))
        right = write(bill.total) if rng.random() < 0.3 else ""
        return [Part(Line(payment, right), (Fact("payment", payment),))]
    note = rng.choice((500, 1000, 2000, 5000))
    given = (bill.total // note + 1) * note
    change = write(given - bill.total)
    return [
        Part(Line(varied(source, source.pick(LISTS.GIVEN_LABELS, LISTS.HELD_OUT_GIVEN)), write(given))),
        Part(
            Line(varied(source, source.pick(LISTS.CHANGE_LABELS, LISTS.HELD_OUT_CHANGE)), change),
            (Fact("change", change),),
        ),
    ]
