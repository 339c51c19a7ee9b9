"""The tables of docs/doubt.md, from a few answers."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from assistant.doubt import Verdict
from bench import doubt
from bench.looked import Looked
from model_service import Doubt, Sureness
from training.questions import Asked
from training.scores import Answer, Share

SURENESS = Sureness(0.7, 0.6, 0.2)
RIGHT = Answer("high", 1, False, 12.0, Asked.FIELD, "Total?", "12.25", "12.25", 0.1, 0.2)
WRONG = replace(RIGHT, said="12.26", doubts=(Doubt(4, 5, 0.5),))
SURE_AND_WRONG = replace(RIGHT, said="12.28")
NEEDLESS = replace(RIGHT, doubts=(Doubt(0, 1, 0.6),))
INVENTED = replace(RIGHT, said="Sato", doubts=(Doubt(0, 4, 0.1),))
READING = replace(RIGHT, kind=Asked.TEXT, right="milk 9", said="mi1k 9", doubts=(Doubt(2, 3, 0.4), Doubt(5, 6, 0.6)))
ABSENT = replace(RIGHT, kind=Asked.ABSENT, right="There is no tax.", said="There is no tax in the picture.")
ALL = (RIGHT, WRONG, SURE_AND_WRONG, NEEDLESS, INVENTED, READING, ABSENT)


def test_answers_are_counted_by_what_they_were_given_as() -> None:
    """One of the two wrong ones that were no readings is marked, and one refused."""
    judged = [doubt.judged_by(answer, SURENESS) for answer in ALL]
    assert [each.judgement.verdict for each in judged] == [
        Verdict.SURE, Verdict.UNSURE, Verdict.SURE, Verdict.UNSURE, Verdict.CANNOT_READ, Verdict.UNSURE, Verdict.SURE,
    ]  # fmt: skip
    assert doubt.answers_row(judged) == [6, 3, 1, Share(1, 3), Share(2, 3), Share(1, 3)]
    assert doubt.readings_row(judged) == [1, 0, 0, 5, 1, Share(0, 3), Share(1, 1), Share(1, 4)]


def test_the_document_is_written_from_kept_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each table between its marks, with how it came about; what is around it stays."""
    answers, report, document = (tmp_path / name for name in ("exam.jsonl", "exam.json", "doubt.md"))
    answers.write_text("".join(json.dumps(asdict(answer)) + "\n" for answer in ALL), encoding="utf-8")
    made = {
        "date": "2026-11-30T19:00:00", "command": "python -m training.evaluate", "sheets": 3,
        "machine": {"system": "Linux-6", "processors": 2}, "engine": {"model": "pocket", "device": "cpu"},
    }  # fmt: skip
    report.write_text(json.dumps(made), encoding="utf-8")
    names = ("reliability", "answers", "readings")
    document.write_text("Head\n" + "".join(f"<!-- {name} -->\nold\n<!-- end -->\n" for name in names), encoding="utf-8")
    auto = tmp_path / "auto.jsonl"
    looked = Looked(replace(NEEDLESS, level="auto"), 120, 0.2, ("low",), (900, 900))
    auto.write_text(json.dumps(asdict(looked)) + "\n", encoding="utf-8")
    given = ["doubt", "--report", str(report), "--answers", str(answers), "--document", str(document)]
    given += ["--auto", str(auto)]
    monkeypatch.setattr("sys.argv", given)
    doubt.main()
    text = document.read_text(encoding="utf-8")
    assert text.startswith("Head\n<!-- reliability -->\n\n| probability |") and "old" not in text
    assert text.count("*3 pictures, 7 answers, model `pocket` on cpu (2 cores, Linux), 2026-11-30") == 3
    assert "| 0.3 to 0.5 | 1 | 0.0% |" in text
    assert "| answers | 6 | 6 | 1 |" in text and "| readings | 1 | 1 | 0 |" in capsys.readouterr().out
