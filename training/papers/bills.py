"""The common parts of receipts and invoices: items with prices, sums, and their labels."""

from dataclasses import dataclass

from training import values
from training.documents import Fact, Join, Line, Part, Source
from training.lists import NAMES, read_lists, read_tables
from training.papers.labelling import varied

LISTS = read_lists("papers/bills")
TIMES = read_tables("papers/bills")["TIMES"]

TAX_PERCENTS = (0, 0, 5, 7, 8, 10, 19, 20, 21)


@dataclass(frozen=True, slots=True)
class Item:
    """A bought item: `count` pieces of it for `price` hundredths in all."""

    name: str
    price: int
    count: int = 1


@dataclass(frozen=True, slots=True)
class Bill:
    """The items of a bill, in hundredths of the currency, and the format of amounts.

    `off` is a discount, taken off before the tax; where the tax is `included` it is part of the prices.
    """

    items: tuple[Item, ...]
    tax_percent: int
    currency: values.Currency
    off: int = 0
    off_percent: int = 0
    included: bool = False

    @property
    def net(self) -> int:
        """The sum of the items."""
        return sum(item.price for item in self.items)

    @property
    def tax(self) -> int:
        """The tax, added to the prices or part of them."""
        base = self.net - self.off
        whole = 100 + self.tax_percent if self.included else 100
        return (base * self.tax_percent + whole // 2) // whole

    @property
    def total(self) -> int:
        """The amount to be paid."""
        return self.net - self.off + (0 if self.included else self.tax)


def make_bill(source: Source, count: int, *, dear: bool = False) -> Bill:
    """Make a bill of `count` items, fewer where names clash; some bills count pieces. `dear` items cost more."""
    rng = source.rng
    counted = rng.random() < 0.3
    items: list[Item] = []
    taken: set[str] = set()
    for _ in range(count):
        plain = rng.choice((rng.choice(NAMES.GOODS), values.word(rng, source.words).capitalize()))
        name = f"{rng.choice(NAMES.QUALITIES).capitalize()} {plain.lower()}" if rng.random() < 0.3 else plain
        words = set(name.lower().split())
        if words & taken:
            continue
        taken |= words
        most = rng.choice((200000, 60000)) if dear else rng.choice((2500, 2500, 20000))
        items.append(Item(name, rng.randint(50, most), rng.choice((1, 1, 2, 3, rng.randint(2, 12))) if counted else 1))
    percent = rng.choice(TAX_PERCENTS)
    bill = Bill(tuple(items), percent, rng.choice(values.CURRENCIES), included=percent > 0 and rng.random() < 0.25)
    if rng.random() > 0.2:
        return bill
    off = rng.choice((5, 10, 15, 20, 25))
    return Bill(bill.items, percent, bill.currency, max(1, bill.net * off // 100), off, bill.included)


def item_parts(source: Source, bill: Bill) -> list[Part]:
    """Return a line for each item, perhaps under a head row, with any count before, after or between."""
    rng = source.rng
    counted = any(item.count > 1 for item in bill.items)
    shape = source.pick(("before", "middle", "after"), ("after", "middle")) if counted else ""
    join: Join = "edge" if shape == "middle" else source.pick(("edge", "edge", "edge", "dots", "tab"), ("edge", "dots"))
    parts: list[Part] = []
    if rng.random() < 0.25 or shape == "middle":
        head = source.pick(("Item", "Description", "Article", "Product", "Position", "Text"), ("Goods", "What"))
        price = source.pick(("Price", "Amount", "Cost", "Total", "Value"), ("Price", "Sum"))
        between = source.pick(("Qty", "Pcs", "No.", "Quantity", "Units"), ("Count", "Qty")) if shape == "middle" else ""
        head = f"Qty {head}" if shape == "before" else head
        parts.append(Part(Line(head, price, middle=between, join=join), optional=shape != "middle"))
    times = source.pick(TIMES.get(shape, ("",)), LISTS.HELD_OUT_TIMES)
    for item in bill.items:
        amount = bill.currency.write(item.price)
        text = times.format(item.count, item.name) if shape in {"before", "after"} else item.name
        line = Line(text, amount, middle=str(item.count) if shape == "middle" else "", join=join)
        parts.append(Part(line, (Fact("item", amount, item.name),), optional=False))
    if not counted:
        last = parts[-1]
        parts[-1] = Part(last.line, (*last.facts, Fact("count", str(len(bill.items)))), optional=False)
    return parts


def sum_parts(source: Source, bill: Bill) -> list[Part]:
    """Subtotal, discount, tax and total; a tax that is included stands after the total."""
    rng, write = source.rng, bill.currency.write
    parts: list[Part] = []
    if bill.off or (bill.tax_percent and not bill.included):
        label = varied(source, source.pick(LISTS.SUBTOTAL_LABELS, LISTS.HELD_OUT_SUBTOTAL))
        amount = write(bill.net)
        parts.append(Part(Line(label, amount), (Fact("subtotal", amount),)))
    if bill.off:
        label = varied(source, source.pick(LISTS.DISCOUNT_LABELS, LISTS.HELD_OUT_DISCOUNT).format(bill.off_percent))
        amount = write(-bill.off)
        parts.append(Part(Line(label, amount), (Fact("discount", amount),), optional=False))
    total = write(bill.total)
    label = varied(source, source.pick(LISTS.TOTAL_LABELS, LISTS.HELD_OUT_TOTAL))
    whole = Part(Line(label, total), (Fact("total", total),), optional=False)
    if not bill.tax_percent:
        return [*parts, whole]
    amount = write(bill.tax)
    labels = (
        (LISTS.INCLUDED_TAX_LABELS, LISTS.HELD_OUT_INCLUDED_TAX)
        if bill.included
        else (LISTS.TAX_LABELS, LISTS.HELD_OUT_TAX)
    )
    label = varied(source, source.pick(*labels).format(bill.tax_percent))
    tax = Part(Line(label, amount), (Fact("tax", amount),), optional=bill.included)
    if bill.included:
        return [*parts, whole, tax]
    return [*parts, tax, *([Part(Line(role="rule"))] if rng.random() < 0.2 else []), whole]
