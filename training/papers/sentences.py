"""Sentences that sound like English and say nothing."""

from string import Formatter

from training import values
from training.documents import Source
from training.lists import NAMES, read_lists

LISTS = read_lists("papers/sentences")


def sentence(source: Source, longest: int) -> str:
    """Write a line like English, its words at most `longest` letters long where possible; it ends with a mark."""
    rng = source.rng
    text = _framed(source, longest) if rng.random() < 0.6 else _strung(source, longest)
    if rng.random() < 0.07:
        first, _, last = text.rpartition(" ")
        text = f"{first} {rng.choice(LISTS.QUOTES).format(last)}"
    return text[0].upper() + text[1:] + rng.choices((".", "!", "?"), (86, 7, 7))[0]


def _framed(source: Source, longest: int) -> str:
    """Fill a frame's gaps with random words, so that grammar helps a little and no more."""
    pieces: list[str] = []
    for literal, slot, _, _ in Formatter().parse(source.pick(LISTS.FRAMES, LISTS.HELD_OUT_FRAMES)):
        pieces.append(literal)
        if slot:
            pieces.append(_slot(source, slot, longest))
    return "".join(pieces)


def _slot(source: Source, slot: str, longest: int) -> str:
    rng = source.rng
    if slot == "v":
        return rng.choice(LISTS.VERBS)
    if slot in {"p", "d"}:
        return rng.choice(LISTS.PLACES if slot == "p" else LISTS.DETERMINERS)
    if slot in {"number", "year"}:
        return str(rng.randint(2, 500) if slot == "number" else rng.randint(1600, 2030))
    if slot in {"name", "town"}:
        return values.first_name(rng) if slot == "name" else values.town(rng)
    if slot == "a" and rng.random() < 0.4:
        return rng.choice(NAMES.QUALITIES)
    return _word(source, longest)


def _strung(source: Source, longest: int) -> str:
    """String random words together with small words between them."""
    rng = source.rng
    count = rng.randint(3, 10)
    words = [rng.choice(NAMES.SMALL_WORDS) if rng.random() < 0.42 else _word(source, longest) for _ in range(count)]
    if len(words) > 5 and rng.random() < 0.5:
        words[len(words) // 2] += rng.choice((",", ",", ";", ":", " -"))
    if rng.random() < 0.1:
        words.insert(rng.randint(1, len(words)), str(rng.randint(2, 2000)))
    if rng.random() < 0.1:
        words[rng.randrange(len(words))] = values.first_name(rng)
    return " ".join(words)


def _word(source: Source, longest: int) -> str:
    return values.short_word(source.rng, source.words, max(3, longest))
