"""A chart shows what its questions are about, and the answers match it."""

import random
import re
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from tests.training.papers import FONTS, WORDS
from training.charts.data import TEST_THINGS, TEST_TIMES, TRAIN_THINGS, TRAIN_TIMES, Chart, Form, Scale, choose_chart
from training.charts.drawing import choose_manner, draw_chart
from training.charts.layout import Box, Manner, set_chart
from training.charts.questions import ask_chart, trend
from training.documents import Kind, Source
from training.fonts import ALPHABET
from training.layout import choose_type
from training.marks import FIRST, bearing
from training.pages import Page
from training.phrasing import Phrases, Wording, read_phrases
from training.questions import Asked

SPLITS: tuple[Wording, ...] = ("plain", "train", "test")
FORMS: tuple[Form, ...] = ("columns", "bars", "line")
ALL_PHRASES = [*vars(read_phrases("charts/phrases")).values()]


def drawn(seed: int, split: Wording = "train", size: tuple[int, int] = (420, 380), em: float = 16) -> Page:
    """Draw one chart, the same for the same seed."""
    return draw_chart(random.Random(seed), FONTS, WORDS, *size, em=em, split=split)


def charts(split: Wording = "train", count: int = 300) -> list[Chart]:
    """Return contents of many charts of every form and size."""
    rng = random.Random(7)
    return [choose_chart(Source(rng, WORDS), rng.choice(FORMS), rng.randint(3, 6), split) for _ in range(count)]


def example(form: Form = "columns", numbers: tuple[int, ...] = (4, 9, 2), missing: str = "") -> Chart:
    """Return a known chart of three months."""
    return Chart(
        form, "Sales", TRAIN_TIMES[0], ("Jan", "Feb", "Mar"), numbers, tuple(range(0, 11, 2)), Scale("$"),
        marked=True, axis=False, missing=missing,
    )  # fmt: skip


@pytest.mark.parametrize("split", SPLITS)
def test_a_chart_is_of_the_size_asked_for_and_its_glyphs_spell_its_text(split: Wording) -> None:
    """The glyphs are those of the text in reading order, all of them within the canvas."""
    for seed in range(15):
        page = drawn(seed, split)
        assert (page.image.size, page.image.mode, page.kind, page.em) == ((420, 380), "RGB", Kind.CHART, 16)
        assert set(page.text) <= {*ALPHABET, "\n"}
        printed = [chr(code) for code in page.glyphs.codes if code < FIRST]
        assert "".join(printed) == "".join(page.text.split())
        assert ((page.glyphs.x > 0) & (page.glyphs.x < 420)).all()
        assert ((page.glyphs.y > 0) & (page.glyphs.y < 380)).all()


def test_the_same_seed_draws_the_same_chart() -> None:
    """Chance is the generator's alone."""
    one, other = drawn(5), drawn(5)
    assert (one.text, one.qa, one.image.tobytes()) == (other.text, other.qa, other.image.tobytes())
    assert one.text != drawn(6).text


def test_nothing_touches_the_edge() -> None:
    """The canvas's outermost pixels are all of one colour: nothing is clipped."""
    for seed in range(25):
        pixels = np.asarray(drawn(seed, SPLITS[seed % 3]).image)
        edge = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
        assert (edge == edge[0]).all()


def test_small_canvases_do_and_tiny_ones_do_not() -> None:
    """A chart fits 170x170 pixels; one that cannot fit is refused, not clipped."""
    assert all(drawn(seed, size=(170, 170), em=10).text for seed in range(10))
    with pytest.raises(ValueError, match="no chart with type of 30 pixels fits a canvas of 80x60"):
        drawn(1, size=(80, 60), em=30)


@pytest.mark.parametrize("split", SPLITS)
def test_answers_are_printed_on_the_chart(split: Wording) -> None:
    """Labels, values and titles are answered exactly as printed, and denied ones are not there."""
    for seed in range(40):
        page = drawn(seed, split)
        printed = [word for line in page.text.split("\n") for word in (line, *line.split(" "))]
        for qa in page.qa:
            if qa.kind is Asked.CHART and qa.field not in {"trend", "count"}:
                assert qa.answer in page.text
                assert set(qa.answer.split()) <= set(printed)
            if qa.kind is Asked.ABSENT:
                named = re.findall(r"There is no (.+) in the picture\.|图中没有(.+)。", qa.answer)[0]
                assert "".join(named).casefold() not in page.text.casefold()


def test_three_to_five_different_questions() -> None:
    """No question is put twice, and none asks for the whole text; in training there are six."""
    for seed in range(40):
        questions = [qa.question for qa in drawn(seed).qa]
        assert len(questions) == len(set(questions)) == 6
        assert 3 <= len(drawn(seed, "test").qa) <= 5
        assert all(qa.kind in {Asked.CHART, Asked.KIND, Asked.ABSENT} for qa in drawn(seed).qa)


@pytest.mark.parametrize("split", SPLITS)
def test_what_bears_a_questions_marks_is_its_answer(split: Wording) -> None:
    """The letters there spell it, and where something is counted there are as many."""
    for seed in range(60):
        page = drawn(seed, split)
        codes, places = page.glyphs.codes, list(zip(page.glyphs.x, page.glyphs.y, strict=True))
        printed = {place: chr(code) for code, place in zip(codes, places, strict=True) if code < FIRST}
        for qa in (qa for qa in page.qa if qa.kind is Asked.CHART):
            borne = np.flatnonzero(bearing(codes, qa.marks))
            if qa.field == "count":
                assert str(len(borne)) == qa.answer
            elif qa.field == "trend":
                assert len(borne) == 1
            else:
                assert "".join(printed[places[at]] for at in borne) == "".join(qa.answer.split())


@pytest.mark.parametrize("split", SPLITS)
def test_largest_and_smallest_are_plain_to_see(split: Wording) -> None:
    """Values differ by 6 % of the axis at least; unmarked ones lie on printed ticks."""
    for chart in charts(split):
        assert 3 <= len(chart.labels) == len(chart.numbers) == len({label.casefold() for label in chart.labels}) <= 6
        ordered = sorted(chart.numbers)
        assert min(after - before for before, after in pairwise(ordered)) >= 0.06 * chart.ticks[-1]
        assert chart.ticks[0] < ordered[0]
        assert ordered[-1] <= chart.ticks[-1]
        assert chart.marked or (chart.axis and set(chart.numbers) <= set(chart.ticks))
        assert len(set(chart.values)) == len(chart.values)


@pytest.mark.parametrize("form", FORMS)
def test_each_sort_of_question_has_its_answer(form: Form) -> None:
    """Asked often enough, every sort comes up, always with the one right answer in the question's language."""
    expected = {
        "title": {"Sales"},
        "largest": {"Feb"},
        "smallest": {"Mar"},
        "largest value": {"$9"},
        "smallest value": {"$2"},
        "count": {"3"},
        "value": {"$4", "$9", "$2"},
        "": {"A line chart.", "折线图。"} if form == "line" else {"A bar chart.", "柱状图。"},
        "category": {"There is no Apr in the picture.", "图中没有Apr。"},
    }
    rng = random.Random(3)
    asked = [qa for _ in range(150) for qa in ask_chart(rng, example(form, missing="Apr"), "train")]
    found: dict[str, set[str]] = {}
    for qa in asked:
        found.setdefault(qa.field, set()).add(qa.answer)
        if qa.field == "value":
            answers = {"jan": "$4", "feb": "$9", "mar": "$2"}
            assert [answers[label] for label in answers if label in qa.question.lower()] == [qa.answer]
    assert found == expected


def test_a_trend_is_told_only_of_a_line_that_goes_one_way() -> None:
    """Bars have none, and neither has a line that turns."""
    assert trend(example("line", (2, 4, 9))) is True
    assert trend(example("line", (9, 4, 2))) is False
    assert trend(example("line", (4, 9, 2))) is None
    assert trend(example("columns", (2, 4, 9))) is None
    rng = random.Random(3)
    asked = [qa for _ in range(40) for qa in ask_chart(rng, example("line", (9, 4, 2)), "train")]
    assert {qa.answer for qa in asked if qa.field == "trend"} == {"It falls.", "下降。"}


def test_what_is_kept_out_of_training_stays_out() -> None:
    """Training sees neither the categories nor the arrangements nor the wording of the exam."""
    trained = {chart.categories for split in SPLITS[:2] for chart in charts(split)}
    assert trained <= {*TRAIN_TIMES, *TRAIN_THINGS}
    assert {chart.categories for chart in charts("test")} <= {*TEST_TIMES, *TEST_THINGS}
    rng = random.Random(1)
    for _ in range(50):
        plain, held_out = choose_manner(rng, "train"), choose_manner(rng, "test")
        assert plain == replace(plain, title_below=False, far_axis=False, inside=False)
        assert plain.crossing < 1
        assert held_out.title_below or held_out.far_axis or held_out.inside
        assert held_out == replace(held_out, beside=None, crossing=0.0, level=False)


@pytest.mark.parametrize("form", FORMS)
def test_ticks_may_stand_between_categories(form: Form) -> None:
    """As many categories come before them as requested, and no bar or label is in their place."""
    chart = replace(example(form), axis=True)
    how = choose_type(random.Random(1), FONTS[0], 16, 420, 380)
    plot = set_chart(chart, how, Box(10, 10, 410, 370), Manner(0.6, 0.5, crossing=0.5))
    assert plot is not None
    usual = set_chart(chart, how, Box(10, 10, 410, 370), Manner(0.6, 0.5))
    assert usual is not None
    gaps = [after - before for before, after in pairwise(plot.middles)]
    assert (plot.crossed, usual.crossed) == (True, False)
    assert len({round(after - before, 6) for before, after in pairwise(usual.middles)}) == 1
    assert max(gaps) > min(gaps) + 10
    ticks = [run.baseline if form == "bars" else run.x + run.width for run in plot.ticks]
    before = sum(middle < ticks[0] for middle in plot.middles)
    assert before == (2 if form == "bars" else 1)


def test_a_narrow_title_may_stand_beside_the_chart() -> None:
    """Then it is at the requested side, at any height; a wide one stays on top."""
    how = choose_type(random.Random(1), FONTS[0], 16, 420, 380)
    for words, beside in (("Sales", True), ("Sales of all the shops in town", False)):
        chart = replace(example(), title=words)
        plot = set_chart(chart, how, Box(10, 10, 410, 370), Manner(0.6, 1.0, beside="right"))
        assert plot is not None
        title = plot.runs[0]
        assert title.text == words
        assert (title.baseline > 300) is beside
        assert (title.x > plot.box.right) is beside


def test_values_may_stand_level() -> None:
    """They share a row over the bars, or a column."""
    how = choose_type(random.Random(1), FONTS[0], 16, 420, 380)
    for form in FORMS:
        plot = set_chart(example(form), how, Box(10, 10, 410, 370), Manner(0.6, 0.5, level=True))
        assert plot is not None
        assert len({run.x if form == "bars" else run.baseline for run in plot.values}) == 1


def test_labels_with_a_letter_behind_the_number_are_no_decades() -> None:
    """Those are kept for the exam."""
    labels = {label for chart in charts(count=2000) for label in chart.labels}
    assert any(re.fullmatch(r"[0-9]{4}s", label) for label in labels)
    assert not any(re.fullmatch(r"[0-9]+0s", label) for label in labels)


def test_the_wording_can_be_chosen_apart() -> None:
    """The same picture of the exam can be asked about in plain words."""
    exam, plain = (
        draw_chart(random.Random(4), FONTS, WORDS, 420, 380, em=16, split="test", wording=wording)
        for wording in (None, SPLITS[0])
    )
    assert exam.image.tobytes() == plain.image.tobytes()
    assert exam.qa != plain.qa


@pytest.mark.parametrize("ways", ALL_PHRASES)
def test_held_out_wording_is_not_among_the_trained(ways: Phrases) -> None:
    """There are enough ways to ask, and none of them is the exam's."""
    assert len(ways.train) >= 10
    assert len(ways.test) >= 2
    assert len(set(ways.chinese)) == len(ways.chinese) >= 5
    assert not {*ways.test} & {*ways.train, *ways.more}
    assert ways.chinese[-1] not in {*ways.chinese[:-1], *ways.more_chinese}
