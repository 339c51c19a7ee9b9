"""Notices: posters of what happens when and where, signs, and opening hours."""

from training import names, values
from training.documents import Document, Fact, Join, Kind, Line, Part, Room, Source, document, trim
from training.papers.extras import extras
from training.papers.labelling import told
from training.papers.orders import in_order
from training.papers.sentences import sentence

EVENTS = (
    *("{w} {w} Festival", "{w} Market", "Concert: {w} {w}", "Public meeting", "{w} Workshop", "Lost: {w} {w}"),
    *("Annual {w} Fair", "{w} Sale", "Open day", "{w} Club", "Summer party", "{w} Exhibition", "Free {w} course"),
    *("{w} Evening", "Book fair", "Staff meeting", "Yoga class", "Guided tour: {w}", "{w} Night", "Blood donation"),
    *("{w} Meeting", "Reading: {w}", "The {w} {w}", "{w} & {w}", "Lecture on {w}", "{w} Party", "Auction", "{w} Race"),
    *(
        "Missing: {w}",
        "{w} Cup",
        "Dance class",
        "Free {w}",
        "{w} Gala",
        "Garage sale",
        "Parents' evening",
        "{w} Parade",
    ),
    *(
        "First {w} Congress",
        "{w}",
        "Opening of the {w}",
        "Film: {w} {w}",
        "Charity {w}",
        "{w} for Beginners",
        "{w} Talk",
    ),
)
HELD_OUT_EVENTS = (
    *("{w} Week", "Grand opening", "The {w} Show", "Choir rehearsal", "{w} and {w} Day", "Flea market", "Town meeting"),
)
SIGNS = (
    *("NO PARKING", "Push", "PULL", "EXIT", "Private property", "KEEP OUT", "No smoking", "WET FLOOR", "Staff only"),
    *("Please knock", "Beware of the dog", "Mind the step", "Out of order", "CLOSED", "OPEN", "Please wait here"),
    *("Do not touch", "FIRE EXIT", "Keep the door closed", "SLOW DOWN", "No entry", "Ring the bell", "Way out"),
    *("Do not feed the {w}", "No {w} allowed", "{w} room", "To the {w}", "Caution: {w}", "{w} for sale", "Please {w}"),
    *("DANGER: {w}", "Use the other {w}", "Free {w}", "{w} only", "Stop for {w}"),
)
HELD_OUT_SIGNS = (
    *("NO ENTRANCE", "Please keep off", "Sold out", "Quiet please", "Closed for {w}", "Watch your head", "{w} wanted"),
    *("Keep clear of the {w}", "Leave the {w} here", "Reserved for {w}", "Attention: {w}"),
)
DATE_LABELS = (
    *("Date", "When", "On", "Day", "Date", "DATE", "From", "Only on", "Takes place on", "Save the date", "Opens on"),
    *("Event date", "Next date", "Starts on"),
)
HELD_OUT_DATE = ("Held on", "Dated")
TIME_LABELS = (
    *("Time", "Starts", "Begins", "Time", "Start", "From", "At", "Doors open", "Starts at", "Beginning", "Entry from"),
    *("Opens at", "We begin at", "Hour", "Doors"),
)
HELD_OUT_TIME = ("Starting at", "Start time")
PLACE_LABELS = (
    *("Place", "Where", "Venue", "Location", "Place", "At", "In", "Takes place in", "Come to", "Meet at", "Find us in"),
    *("Meeting point", "Hall", "Address", "We meet in"),
)
HELD_OUT_PLACE = ("Meeting place", "Held at")
CALL_LABELS = (
    *("Call", "Tel.", "Info:", "Tickets:", "Phone:", "Questions?", "Contact", "Book under", "Information:", "Phone"),
    *("Reservations", "If found call", "Register:", "Hotline", "Help:", "Sign up:", "Please phone", ""),
)
HELD_OUT_CALL = ("Ring", "Telephone")
SHORT_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
HOURS_TITLES = ("Opening hours", "OPEN", "Hours", "Opening times", "OPENING HOURS", "Office hours", "We are open")
HELD_OUT_HOURS = ("Business hours", "Shop hours", "When we are open")
ORDERS = (
    ("head", "date", "time", "place"),
    ("head", "date", "time", "place"),
    ("head", "place", "date", "time"),
)
HELD_OUT_ORDERS = (("date", "time", "head", "place"), ("place", "head", "date", "time"))
UNSURE = ("name", "address", "street", "number", "company", "shop", "town", "due", "customer")


def notice_document(source: Source, room: Room) -> Document | None:
    """Write a poster, or now and then a sign or opening hours."""
    shape = source.rng.random()
    if shape < 0.2:
        return _sign(source, room)
    return _hours(source, room) if shape < 0.35 else _event(source, room)


def _titled(source: Source, templates: tuple[str, ...], held_out: tuple[str, ...]) -> str:
    rng = source.rng
    title = source.pick(templates, held_out)
    while "{w}" in title:
        title = title.replace("{w}", values.short_word(rng, source.words, 9).capitalize(), 1)
    return title.upper() if rng.random() < 0.3 else title


def _sign(source: Source, room: Room) -> Document | None:
    """Write a few words in large type, perhaps with a line below."""
    rng = source.rng
    title = _titled(source, SIGNS, HELD_OUT_SIGNS)
    parts = [Part(Line(title, role="title"), (Fact("title", title),), optional=False)]
    if rng.random() < 0.5:
        parts.append(Part(Line(sentence(source, 10), role="flow")))
    parts += _tail(source)
    fitting = trim(rng, parts, room)
    return document(Kind.NOTICE, fitting, UNSURE) if fitting else None


def _hours(source: Source, room: Room) -> Document | None:
    """Write opening hours, day by day or for a range of days."""
    rng = source.rng
    title = source.pick(HOURS_TITLES, HELD_OUT_HOURS)
    days = source.pick((names.DAYS, SHORT_DAYS), (names.DAYS, SHORT_DAYS))
    first = rng.randint(2, 4)
    keys = [f"{days[0]}{source.pick(('-', ' - ', ' to '), ('/', ' - '))}{days[first]}", *days[first + 1 :]]
    join: Join = source.pick(("edge", "tab", "dots"), ("tab", "edge"))
    parts = [Part(Line(title, role="title"), (Fact("title", title),), optional=False)]
    for key in keys[: rng.randint(2, len(keys))]:
        hours = "closed" if rng.random() < 0.15 and key != keys[0] else values.hours(rng)
        facts = (Fact("entry", hours, key),)
        parts.append(Part(Line(key, hours, join=join) if rng.random() < 0.95 else Line(f"{key}: {hours}"), facts))
    fitting = trim(rng, parts + _tail(source), room)
    return document(Kind.NOTICE, fitting, (*UNSURE, "time", "date")) if fitting else None


def _event(source: Source, room: Room) -> Document | None:
    """Write what, when, where; in held-out notices the title need not come first."""
    rng = source.rng
    title, date, time = _titled(source, EVENTS, HELD_OUT_EVENTS), values.date(rng), values.time(rng)
    place = rng.choice((values.street(rng, source.words), f"{values.town(rng)} Hall", f"Room {values.code(rng)}"))
    head = [Part(Line(title, role="title"), (Fact("title", title),), optional=False)]
    when = _when(source, date, time)
    where_label = source.pick(PLACE_LABELS, HELD_OUT_PLACE) if rng.random() < 0.5 else ""
    where = [told(source, where_label, place, Fact("place", place))]
    blocks = {"head": head, "date": when[:1], "time": when[1:], "place": where}
    parts = in_order(source, blocks, ORDERS, HELD_OUT_ORDERS)
    parts.insert(1, Part(Line(role="gap")))
    fitting = trim(rng, parts + _tail(source), room)
    return document(Kind.NOTICE, fitting, UNSURE) if fitting else None


def _when(source: Source, date: str, time: str) -> list[Part]:
    rng = source.rng
    dated, timed = Fact("date", date), Fact("time", time)
    if rng.random() < 0.2:
        return [Part(Line(f"{date}, {time}"), (dated, timed))]
    bare = rng.random() < 0.4
    labels = ("", "") if bare else (source.pick(DATE_LABELS, HELD_OUT_DATE), source.pick(TIME_LABELS, HELD_OUT_TIME))
    return [
        told(source, labels[0], date, dated),
        told(source, labels[1], time, timed),
    ]


def _tail(source: Source) -> list[Part]:
    """Write a sentence or two, a telephone number, a web address."""
    rng, parts = source.rng, []
    if rng.random() < 0.5:
        text = " ".join(sentence(source, 12) for _ in range(rng.choice((1, 1, 2, 3))))
        parts += [Part(Line(role="gap")), Part(Line(text, role="flow"))]
    if rng.random() < 0.3:
        phone = values.phone(rng)
        parts.append(told(source, source.pick(CALL_LABELS, HELD_OUT_CALL), phone, Fact("phone", phone)))
    if rng.random() < 0.2:
        web = values.web(rng, source.words)
        parts.append(Part(Line(web), (Fact("web", web),)))
    return [*parts, *extras(source, Kind.NOTICE)]
