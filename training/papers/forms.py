"""Forms: lines of a key and its value."""

from training import values
from training.documents import Document, Fact, Join, Kind, Line, Part, Room, Source, fit
from training.lists import read_lists
from training.papers.keys import CLASHES, ENTRIES, SIMILAR, Entry
from training.papers.labelling import varied

KEYS = read_lists("papers/keys")
STYLES = ("after", "after", "after", "edge", "tab", "tab", "dots", "above", "above", "joined", "columns")
HELD_OUT_STYLES = ("above", "pairs", "tab")
UNSURE = ("number", "shop", "place", "role", "company", "address", "title", "due", "customer", "name")


def form_document(source: Source, room: Room) -> Document | None:
    """Write four to eleven lines of a key and its value, fewer if there is little room, perhaps under a title."""
    rng = source.rng
    affordable = min(11, max(4, min(room.characters // 24, int(room.rows))))
    filled = _fill(source, rng.randint(4, affordable))
    parts = _arrange(source, filled)
    if rng.random() < 0.35:
        title = varied(source, source.pick(KEYS.TITLES, KEYS.HELD_OUT_TITLES))
        parts[:0] = [Part(Line(title, role="title"), (Fact("title", title),)), Part(Line(role="rule"))]
    return fit(source, room, Kind.FORM, parts, UNSURE, least=2)


_Filled = list[tuple[str, str, tuple[Fact, ...]]]


def _fill(source: Source, count: int) -> _Filled:
    """Return keys, values and facts.

    Keys that could be taken for each other are not used together, but for twins of one field, which are told apart by
    their keys alone.
    """
    rng = source.rng
    filled: _Filled = []
    entries = rng.sample(ENTRIES, min(len(ENTRIES), round(count * rng.uniform(0.4, 0.8))))
    fields = {entry.field for entry in entries}
    dropped = {rng.choice(sorted(clash)) for clash in CLASHES if clash <= fields}
    entries = [entry for entry in entries if entry.field not in dropped]
    twins = [entry for entry in entries if source.split == "train" and entry.field in SIMILAR and rng.random() < 0.25]
    for entry in entries:
        key, value = _key(source, entry), entry.make(source)
        alone = (Fact("entry", value, key), Fact(entry.field, value))
        filled.append((key, value, (Fact("entry", value, key, like=entry.field),) if entry in twins else alone))
    taken = {word for key, _, _ in filled for word in _words(key)}
    while len(filled) < count:
        twin = twins.pop() if twins else None
        key, value = (rng.choice(SIMILAR[twin.field]), twin.make(source)) if twin else _other(source)
        if not _words(key) & taken:
            taken |= _words(key)
            filled.append((key, value, (Fact("entry", value, key, like=twin.field if twin else ""),)))
    rng.shuffle(filled)
    return filled


def _key(source: Source, entry: Entry) -> str:
    """Return the key as printed; in training now and then in capitals, or with a word before it."""
    rng, key = source.rng, source.pick(entry.keys, entry.held_out)
    if source.split != "train" or rng.random() > 0.1:
        return varied(source, key)
    longer = rng.choice(KEYS.OWNERS).format(key if key.isupper() else key[0].lower() + key[1:])
    return key if longer.lower() in {held_out.lower() for held_out in entry.held_out} else longer


def _words(key: str) -> set[str]:
    return set(key.lower().split())


def _other(source: Source) -> tuple[str, str]:
    rng = source.rng
    words, codes = (0.25, 0.5) if source.split == "train" else (0.4, 0.75)
    shape = rng.random()
    if shape < words:
        return source.pick(KEYS.WORD_KEYS, KEYS.HELD_OUT_WORD_KEYS), values.word(rng, source.words).capitalize()
    if shape < codes:
        return source.pick(KEYS.CODE_KEYS, KEYS.HELD_OUT_CODE_KEYS), values.code(rng)
    made = rng.choice((values.code, values.surname, values.made_up))(rng)
    stem = values.made_up(rng) if rng.random() < 0.3 else values.word(rng, source.words)
    if source.split == "train" and rng.random() < 0.3:
        stem = rng.choice(("{} {}", "{} of {}", "{}/{}", "{}-{}")).format(stem, values.short_word(rng, source.words, 8))
    return stem.capitalize(), made


def _arrange(source: Source, filled: _Filled) -> list[Part]:
    """Arrange one entry a line in one of many styles, keys above values, or two entries on one line."""
    style = source.pick(STYLES, HELD_OUT_STYLES)
    colon = source.pick((":", ":", ":", "", " -", " ="), (":", "", " :", " /"))
    if style in {"pairs", "joined"}:
        between = source.rng.choice((";", " |", ",", " -", " *")) if style == "joined" else ""
        return _pairs(filled, colon if colon.strip() else ":", between)
    if style == "columns":
        return _columns(filled)
    parts: list[Part] = []
    for key, value, facts in filled:
        if style == "above":
            parts.append(Part(Line(key + (":" if ":" in colon else "")), facts, below=Line(value)))
        elif style == "after":
            parts.append(Part(Line(f"{key}{colon or ':'} {value}"), facts))
        else:
            join: Join = "edge" if style == "edge" else "tab" if style == "tab" else "dots"
            parts.append(Part(Line(key + ("" if join == "dots" else colon), value, join=join), facts))
    return parts


def _pairs(filled: _Filled, colon: str, between: str) -> list[Part]:
    """Set two short entries on one line, separate or joined by what stands `between`, long ones alone."""
    parts: list[Part] = []
    waiting: tuple[str, tuple[Fact, ...]] | None = None
    for key, value, facts in filled:
        text = f"{key}{colon} {value}"
        if len(text) > 22:
            parts.append(Part(Line(text), facts))
        elif waiting:
            line = Line(f"{waiting[0]}{between} {text}") if between else Line(waiting[0], text)
            parts.append(Part(line, (*waiting[1], *facts)))
            waiting = None
        else:
            waiting = text, facts
    return [*parts, Part(Line(waiting[0]), waiting[1])] if waiting else parts


def _columns(filled: _Filled) -> list[Part]:
    """Set two keys in a row above their values; a long one stands alone."""
    parts: list[Part] = []
    waiting: tuple[str, str, tuple[Fact, ...]] | None = None
    for key, value, facts in filled:
        if len(value) > 16 or len(key) > 16:
            parts.append(Part(Line(key), facts, below=Line(value)))
        elif waiting:
            parts.append(Part(Line(waiting[0], key), (*waiting[2], *facts), below=Line(waiting[1], value)))
            waiting = None
        else:
            waiting = key, value, facts
    return [*parts, Part(Line(waiting[0]), waiting[2], below=Line(waiting[1]))] if waiting else parts
