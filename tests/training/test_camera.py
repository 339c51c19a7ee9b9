"""The camera: its effect on a page, and the characters' new places."""

import random

import numpy as np
import pytest
from PIL import Image, ImageDraw

from tests.training.papers import drawn
from training.camera.bending import choose_bend, choose_creases, follow
from training.camera.photo import photograph
from training.camera.surfaces import GROUNDS, HELD_OUT_GROUNDS, HELD_OUT_LIGHTS, LIGHTS
from training.pages import Glyphs
from training.phrasing import Wording

CANVAS = (420, 560)
SIZE = (336, 476)
STEP = 70
DOT = 5


def dotted() -> tuple[Image.Image, Glyphs]:
    """Draw white paper with black dots in place of characters."""
    image = Image.new("RGB", CANVAS, "white")
    pen = ImageDraw.Draw(image)
    places = [(x, y) for y in range(35, CANVAS[1] - 30, STEP) for x in range(35, CANVAS[0] - 30, STEP)]
    for x, y in places:
        pen.ellipse((x - DOT, y - DOT, x + DOT, y + DOT), fill="black")
    # The middle of pixel x is at x + 0.5.
    centres = np.array(places, np.float32) + np.float32(0.5)
    return image, Glyphs(np.full(len(places), ord("o"), np.int32), centres[:, 0], centres[:, 1])


def centroid(ink: np.ndarray, x: float, y: float, reach: int = 9) -> tuple[float, float]:
    """Return the centre of the dark pixels around a place."""
    left, top = max(0, int(x) - reach), max(0, int(y) - reach)
    patch = ink[top : top + 2 * reach, left : left + 2 * reach].astype(float)
    paper = np.percentile(patch, 70)
    dark = (paper - patch - 0.4 * (paper - patch.min())).clip(0)
    rows, columns = np.indices(patch.shape)
    return left + 0.5 + (dark * columns).sum() / dark.sum(), top + 0.5 + (dark * rows).sum() / dark.sum()


@pytest.mark.parametrize("seed", range(12))
def test_glyphs_move_with_the_page(seed: int) -> None:
    """Each dot is within 0.6 pixels of its stated place, whatever happened to the page."""
    rng = random.Random(seed)
    image, glyphs = dotted()
    picture, moved = photograph(rng, image, glyphs, SIZE, strength=1)
    grey = np.asarray(picture.convert("L"))
    misses = [np.hypot(*np.subtract(centroid(grey, x, y), (x, y))) for x, y in zip(moved.x, moved.y, strict=True)]
    assert max(misses) < 0.6
    assert (moved.codes == glyphs.codes).all()


def test_no_strength_is_a_clean_resize() -> None:
    """At strength 0 the picture is what Pillow's bicubic resize makes of the canvas."""
    page = drawn(3)
    picture, moved = photograph(random.Random(1), page.image, page.glyphs, SIZE, strength=0)
    plain = np.asarray(page.image.resize(SIZE, Image.Resampling.BICUBIC)).astype(int)
    assert abs(np.asarray(picture).astype(int) - plain).max() <= 2
    np.testing.assert_allclose(moved.x, page.glyphs.x * SIZE[0] / page.image.width, rtol=1e-5)
    np.testing.assert_allclose(moved.y, page.glyphs.y * SIZE[1] / page.image.height, rtol=1e-5)


@pytest.mark.parametrize("size", [(336, 476), (476, 336), (644, 644)])
@pytest.mark.parametrize("strength", [0.3, 1.0])
def test_all_of_the_page_is_in_a_picture_of_the_wanted_size(size: tuple[int, int], strength: float) -> None:
    """The size is exact, the mode RGB, and no character left the picture."""
    for seed in range(4):
        page = drawn(seed, size=(500, 560))
        picture, moved = photograph(random.Random(seed), page.image, page.glyphs, size, strength=strength)
        assert (picture.size, picture.mode) == (size, "RGB")
        assert ((moved.x > 0) & (moved.x < size[0]) & (moved.y > 0) & (moved.y < size[1])).all()


def test_the_same_chance_takes_the_same_picture() -> None:
    """Deterministic by the generator, and different from one to the next."""
    image, glyphs = dotted()
    one, again, other = (
        photograph(random.Random(seed), image, glyphs, SIZE, strength=1)[0].tobytes() for seed in (5, 5, 6)
    )
    assert one == again
    assert one != other


@pytest.mark.parametrize("split", ["train", "test"])
def test_print_stays_readable(split: Wording) -> None:
    """Even the worst picture keeps ink well apart from the paper around it."""
    image, glyphs = dotted()
    for seed in range(12):
        picture, moved = photograph(random.Random(seed), image, glyphs, SIZE, strength=1, split=split)
        grey = np.asarray(picture.convert("L")).astype(int)
        for x, y in zip(moved.x.astype(int), moved.y.astype(int), strict=True):
            around = grey[max(0, y - 9) : y + 9, max(0, x - 9) : x + 9]
            assert np.percentile(around, 80) - grey[y, x] > 35


def test_a_bend_keeps_its_margins_and_can_be_followed_back() -> None:
    """The page's corners are found inside the picture, at least the margins away from its edges."""
    for seed in range(20):
        rng = random.Random(seed)
        bend = choose_bend(rng, 0.7, (0.1, 0.05, 0.1, 0.05), choose_creases(rng, 1), 1)
        assert bend[0, :, 0].max() == pytest.approx(-0.1)
        assert bend[1, -1].min() == pytest.approx(1.05)
        nodes = bend[:, 3, 9]
        column, row = follow(bend, nodes[:1], nodes[1:])
        assert (column[0], row[0]) == pytest.approx((9, 3), abs=0.01)


def test_grounds_and_lights_of_the_exam_are_kept_apart() -> None:
    """The exam's surfaces are never trained on."""
    assert len(HELD_OUT_GROUNDS) == 2
    assert not set(HELD_OUT_GROUNDS) & set(GROUNDS)
    assert len(HELD_OUT_LIGHTS) == 1
    assert not set(HELD_OUT_LIGHTS) & set(LIGHTS)
