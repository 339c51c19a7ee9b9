"""Screens of telephones and desks, light and dark."""

from html import escape

from training import values
from training.corpus.pages import Layout, Studio
from training.lists import NAMES, read_lists

WORDS = read_lists("corpus/words")
PHONES, DESKS = (
    ((390, 844), (360, 640), (412, 800), (375, 500)),
    ((1280, 800), (1024, 700), (900, 600), (1366, 768), (760, 480)),
)


def _screen(studio: Studio, *, phone: bool | None = None) -> tuple[Layout, str, str]:
    """Return an empty screen with its accent and whether it is a telephone's bar on top."""
    rng = studio.rng
    handy = rng.random() < 0.6 if phone is None else phone
    page = Layout("screen", *rng.choice(PHONES if handy else DESKS))
    paper, ink, accent = studio.colours(0.4)
    size = rng.randint(14, 20) if handy else rng.randint(14, 24)
    page.style = f"font:{size}px/1.4 {rng.choice(studio.type.text)};background:{paper};color:{ink}"
    bar = ""
    if handy and rng.random() < 0.6:
        clock, charge = f"{rng.randint(0, 23)}:{rng.randint(0, 59):02}", f"{rng.randint(1, 100)}%"
        page.fact(
            "",
            clock,
            "What time is it on the phone?",
            "what time does the phone show",
            "What time is it?",
            zh=("手机上是几点?", "几点了?"),
        )
        page.fact(
            "", charge, "How full is the battery?", "battery?", "How much battery is left?", zh=("电量还剩多少?",)
        )
        bar = f"<div style='display:flex;justify-content:space-between;padding:4px 14px;font-size:.85em'><b>{clock}</b><span>{rng.choice(('5G', 'LTE', 'Wi-Fi'))} {charge}</span></div>"
    return page, accent, bar


def chat(studio: Studio) -> Layout:
    """Return a conversation."""
    rng = studio.rng
    page, accent, bar = _screen(studio)
    partner = values.person(rng)
    bubbles = []
    last = ""
    for at in range(rng.randint(2, 9)):
        last = rng.choice((rng.choice(WORDS.CHATS), studio.sentences(90)))
        mine = rng.random() < 0.5
        side = f"margin-left:auto;background:{accent};color:#fff" if mine else "background:rgba(128,128,128,.25)"
        bubbles.append(
            f"<div style='{side};max-width:70%;width:fit-content;border-radius:14px;padding:8px 12px;margin:8px'>{escape(last)} <span style='font-size:.7em;opacity:.8'>{at + 10}:{rng.randint(10, 59)}</span></div>"
        )
    first = page.fact(
        "title",
        partner,
        "Who is the chat with?",
        "Who am I talking to?",
        "whose chat is this",
        zh=("和谁聊天?", "对方是谁?"),
    )
    page.fact(
        "", last, "What is the last message?", "last message?", "What was said last?", zh=("最后一条消息是什么?",)
    )
    page.body = f"{bar}<div style='padding:10px 14px;font-weight:bold;border-bottom:1px solid #8886'>{first}</div>{''.join(bubbles)}"
    return _cut(page, len(bubbles))


def _cut(page: Layout, count: int) -> Layout:
    """Leave out the last message of a chat that may run over the screen."""
    if count > 5:
        page.facts = [fact for fact in page.facts if "last message?" not in fact.get("ask", ())]
    return page


def settings(studio: Studio) -> Layout:
    """Return a list of settings."""
    rng = studio.rng
    page, accent, bar = _screen(studio)
    rows = []
    for name in rng.sample(WORDS.SETTINGS, rng.randint(4, 11)):
        value = rng.choice(
            (
                "On",
                "Off",
                f"{rng.randint(1, 100)}%",
                f"{rng.randint(1, 256)} GB",
                f"Version {rng.randint(1, 20)}.{rng.randint(0, 9)}",
                "English",
                values.made_up(rng).capitalize(),
                f"{rng.randint(1, 30)} minutes",
            )
        )
        rows.append(
            f"<div style='display:flex;justify-content:space-between;padding:11px 16px;border-bottom:1px solid #8884'><span>{escape(name)}</span><span style='opacity:.7'>{page.fact('entry', value, f'Is {name} on or off?' if value in {'On', 'Off'} else f'What is set for {name}?', f'{name}?', subject=name, place=name)}</span></div>"
        )
    title = rng.choice(("Settings", "Preferences", "System", "Options"))
    page.body = f"{bar}<div style='font-size:1.6em;padding:12px 16px;color:{accent}'>{page.fact('title', title)}</div>{''.join(rows)}"
    return page


def shop(studio: Studio) -> Layout:
    """Return a product in a shop."""
    rng = studio.rng
    page, accent, bar = _screen(studio)
    money = rng.choice(values.CURRENCIES)
    product = f"{values.made_up(rng).capitalize()} {rng.choice((rng.choice(WORDS.PRODUCTS), rng.choice(NAMES.GOODS)))}"
    price = money.write(rng.randint(199, 99999))
    stars = f"{rng.randint(1, 4)}.{rng.randint(0, 9)}"
    asked = ("What is being sold?", "Which product is it?", "what is this product", "What's the product?")
    page.body = f"""{bar}<div style='background:{accent};color:#fff;padding:10px 16px'>{escape(values.company(rng, studio.words))}</div>
<div style='height:{rng.randint(40, 200)}px;background:linear-gradient({rng.randrange(360)}deg,{accent},#8886);margin:12px'></div>
<div style='padding:0 16px'><div style='font-size:1.5em'>{page.fact("title", product, *asked, zh=("是什么商品?", "商品名称是什么?"))}</div>
<div style='font-size:1.8em;color:{accent};font-weight:bold'>{page.fact("total", price, "What does it cost?", "price?", "How much is it?", zh=("多少钱?", "价格是多少?"))}</div>
<div>{page.fact("", stars, "What is the rating?", "How many stars?", zh=("评分是多少?",))} ({page.fact("", str(rng.randint(2, 9999)), "How many reviews?", "How many ratings are there?", zh=("有多少条评价?",))} reviews)</div>
<p>{escape(studio.sentences(200))}</p><span style='background:{accent};color:#fff;padding:8px 20px;border-radius:6px'>{page.fact("", rng.choice(("Add to cart", "Buy now", "Add to basket", "Order")), "What does the button say?", "what is on the button", zh=("按钮上写了什么?",))}</span>
<p>{rng.choice(("Delivery", "Arrives", "In stock until"))}: {page.fact("date", values.date(rng), "When is it delivered?", "When does it arrive?")}</p></div>"""
    return page


def mail(studio: Studio) -> Layout:
    """Return an e-mail that is read."""
    rng = studio.rng
    page, _, bar = _screen(studio)
    sender = values.person(rng)
    address = values.email(rng, studio.words, sender)
    page.body = f"""{bar}<div style='padding:14px 20px'><div style='font-size:1.5em;font-weight:bold'>{page.fact("title", studio.title(2, 6), "What is the subject?", "subject?", "What is the mail about?", zh=("邮件主题是什么?",))}</div>
<p><b>From:</b> {page.fact("name", sender, "Who sent it?", "Who is it from?", "who wrote this mail", zh=("谁发的?", "发件人是谁?"))} &lt;{page.fact("email", address, "What is the sender's address?")}&gt;<br><b>To:</b> {page.fact("", values.first_name(rng), "Who is it to?", "Who received it?", zh=("发给谁的?",))}<br><b>Date:</b> {page.fact("date", values.date(rng), "When was it sent?", zh=("什么时候发的?",))}, {page.fact("time", values.time(rng), "At what time was it sent?")}</p><hr>
<p>Hi,</p>{"".join(f"<p>{escape(studio.sentences(260))}</p>" for _ in range(rng.randint(1, 3)))}<p>{rng.choice(("Cheers", "Best", "Regards"))},<br>{escape(sender.split()[0])}</p></div>"""
    return page


def dialogue(studio: Studio) -> Layout:
    """Return an error or a question in a box."""
    rng = studio.rng
    page, accent, _ = _screen(studio, phone=rng.random() < 0.3)
    message, code = (
        rng.choice(WORDS.ERRORS),
        f"{rng.choice(('0x', 'E', 'ERR-', ''))}{values.digits(rng, rng.randint(3, 6))}",
    )
    buttons = rng.sample(
        ("OK", "Cancel", "Retry", "Close", "Ignore", "Yes", "No", "Try again", "Continue", "Quit"), rng.randint(1, 3)
    )
    marked = "".join(
        f"<span style='border:1px solid {accent};padding:6px 18px;margin:6px;border-radius:5px'>{one}</span>"
        for one in buttons
    )
    page.fact(
        "",
        ", ".join(buttons),
        "Which buttons are there?",
        "What are the buttons?",
        zh=("有哪些按钮?",),
        place=buttons[0],
    ) if len(buttons) > 1 else None
    page.body = f"""<div style='margin:{rng.randint(4, 25)}% {rng.randint(4, 18)}%;border:1px solid #888;border-radius:8px;padding:18px;background:rgba(128,128,128,.12)'>
<div style='font-size:1.4em;font-weight:bold'>{page.fact("title", message, "What is the error?", "What went wrong?", "error?", "What does the message say?", zh=("出了什么错?", "错误是什么?", "提示什么?"))}</div>
<p>{escape(studio.sentences(120))}</p><p>Error code: {page.fact("number", code, "What is the error code?", "error code", "which error number", zh=("错误代码是多少?",))}</p><div style='text-align:right'>{marked}</div></div>"""
    return page


def article(studio: Studio) -> Layout:
    """Return an article or a page of documentation in a browser."""
    rng = studio.rng
    page, accent, bar = _screen(studio)
    address = values.domain(rng, studio.words)
    author = values.person(rng)
    links = " &nbsp; ".join(escape(studio.title(1, 2)) for _ in range(rng.randint(2, 5)))
    site = (
        f"<div style='background:rgba(128,128,128,.2);padding:6px 16px;font-size:.85em'>{page.fact('web', address, 'Which website is it?', 'what site is this', zh=('是哪个网站?',))}</div>"
        if rng.random() < 0.6
        else ""
    )
    page.body = f"""{bar}{site}<div style='padding:6px 20px;color:{accent}'>{links}</div><div style='padding:4px 20px'><h1 style='line-height:1.15;font-size:{rng.uniform(1.5, 2.6):.2f}em'>{page.fact("title", studio.title(3, 8), "What is the headline?", "headline?", "What is the article about?", zh=("文章标题是什么?", "新闻标题?"))}</h1>
<div style='opacity:.75'>By {page.fact("name", author, "Who wrote it?", "Who is the author?", "author?", zh=("作者是谁?", "谁写的?"))} &middot; {page.fact("date", values.date(rng), "When was it published?", zh=("什么时候发布的?",))}</div>{"".join(f"<p>{escape(studio.sentences(400))}</p>" for _ in range(rng.randint(1, 5)))}</div>"""
    return page


def board(studio: Studio) -> Layout:
    """Return a few large numbers: a clock, the weather, an account, a dashboard."""
    rng = studio.rng
    page, accent, bar = _screen(studio)
    cells = []
    names = rng.sample(
        (
            "Balance",
            "Steps",
            "Temperature",
            "Humidity",
            "Heart rate",
            "Users",
            "Orders",
            "Speed",
            "Uptime",
            "Distance",
            "Calories",
            "Wind",
            "Score",
            "Level",
            "CPU",
            "Memory",
            "Revenue",
            "Timer",
            "Alarm",
            "Due today",
        ),
        rng.randint(1, 6),
    )
    for name in names:
        value = rng.choice(
            (
                str(rng.randint(0, 9999)),
                f"{rng.randint(-20, 110)}{rng.choice(('%', ' C', ' km', ' ms', ' GB'))}",
                values.time(rng),
                rng.choice(values.CURRENCIES).write(rng.randint(100, 9999999)),
                f"{rng.randint(0, 999)}.{rng.randint(0, 9)}",
            )
        )
        cells.append(
            f"<div style='border:1px solid #8885;border-radius:10px;padding:12px'><div>{name}</div><div style='font-size:{rng.uniform(1.4, 2.6):.1f}em;color:{accent}'>{page.fact('entry', value, f'How much is {name.lower()}?', f'{name.lower()}', subject=name, place=name)}</div></div>"
        )
    title = rng.choice((values.town(rng), studio.title(1, 3), "Dashboard", "Overview", "Today"))
    page.body = f"{bar}<div style='font-size:1.5em;padding:12px 16px'>{page.fact('title', title)}</div><div style='display:grid;grid-template-columns:repeat({1 if page.width < 380 else 2 if page.width < 800 else 3},1fr);gap:12px;padding:12px'>{''.join(cells)}</div>"
    return page


def terminal(studio: Studio) -> Layout:
    """Return a terminal with commands and what they print."""
    rng = studio.rng
    page = Layout("screen", *rng.choice(DESKS))
    user = f"{values.first_name(rng).lower().replace('é', 'e')}@{values.made_up(rng)}"
    commands = (
        "ls -l",
        "git status",
        "python main.py",
        "make test",
        "df -h",
        "ping -c 3 host",
        "cat notes.txt",
        "uname -a",
        "whoami",
        "pip install flask",
    )
    lines, command = [], ""
    for _ in range(rng.randint(1, 4)):
        command = rng.choice(commands)
        lines.append(f"{user}:~$ {command}")
        lines += [
            rng.choice(
                (
                    studio.sentences(60),
                    f"{values.made_up(rng)}.txt  {rng.randint(1, 9999)} bytes",
                    f"{values.code(rng)}: ok",
                    f"Error: {rng.choice(WORDS.ERRORS).lower()}",
                )
            )
            for _ in range(rng.randint(1, 4))
        ]
    page.fact(
        "",
        command,
        "Which command was run last?",
        "last command?",
        "What command is it?",
        zh=("最后运行的命令是什么?",),
        place=f"$ {command}",
    )
    page.fact(
        "",
        user.split("@", maxsplit=1)[0],
        "Who is logged in?",
        "Which user is it?",
        "user name?",
        zh=("用户名是什么?",),
    )
    dark = rng.random() < 0.75
    page.body = f"<pre style='margin:0;font:inherit;white-space:pre-wrap'>{escape(chr(10).join(lines))}</pre>"
    page.style = f"font:{rng.randint(16, 26)}px/1.35 {rng.choice(studio.type.mono)};padding:14px;background:{'#111' if dark else '#fdf6e3'};color:{rng.choice(('#ddd', '#7f7', '#fff')) if dark else '#222'}"
    return page


def sign_in(studio: Studio) -> Layout:
    """Return a form to fill in, some of it filled in."""
    rng = studio.rng
    page, accent, bar = _screen(studio)
    owner = values.person(rng)
    rows = [
        ("Name", "name", owner),
        ("E-mail", "email", values.email(rng, studio.words, owner)),
        ("Phone", "phone", values.phone(rng)),
        ("City", "town", values.town(rng)),
        ("Street", "street", values.street(rng, studio.words)),
        ("Date of birth", "date", values.date(rng)),
        ("Order number", "number", values.digits(rng, 10)),
        ("Tracking number", "number", values.letters(rng, 2) + values.digits(rng, 9)),
    ]
    used: dict[str, str] = {}
    for label, name, value in rng.sample(rows, rng.randint(2, 6)):
        if name not in used.values():
            used[
                f"<div style='padding:6px 20px'><div style='font-size:.8em;opacity:.8'>{label}</div><div style='border:1px solid #8888;border-radius:5px;padding:8px'>{page.fact(name, value)}</div></div>"
            ] = name
    title = rng.choice(
        ("Sign in", "Create account", "Your profile", "Checkout", "Contact details", "Track your parcel", "Delivery")
    )
    button = rng.choice(("Save", "Continue", "Next", "Sign in", "Submit", "Confirm"))
    page.body = f"{bar}<div style='font-size:1.7em;padding:14px 20px'>{page.fact('title', title)}</div>{''.join(used)}<div style='margin:16px 20px;background:{accent};color:#fff;padding:10px;text-align:center'>{page.fact('', button, 'What is on the button?', 'button?', zh=('按钮上写了什么?',))}</div>"
    return page


SCREENS = {chat: 2, settings: 2, shop: 2, mail: 2, dialogue: 2, article: 3, board: 2, terminal: 1, sign_in: 2}
"""The layouts of screens, and how often each is made."""
