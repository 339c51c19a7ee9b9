"""Sentences that sound like English and say nothing."""

from string import Formatter

from training import names, values
from training.documents import Source

FRAMES = (
    "The {a} {n} is {a}",
    "The {n} {p} the {n} was {a} and {a}",
    "A {a} {n} {v} the {n}",
    "{name} {v} the {n} {p} the {a} {n}",
    "We {v} {d} {a} {n} {p} {town}",
    "When the {n} {v} the {n}, the {n} was {a}",
    "There is no {n} {p} the {n}",
    "It was a {a} {n}, but the {n} {v} it",
    "Every {n} needs {d} {a} {n}",
    "They {v} {number} of the {n} {p} the {n}",
    "In {year} the {n} {v} a {a} {n}",
    "Please leave the {n} {p} the {n}",
    "You will find the {n} {p} {d} {n}",
    "If the {n} is {a}, use the {a} one",
    "All the {n} {p} {town} must be {a}",
    "She said that the {n} {v} {d} {n}",
    "Nobody knew why the {n} {v} {name}",
    "This {n} comes with a {a} {n}",
    "{name} and {name} {v} the {n}",
    "Do not {n} the {n} {p} the {n}",
)
HELD_OUT_FRAMES = (
    "Some {n} {p} {town} {v} the {a} {n}",
    "No one {v} the {n} after {year}",
    "Our {a} {n} has {number} of them",
    "He took the {n} because it was {a}",
    "Between the {n} and the {n} stood a {a} {n}",
    "{name} never {v} a {n} like this",
    "Before that, the {n} {v} only {d} {n}",
    "Take {d} {n} {p} the {n} and wait",
)
VERBS = (
    *("took", "saw", "found", "made", "kept", "lost", "held", "left", "sold", "built", "called", "moved", "liked"),
    *("carried", "opened", "closed", "watched", "followed", "painted", "covered", "wanted", "used", "cleaned", "knew"),
)
PLACES = ("in", "on", "under", "near", "behind", "over", "from", "with", "without", "beside", "at", "for", "inside")
DETERMINERS = ("the", "a", "his", "her", "their", "our", "this", "every", "one", "another", "that", "my", "some")
QUOTES = ('"{}"', "({})", "'{}'")


def sentence(source: Source, longest: int) -> str:
    """Write a line like English, its words at most `longest` letters long where possible; it ends with a mark."""
    rng = source.rng
    text = _framed(source, longest) if rng.random() < 0.6 else _strung(source, longest)
    if rng.random() < 0.07:
        first, _, last = text.rpartition(" ")
        text = f"{first} {rng.choice(QUOTES).format(last)}"
    return text[0].upper() + text[1:] + rng.choices((".", "!", "?"), (86, 7, 7))[0]


def _framed(source: Source, longest: int) -> str:
    """Fill a frame's gaps with random words, so that grammar helps a little and no more."""
    pieces: list[str] = []
    for literal, slot, _, _ in Formatter().parse(source.pick(FRAMES, HELD_OUT_FRAMES)):
        pieces.append(literal)
        if slot:
            pieces.append(_slot(source, slot, longest))
    return "".join(pieces)


def _slot(source: Source, slot: str, longest: int) -> str:
    rng = source.rng
    if slot == "v":
        return rng.choice(VERBS)
    if slot in {"p", "d"}:
        return rng.choice(PLACES if slot == "p" else DETERMINERS)
    if slot in {"number", "year"}:
        return str(rng.randint(2, 500) if slot == "number" else rng.randint(1600, 2030))
    if slot in {"name", "town"}:
        return values.first_name(rng) if slot == "name" else values.town(rng)
    if slot == "a" and rng.random() < 0.4:
        return rng.choice(names.QUALITIES)
    return _word(source, longest)


def _strung(source: Source, longest: int) -> str:
    """String random words together with small words between them."""
    rng = source.rng
    count = rng.randint(3, 10)
    words = [rng.choice(names.SMALL_WORDS) if rng.random() < 0.42 else _word(source, longest) for _ in range(count)]
    if len(words) > 5 and rng.random() < 0.5:
        words[len(words) // 2] += rng.choice((",", ",", ";", ":", " -"))
    if rng.random() < 0.1:
        words.insert(rng.randint(1, len(words)), str(rng.randint(2, 2000)))
    if rng.random() < 0.1:
        words[rng.randrange(len(words))] = values.first_name(rng)
    return " ".join(words)


def _word(source: Source, longest: int) -> str:
    return values.short_word(source.rng, source.words, max(3, longest))
