"""Draw pictures from a corpus of printed pages, with questions and answers."""

import random

import numpy as np
from PIL import Image

from training.documents import Kind
from training.foreign.drawing import ask_foreign
from training.foreign.photographs import cut, find_photographs
from training.pages import Glyphs, Page
from training.printed.asking import ask, unasked
from training.printed.clipping import clip
from training.printed.mounting import mount
from training.printed.sheets import corpus_folder, find_sheets, render
from training.printed.windows import Window, choose_window, look

GROUPS = {"layouts": 0.58, "papers": 0.27, "foreign": 0.15}
"""The groups of a corpus, and how often each is drawn."""

MOUNTED = {"sign": 0.75, "cover": 0.5, "poster": 0.7, "label": 0.6, "receipt": 0.25, "ticket": 0.4, "menu": 0.3}
"""How often a page of a kind hangs or lies before a photograph."""

CLIPPED = 0.25
"""The share of pictures that show a few rows alone."""

LEAST = 6.5
"""Characters of smaller type, in pixels of the grid, teach nothing."""


def draw_printed(rng: random.Random, size: tuple[int, int], canvas: tuple[int, int]) -> Page:
    """Draw a window of a page from the corpus on a `canvas` that will be scaled to `size`, both in pixels.

    Raises:
        ValueError: there is no corpus, or it lacks a group.
    """
    groups = find_sheets(corpus_folder())
    if not groups.keys() >= GROUPS.keys():
        raise ValueError(f"no printed pages in {corpus_folder()}")
    group = rng.choices(tuple(GROUPS), tuple(GROUPS.values()))[0]
    clipped = clip(rng, groups[group], size, canvas) if group != "foreign" and rng.random() < CLIPPED else None
    if clipped:
        return _page(rng, *clipped, canvas, group)
    window = choose_window(rng, groups[group], group, size)
    kind = window.sheet.about.get("kind", "")
    mounted = group == "layouts" and rng.random() < MOUNTED.get(kind, 0.04)
    photographs = find_photographs("train") if mounted else ()
    if not photographs:
        return _page(rng, window, render(window.sheet, window.box, *canvas), canvas, group)
    whole = _all_of(window, size)
    drawn = render(whole.sheet, whole.box, *_fitted(whole, canvas))
    ground = cut(rng, rng.choice(photographs), *canvas)
    picture, seen = mount(rng, drawn, ground, whole, size)
    return _page(rng, seen, picture, canvas, group)


def _all_of(window: Window, size: tuple[int, int]) -> Window:
    sheet = window.sheet
    share = min(size[0] / sheet.width, size[1] / sheet.height)
    return look(sheet, (0.0, 0.0, sheet.width, sheet.height), (round(sheet.width * share), round(sheet.height * share)))


def _fitted(window: Window, canvas: tuple[int, int]) -> tuple[int, int]:
    share = min(canvas[0] / window.sheet.width, canvas[1] / window.sheet.height)
    return max(8, round(window.sheet.width * share)), max(8, round(window.sheet.height * share))


def _page(rng: random.Random, window: Window, image: Image.Image, canvas: tuple[int, int], group: str) -> Page:
    """Return the picture with its questions and the characters that can be read."""
    taught = window.em >= LEAST
    glyphs = window.glyphs
    wide, high = canvas[0] / window.size[0], canvas[1] / window.size[1]
    kept = Glyphs(
        glyphs.codes[taught],
        (glyphs.x[taught] * wide).astype(np.float32),
        (glyphs.y[taught] * high).astype(np.float32),
    )
    if group == "foreign" or not len(glyphs.codes):
        questions = tuple(ask_foreign(rng, "train") for _ in range(rng.randint(2, 4)))
        nothing = Glyphs(kept.codes[:0], kept.x[:0], kept.y[:0])
        return Page(image, "", nothing, questions, Kind.PRINT, 0.0)
    questions = ask(rng, window) or (unasked(rng),)
    em = float(np.median(window.em)) * wide
    return Page(image, "", kept, questions, Kind.PRINT, em)
