"""Address labels."""

from training import values
from training.documents import Document, Fact, Kind, Line, Part, Room, Source, document, trim
from training.papers.extras import extras
from training.papers.labelling import told, varied
from training.papers.orders import in_order, without_edges

FROM_LABELS = (
    *(
        "From: ",
        "From ",
        "Sender: ",
        "FROM: ",
        "Sent by: ",
        "Shipper: ",
        "Return to: ",
        "Sold by: ",
        "From - ",
        "SENDER ",
    ),
    *("Seller: ", "Dispatched by ", "Packed by: ", "If undelivered, return to: ", "Supplier: "),
)
HELD_OUT_FROM = ("Shipped by: ", "Sent from: ")
TO_LABELS = (
    *("To:", "Ship to:", "Deliver to:", "Recipient:", "TO", "Send to:", "Delivery address:", "SHIP TO", "Receiver:"),
    *("Destination:", "Consignee:", "Shipping address", "Delivery to", "Attention:", "Please deliver to"),
)
HELD_OUT_TO = ("Addressee:", "Deliver this to:", "For:")
ORDER_LABELS = (
    *("Order", "Order no.", "Order:", "Ref.", "Tracking", "Order number", "Parcel no.", "Shipment", "Tracking no."),
    *(
        "Reference",
        "Order #",
        "ORDER",
        "Ref. no.",
        "Tracking number",
        "Package",
        "Package no.",
        "Delivery no.",
        "Job no.",
    ),
    *(
        "Waybill",
        "Docket",
        "Shipment no.",
        "Case no.",
        "Barcode",
        "Batch",
        "Number",
        "No.",
        "ID",
        "Item no.",
        "Post no.",
    ),
)
HELD_OUT_ORDER = ("Consignment", "Consignment no.", "Parcel", "Your order")
WEIGHT_LABELS = (
    *("Weight:", "Weight", "Wt.", "Gross weight:", "Net weight", "WEIGHT", "", "Total weight", "Mass", "Gross", "Net"),
    *("Wt", "Max. weight", "Load:", "Shipping weight", "Weight of package", "Scale:"),
)
HELD_OUT_WEIGHT = ("Weighs", "Parcel weight")
MARKS = (
    *("FRAGILE", "PRIORITY", "Handle with care", "This side up", "Express", "AIR MAIL", "Keep dry", "Box 1 of 2"),
    *("REGISTERED", "Do not drop", "Heavy", "Perishable", "Open here", "Return service", "Same day", "Keep cool"),
    *("Insured", "Standard delivery", "Overnight", "LIVE PLANTS", "Samples", "Printed matter", "Customs cleared"),
)
DATE_LABELS = (
    *("Date", "Shipped", "Ship date", "Sent on", "Packed on", "Posted", "Date of dispatch", "Shipping date", "Sent"),
    *("Collected on", "Delivery date", "Arrives on", ""),
)
HELD_OUT_DATE = ("Dated", "Date sent")
HELD_OUT_MARKS = ("Do not bend", "URGENT", "Signature required", "Glass")
ORDERS = (
    ("from", "to", "address", "rule", "meta", "mark"),
    ("to", "address", "rule", "from", "meta"),
    ("mark", "from", "rule", "to", "address", "rule", "meta"),
    ("meta", "rule", "to", "address", "from"),
    ("mark", "to", "address", "rule", "meta"),
)
HELD_OUT_ORDERS = (
    ("meta", "mark", "rule", "from", "to", "address"),
    ("mark", "meta", "to", "address", "rule", "from"),
    ("from", "meta", "rule", "to", "address", "mark"),
)


UNSURE = ("title", "shop", "place", "customer", "due", "company")


def label_document(source: Source, room: Room) -> Document | None:
    """Write an address label: who, where, which order, how heavy."""
    rng = source.rng
    company, mark = values.company(rng, source.words), source.pick(MARKS, HELD_OUT_MARKS)
    sender = f"{source.pick(FROM_LABELS, HELD_OUT_FROM)}{company}"
    blocks = {
        "from": [Part(Line(sender), (Fact("company", company),))] if rng.random() < 0.35 else [],
        "to": [Part(Line(varied(source, source.pick(TO_LABELS, HELD_OUT_TO))))] if rng.random() < 0.4 else [],
        "address": _address(source),
        "rule": [Part(Line(role=rng.choice(("gap", "rule"))))],
        "meta": [*_meta(source), *extras(source, Kind.LABEL)],
        "mark": [Part(Line(mark, role=rng.choice(("body", "title"))))] if rng.random() < 0.25 else [],
    }
    parts = in_order(source, blocks, ORDERS, HELD_OUT_ORDERS, together=("to", "address"))
    fitting = trim(rng, without_edges(parts), room)
    return document(Kind.LABEL, fitting, UNSURE) if fitting else None


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
    order = source.pick(ORDER_LABELS, HELD_OUT_ORDER)
    heavy = source.pick(WEIGHT_LABELS, HELD_OUT_WEIGHT)
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
        parts.append(told(source, source.pick(DATE_LABELS, HELD_OUT_DATE), date, Fact("date", date)))
    return parts
