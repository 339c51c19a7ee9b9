"""Papers as shops, banks and publishers print them."""

import random
from collections.abc import Callable
from html import escape

from training import values
from training.corpus.pages import Layout, Studio
from training.lists import NAMES, read_lists

WORDS = read_lists("corpus/words")
SIZES = ((794, 1123), (816, 1056), (700, 990), (560, 794))


def receipt(studio: Studio) -> Layout:
    """Return a till's receipt, short or long."""
    rng = studio.rng
    money = rng.choice(values.CURRENCIES)
    count, size = rng.choice((2, 3, 4, 5, 6, 8, 11, 15, 20)), rng.randint(13, 19)
    page = Layout("receipt", rng.randint(300, 400), 0)
    shop = values.company(rng, studio.words)
    head = [
        f"<b style='font-size:{rng.uniform(1.1, 1.9):.2f}em'>{page.fact('shop', shop if rng.random() < 0.6 else shop.upper())}</b>"
    ]
    if rng.random() < 0.7:
        head.append(escape(values.street(rng, studio.words)))
        head.append(f"{escape(values.town(rng))} {escape(values.postcode(rng))}")
    if rng.random() < 0.6:
        head.append(f"Tel: {page.fact('phone', values.phone(rng))}")
    date, time = values.date(rng), values.time(rng)
    stamp = f"{page.fact('date', date)} {page.fact('time', time)}"
    code = values.code(rng)
    extra = f"{rng.choice(('Receipt', 'Ticket', 'Trans', 'Order', 'Bon'))} {page.fact('number', code, place=code)}"
    rows, total = _bought(rng, page, money, count)
    foot = _paid(rng, page, money, total)
    thanks = rng.choice(
        ("Thank you!", "Thank you for your visit", "Please come again", "Have a nice day", "Keep this receipt")
    )
    rule = rng.choice(("<hr>", f"<div>{'-' * 28}</div>", f"<div>{'*' * 28}</div>", "<br>"))
    server = f"{rng.choice(('Cashier', 'Served by', 'Server'))}: {page.fact('name', values.first_name(rng), 'Who was the cashier?', 'who served?')}"
    parts = [*head, stamp, extra, *([server] if rng.random() < 0.5 else []), rule, *rows, rule, *foot, "<br>", thanks]
    page.body = "".join(
        f"<div style='{'text-align:center' if at < len(head) or at == len(parts) - 1 else ''}'>{part}</div>"
        for at, part in enumerate(parts)
    )
    page.height = round((len(parts) + 3.5) * size * 1.42) + 30
    family = rng.choice(studio.type.mono if rng.random() < 0.7 else studio.type.text)
    page.style = f"font:{size}px/1.4 {family};padding:14px;color:hsl(0,0%,{rng.randint(0, 35)}%)"
    return page


def _bought(rng: random.Random, page: Layout, money: values.Currency, count: int) -> tuple[list[str], int]:
    """Return the rows of things bought, and what they cost."""
    rows, total = [], 0
    for _ in range(count):
        choices = (
            rng.choice(WORDS.DISHES),
            rng.choice(WORDS.PRODUCTS),
            f"{rng.choice(NAMES.QUALITIES)} {rng.choice(NAMES.GOODS)}",
        )
        name = rng.choice(choices)
        cents = rng.randint(49, 4999)
        pieces = rng.choice((1, 1, 1, 2, 3))
        total += cents * pieces
        price = money.write(cents * pieces)
        if name not in {fact.get("subject") for fact in page.facts}:
            page.fact("item", price, subject=name, place=name)
        label = name.upper() if rng.random() < 0.4 else name
        rows.append(_row(f"{pieces} x {label}" if pieces > 1 else label, price + rng.choice(("", "", " A", " B"))))
    return rows, total


def _paid(rng: random.Random, page: Layout, money: values.Currency, total: int) -> list[str]:
    """Return the rows with tax, total, and how it was paid."""
    tax, foot = round(total * rng.choice((0.05, 0.07, 0.19, 0.2))), []
    if rng.random() < 0.6:
        foot.append(_row(rng.choice(("Subtotal", "SUBTOTAL", "Net")), page.fact("subtotal", money.write(total))))
        foot.append(
            _row(rng.choice(("Tax", "VAT", "TAX 7%", "VAT 20%", "Sales tax")), page.fact("tax", money.write(tax)))
        )
        total += tax
    big = rng.choice(("font-weight:bold", f"font-size:{rng.uniform(1, 1.6):.2f}em;font-weight:bold"))
    foot.append(
        f"<div style='{big}'>{_row(rng.choice(('TOTAL', 'Total', 'Amount due', 'TOTAL DUE', 'Balance due')), page.fact('total', money.write(total)))}</div>"
    )
    if rng.random() < 0.7:
        way = rng.choice(("Cash", "VISA", "Mastercard", "Card", "Debit card", "CONTACTLESS", "Amex"))
        if way == "Cash":
            given = total + rng.randint(1, 2000)
            foot.append(_row("Cash", money.write(given)))
            foot.append(_row("Change", page.fact("change", money.write(given - total))))
        else:
            foot.append(_row(f"{page.fact('payment', way)} **** {values.digits(rng, 4)}", money.write(total)))
            if rng.random() < 0.5:
                foot.append(f"Auth code: {page.fact('entry', values.digits(rng, 6), subject='Auth code')}")
    return foot


def _row(left: str, right: str) -> str:
    return (
        f"<div style='display:flex;justify-content:space-between;gap:1em'><span>{left}</span><span>{right}</span></div>"
    )


def letter(studio: Studio) -> Layout:
    """Return a letter of a company, a bank or an office, dense or short."""
    rng = studio.rng
    page = Layout("letter", *rng.choice(SIZES))
    sender, person = values.company(rng, studio.words), values.person(rng)
    size = rng.choice((14, 15, 16, 18, 22))
    when = page.fact(
        "date", values.date(rng), "When was it written?", "When is the letter from?", zh=("信是什么时候写的?",)
    )
    subject = studio.title(3, 7)
    reference = values.code(rng)
    lines = [
        f"<div style='font-size:1.5em;font-weight:bold'>{page.fact('company', sender, 'Who sent it?', 'Who is it from?', 'who wrote this', 'Who is the sender?', zh=('谁寄来的?', '是谁写的?', '寄件人是谁?'))}</div>",
        f"<div style='font-size:.85em'>{escape(values.street(rng, studio.words))}, {escape(values.town(rng))} {escape(values.postcode(rng))}"
        f"{' &middot; ' + page.fact('phone', values.phone(rng)) if rng.random() < 0.6 else ''}"
        f"{' &middot; ' + page.fact('email', values.email(rng, studio.words)) if rng.random() < 0.6 else ''}</div><br>",
        f"<div>{page.fact('', person, 'Who is it addressed to?', 'To whom is the letter?', 'Who is the recipient?', 'who is it for', zh=('写给谁的?', '收件人是谁?'))}<br>{escape(values.street(rng, studio.words))}<br>{escape(values.town(rng))}</div><br>",
        f"<div style='text-align:{rng.choice(('right', 'left'))}'>{when}</div>",
    ]
    if rng.random() < 0.6:
        lines.append(
            f"<div>{rng.choice(('Our reference', 'Ref', 'Customer no.', 'Account number'))}: {page.fact('number', reference)}</div>"
        )
    lines.append(
        f"<p><b>{page.fact('title', subject, 'What is the subject?', 'What is the letter about?', 'subject line?', zh=('主题是什么?', '信是关于什么的?'))}</b></p>"
    )
    lines.append(f"<p>Dear {escape(person.split()[0] if rng.random() < 0.5 else 'Sir or Madam')},</p>")
    for _ in range(rng.randint(1, 5)):
        lines.append(f"<p>{escape(studio.sentences(rng.choice((120, 250, 500))))}</p>")
    if rng.random() < 0.5:
        money = rng.choice(values.CURRENCIES).write(rng.randint(1000, 999999))
        due = values.date(rng)
        lines.append(
            f"<p>Please transfer {page.fact('total', money, 'How much has to be paid?', 'what amount do they want')} by {page.fact('due', due)}.</p>"
        )
    if rng.random() < 0.4:
        account = values.iban(rng)
        lines.append(f"<p>IBAN: {page.fact('entry', account, 'What is the IBAN?', 'iban', subject='IBAN')}</p>")
    signed = values.person(rng)
    role = rng.choice(("Customer Service", "Head of Department", "Secretary", "Accounts", "Managing Director"))
    lines.append(
        f"<p>{rng.choice(('Yours sincerely,', 'Kind regards,', 'Best wishes,'))}</p><p>{page.fact('name', signed, 'Who signed it?', 'Who signed the letter?', zh=('谁签的名?', '署名是谁?'))}<br>{escape(role)}</p>"
    )
    page.body = "".join(lines)
    page.style = f"font:{size}px/1.4 {rng.choice(studio.type.text)};padding:{rng.randint(40, 90)}px"
    return page


def invoice(studio: Studio) -> Layout:
    """Return an invoice or a statement with a table."""
    rng = studio.rng
    page = Layout("invoice", *rng.choice(SIZES))
    money = rng.choice(values.CURRENCIES)
    paper, ink, accent = studio.colours(0.0)
    total, rows = 0, []
    for _ in range(rng.randint(2, 9)):
        name, pieces, cents = (
            f"{rng.choice(NAMES.QUALITIES)} {rng.choice(NAMES.GOODS)}",
            rng.randint(1, 12),
            rng.randint(100, 99999),
        )
        total += pieces * cents
        price = money.write(pieces * cents)
        if name not in {fact.get("subject") for fact in page.facts}:
            page.fact("item", price, subject=name, place=name)
        rows.append(f"<tr><td>{escape(name)}<td>{pieces}<td>{money.write(cents)}<td align=right>{price}")
    issued, due = values.two_dates(rng)
    tax = round(total * 0.19)
    number = values.code(rng)
    word = rng.choice(("Invoice", "INVOICE", "Bill", "Statement", "Quotation"))
    page.body = f"""<div style='display:flex;justify-content:space-between'><div><b style='font-size:1.4em'>{page.fact("company", values.company(rng, studio.words), "Who sent the invoice?", "Who issued it?")}</b><br>
{escape(values.street(rng, studio.words))}<br>{escape(values.town(rng))} {escape(values.postcode(rng))}<br>{page.fact("email", values.email(rng, studio.words))}</div>
<div style='font-size:2.2em;color:{accent}'>{word}</div></div><br>
<table style='width:60%'><tr><td>{rng.choice(("Invoice number", "No.", "Invoice #", "Number"))}<td>{page.fact("number", number)}<tr><td>{rng.choice(("Date", "Invoice date", "Issued"))}<td>{page.fact("date", issued)}
<tr><td>{rng.choice(("Due date", "Payable by", "Due"))}<td>{page.fact("due", due)}<tr><td>Bill to<td>{page.fact("customer", values.person(rng))}</table><br>
<table style='width:100%;border-collapse:collapse' class=lined><tr style='background:{accent};color:#fff'><td>Description<td>Qty<td>Price<td align=right>Amount{"".join(rows)}</table><br>
<div style='margin-left:50%'>{_row("Subtotal", page.fact("subtotal", money.write(total)))}{_row(rng.choice(("VAT 19%", "Tax", "VAT")), page.fact("tax", money.write(tax)))}<b>{_row(rng.choice(("Total", "TOTAL", "Amount due")), page.fact("total", money.write(total + tax)))}</b></div>"""
    page.style = f"font:{rng.choice((14, 16, 18, 20))}px/1.5 {rng.choice(studio.type.text)};padding:{rng.randint(30, 70)}px;background:{paper};color:{ink}"
    return page


def book_page(studio: Studio) -> Layout:
    """Return a page of a book, a paper or a leaflet: a heading and prose."""
    rng = studio.rng
    page = Layout("page", *rng.choice((*SIZES, (480, 760), (600, 400))))
    size = rng.choice((12, 13, 15, 17, 20, 24, 28))
    heading = studio.title(1, 5)
    room = page.width * page.height / (size * size * 0.9)
    body: list[str] = []
    used = 0
    while used < room * rng.uniform(0.5, 0.9) and len(body) < 40:
        text = studio.sentences(700)
        used += len(text) + 60
        body.append(f"<p>{escape(text)}</p>")
    chapter = f"{rng.choice(('Chapter', 'CHAPTER', 'Part', 'Section', 'Lesson'))} {rng.randint(1, 30)}"
    number = str(rng.randint(2, 480))
    asked = ("What is the chapter called?", "Which chapter is it?", "What is this page about?", "chapter title?")
    top = f"<h1 style='font-size:{rng.uniform(1.3, 3):.2f}em;text-align:{rng.choice(('left', 'center'))};line-height:1.15'>{page.fact('title', heading, *asked)}</h1>"
    if rng.random() < 0.5:
        top = (
            f"<div style='font-size:1.2em;text-align:center'>{page.fact('', chapter, 'What chapter is it?', 'Which chapter number?', zh=('第几章?',))}</div>"
            + top
        )
    if rng.random() < 0.4:
        page.facts.clear()
        top = ""
    foot = f"<div style='position:absolute;bottom:18px;left:0;right:0;text-align:center'>{page.fact('', number, 'What page is it?', 'What is the page number?', 'page number?', zh=('第几页?', '页码是多少?'))}</div>"
    columns = 2 if page.width > 690 and size < 16 and rng.random() < 0.4 else 1
    margin = round(page.width * rng.uniform(0.06, 0.14))
    text = f"<div style='columns:{columns};text-align:{rng.choice(('justify', 'left'))}'>{''.join(body)}</div>"
    page.body = f"{top}<div style='height:{page.height - 150 - size * 6}px;overflow:hidden'>{text}</div>{foot if rng.random() < 0.7 else ''}"
    if "bottom:18px" not in page.body:
        page.facts = [fact for fact in page.facts if fact["answer"] != number]
    page.style = f"font:{size}px/{rng.uniform(1.2, 1.6):.2f} {rng.choice(studio.type.text)};padding:{margin}px;background:hsl(45,{rng.randint(0, 45)}%,{rng.randint(88, 100)}%)"
    return page


def ticket(studio: Studio) -> Layout:
    """Return a ticket, a boarding pass, a parcel's label or a badge."""
    rng = studio.rng
    page = Layout("ticket", rng.randint(500, 760), rng.randint(260, 380))
    paper, ink, accent = studio.colours(0.1)
    start, end = values.town(rng), values.town(rng)
    seat = f"{rng.randint(1, 40)}{rng.choice('ABCDEF')}"
    fields = [
        ("Name", page.fact("name", values.person(rng), "Who travels?", "passenger?", "Whose ticket is it?")),
        (
            "From",
            page.fact(
                "", start, "Where does it start?", "from where", "Where does the trip begin?", zh=("从哪里出发?",)
            ),
        ),
        (
            "To",
            page.fact(
                "", end, "Where does it go?", "What's the destination?", "Where to?", zh=("去哪里?", "目的地是哪里?")
            ),
        ),
        ("Date", page.fact("date", values.date(rng))),
        (
            rng.choice(("Departure", "Time", "Boarding")),
            page.fact("time", values.time(rng), "When does it leave?", "when do i have to be there"),
        ),
        ("Seat", page.fact("entry", seat, "Which seat?", "What is my seat?", zh=("座位号是多少?",), subject="Seat")),
        (
            rng.choice(("Gate", "Platform")),
            page.fact(
                "",
                f"{rng.choice('ABC')}{rng.randint(1, 40)}",
                "Which gate?",
                "what gate or platform",
                zh=("哪个登机口?",),
            ),
        ),
        ("Booking", page.fact("number", values.letters(rng, 6))),
        ("Price", page.fact("total", rng.choice(values.CURRENCIES).write(rng.randint(200, 90000)))),
    ]
    chosen = sorted(rng.sample(range(len(fields)), rng.randint(4, 8)))
    kept = {fields[at][1] for at in chosen}
    page.facts = [fact for fact in page.facts if escape(fact["answer"]) in kept]
    carrier = page.fact("company", rng.choice(WORDS.CARRIERS), "Which line is it?", "Which company runs it?")
    cells = "".join(
        f"<div><div style='font-size:.6em;opacity:.75'>{fields[at][0]}</div><b>{fields[at][1]}</b></div>"
        for at in chosen
    )
    page.body = f"<div style='background:{accent};color:#fff;padding:8px 16px;font-size:1.2em'>{carrier}</div><div style='display:grid;grid-template-columns:repeat(3,1fr);gap:14px;padding:16px'>{cells}</div>"
    page.style = f"font:{rng.randint(18, 24)}px/1.3 {rng.choice(studio.type.text)};background:{paper};color:{ink}"
    return page


def table(studio: Studio) -> Layout:
    """Return a timetable, a price list, results or a table of facts."""
    rng = studio.rng
    page = Layout("table", rng.randint(420, 900), 0)
    paper, ink, accent = studio.colours(0.1)
    size, rows = rng.randint(15, 24), rng.randint(3, 12)
    made: tuple[tuple[Callable[[], tuple[str, str]], tuple[str, str]], ...] = (
        (
            lambda: (rng.choice(WORDS.PRODUCTS), rng.choice(values.CURRENCIES).write(rng.randint(99, 9999))),
            ("Product", "Price"),
        ),
        (lambda: (values.town(rng), values.time(rng)), ("Destination", "Departure")),
        (lambda: (values.person(rng), values.phone(rng)), ("Name", "Phone")),
        (lambda: (rng.choice(NAMES.DAYS), values.hours(rng)), ("Day", "Hours")),
        (
            lambda: (
                rng.choice(WORDS.NUTRIENTS),
                f"{rng.randint(0, 90)}.{rng.randint(0, 9)} {rng.choice(('g', 'mg', 'kcal', '%'))}",
            ),
            ("Nutrient", "per 100 g"),
        ),
        (lambda: (values.surname(rng), f"{rng.randint(0, 99)} : {rng.randint(0, 99)}"), ("Player", "Result")),
        (lambda: (rng.choice(WORDS.THINGS), str(rng.randint(1, 99999))), ("Name", "Count")),
    )
    make, head = rng.choice(made)
    entries = dict(make() for _ in range(rows))
    title = studio.title(2, 5)
    lines = "".join(
        f"<tr><td>{escape(key)}<td align=right>{page.fact('entry', value, subject=key, place=key)}"
        for key, value in entries.items()
    )
    page.body = f"<h2 style='color:{accent}'>{page.fact('title', title)}</h2><table class=lined style='width:100%;border-collapse:collapse'><tr style='font-weight:bold'><td>{head[0]}<td align=right>{head[1]}{lines}</table>"
    page.height = round((len(entries) + 2) * size * 2.1 + size * 7)
    page.style = f"font:{size}px/1.5 {rng.choice(studio.type.text)};background:{paper};color:{ink};padding:24px"
    return page


def menu(studio: Studio) -> Layout:
    """Return a restaurant's menu."""
    rng = studio.rng
    page = Layout("menu", rng.randint(420, 700), 0)
    paper, ink, accent = studio.colours(0.4)
    money, size = rng.choice(values.CURRENCIES), rng.randint(16, 24)
    dishes = rng.sample(WORDS.DISHES, rng.randint(4, 12))
    lines = "".join(
        _row(
            escape(dish),
            page.fact(
                "item",
                money.write(rng.randrange(250, 4000, 10)),
                f"How much is the {dish.lower()}?",
                f"price of {dish.lower()}",
                subject=dish,
                place=dish,
            ),
        )
        for dish in dishes
    )
    name = values.company(rng, studio.words)
    page.body = f"<h1 style='text-align:center;color:{accent};font-family:{rng.choice(studio.type.display)}'>{page.fact('title', name, 'What is the restaurant called?', 'which restaurant is it', zh=('餐厅叫什么?',))}</h1>{lines}"
    page.height = round((len(dishes) + 6) * size * 1.9 + size * 2)
    page.style = f"font:{size}px/1.9 {rng.choice(studio.type.text)};background:{paper};color:{ink};padding:26px"
    return page


PAPERS = {receipt: 5, letter: 5, invoice: 3, book_page: 6, ticket: 2, table: 3, menu: 2}
"""The layouts of papers, and how often each is made."""
