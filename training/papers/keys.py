"""The keys of forms: for the fields that have a name, and for anything else."""

from collections.abc import Callable
from dataclasses import dataclass

from training import values
from training.documents import Source
from training.lists import NAMES, read_tables

SIMILAR = read_tables("papers/keys")["SIMILAR"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A field of a form: its keys in training, those kept out of it, and the function that fills it in."""

    field: str
    keys: tuple[str, ...]
    held_out: tuple[str, ...]
    make: Callable[[Source], str]


MAKERS: dict[str, Callable[[Source], str]] = {
    "name": lambda source: values.person(source.rng),
    "customer": lambda source: values.person(source.rng),
    "date": lambda source: values.date(source.rng),
    "time": lambda source: values.time(source.rng),
    "phone": lambda source: values.phone(source.rng),
    "email": lambda source: values.email(source.rng, source.words),
    "web": lambda source: values.web(source.rng, source.words),
    "weight": lambda source: values.weight(source.rng),
    "street": lambda source: values.street(source.rng, source.words),
    "town": lambda source: values.town(source.rng),
    "postcode": lambda source: values.postcode(source.rng),
    "company": lambda source: values.company(source.rng, source.words),
    "number": lambda source: values.code(source.rng),
    "word": lambda source: values.word(source.rng, source.words).capitalize(),
    "days": lambda source: f"{source.rng.choice((7, 10, 14, 21, 30, 60))} days",
    "weekday": lambda source: source.rng.choice(NAMES.DAYS),
    "total": lambda source: source.rng.choice(values.CURRENCIES).write(source.rng.randint(100, 199999)),
}
ENTRIES = tuple(
    Entry(field, lists["keys"], lists["held_out"], MAKERS[field])
    for field, lists in read_tables("papers/entries").items()
)
CLASHES = ({"name", "customer"}, {"phone", "number"})
