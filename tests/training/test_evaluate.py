"""The exam asks every question at every level, scores the answers and draws kept results."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from tests.training.oracle import Oracle
from training import evaluate, examiner
from training.documents import Kind
from training.exam import Sheet, jpeg
from training.figures import draw_figures, fill, heights_table, read_result
from training.foreign.drawing import FOREIGN
from training.questions import QA, Asked
from training.scores import Answer, Score, Share, exam_table, score

PLAIN = Answer("high", 0, False, 20.0, Asked.FIELD, "What is the total?", "$5.00", "$5.00", 0.2, 0.4)


def sheet(number: int, *, height: float = 20.0, photographed: bool = False) -> Sheet:
    """A picture of nothing with three questions; the oracle does not look."""
    picture = jpeg(Image.new("RGB", (40, 30), (number, round(height), 255 * photographed)))
    questions = (
        QA(Asked.TEXT, "Read it.", "Total $5.00"),
        QA(Asked.FIELD, "总额是多少？", "$5.00", "total"),
        QA(Asked.ABSENT, "What is the date?", "There is no date in the picture.", "date"),
    )
    return Sheet(picture, questions, Kind.RECEIPT, height, photographed)


def examined(monkeypatch: pytest.MonkeyPatch, sheets: tuple[Sheet, ...], *options: str) -> list[Score]:
    """Run the command on these sheets with the oracle."""
    oracle = Oracle(sheets)
    monkeypatch.setattr(sys, "argv", ["evaluate", *options])
    monkeypatch.setattr(examiner, "load_engine", lambda _: oracle)
    monkeypatch.setattr(evaluate, "draw_sheets", lambda *_: sheets)
    try:
        return evaluate.examine(evaluate._parse())
    finally:
        assert oracle.closed


def test_right_answers_get_full_marks_and_none_gets_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each level is scored by itself, flat and photographed pages and languages apart."""
    sheets = (sheet(0), sheet(1), sheet(2, photographed=True))
    low, high = examined(monkeypatch, sheets, "--levels", "low,high")
    assert (high.level, high.answers, high["characters_wrong"]) == ("high", 9, Share(0, 33))
    assert low["characters_wrong"] == Share(33, 33)
    assert (high["fields_right"], low["fields_right"]) == (Share(3, 3), Share(0, 3))
    assert (high["fields_right_flat"], high["fields_right_photographed"]) == (Share(2, 2), Share(1, 1))
    assert (high["fields_right_chinese"], high["fields_right_english"]) == (Share(3, 3), Share(0, 0))
    assert (high["absent_said"], low["absent_said"], high["absent_said_of_others"]) == (
        Share(3, 3),
        Share(0, 3),
        Share(0, 6),
    )
    assert 0 <= high.seconds_to_first_token <= high.seconds


def test_errors_weigh_pages_by_their_length() -> None:
    """One error in ten characters is a tenth, however it is spread."""
    answers = [replace(PLAIN, kind=Asked.TEXT, right="abcde", said=said) for said in ("abcde", "abcdx")]
    wrong = score("high", answers)["characters_wrong"]
    assert wrong == Share(1, 10)
    assert wrong.value == pytest.approx(0.1)
    assert score("high", [])["characters_wrong"].value is None


def test_refusing_what_is_there_is_counted() -> None:
    """In either language, and with the sentence for foreign pictures, too; a rightly said absence is none."""
    answers = [
        PLAIN,
        replace(PLAIN, said="There is no total in the picture."),
        replace(PLAIN, said="图中没有总额。"),
        replace(PLAIN, said=FOREIGN),
        replace(PLAIN, kind=Asked.FOREIGN, right=FOREIGN, said=FOREIGN),
        replace(PLAIN, kind=Asked.ABSENT, right="There is no tax in the picture.", said="There is no tax."),
    ]
    mark = score("high", answers)
    assert mark["absent_said_of_others"] == Share(3, 4)
    assert (mark["absent_said"], mark["foreign_said"]) == (Share(1, 1), Share(1, 1))


def test_shapes_and_charts_have_marks_of_their_own() -> None:
    """They are no fields."""
    answers = [replace(PLAIN, kind=Asked.SHAPE), replace(PLAIN, kind=Asked.CHART, said="no idea")]
    mark = score("high", answers)
    assert (mark["shapes_right"], mark["charts_right"], mark["fields_right"]) == (Share(1, 1), Share(0, 1), Share(0, 0))
    rows = dict(line.strip("| ").split(" | ", 1) for line in exam_table([mark]).splitlines()[2:])
    assert (rows["shapes right"], rows["charts right"]) == ("1 | 100.0%", "1 | 0.0%")
    assert "fields right" not in rows


def test_marks_and_answers_are_kept_after_each_level(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A later failure does not lose earlier results; the file records how it came about."""
    out, answers = tmp_path / "exam.json", tmp_path / "answers.jsonl"
    with pytest.raises(Exception, match="too large"):
        examined(monkeypatch, (sheet(0),), "--levels", "low,high,max", "--out", str(out), "--answers", str(answers))
    kept = json.loads(out.read_text())
    assert [mark["level"] for mark in kept["scores"]] == ["low", "high"]
    assert kept.keys() >= {"date", "command", "machine", "engine", "study", "wording", "seed", "sheets", "processes"}
    assert [json.loads(line)["said"] for line in answers.read_text().splitlines()][3] == "Total $5.00"


def test_an_exam_that_was_stopped_goes_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What was asked about a sheet counts; one that was left in the middle, and a torn line, are asked again."""
    answers, sheets = tmp_path / "answers.jsonl", (sheet(0), sheet(1))
    (whole,) = examined(monkeypatch, sheets, "--levels", "high", "--answers", str(answers))
    lines = answers.read_text(encoding="utf-8").splitlines(keepends=True)
    assert len(lines) == 6
    first = [line.replace("$5.00", "$6.00") for line in lines[:3]]
    answers.write_text("".join([*first, lines[3], lines[4][:30]]), encoding="utf-8")
    resumed = ("--levels", "high", "--answers", str(answers), "--resume")
    (score,) = examined(monkeypatch, sheets, *resumed)
    kept = [json.loads(line) for line in answers.read_text(encoding="utf-8").splitlines()]
    assert [(each["sheet"], each["said"]) for each in kept[:3]] == [(0, json.loads(line)["said"]) for line in first]
    assert [each["sheet"] for each in kept] == [0, 0, 0, 1, 1, 1] and score.answers == whole.answers == 6
    (afresh,) = examined(monkeypatch, sheets, *resumed[:-1])
    assert afresh.kept() == whole.kept() | {
        name: value for name, value in afresh.kept().items() if name.startswith("seconds")
    }


def test_what_was_kept_becomes_tables_and_a_plot(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Between their markers, repeatably, with the same picture byte for byte; other text stays."""
    exam, heights = tmp_path / "exam.json", tmp_path / "heights.json"
    examined(monkeypatch, (sheet(0),), "--levels", "low,high", "--out", str(exam))
    sizes = (sheet(0, height=8), sheet(0, height=32))
    examined(monkeypatch, sizes, "--study", "heights", "--levels", "low,high", "--out", str(heights))
    document, picture = tmp_path / "detail.md", tmp_path / "pictures" / "detail.svg"
    places = "".join(f"<!-- {name} -->\nold\n<!-- end -->\n" for name in ("heights", "exam", "seconds"))
    document.write_text(f"# Before\n{places}after\n")
    draw_figures([exam, heights], document, picture)
    text, drawn = document.read_text(), picture.read_bytes()
    assert text.startswith("# Before\n") and text.endswith("after\n") and "old" not in text
    assert "| 8 px | 0% / 0% | 100% / 100% |" in text
    assert "| fields right | 1 | 0.0% | 100.0% |" in text
    assert "first token" in text
    assert "](pictures/detail.svg)" in text
    draw_figures([exam, heights], document, picture)
    assert (document.read_text(), picture.read_bytes()) == (text, drawn)


def test_the_seconds_of_several_processes_are_not_shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """They got in each other's way."""
    out = tmp_path / "exam.json"
    examined(monkeypatch, (sheet(0),), "--levels", "high", "--out", str(out))
    assert read_result(out).timed
    out.write_text(out.read_text().replace('"processes": 1', '"processes": 16'))
    assert not read_result(out).timed


def test_a_height_that_was_not_asked_about_has_no_row(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Only what was measured is shown."""
    out = tmp_path / "heights.json"
    examined(monkeypatch, (sheet(0, height=12),), "--study", "heights", "--levels", "high", "--out", str(out))
    rows = [line for line in heights_table(read_result(out)).splitlines() if " px | " in line and "sees" not in line]
    assert rows == ["| 12 px | 100% / 100% |"]


def test_a_document_without_a_place_for_a_table_is_refused() -> None:
    """Else it would be lost silently."""
    with pytest.raises(ValueError, match="exam"):
        fill("# Nothing here\n", "exam", "| a |")
