"""Flat shapes are drawn apart, in clear colours, and every answer matches the drawing."""

import random
from dataclasses import replace

import numpy
import pytest

from training.documents import Kind
from training.marks import KINDS, bearing, read_marks
from training.phrasing import Wording
from training.questions import YES, Asked
from training.shapes.drawing import _choose_ground, _is_clear, _place, draw_shapes
from training.shapes.marking import mark_shapes
from training.shapes.outlines import COLOURS, SHAPES, Shape, is_held_out, paint_shape
from training.shapes.questions import ask_shapes

SIZES = ((170, 170), (500, 700), (700, 300))


@pytest.mark.parametrize("size", SIZES)
def test_a_picture_of_shapes_has_its_size_and_questions(size: tuple[int, int]) -> None:
    """There is nothing to read, and 3 to 5 questions are asked in the exam, in training three or more, no two alike."""
    for seed in range(15):
        page = draw_shapes(random.Random(seed), *size)
        assert (page.image.size, page.image.mode, page.kind) == (size, "RGB", Kind.SHAPES)
        assert page.text == ""
        assert len(page.qa) >= 3
        assert len({(qa.kind, qa.answer, qa.marks) for qa in page.qa}) == len(page.qa)
        assert 3 <= len(draw_shapes(random.Random(seed), *size, split="test").qa) <= 5


def test_the_same_seed_draws_the_same_shapes() -> None:
    """Chance is the generator's alone."""
    one, other = (draw_shapes(random.Random(3), 300, 300) for _ in range(2))
    assert one.image.tobytes() == other.image.tobytes()
    assert one.qa == other.qa


@pytest.mark.parametrize("size", SIZES)
def test_shapes_lie_inside_and_do_not_touch(size: tuple[int, int]) -> None:
    """Each painted alone, no pixel belongs to two, and none is cut off."""
    for seed in range(20):
        rng = random.Random(seed)
        owners = numpy.zeros((size[1] + 40, size[0] + 40), int)
        for shape in _place(rng, *size, list(COLOURS), "train"):
            owners += _mask(shape, size)
        assert owners.max() == 1
        inside = owners[20:-20, 20:-20].sum()
        assert inside == owners.sum()


def _mask(shape: Shape, size: tuple[int, int]) -> numpy.ndarray:
    from PIL import Image

    image = Image.new("RGB", (size[0] + 40, size[1] + 40))
    moved = Shape(
        shape.name, shape.colour, shape.x + 20, shape.y + 20, shape.width, shape.height, shape.line, shape.tilt
    )
    paint_shape(image, moved, (255, 255, 255))
    return (numpy.asarray(image)[..., 0] > 0).astype(int)


def test_held_out_pairs_are_drawn_in_the_exam_alone() -> None:
    """About a tenth of the pairs of colour and shape is never trained on."""
    pairs = [(colour, name) for colour in COLOURS for name in SHAPES]
    assert 0.05 < sum(is_held_out(*pair) for pair in pairs) / len(pairs) < 0.16
    for split, met in (("train", False), ("plain", False), ("test", True)):
        drawn = [
            shape
            for seed in range(80)
            for shape in _place(random.Random(seed), 400, 400, list(COLOURS), split)  # type: ignore[arg-type]
        ]
        assert any(is_held_out(shape.colour, shape.name) for shape in drawn) is met


def test_held_out_pairs_are_not_even_denied_in_training() -> None:
    """A pair that is never there would be learned as one that never is; the exam asks about them."""
    shapes = [Shape("circle", "red", 50, 50, 40, 40), Shape("star", "blue", 150, 50, 40, 40)]
    for wording, met in (("train", False), ("plain", False), ("test", True)):
        asked = [qa for seed in range(200) for qa in ask_shapes(random.Random(seed), shapes, wording)]  # type: ignore[arg-type]
        pairs = [(qa.marks[2], qa.marks[1]) for qa in asked if qa.field == "there"]
        assert any(is_held_out(*pair) for pair in pairs) is met


def test_every_ground_leaves_colours_that_are_clear() -> None:
    """A shape never has its ground's colour."""
    for seed in range(100):
        ground = _choose_ground(random.Random(seed))
        assert sum(_is_clear(name, ground) for name in COLOURS) >= 4


def test_answers_are_what_is_drawn() -> None:
    """Names from left to right, colours, numbers, yes and no, in the question's language."""
    shapes = [Shape("circle", "red", 50, 50, 40, 40), Shape("star", "blue", 150, 50, 40, 40)]
    answers: dict[str, set[str]] = {}
    for seed in range(300):
        for qa in ask_shapes(random.Random(seed), shapes, "train"):
            answers.setdefault(qa.field if qa.kind is Asked.SHAPE else qa.kind, set()).add(qa.answer)
    assert answers["name"] == {"A red circle, a blue star.", "红色的圆形、蓝色的星形。"}
    assert answers["colour"] == {"Red.", "红色。", "Blue.", "蓝色。"}
    assert answers["count_all"] == {"2"}
    assert answers["count"] == {"0", "1"}
    assert answers["there"] == {"Yes.", "No.", "有。", "没有。"}
    assert answers[Asked.KIND] == {"A picture of shapes.", "一些图形。"}
    assert {"There is no text in the picture.", "图中没有文字。"} < answers[Asked.ABSENT]
    assert "There is no circle in the picture." not in answers[Asked.ABSENT]


@pytest.mark.parametrize("split", ["train", "test"])
def test_marks_lie_on_their_shapes(split: Wording) -> None:
    """Every shape has one centre; each other mark of it lies on its own paint, and on no other shape."""
    for seed in range(20):
        shapes = _place(random.Random(seed), 448, 448, list(COLOURS), split)
        glyphs = mark_shapes(shapes)
        for name, colour in {(shape.name, shape.colour) for shape in shapes}:
            mine = [shape for shape in shapes if (shape.name, shape.colour) == (name, colour)]
            painted = numpy.sum([_mask(shape, (448, 448)) for shape in mine], axis=0)
            assert bearing(glyphs.codes, (name, colour, "centre")).sum() == len(mine)
            bodies = bearing(glyphs.codes, (name, colour, "body"))
            rows, columns = ((values[bodies] + 20).round().astype(int) for values in (glyphs.y, glyphs.x))
            assert len(rows) >= 4 * len(mine)
            assert painted[rows, columns].all()


def test_shapes_in_a_row_are_numbered() -> None:
    """From left to right, if it is plain to see which comes first; else none is."""
    row = [Shape("circle", "red", 50, 50, 40, 40), Shape("star", "blue", 150, 50, 40, 40)]
    assert bearing(mark_shapes(row).codes, ("star", "2", "centre")).sum() == 1
    column = [row[0], replace(row[1], x=60, y=150)]
    assert not read_marks(mark_shapes(column).codes)[:, list(KINDS).index("order")].any()


def test_each_answer_rests_on_what_bears_its_marks() -> None:
    """As many centres bear them as were counted, none where the answer is no."""
    for seed in range(60):
        shapes = _place(random.Random(seed), 448, 448, list(COLOURS), "train")
        codes = mark_shapes(shapes).codes
        for qa in (qa for qa in ask_shapes(random.Random(seed), shapes, "train") if qa.kind is Asked.SHAPE):
            borne = int(bearing(codes, qa.marks).sum())
            if qa.field.startswith("count"):
                assert qa.answer == str(borne)
            elif qa.field == "there":
                assert (borne > 0) is (qa.answer in YES)
            else:
                assert borne == (1 if qa.field == "colour" else len(shapes))
