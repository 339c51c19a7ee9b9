"""Roles put together from parts, so that they are read, not remembered."""

from training import values
from training.documents import Source
from training.lists import read_lists

LISTS = read_lists("papers/jobs")


def role(source: Source) -> str:
    """Invent the role on a card."""
    if source.split == "test":
        return source.rng.choice(LISTS.HELD_OUT_ROLES)
    while (made := _made(source)) in LISTS.HELD_OUT_ROLES:
        pass
    return made


def _made(source: Source) -> str:
    rng = source.rng
    area = rng.choice(LISTS.AREAS) if rng.random() < 0.8 else values.short_word(rng, source.words, 9).capitalize()
    shapes = (
        rng.choice(LISTS.JOBS),
        f"{rng.choice(LISTS.RANKS)} {rng.choice(LISTS.JOBS)}",
        f"{area} {rng.choice(LISTS.POSTS)}",
        f"{rng.choice(LISTS.RANKS)} {area} {rng.choice(LISTS.POSTS)}",
        f"{rng.choice(('Head', 'Head', 'Director', 'VP', 'Professor', 'Doctor'))} of {area}",
        f"{rng.choice(LISTS.JOBS)} {rng.choice(('and', '&'))} {rng.choice(LISTS.JOBS)}",
    )
    return rng.choices(shapes, (34, 14, 28, 6, 14, 4))[0]
