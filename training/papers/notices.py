"""Notices: posters of what happens when and where, signs, and opening hours."""

from training import values
from training.documents import Document, Fact, Join, Kind, Line, Part, Room, Source, fit
from training.lists import NAMES, read_lists, read_rows
from training.papers.extras import extras
from training.papers.labelling import told
from training.papers.orders import in_order
from training.papers.sentences import sentence

ROWS = read_rows("papers/notices")

LISTS = read_lists("papers/notices")


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
    title = _titled(source, LISTS.SIGNS, LISTS.HELD_OUT_SIGNS)
    parts = [Part(Line(title, role="title"), (Fact("title", title),), optional=False)]
    if rng.random() < 0.5:
        parts.append(Part(Line(sentence(source, 10), role="flow")))
    parts += _tail(source)
    return fit(source, room, Kind.NOTICE, parts, LISTS.UNSURE)


def _hours(source: Source, room: Room) -> Document | None:
    """Write opening hours, day by day or for a range of days."""
    rng = source.rng
    title = source.pick(LISTS.HOURS_TITLES, LISTS.HELD_OUT_HOURS)
    days = source.pick((NAMES.DAYS, LISTS.SHORT_DAYS), (NAMES.DAYS, LISTS.SHORT_DAYS))
    first = rng.randint(2, 4)
    keys = [f"{days[0]}{source.pick(('-', ' - ', ' to '), ('/', ' - '))}{days[first]}", *days[first + 1 :]]
    join: Join = source.pick(("edge", "tab", "dots"), ("tab", "edge"))
    parts = [Part(Line(title, role="title"), (Fact("title", title),), optional=False)]
    for key in keys[: rng.randint(2, len(keys))]:
        hours = "closed" if rng.random() < 0.15 and key != keys[0] else values.hours(rng)
        facts = (Fact("entry", hours, key),)
        parts.append(Part(Line(key, hours, join=join) if rng.random() < 0.95 else Line(f"{key}: {hours}"), facts))
    return fit(source, room, Kind.NOTICE, parts + _tail(source), (*LISTS.UNSURE, "time", "date"))


def _event(source: Source, room: Room) -> Document | None:
    """Write what, when, where; in held-out notices the title need not come first."""
    rng = source.rng
    title, date, time = _titled(source, LISTS.EVENTS, LISTS.HELD_OUT_EVENTS), values.date(rng), values.time(rng)
    place = rng.choice((values.street(rng, source.words), f"{values.town(rng)} Hall", f"Room {values.code(rng)}"))
    head = [Part(Line(title, role="title"), (Fact("title", title),), optional=False)]
    when = _when(source, date, time)
    where_label = source.pick(LISTS.PLACE_LABELS, LISTS.HELD_OUT_PLACE) if rng.random() < 0.5 else ""
    where = [told(source, where_label, place, Fact("place", place))]
    blocks = {"head": head, "date": when[:1], "time": when[1:], "place": where}
    parts = in_order(source, blocks, ROWS.ORDERS, ROWS.HELD_OUT_ORDERS)
    parts.insert(1, Part(Line(role="gap")))
    return fit(source, room, Kind.NOTICE, parts + _tail(source), LISTS.UNSURE)


def _when(source: Source, date: str, time: str) -> list[Part]:
    rng = source.rng
    dated, timed = Fact("date", date), Fact("time", time)
    if rng.random() < 0.2:
        return [Part(Line(f"{date}, {time}"), (dated, timed))]
    bare = rng.random() < 0.4
    labels = (
        ("", "")
        if bare
        else (source.pick(LISTS.DATE_LABELS, LISTS.HELD_OUT_DATE), source.pick(LISTS.TIME_LABELS, LISTS.HELD_OUT_TIME))
    )
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
        parts.append(told(source, source.pick(LISTS.CALL_LABELS, LISTS.HELD_OUT_CALL), phone, Fact("phone", phone)))
    if rng.random() < 0.2:
        web = values.web(rng, source.words)
        parts.append(Part(Line(web), (Fact("web", web),)))
    return [*parts, *extras(source, Kind.NOTICE)]
