"""Draw a picture of any kind: papers, charts, shapes, and pictures outside the pocket model's world."""

import random
from collections.abc import Sequence

from training.charts.drawing import draw_chart
from training.documents import Kind
from training.fonts import Family
from training.foreign.drawing import draw_foreign
from training.pages import Page, draw
from training.phrasing import Wording
from training.shapes.drawing import draw_shapes


def draw_picture(
    rng: random.Random,
    fonts: Sequence[Family],
    words: Sequence[str],
    width: int,
    height: int,
    *,
    em: float,
    kind: Kind,
    limit: int = 300,
    split: Wording = "train",
    wording: Wording | None = None,
) -> Page:
    """Draw a `width` x `height` picture with questions and answers; arguments and errors as of `pages.draw`.

    Shapes and foreign pictures have no templates apart from wording: there `wording`, where it is given, means both.
    """
    other = wording or split
    if kind is Kind.CHART:
        return draw_chart(rng, fonts, words, width, height, em=em, split=split, wording=wording)
    if kind is Kind.SHAPES:
        return draw_shapes(rng, width, height, split=other)
    if kind is Kind.FOREIGN:
        return draw_foreign(rng, width, height, split=other)
    return draw(rng, fonts, words, width, height, em=em, kind=kind, limit=limit, split=split, wording=wording)
