"""The exam asks every question at every level and counts what is right."""

from collections.abc import Iterator

import pytest

from model_service import DetailPlan, EngineInfo, EngineStep, FinishReason, GenerationRequest
from tests.training.papers import FONTS, WORDS
from training.documents import Kind
from training.evaluate import examine, report, score, table
from training.exam import SMALLEST_PRINT, Sheet, exam, print_scale
from training.questions import Asked


class Oracle:
    """An engine that knows every answer, and at `low` gets each wrong."""

    info = EngineInfo("oracle", "cpu", "float32", 1600)

    def __init__(self, sheets: tuple[Sheet, ...]) -> None:
        self._answers = {(sheet.picture, qa.question): qa.answer for sheet in sheets for qa in sheet.questions}

    def plan(self, request: GenerationRequest) -> DetailPlan | None:
        """Needs no grid."""
        return None

    def generate(self, request: GenerationRequest) -> Iterator[EngineStep]:
        """The answer in two pieces."""
        assert request.picture is not None
        answer = self._answers[request.picture, request.messages[-1].text]
        if str(request.detail) == "low":
            answer = ""
        half = len(answer) // 2
        yield EngineStep(answer[:half])
        yield EngineStep(answer[half:], FinishReason.STOP)

    def close(self) -> None:
        """Holds nothing."""


@pytest.fixture(scope="module")
def sheets() -> tuple[Sheet, ...]:
    """A short exam."""
    return exam(3, 16, FONTS, WORDS)


def test_the_exam_has_all_kinds_and_is_repeatable(sheets: tuple[Sheet, ...]) -> None:
    """Equal shares of kinds, at most 200 characters, print as large as promised, the same for the same seed."""
    assert [sheet.page.kind for sheet in sheets] == 2 * list(Kind)
    assert all(len(sheet.page.text) <= 200 for sheet in sheets)
    assert all(sheet.page.em * print_scale(*sheet.page.image.size) >= SMALLEST_PRINT for sheet in sheets)
    assert [sheet.picture for sheet in exam(3, 16, FONTS, WORDS)] == [sheet.picture for sheet in sheets]


def test_right_answers_get_full_marks_and_none_gets_none(sheets: tuple[Sheet, ...]) -> None:
    """Each level is scored for itself."""
    answers = examine(Oracle(sheets), sheets, ["low", "high"])
    low, high = score("low", answers), score("high", answers)
    assert (high.character_error_rate, high.fields_exact) == (0.0, 1.0)
    assert (low.character_error_rate, low.fields_exact) == (1.0, 0.0)
    assert high.readings == 16
    assert high.fields == sum(qa.kind is Asked.FIELD for sheet in sheets for qa in sheet.questions)
    assert 0 <= high.seconds_to_first_token <= high.seconds


def test_the_report_names_levels_and_machine(sheets: tuple[Sheet, ...]) -> None:
    """The table has one row a level; the file says where, when and how."""
    engine = Oracle(sheets)
    answers = examine(engine, sheets[:2], ["high", "max"])
    scores = [score(level, answers) for level in ("high", "max")]
    assert [row.split(" | ")[0] for row in table(scores).splitlines()[2:]] == ["| high", "| max"]
    kept = report(engine, scores, answers, seed=3)
    assert kept.keys() >= {"date", "command", "machine", "engine", "seed", "scores", "answers"}
