"""Tests of the text about a place in line, and about an unfinished question."""

import pytest

from assistant.answering import AnswerState
from assistant.combined_answer import CombinedAnswer
from assistant.open_questions import OpenQuestion, Step
from assistant.progress import NOTICE_SECONDS, Progress, in_line, starting_up
from assistant.texts import texts_in
from model_service import Gauges, GenerationOutput, ModelConfig, Stage, local_service
from tests.bot.engines import ScriptedEngine


@pytest.mark.parametrize(
    ("ahead", "seconds", "said"),
    [
        (1, None, "Number 2 in line."),
        (2, 0.0, "Number 3 in line, about 5 seconds."),
        (2, 16.2, "Number 3 in line, about 20 seconds."),
        (2, 60.0, "Number 3 in line, about 60 seconds."),
        (9, 60.1, "Number 10 in line, about 2 minutes."),
        (9, 600.0, "Number 10 in line, about 10 minutes."),
    ],
)
def test_a_wait_is_rounded_up(ahead: int, seconds: float | None, said: str) -> None:
    """In steps of five seconds, then in minutes; nothing is guessed before anything was measured."""
    assert in_line(texts_in("en"), ahead, seconds) == said


@pytest.mark.parametrize(
    ("loaded", "said"),
    [
        (0.0, "I am still starting up; your question is kept."),
        (0.439, "I am still starting up, 43 % is done; your question is kept."),
    ],
)
def test_loading_shows_how_far_it_is(loaded: float, said: str) -> None:
    """Once there is something to tell; never a hundred, as then it would be done."""
    model = local_service(ScriptedEngine, ModelConfig(), gauges=Gauges(loaded))
    assert starting_up(texts_in("en"), model) == said


def test_that_it_is_at_work_is_not_said_at_once() -> None:
    """An answer may be there before anybody has read that; a place in line, and that it starts up, are told."""
    moment = 5.0
    model = local_service(ScriptedEngine, ModelConfig())
    asked = OpenQuestion(1, 2, 3, 4, "What?", Step.BEHIND)
    progress = Progress(texts_in("en"), model, clock=lambda: moment)
    progress.follow(AnswerState(asked))
    assert progress.text() == ""
    asked.step = Step.IN_LINE
    progress.output = GenerationOutput(Stage.WAITING, waiting=1)
    assert progress.text() == "Number 2 in line."
    progress.output = GenerationOutput(Stage.LOOKING)
    assert progress.text() == ""
    progress.output = GenerationOutput(Stage.WRITING, "A")
    assert progress.text() == "A"
    moment += NOTICE_SECONDS
    progress.output = GenerationOutput(Stage.LOOKING)
    assert progress.text() == "Looking at the picture …"


@pytest.fixture
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """All is said at once."""
    monkeypatch.setattr("assistant.progress.NOTICE_SECONDS", 0.0)


@pytest.mark.usefixtures("no_patience")
def test_the_newest_state_is_said() -> None:
    """In turn: an earlier question comes first, nothing, the place, that it is read, the answer so far."""
    model = local_service(ScriptedEngine, ModelConfig())
    asked = OpenQuestion(1, 2, 3, 4, "What?", Step.BEHIND)
    progress = Progress(texts_in("zh"), model)
    assert progress.follow(AnswerState(asked))
    assert progress.text() == "先回答您前面的问题，再回答这一个。"
    asked.step = Step.IN_LINE
    assert progress.text() == ""
    progress.output = GenerationOutput(Stage.WAITING, waiting=2, wait_seconds=4.0)
    assert progress.text() == "排在第 3 位，大约还要 5 秒。"
    progress.output = GenerationOutput(Stage.LOOKING)
    assert progress.text() == "正在看图……"
    assert progress.written == ""
    progress.output = GenerationOutput(Stage.WRITING, " A grey ")
    assert progress.text() == progress.written == "A grey"


@pytest.mark.usefixtures("no_patience")
def test_of_several_pictures_it_is_said_which_one_is_looked_at() -> None:
    """Under what was said about those before, if that is to be seen yet."""
    model = local_service(ScriptedEngine, ModelConfig())
    for grows, earlier in ((True, "**Picture 1:** A cat.\n\n"), (False, "")):
        answer = CombinedAnswer(["Picture 1:", "Picture 2:"])
        progress = Progress(texts_in("en"), model, answer, grows=grows)
        progress.follow(AnswerState(OpenQuestion(1, 2, 3, 4, "What?")))
        progress.output = GenerationOutput(Stage.LOOKING)
        assert progress.text() == "Looking at picture 1 of 2 …"
        answer.add("A cat.")
        assert progress.text() == f"{earlier}Looking at picture 2 of 2 …"
        progress.output = GenerationOutput(Stage.WAITING, waiting=1)
        assert progress.text() == f"{earlier}Number 2 in line."
    assert progress.written == "**Picture 1:** A cat."


@pytest.mark.parametrize(
    ("name", "said", "shown"),
    [
        ("", "A cat.", "A cat."),
        ("Page 2:", "A cat.", "**Page 2:** A cat."),
        ("第 2 页：", "一只猫。", "**第 2 页：**一只猫。"),
        ("Page 2:", "- one\n- two", "**Page 2:**\n\n- one\n- two"),
    ],
)
def test_a_picture_is_named_before_what_is_said_about_it(name: str, said: str, shown: str) -> None:
    """A text with several lines, a list or a table begins on its own line."""
    answer = CombinedAnswer([name])
    assert (answer.with_next(said), answer.text) == (shown, "")
    answer.add(said)
    assert (answer.text, answer.with_next("")) == (shown, shown)
