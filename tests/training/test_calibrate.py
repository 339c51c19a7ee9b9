"""`eyeglass calibrate`: a row a level, a recommendation with its reason, one sentence for what is missing."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

import cli.__main__
from model_service import Detail, Engine, ModelConfig
from tests.training.oracle import Oracle
from tests.training.papers import FONTS, WORDS
from training import calibrate as calibration
from training import examiner
from training.calibrate import Mark, calibrate, draw_sheets, materials, recommend
from training.fonts import BUILT_IN
from training.questions import Asked


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without typefaces, where nothing but defaults is set."""
    monkeypatch.setenv("TRAINING_FONTS", str(tmp_path))
    monkeypatch.setattr(cli.__main__, "set_up_logs", lambda *_: None)
    monkeypatch.chdir(tmp_path)


def with_oracle(monkeypatch: pytest.MonkeyPatch, pages: int) -> Oracle:
    """Whatever is configured, the oracle answers."""
    fonts, words, _ = materials()
    oracle = Oracle(draw_sheets(fonts, words, pages))

    def load(config: ModelConfig) -> Engine:
        return oracle

    monkeypatch.setattr(calibration, "load_engine", load)
    return oracle


def test_pages_are_the_same_every_time_and_can_be_drawn() -> None:
    """Each is asked for its whole text, in full words; Pillow's own face shows ASCII alone."""
    sheets = draw_sheets(FONTS, WORDS, 4)
    assert sheets == draw_sheets(FONTS, WORDS, 4)
    for sheet in sheets:
        reading, *fields = sheet.questions
        assert (reading.kind, reading.question) == (Asked.TEXT, calibration.READ_OUT)
        assert reading.answer.isascii()
        assert all(qa.kind is Asked.FIELD for qa in fields)


@pytest.mark.usefixtures("bare")
def test_levels_are_tried_from_low_to_high_and_one_is_recommended(monkeypatch: pytest.MonkeyPatch) -> None:
    """A level for which memory does not suffice is said to be so, and the rest counts."""
    oracle, out = with_oracle(monkeypatch, 3), io.StringIO()
    marks = calibrate(ModelConfig(), [Detail.parse(word) for word in ("max", "high", "low", "fine")], 3, out)
    assert [mark.level for mark in marks] == ["low", "fine", "high", "max"]
    assert [mark.accuracy for mark in marks] == [0.0, 1.0, 1.0, None]
    assert all(mark.peak_bytes > 0 for mark in marks)
    assert oracle.closed
    lines = out.getvalue().splitlines()
    assert "apt install fonts-dejavu-core" in lines[0]
    assert lines[1].startswith("oracle on cpu")
    assert "out of memory" in lines[6]
    assert lines[-1] == "Recommended: fine. No level is better; it is right in 100% on average."


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize(("most", "tried"), [(1024, ["high", "max"]), (512, ["high"])])
def test_a_level_that_shows_no_more_is_not_tried(most: int, tried: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the model spends fewer tokens than a level has, the level is that many; a second one would be the same."""
    oracle = with_oracle(monkeypatch, 1)
    oracle.info = replace(oracle.info, max_visual_tokens=most)
    marks = calibrate(ModelConfig(), [Detail.parse(word) for word in ("high", "max")], 1, io.StringIO())
    assert [mark.level for mark in marks] == tried
    assert all(mark.tokens <= most for mark in marks)


def test_the_lowest_level_that_is_nearly_as_good_is_recommended() -> None:
    """Two points are not worth four times the tokens; three are."""
    low = Mark("low", 128, 0.70, 0.80, 0.1, 1.0)
    high = Mark("high", 512, 0.97, 0.94, 0.4, 1.5)
    best = Mark("max", 1600, 0.98, 0.96, 1.4, 3.0)
    assert recommend([low, high, best]).startswith("Recommended: high. It is right in 96% on average, within 2 points")
    better = Mark("max", 1600, 1.0, 0.97, 1.4, 3.0)
    assert recommend([low, high, better]).startswith("Recommended: max.")
    assert "none" in recommend([Mark("low", 128)])


@pytest.mark.usefixtures("bare")
def test_without_typefaces_and_words_there_are_some() -> None:
    """With a sentence that says how to get more."""
    fonts, words, note = materials()
    assert fonts == (BUILT_IN,)
    assert len(words) > 50
    assert "apt install" in note


@pytest.mark.usefixtures("bare")
def test_the_command_asks_the_configured_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pocket model, really, at two levels."""
    monkeypatch.setattr(examiner, "MOST_TOKENS", 4)
    monkeypatch.setenv("EYEGLASS_MODEL__NAME", "pocket")
    monkeypatch.setenv("EYEGLASS_MODEL__DEVICE", "cpu")
    done = CliRunner().invoke(cli.__main__.app, ["calibrate", "--pages", "2", "--levels", "64,16"])
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    assert "pocket on cpu" in done.output
    assert [line.split()[0] for line in lines[3:5]] == ["16", "64"]
    assert lines[-1].startswith("Recommended: ")


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize(
    ("options", "code", "words"),
    [(("--levels", "low,ultra"), 2, "ultra"), ((), 1, "nothing-there")],
)
def test_what_cannot_be_is_said_in_one_sentence(
    options: tuple[str, ...], code: int, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unknown level; a model that is not there."""
    monkeypatch.setenv("EYEGLASS_MODEL__NAME", "./nothing-there")
    done = CliRunner().invoke(cli.__main__.app, ["calibrate", "--pages", "1", *options])
    assert done.exit_code == code
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
