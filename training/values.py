"""Invented names, places, numbers, dates and prices: a space so large that they must be read, not guessed."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from training.lists import NAMES

VOWELS, CONSONANTS = "aeiou", "bcdfghjklmnprstvwz"
CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


def digits(rng: random.Random, count: int) -> str:
    """Return `count` random digits."""
    return "".join(rng.choices("0123456789", k=count))


def letters(rng: random.Random, count: int) -> str:
    """Return `count` random capitals."""
    return "".join(rng.choices(CODE_LETTERS, k=count))


def made_up(rng: random.Random) -> str:
    """Invent a pronounceable word that means nothing, in small letters."""
    syllables = (
        rng.choice(CONSONANTS) + rng.choice(VOWELS) + (rng.choice("nrlst") if rng.random() < 0.3 else "")
        for _ in range(rng.randint(2, 3))
    )
    return "".join(syllables)


def word(rng: random.Random, words: Sequence[str]) -> str:
    """Invent a small English word, now and then a made-up one."""
    return made_up(rng) if rng.random() < 0.12 else rng.choice(words).lower()


def short_word(rng: random.Random, words: Sequence[str], most: int) -> str:
    """Invent a word of at most `most` letters."""
    for _ in range(6):
        candidate = word(rng, words)
        if len(candidate) <= most:
            return candidate
    return made_up(rng)[: max(2, most)]


def first_name(rng: random.Random) -> str:
    """Invent a given name."""
    return rng.choice(NAMES.FIRST_NAMES) if rng.random() < 0.7 else made_up(rng).capitalize()


def surname(rng: random.Random) -> str:
    """Invent a family name."""
    return rng.choice(NAMES.SURNAMES) if rng.random() < 0.5 else made_up(rng).capitalize()


def person(rng: random.Random) -> str:
    """Invent a full name, sometimes with an initial or a title."""
    shape = rng.random()
    if shape < 0.08:
        return f"{rng.choice(['Dr.', 'Mr.', 'Ms.', 'Mrs.'])} {first_name(rng)} {surname(rng)}"
    if shape < 0.16:
        return f"{first_name(rng)} {rng.choice(CODE_LETTERS)}. {surname(rng)}"
    return f"{first_name(rng)} {surname(rng)}"


def company(rng: random.Random, words: Sequence[str]) -> str:
    """Invent a company's or a shop's name."""
    stem = rng.choice((surname(rng), made_up(rng).capitalize(), short_word(rng, words, 8).capitalize()))
    shape = rng.random()
    if shape < 0.2:
        return f"{stem} & {surname(rng)}"
    if shape < 0.6:
        return f"{stem} {rng.choice(NAMES.COMPANY_ENDINGS)}"
    return f"{stem} {short_word(rng, words, 8).capitalize()}"


def street(rng: random.Random, words: Sequence[str]) -> str:
    """Invent a street with its number."""
    stem = rng.choice((surname(rng), short_word(rng, words, 7).capitalize(), made_up(rng).capitalize()))
    number = f"{rng.randint(1, 999)}{rng.choice('ABC') if rng.random() < 0.1 else ''}"
    return f"{number} {stem} {rng.choice(NAMES.STREETS)}"


def town(rng: random.Random) -> str:
    """Invent a town, real or made up."""
    return rng.choice(NAMES.TOWNS) if rng.random() < 0.5 else made_up(rng).capitalize() + rng.choice(NAMES.ENDINGS)


def postcode(rng: random.Random) -> str:
    """Invent a postcode in one of several countries' shapes."""
    shapes = (
        f"{digits(rng, 5)}",
        f"{letters(rng, 2)}{rng.randint(1, 9)} {rng.randint(1, 9)}{letters(rng, 2)}",
        f"{letters(rng, 2)} {digits(rng, 5)}",
        f"{digits(rng, 4)} {letters(rng, 2)}",
    )
    return rng.choice(shapes)


def phone(rng: random.Random) -> str:
    """Invent a telephone number."""
    shapes = (
        f"555-{digits(rng, 4)}",
        f"({digits(rng, 3)}) 555-{digits(rng, 4)}",
        f"+{rng.randint(1, 99)} {digits(rng, 3)} {digits(rng, 3)} {digits(rng, 3)}",
        f"0{digits(rng, 3)} {digits(rng, 6)}",
        f"{digits(rng, 3)}-{digits(rng, 3)}-{digits(rng, 4)}",
        f"{digits(rng, 3)}.{digits(rng, 3)}.{digits(rng, 4)}",
    )
    return rng.choice(shapes)


def domain(rng: random.Random, words: Sequence[str]) -> str:
    """Invent an internet domain."""
    stem = rng.choice((made_up(rng), short_word(rng, words, 8), f"{made_up(rng)}-{short_word(rng, words, 5)}"))
    return f"{stem}.{rng.choice(('com', 'org', 'net', 'co.uk', 'de', 'io', 'shop'))}"


def web(rng: random.Random, words: Sequence[str]) -> str:
    """Invent a web address as it is printed."""
    return rng.choice(("www.", "www.", "", "https://")) + domain(rng, words)


def email(rng: random.Random, words: Sequence[str], owner: str = "") -> str:
    """Invent an e-mail address, of `owner` where one is given."""
    plain = [part.strip(".").lower().replace("é", "e") for part in owner.split()]
    names = [f"{plain[-2]}.{plain[-1]}", f"{plain[-2][0]}{plain[-1]}", plain[-1]] if len(plain) > 1 else []
    names.append(rng.choice(("info", "hello", "office", "sales", made_up(rng))))
    return f"{rng.choice(names)}@{domain(rng, words)}"


def date(rng: random.Random) -> str:
    """Invent a date in one of many shapes."""
    return _write_date(rng.randint(1, 28), rng.randint(1, 12), rng.randint(1995, 2031), rng.randrange(DATE_SHAPES))


def two_dates(rng: random.Random) -> tuple[str, str]:
    """Invent a date and a later one, printed alike."""
    day, month, year, shape = (
        rng.randint(1, 27),
        rng.randint(1, 11),
        rng.randint(1995, 2031),
        rng.randrange(DATE_SHAPES),
    )
    later = month + 1 if rng.random() < 0.7 else month
    later_day = rng.randint(day + 1, 28) if later == month else rng.choice((day, rng.randint(1, 28)))
    return _write_date(day, month, year, shape), _write_date(later_day, later, year, shape)


DATE_SHAPES = 9


def _write_date(day: int, month: int, year: int, shape: int) -> str:
    name = NAMES.MONTHS[month - 1]
    shapes = (
        f"{day} {name} {year}",
        f"{name} {day}, {year}",
        f"{day:02}/{month:02}/{year}",
        f"{day:02}.{month:02}.{year}",
        f"{year}-{month:02}-{day:02}",
        f"{day} {name[:3]} {year}",
        f"{name[:3]} {day}, {year}",
        f"{day:02}/{month:02}/{year % 100:02}",
        f"{month}/{day}/{year}",
    )
    return shapes[shape]


def time(rng: random.Random) -> str:
    """Invent a time of day."""
    hour, minute = rng.randint(0, 23), rng.randint(0, 59)
    twelve = f"{(hour + 11) % 12 + 1}:{minute:02}"
    half = "am" if hour < 12 else "pm"
    return rng.choice(
        (f"{hour:02}:{minute:02}", f"{hour:02}:{minute:02}", f"{twelve} {half}", f"{twelve} {half.upper()}")
    )


def code(rng: random.Random) -> str:
    """Invent the number of a receipt, an order or a room."""
    shapes = (
        digits(rng, rng.randint(3, 8)),
        f"{letters(rng, rng.randint(1, 3))}-{digits(rng, rng.randint(3, 6))}",
        f"{letters(rng, 2)}{digits(rng, 5)}",
        f"{rng.randint(2019, 2031)}/{digits(rng, 4)}",
        f"{digits(rng, 3)}-{digits(rng, 4)}",
        f"#{digits(rng, 5)}",
    )
    return rng.choice(shapes)


def weight(rng: random.Random) -> str:
    """Invent a weight with its unit."""
    whole = rng.randint(1, 48)
    return rng.choice(
        (f"{whole}.{rng.randint(0, 9)} kg", f"{whole} kg", f"{whole * 50} g", f"{whole}.{digits(rng, 2)} lb")
    )


def iban(rng: random.Random) -> str:
    """Invent a bank account's number, in groups of four."""
    return " ".join((f"{letters(rng, 2)}{digits(rng, 2)}", *(digits(rng, 4) for _ in range(rng.randint(3, 4)))))


def hours(rng: random.Random) -> str:
    """Invent opening hours."""
    start, end = rng.randint(6, 11), rng.randint(12, 22)
    half = rng.choice(("00", "30", "00", "15"))
    shapes = (
        f"{start}:00-{end}:{half}",
        f"{start:02}:{half} - {end}:00",
        f"{start} am - {end - 11} pm",
        f"{start}:{half}-{end}:30",
    )
    return rng.choice(shapes)


@dataclass(frozen=True, slots=True)
class Currency:
    """The format of amounts on one paper; `grouped` sets a comma after the thousands."""

    before: str
    after: str
    point: str
    grouped: bool = False

    def write(self, cents: int) -> str:
        """Print an amount given in hundredths; a negative one begins with a minus."""
        whole, rest = divmod(abs(cents), 100)
        printed = f"{whole:,}" if self.grouped else str(whole)
        return f"{'-' if cents < 0 else ''}{self.before}{printed}{self.point}{rest:02}{self.after}"


CURRENCIES = (
    *(Currency(sign, "", ".") for sign in ("$", "$", "£", "€", "", "", "€ ", "USD ", "EUR ", "£ ", "CHF ", "GBP ")),
    *(Currency(sign, "", ".", grouped=True) for sign in ("$", "£", "€", "", "CHF ")),
    *(Currency("", sign, ".") for sign in (" €", " EUR", " USD", " CHF", " kr")),
    *(Currency("", sign, ",") for sign in (" €", "", " EUR", " €", " kr")),
)
