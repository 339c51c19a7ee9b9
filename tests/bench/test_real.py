"""The exam on real pictures goes on where it stopped, and counts what a person is shown."""

import argparse
import json
from pathlib import Path

import pytest

from bench import real
from bench.real import RealAnswer, as_shown, chosen, counts, examine, markdown
from model_service import Doubt, GenerationOutput, Stage, Sureness
from training.real.fetch import picture_file
from training.real.manifest import questions
from training.real.verdicts import Outcome

SURENESS = Sureness(sure=0.99, readable=0.5, begun=0.5)


def answer(kind: str, outcome: Outcome, *, marked: bool = False) -> RealAnswer:
    """Return an answer that was judged so."""
    return RealAnswer("high", "a", kind, "What?", "Said.", "Said.", marked, 1.0, outcome)


def test_a_level_has_its_share_of_each_outcome() -> None:
    """Useful is right or near; of the misleading it is told how many bear a mark."""
    found = [answer("signs", Outcome.RIGHT), answer("signs", Outcome.NEAR), answer("pages", Outcome.NEEDLESS)]
    found += [answer("pages", Outcome.MISLEADING, marked=True), answer("pages", Outcome.MISLEADING)]
    assert counts(found)["signs"]["useful"] == 2
    assert counts(found)["all"] == {
        "of": 5, "right": 1, "near": 1, "refused": 0, "needless": 1, "misleading": 2, "useful": 2, "marked": 1,
    }  # fmt: skip
    assert markdown(found, ["high"]).splitlines()[-1] == (
        "| `high`: all | 5 | 20% | 20% | 0% | 20% | 40% | 40% | 50% |"
    )


def test_a_limit_leaves_some_of_each_kind() -> None:
    """A quick look sees every kind."""
    assert len(chosen(2)) == 14
    assert len({shown.kind for shown in chosen(2)}) == 7
    assert len(chosen(None)) == len(questions())


@pytest.mark.parametrize(
    ("question", "refusal"),
    [("What is it?", "I cannot read this well enough."), ("这是什么？", "这里我看不清，读不准。")],
)
def test_what_was_not_really_read_is_shown_as_the_bot_shows_it(question: str, refusal: str) -> None:
    """In place of an answer that the model hardly believes stands the bot's sentence, in the question's language."""
    unsure = GenerationOutput(Stage.WRITING, "OMA", doubts=(Doubt(0, 3, 0.01),))
    assert as_shown(unsure, question, SURENESS, broken_off=False, whole=False) == (refusal, False)
    sure = GenerationOutput(Stage.WRITING, " OMA ")
    assert as_shown(sure, question, SURENESS, broken_off=False, whole=False) == ("OMA", False)
    doubtful = GenerationOutput(Stage.WRITING, "OMA", doubts=(Doubt(2, 3, 0.8),))
    assert as_shown(doubtful, question, SURENESS, broken_off=False, whole=False) == ("OMA", True)


def test_a_run_goes_on_where_it_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was asked is not asked again, but judged anew; what was not is asked and kept."""
    first = chosen(1)[0]
    for shown in chosen(1):
        picture_file(tmp_path, shown).parent.mkdir(exist_ok=True)
        picture_file(tmp_path, shown).write_bytes(b"picture")
    asked: list[str] = []

    def ask(_: object, picture: bytes, question: str, level: str, *, whole: bool) -> dict[str, object]:
        asked.append(question)
        return {"said": "37", "shown": "37", "marked": False, "seconds": 1.0}

    monkeypatch.setattr(real, "ask", ask)
    monkeypatch.setattr(real, "load_engine", lambda _: object())
    kept = tmp_path / "real.jsonl"
    told = {"level": "high", "picture": first.name, "question": questions()[first.name][0].text}
    kept.write_text(json.dumps({**told, "said": "x", "shown": "x", "marked": False, "seconds": 1.0}) + "\n")
    arguments = argparse.Namespace(folder=tmp_path, levels="high", limit=1, answers=kept, model="pocket", device="cpu")
    found = [*examine(arguments)]
    assert found[0].shown == "x"
    assert found[0].outcome is Outcome.MISLEADING
    assert told["question"] not in asked[:1]
    assert len(asked) == len(found) - 1
    assert len(kept.read_text().splitlines()) == len(found)
    assert [*examine(arguments)] == found
    assert len(asked) == len(found) - 1
