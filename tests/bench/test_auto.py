"""Auto is examined as it works: the part, the level, a second look at what leaves doubts, and what they take."""

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from bench import auto
from bench.looked import Looked, read_looked
from model_service import GLM4V_DIAL, EngineInfo, EngineStep, FinishReason, GenerationRequest, Sureness
from training import evaluate, examiner
from training.documents import Kind
from training.exam import Sheet
from training.questions import QA, Asked


class Hesitant:
    """Is not sure below 256 tokens, and wrong; above it is right."""

    info = EngineInfo("pocket", "cpu", "float32", 1024, GLM4V_DIAL, sureness=Sureness(0.7, 0.7, 0.2, 0.95))

    def __init__(self) -> None:
        self.requests: list[GenerationRequest] = []

    def generate(self, request: GenerationRequest) -> Iterator[EngineStep]:
        """Answer in one piece."""
        self.requests.append(request)
        coarse = request.detail.tokens < 256
        yield EngineStep("12.26" if coarse else "12.25", FinishReason.STOP, likely=(0.8 if coarse else 0.999, 0.0))

    def close(self) -> None:
        """Nothing is held."""


def sheet(number: int, seed: int, fonts: object, words: object, wording: str) -> Sheet:
    """A page with a few lines, most of it blank, asked for a field and for all of its text."""
    image = Image.new("RGB", (1200, 1200), "white")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(24)
    for line in range(6):
        draw.text((90, 90 + 40 * line), f"Position {line} of bill {number} and {seed} 12.2{line} EUR", "black", font)
    out = io.BytesIO()
    image.save(out, "PNG")
    questions = QA(Asked.FIELD, "What is the total?", "12.25"), QA(Asked.TEXT, "Read it", "12.25")
    return Sheet(out.getvalue(), questions, Kind.RECEIPT, 24)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Hesitant:
    """The engine that is examined, on sheets of one kind."""
    hesitant = Hesitant()
    monkeypatch.setattr(examiner, "load_engine", lambda _: hesitant)
    monkeypatch.setitem(evaluate.STUDIES, "exam", sheet)
    monkeypatch.setattr(auto, "find_families", lambda **_: [])
    monkeypatch.setattr(auto, "find_words", list)
    return hesitant


def run(monkeypatch: pytest.MonkeyPatch, folder: Path) -> list[Looked]:
    """Run the command about two sheets of which `high` got one answer right; return what auto answered."""
    machine = {"processors": 2, "system": "Linux-6"}
    report = {"study": "exam", "seed": 7, "wording": "test", "sheets": 2, "date": "2026-12-01T00:00:00", "command": "x"}
    report |= {"machine": machine, "engine": {"model": "pocket", "device": "cpu", "max_visual_tokens": 1024}}
    (folder / "exam.json").write_text(json.dumps(report), encoding="utf-8")
    fixed = {"level": "high", "photographed": False, "height": 24, "kind": "field", "right": "12.25", "doubts": []}
    fixed |= {"question": "What is the total?", "seconds_to_first_token": 0.1, "seconds": 0.2}
    lines = [json.dumps({**fixed, "sheet": number, "said": f"12.2{5 + number}"}) for number in range(2)]
    (folder / "exam.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    command = ["auto", str(folder / "exam.json"), "--answers", str(folder / "exam.jsonl")]
    monkeypatch.setattr(sys, "argv", [*command, "--auto", str(folder / "auto.jsonl")])
    auto.main()
    return read_looked(folder / "auto.jsonl")


def test_what_leaves_doubts_is_looked_at_again(
    engine: Hesitant, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The better look answers, tokens of both count, and the table holds only what both columns were asked."""
    found = run(monkeypatch, tmp_path)
    assert [looked.answer.said for looked in found] == ["12.25"] * 4
    assert [looked.looks for looked in found] == [
        ("low", "standard"),
        ("standard",),
    ] * 2  # All text wants more at once.
    assert all(request.pictures[0].region is not None for request in engine.requests)
    assert all(looked.good for looked in found if looked.answer.kind == "field")
    told = capsys.readouterr().out
    assert "| answers right | 50.0% | 100.0% |" in told
    assert "| answers | 2 | 2 |" in told


def test_it_goes_on_where_it_was_stopped(engine: Hesitant, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What was asked is not asked again."""
    found = run(monkeypatch, tmp_path)
    asked = len(engine.requests)
    lines = (tmp_path / "auto.jsonl").read_text(encoding="utf-8").splitlines()
    (tmp_path / "auto.jsonl").write_text("".join(f"{line}\n" for line in lines[:2]), encoding="utf-8")
    again = run(monkeypatch, tmp_path)
    assert [looked.answer.said for looked in again] == [looked.answer.said for looked in found]
    assert len(engine.requests) == asked + asked // 2
