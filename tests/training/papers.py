"""The tests' materials: Pillow's built-in face and a handful of words, so that no package is needed."""

import random

from training.documents import Kind
from training.fonts import BUILT_IN, Split
from training.pages import Page, draw

FONTS = (BUILT_IN,)
WORDS = ("garden", "window", "river", "orange", "pencil", "market", "silver", "bottle", "carpet", "winter", "yellow")


def drawn(
    seed: int,
    kind: Kind | None = None,
    *,
    size: tuple[int, int] = (616, 644),
    em: float | None = 18,
    split: Split = "train",
) -> Page:
    """Draw one page, the same for the same seed."""
    return draw(random.Random(seed), FONTS, WORDS, *size, em=em, kind=kind, limit=200, split=split)
