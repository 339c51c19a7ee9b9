"""Signs, covers, posters and packages: few words, mostly large."""

from html import escape

from training import values
from training.corpus.pages import Layout, Studio
from training.lists import read_lists

WORDS = read_lists("corpus/words")
WHAT = (
    "What does the sign say?",
    "What does it say?",
    "what's on the sign",
    "Read the sign",
    "What is written on it?",
    "sign?",
)
WHAT_CHINESE = ("牌子上写了什么?", "标牌上写的是什么?", "上面写了什么?", "写的什么字?")


def sign(studio: Studio) -> Layout:
    """Return a sign: one to four words, and perhaps a line below."""
    rng = studio.rng
    page = Layout("sign", rng.randint(300, 900), rng.randint(180, 600))
    text = rng.choice(
        (
            rng.choice(WORDS.SIGNS),
            rng.choice(WORDS.SIGNS),
            values.company(rng, studio.words),
            values.town(rng),
            studio.title(1, 3),
            f"{rng.choice(WORDS.SIGNS)} {rng.randint(1, 99)}",
        )
    )
    if rng.random() < 0.4:
        text = rng.choice((text.upper(), text.title()))
    longest = max(map(len, text.split()))
    lines = max(1, min(len(text.split()), round(page.height / page.width * len(text) / 5)))
    size = min(page.width * rng.uniform(0.9, 1.35) / max(longest, len(text) / lines), page.height / (lines + 1.2))
    second = rng.choice(WORDS.SIGN_LINES) if rng.random() < 0.4 else ""
    paper, ink = rng.choice(
        (
            ("#c00", "#fff"),
            ("#fff", "#111"),
            ("#fc0", "#111"),
            ("#063", "#fff"),
            ("#024", "#fff"),
            ("#111", "#fff"),
            ("#eee", "#c00"),
            studio.colours()[:2],
        )
    )
    rest = (
        f"<div style='font-size:.42em'>{page.fact('', second, 'What is written below?', 'what does the small line say', zh=('下面写了什么?',))}</div>"
        if second
        else ""
    )
    if not second:
        page.fact("title", text, *WHAT, zh=WHAT_CHINESE)
    else:
        page.fact(
            "title",
            text,
            "What does the large print say?",
            "What is written in large letters?",
            zh=("大字写的是什么?",),
        )
    frame = rng.choice(("", f"border:{rng.randint(3, 12)}px solid {ink};", f"border-radius:{rng.randint(5, 60)}px;"))
    page.body = f"<div style='{frame}box-sizing:border-box;height:100%;display:flex;flex-direction:column;justify-content:center;text-align:center'><div>{escape(text)}</div>{rest}</div>"
    family = rng.choice((*studio.type.text, *studio.type.display, *studio.type.display))
    page.style = f"font:{rng.choice(('bold ', ''))}{size:.0f}px/1.1 {family};background:{paper};color:{ink};padding:{rng.randint(0, 14)}px"
    return page


def cover(studio: Studio) -> Layout:
    """Return a cover of a book or a magazine."""
    rng = studio.rng
    page = Layout("cover", rng.randint(380, 560), rng.randint(520, 780))
    paper, ink, accent = studio.colours(0.6)
    title = rng.choice(
        (
            f"The {rng.choice(WORDS.ADJECTIVES)} {rng.choice(WORDS.THINGS)}",
            studio.title(1, 4),
            f"{rng.choice(WORDS.THINGS)} of the {rng.choice(WORDS.THINGS)}",
        )
    )
    if rng.random() < 0.35:
        title = title.upper()
    author, press = values.person(rng), values.company(rng, studio.words)
    asked = ("What is the book called?", "Which book is it?", "book title?", "What's the title of the book?")
    first = f"<div style='font:{rng.choice(('bold', 'normal'))} {rng.randint(38, 78)}px/1.1 {rng.choice(studio.type.display)}'>{page.fact('title', title, *asked, zh=('书名是什么?', '这是什么书?'))}</div>"
    second = f"<div style='font-size:{rng.randint(20, 34)}px'>{page.fact('name', author, 'Who wrote it?', 'Who is the author?', 'author?', 'Who wrote the book?', zh=('作者是谁?', '谁写的?'))}</div>"
    parts = [first, second] if rng.random() < 0.6 else [second, first]
    if rng.random() < 0.5:
        parts.append(
            f"<div style='font-size:18px'>{page.fact('', press, 'Who published it?', 'Which publisher?', zh=('出版社是哪家?',))}</div>"
        )
    if rng.random() < 0.35:
        parts.insert(
            1,
            f"<div style='font-size:20px'>{page.fact('', studio.title(3, 6), 'What is the subtitle?', 'subtitle?', zh=('副标题是什么?',))}</div>",
        )
    ground = rng.choice((paper, f"linear-gradient({rng.randrange(360)}deg,{paper},{accent})"))
    page.body = f"<div style='height:100%;box-sizing:border-box;display:flex;flex-direction:column;justify-content:space-{rng.choice(('between', 'around'))};text-align:{rng.choice(('center', 'left'))}'>{''.join(parts)}</div>"
    page.style = f"font:20px {rng.choice(studio.type.text)};background:{ground};color:{ink};padding:30px"
    return page


def poster(studio: Studio) -> Layout:
    """Return an announcement."""
    rng = studio.rng
    page = Layout("poster", rng.randint(420, 640), rng.randint(520, 860))
    paper, ink, accent = studio.colours(0.5)
    what = rng.choice(
        (rng.choice(WORDS.EVENTS), f"{values.first_name(rng)}'s {rng.choice(WORDS.EVENTS)}", studio.title(2, 4))
    )
    asked = ("What is announced?", "Which event is it?", "What is it about?", "what event")
    parts = [
        f"<div style='font:bold {rng.randint(44, 84)}px/1.05 {rng.choice(studio.type.display)};color:{accent if rng.random() < 0.5 else ink}'>{page.fact('title', what, *asked, zh=('是什么活动?', '什么活动?'))}</div>"
    ]
    more = [
        page.fact("date", values.date(rng), "When is it?", "when does it take place", zh=("什么时候举行?",)),
        f"{rng.choice(('Doors', 'Start', 'Begins', 'at'))} {page.fact('time', values.time(rng), 'What time does it start?', 'when does it begin')}",
        page.fact(
            "place",
            f"{values.surname(rng)} {rng.choice(('Hall', 'Park', 'Theatre', 'Square', 'Library'))}, {values.town(rng)}",
            "Where is it?",
            zh=("在哪里?",),
        ),
        f"{rng.choice(('Tickets', 'Admission', 'Entry'))} {page.fact('total', rng.choice(values.CURRENCIES).write(rng.randrange(200, 9000, 50)), 'How much is a ticket?', 'ticket price', 'What does it cost?', zh=('门票多少钱?',))}",
        page.fact("web", values.web(rng, studio.words), "Where can I find out more?"),
        page.fact("phone", values.phone(rng)),
    ]
    chosen = rng.sample(range(len(more)), rng.randint(2, 5))
    kept = "".join(more[at] for at in chosen)
    page.facts = [fact for fact in page.facts if fact.get("field") == "title" or escape(fact["answer"]) in kept]
    parts += [f"<div style='font-size:{rng.randint(20, 34)}px;margin-top:14px'>{more[at]}</div>" for at in chosen]
    page.body = "".join(parts)
    page.style = f"font:24px/1.3 {rng.choice(studio.type.text)};background:{paper};color:{ink};padding:34px;text-align:{rng.choice(('center', 'left'))}"
    return page


def package(studio: Studio) -> Layout:
    """Return a package's or a bottle's print."""
    rng = studio.rng
    page = Layout("label", rng.randint(360, 620), rng.randint(320, 620))
    paper, ink, accent = studio.colours(0.4)
    product, brand = rng.choice(WORDS.PRODUCTS), values.made_up(rng).capitalize()
    parts = [
        f"<div style='font:{rng.randint(26, 44)}px {rng.choice(studio.type.display)};color:{accent}'>{page.fact('company', brand, 'Which brand is it?', 'brand?', 'Who makes it?', zh=('什么牌子?', '品牌是什么?'))}</div>",
        f"<div style='font:bold {rng.randint(38, 64)}px/1.05 {rng.choice(studio.type.display)}'>{page.fact('title', product, 'What is the product?', 'What is it?', 'What is in it?', 'which product', zh=('是什么产品?', '这是什么?'))}</div>",
        f"<div style='font-size:24px'>{rng.choice(('Net weight', 'Net wt.', 'Contents', 'e'))} {page.fact('weight', values.weight(rng))}</div>",
        f"<div>Best before {page.fact('', values.date(rng), 'When does it expire?', 'Best before when?', 'until when is it good', zh=('保质期到什么时候?', '什么时候过期?'))}</div>",
        f"<div style='font-size:15px'>Ingredients: {escape(studio.sentences(110).lower())}</div>",
        f"<div style='font-size:16px'>Lot {page.fact('number', values.code(rng), 'What is the lot number?', 'lot?')}</div>",
    ]
    page.body = "".join(f"<div style='margin-bottom:14px'>{part}</div>" for part in parts)
    page.style = f"font:18px/1.3 {rng.choice(studio.type.text)};background:{paper};color:{ink};padding:26px;text-align:{rng.choice(('center', 'left'))}"
    return page


SIGNS = {sign: 7, cover: 3, poster: 3, package: 2}
"""The layouts of signs and covers, and how often each is made."""
