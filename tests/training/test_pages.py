"""A page shows its text, at the stated places."""

import random
from dataclasses import replace

import numpy
import pytest
from PIL import Image

from tests.training.papers import FONTS, WORDS, drawn
from training.documents import PAPERS, Document, Fact, Kind, Line, Part, Room, Source, trim
from training.fonts import ALPHABET
from training.layout import choose_type, reading, set_document, wrap
from training.marks import FIRST
from training.pages import MAKERS, Look, draw, locate, paint
from training.phrasing import Wording

SPLITS: tuple[Wording, ...] = ("train", "test")
PLAIN = Look((255, 255, 255), (255, 255, 255), (0, 0, 0), (0, 0, 0), frame=False, sheet=False)


@pytest.mark.parametrize("kind", list(PAPERS))
def test_a_page_is_of_the_size_and_kind_asked_for(kind: Kind) -> None:
    """With room enough, every kind is drawn as itself, within its limit of characters."""
    for seed in range(20):
        page = drawn(seed, kind)
        assert page.image.size == (616, 644)
        assert page.image.mode == "RGB"
        assert page.kind is kind
        assert 0 < len(page.text) <= 200
        assert set(page.text) <= {*ALPHABET, "\n"}


def test_the_same_seed_draws_the_same_page() -> None:
    """Chance is the generator's alone."""
    one, other = drawn(5), drawn(5)
    assert one.text == other.text
    assert one.qa == other.qa
    assert one.image.tobytes() == other.image.tobytes()


@pytest.mark.parametrize("kind", list(PAPERS))
def test_the_glyphs_spell_the_text(kind: Kind) -> None:
    """In reading order, blanks left out, each within the canvas."""
    for seed in range(20):
        page = drawn(seed, kind)
        assert "".join(chr(code) for code in page.glyphs.codes if code < FIRST) == "".join(page.text.split())
        assert ((page.glyphs.x > 0) & (page.glyphs.x < 616)).all()
        assert ((page.glyphs.y > 0) & (page.glyphs.y < 644)).all()


@pytest.mark.parametrize("kind", list(PAPERS))
def test_nothing_is_clipped(kind: Kind) -> None:
    """No ink touches the canvas's edge."""
    for seed in range(30):
        rng = random.Random(seed)
        how = choose_type(rng, FONTS[0], 16, 616, 644)
        whole = MAKERS[kind](Source(rng, WORDS), how.room(0.85, 200))
        setting = whole and set_document(rng, whole, how)
        if not setting:
            continue
        dark = numpy.asarray(paint(setting, PLAIN, (616, 644)).convert("L")) < 128
        assert dark.any()
        assert not dark[[0, -1]].any()
        assert not dark[:, [0, -1]].any()


def test_a_centre_lies_on_its_letter() -> None:
    """Around the centre of every o there is ink on both sides, and the hollow lies between."""
    rng = random.Random(1)
    how = choose_type(rng, FONTS[0], 40, 800, 400)
    setting = set_document(rng, Document(Kind.NOTE, (Line("oooo moon"), Line("root"))), how)
    assert setting
    ink = numpy.asarray(paint(setting, PLAIN, (800, 400)).convert("L")) < 128
    glyphs = locate(setting.runs)
    rings = [
        (round(float(x)), round(float(y)))
        for c, x, y in zip(glyphs.codes, glyphs.x, glyphs.y, strict=True)
        if c == ord("o")
    ]
    assert rings
    for x, y in rings:
        assert not ink[y, x]
        assert ink[y, x - 14 : x].any()
        assert ink[y, x + 1 : x + 15].any()


def test_a_small_canvas_gets_fewer_words() -> None:
    """Text shrinks to what the canvas holds; where nothing fits, the caller is told."""
    for seed in range(30):
        page = drawn(seed, Kind.RECEIPT, size=(112, 84), em=16)
        assert page.kind is Kind.WORDS
        assert (page.glyphs.x < 112).all()
    with pytest.raises(ValueError, match="fits a canvas of 20x10"):
        draw(random.Random(1), FONTS, WORDS, 20, 10, em=30)


def test_lines_are_broken_at_blanks_only() -> None:
    """Joined again, the lines are the text; none is wider than asked."""
    face = choose_type(random.Random(1), FONTS[0], 20, 600, 600).body
    text = "the quick brown fox jumps over the lazy dog and then it sleeps"
    lines = wrap(text, face, 150)
    assert " ".join(lines) == text
    assert len(lines) > 2
    assert all(face.length(line) <= 150 for line in lines)


def test_ink_stands_out_from_paper() -> None:
    """Whatever the colours, a page has light and dark far enough apart to be read."""
    for seed in range(40):
        image = drawn(seed).image.convert("L")
        assert isinstance(image, Image.Image)
        low, high = image.getextrema()
        assert isinstance(low, int)
        assert isinstance(high, int)
        assert high - low > 80


def test_leading_dots_are_drawn_but_not_written() -> None:
    """Between the two pieces of a line, where the text has a blank."""
    whole = Document(Kind.RECEIPT, (Line("Tea", "$2.10", join="dots"), Line("Bread and butter", "$3.00")))
    how = replace(choose_type(random.Random(1), FONTS[0], 20, 600, 200), align=0.0)
    setting = set_document(random.Random(1), whole, how)
    assert setting
    assert reading(setting) == "Tea $2.10\nBread and butter $3.00"
    (start, end, y) = setting.leaders[0]
    assert setting.runs[0].x + setting.runs[0].width < start < end < setting.runs[1].x
    ink = numpy.asarray(paint(setting, PLAIN, (600, 200)).convert("L")) < 128
    assert ink[int(y) - 3 : int(y), int(start) : int(end)].any()


def test_columns_stand_below_each_other() -> None:
    """Values behind their keys begin at one place, and middle columns end at one."""
    lines = (Line("No.", "7", join="tab"), Line("Colour", "red", join="tab"))
    table = (Line("Item", "Price", middle="Qty"), Line("Long bread", "$30.00", middle="2"))
    setting = set_document(
        random.Random(1), Document(Kind.FORM, lines + table), choose_type(random.Random(1), FONTS[0], 20, 600, 300)
    )
    assert setting
    assert reading(setting) == "No. 7\nColour red\nItem Qty Price\nLong bread 2 $30.00"
    runs = {run.text: run for run in setting.runs}
    assert runs["7"].x == runs["red"].x > runs["Colour"].x + runs["Colour"].width
    assert runs["Qty"].x + runs["Qty"].width == pytest.approx(runs["2"].x + runs["2"].width)
    assert runs["2"].x > runs["Long bread"].x + runs["Long bread"].width


@pytest.mark.parametrize("kind", [Kind.FORM, Kind.LABEL, Kind.CARD, Kind.NOTICE, Kind.NOTE, Kind.PAGE])
def test_templates_of_the_exam_are_not_those_of_training(kind: Kind) -> None:
    """The same chance makes another paper of held-out templates."""
    room = Room(columns=48, rows=30, characters=340)
    papers = {
        split: [MAKERS[kind](Source(random.Random(seed), WORDS, split), room) for seed in range(30)] for split in SPLITS
    }
    same = sum(one == other for one, other in zip(papers["train"], papers["test"], strict=True))
    assert same <= 3


def test_a_part_goes_whole() -> None:
    """A label and the value below it are left out together, with their facts."""
    date = Part(Line("Date"), (Fact("date", "1 May 2020"),), below=Line("1 May 2020"))
    title = Part(Line("Invoice", role="title"), optional=False)
    kept = trim(random.Random(1), [title, date], Room(columns=20, rows=3, characters=100))
    assert kept == [title]
    kept = trim(random.Random(1), [title, date], Room(columns=20, rows=4, characters=100))
    assert kept == [title, date]
