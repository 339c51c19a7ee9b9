"""Lines that training adds to papers and that look like a field's: only their labels tell them apart."""

from training.documents import Fact, Kind, Part, Source
from training.lists import read_data
from training.papers.keys import MAKERS
from training.papers.labelling import told

CONTACT_LABELS = read_data("papers/extras")["CONTACT_LABELS"]

EXTRAS = read_data("papers/extras")["EXTRAS"]
EXTRA_SHARE = 0.3
CONTACT_SHARE = 0.12
LIKE = {"phone", "number", "name", "date"}
"""The fields that such lines could be taken for."""

CONTACTS: dict[Kind, tuple[str, ...]] = {
    Kind.RECEIPT: ("web", "web", "email"),
    Kind.LABEL: ("phone", "email"),
    Kind.NOTICE: ("email",),
}
"""Ways to reach someone that papers of a kind never contain in the exam."""


def extras(source: Source, kind: Kind) -> list[Part]:
    """Return at most one such line, to be asked for by its label, and a way to reach someone; none in the exam."""
    rng, parts = source.rng, []
    if source.split != "train":
        return []
    if kind in EXTRAS and rng.random() < EXTRA_SHARE:
        label, field = rng.choice(EXTRAS[kind])
        value = MAKERS[field](source)
        parts.append(told(source, label, value, Fact("entry", value, label, like=field if field in LIKE else "")))
    if kind in CONTACTS and rng.random() < CONTACT_SHARE:
        field = rng.choice(CONTACTS[kind])
        value = MAKERS[field](source)
        parts.append(told(source, rng.choice(CONTACT_LABELS[field]), value, Fact(field, value)))
    return parts
