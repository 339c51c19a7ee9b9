"""Whether the model's attention tells where an answer was read: `python -m bench.shown --seed 8 --pages 60`.

On drawn pages, whose answers' places are known, the attention of an answer's tokens over the picture's is summed up for
each head of each layer. The model is shown the part that is no margin, as the bot does. Shown would be the full width
of that around the row that a head attends to, three lines high. Right is that if the whole answer is printed inside. Of
the heads of one seed the best are told; --head examines one of them on another. Beside them stands what the middle of
the print gets, without any model.
"""

import argparse
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor

from assistant.level import Wish, sight_in
from assistant.shown_part import shown_part
from model_service import (
    Detail,
    Engine,
    GenerationRequest,
    Message,
    ModelConfig,
    PictureRef,
    Region,
    SamplingParams,
)
from model_service.engines.glm4v import attention
from training.documents import PAPERS
from training.exam import CANVASES, MOST_CHARACTERS, OTHER_CANVASES, choose_em, jpeg
from training.examiner import load_engine
from training.fonts import find_families, find_words
from training.metrics import exact
from training.pages import Page
from training.pictures import draw_picture
from training.pointing import POINTED, find

LINES_SHOWN = 3
"""The lines of print that would be shown."""

PITCH = 1.5
"""The distance between two lines, in heights of a line."""

Head = tuple[int, int]
"""A layer, and a head of it."""

MIDDLE: Head = (-1, -1)
"""No head: the middle of the print."""


def main() -> None:
    """Draw pages, ask, and count for each head."""
    parser = argparse.ArgumentParser(prog="python -m bench.shown", description=main.__doc__)
    parser.add_argument("--seed", type=int, default=8)
    parser.add_argument("--pages", type=int, default=60)
    parser.add_argument("--level", default="standard")
    parser.add_argument("--head", type=int, nargs=2, metavar=("LAYER", "HEAD"), help="only this one")
    given = parser.parse_args()
    inside = defaultdict[Head, list[bool]](list)
    engine = load_engine(ModelConfig(name="pocket", device="cpu", prefix_cache_mib=0))
    try:
        for page in draw_pages(given.seed, given.pages):
            for head, found in examine(engine, page, given.level):
                inside[head].append(found)
    finally:
        engine.close()
    wanted = [tuple(given.head)] if given.head else sorted(inside, key=lambda head: -sum(inside[head]))[:8]
    for layer, head in (*wanted, MIDDLE):
        right = inside[layer, head]
        name = "the middle of the print" if (layer, head) == MIDDLE else f"layer {layer}, head {head}"
        print(f"{name}: {sum(right)} of {len(right)} inside ({sum(right) / len(right):.1%})")


def draw_pages(seed: int, pages: int) -> Iterator[Page]:
    """Draw papers as the exam does, flat."""
    fonts, words = find_families(split="test"), find_words()
    for number in range(pages):
        rng = random.Random(f"shown {seed} {number}")
        kind = PAPERS[number % len(PAPERS)]
        size = rng.choice(CANVASES.get(kind, OTHER_CANVASES))
        em = choose_em(rng, *size)
        yield draw_picture(
            rng, fonts, words, *size, em=em, kind=kind, limit=MOST_CHARACTERS, split="test", wording="test"
        )


def examine(engine: Engine, page: Page, level: str) -> Iterator[tuple[Head, bool]]:
    """Ask for what is copied from the page, and yield for each head whether its place is inside what it shows.

    Only right answers count.
    """
    data = jpeg(page.image)
    sight = sight_in(data)
    if sight.line is None:
        return
    part = shown_part(sight, Wish.FIND, engine.info) or Region(0, 0, 1, 1)
    height = part.size(sight.width, sight.height)[1]
    places, shown = (page.glyphs.y - part.top * sight.height) / height, LINES_SHOWN * PITCH * sight.line / height
    for qa in [qa for qa in page.qa if qa.kind in POINTED][:3]:
        glyphs = find(page.glyphs, qa.answer)
        if not len(glyphs):
            continue
        picture = PictureRef(data, Detail.parse(level), part)
        request = GenerationRequest(
            "shown", "shown", (Message("user", qa.question, (picture,)),), SamplingParams(max_tokens=80)
        )
        plan = engine.plan(request)
        assert plan is not None
        with attended() as maps:
            said = "".join(step.text for step in engine.generate(request))
        if not exact(said, qa.answer):
            continue
        yield MIDDLE, is_inside(float(np.median(places)), places[glyphs], shown)
        for layer, weights in enumerate(over_picture(maps, plan.rows, plan.columns)):
            for head, map_ in enumerate(weights):
                yield (layer, head), is_inside(attended_row(map_), places[glyphs], shown)


@contextmanager
def attended() -> Iterator[list[Tensor]]:
    """Note the attention of each layer in each step: (heads, positions), layer after layer."""
    noted, causal = list[Tensor](), attention.causal

    def noting(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        if query.shape[2] == 1:
            keys = key.repeat_interleave(query.shape[1] // key.shape[1], dim=1).float()
            scores = (query.float() @ keys.transpose(-1, -2))[0, :, 0] / query.shape[-1] ** 0.5
            noted.append(scores.softmax(-1))
        return causal(query, key, value)

    attention.causal = noting
    try:
        yield noted
    finally:
        attention.causal = causal


BEFORE = 5
"""Positions before the picture: [gMASK], <sop>, <|user|>, a line feed, <|begin_of_image|>."""


def over_picture(noted: Sequence[Tensor], rows: int, columns: int) -> list[np.ndarray]:
    """Return for each layer (heads, rows, columns): the mean attention of the answer's tokens to the picture.

    The prefill notes its last layer alone; it, and what reads the end, are left out.
    """
    layers = 6
    steps = [noted[at : at + layers] for at in range(1, len(noted) - layers, layers)]
    found = []
    for layer in range(layers):
        maps = [step[layer][:, BEFORE : BEFORE + rows * columns] for step in steps if len(step) == layers]
        found.append(torch.stack(maps).mean(0).reshape(-1, rows, columns).numpy())
    return found


def attended_row(map_: np.ndarray) -> float:
    """Return the height, from 0 to 1, of the row that is attended to most."""
    rows = map_.sum(1)
    return float((int(rows.argmax()) + 0.5) / len(rows))


def is_inside(middle: float, heights: np.ndarray, shown: float) -> bool:
    """Return whether all heights are in the part around a middle that is shown; all are shares of the picture."""
    shown = min(1.0, shown)
    upper = min(max(0.0, middle - shown / 2), 1 - shown)
    return bool((heights >= upper).all() and (heights <= upper + shown).all())


if __name__ == "__main__":
    main()
