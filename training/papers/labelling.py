"""Labels and their values."""

from training import values
from training.documents import Fact, Line, Part, Source
from training.lists import NAMES

CAPITALS_SHARE, LONGER_SHARE, ABOVE_SHARE, BEHIND_SHARE, MARK_SHARE = 0.08, 0.2, 0.12, 0.03, 0.15
"""In training: labels in capitals, with more words, above or behind their values, with another mark than a colon."""


def varied(source: Source, label: str) -> str:
    """Vary a label as training prints it: now and then with an unexpected word, so that it is read, not guessed."""
    rng = source.rng
    if source.split != "train" or not label:
        return label
    if rng.random() < CAPITALS_SHARE:
        label = label.upper()
    if rng.random() > LONGER_SHARE:
        return label
    stem, colon = (label[:-1], ":") if label[-1] == ":" else (label, "")
    word, small = values.short_word(rng, source.words, 9), rng.choice(NAMES.SMALL_WORDS)
    longer = (
        *(f"{stem} ({word})", f"{stem} {word}", f"{stem} {small} {word}", f"{word.capitalize()} {stem.lower()}"),
        *(f"{stem} / {word}", f"{stem}, {word}", f"{word} {small} {stem}".capitalize(), f"{stem} {small} the {word}"),
    )
    return rng.choice(longer) + colon


def labelled(source: Source, label: str, value: str) -> Line:
    """Write a label and its value on one line: after each other or in two columns; no label, only the value."""
    rng, label = source.rng, varied(source, label)
    if not label:
        return Line(value)
    if source.split == "train" and rng.random() < BEHIND_SHARE:
        return Line(f"{value} ({label.rstrip(':')})")
    if rng.random() < 0.35:
        return Line(label, value, join=rng.choice(("edge", "edge", "tab")))
    colon = ":" if label[-1].isalpha() and rng.random() < 0.5 else ""
    if source.split == "train" and colon and rng.random() < MARK_SHARE:
        colon = rng.choice((" -", " =", " >", "..", ",", " |", " ;", "?", " *", " ->"))
    return Line(f"{label}{colon} {value}")


def told(source: Source, label: str, value: str, *facts: Fact) -> Part:
    """Write a label and value with their fact; in training now and then the label stands above the value."""
    if label and source.split == "train" and source.rng.random() < ABOVE_SHARE:
        label = varied(source, label)
        colon = source.rng.choice((":", "")) if label[-1].isalpha() else ""
        return Part(Line(label + colon), facts, below=Line(value))
    return Part(labelled(source, label, value), facts)


def street_and_town(source: Source) -> tuple[str, str]:
    """Invent a street, and a town with its postcode."""
    street = values.street(source.rng, source.words)
    return street, f"{values.town(source.rng)} {values.postcode(source.rng)}"


def address(street: str, town: str, *, above: bool) -> Part:
    """Write an address, the street `above` the town or both on one line."""
    whole = f"{street}, {town}"
    facts = (Fact("address", whole),)
    return Part(Line(street), facts, below=Line(town)) if above else Part(Line(whole), facts)
