"""The demo's verdict: it ends well only if everything went well."""

import pytest

from model_service import CheckpointError
from playground.demo import play
from playground.demo.samples import Sample, load_samples
from playground.demo.screen import Screen
from playground.demo.steps import LANGUAGES, Way, conversation
from playground.rooms import Post


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process that runs the tests keeps its logs and its environment."""
    monkeypatch.setattr(play, "set_up_logs", lambda level: None)
    monkeypatch.setenv("no_proxy", "example.org")


def played(monkeypatch: pytest.MonkeyPatch, *wrong: str, error: Exception | None = None) -> int:
    """The demo's exit code where the conversation went like this."""

    async def conversation(screen: Screen, samples: dict[str, Sample]) -> list[str]:
        if error is not None:
            raise error
        return list(wrong)

    monkeypatch.setattr(play, "play", conversation)
    return play.main()


def test_a_good_end_says_what_to_do_next(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 0; the way to a bot of one's own."""
    assert played(monkeypatch) == 0
    assert "TELEGRAM_BOT_TOKEN" in capsys.readouterr().out


def test_a_wrong_answer_is_a_failure(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 1, and each of them is named."""
    assert played(monkeypatch, "A photo: expected 'one', but it said 'two'") == 1
    shown = capsys.readouterr().out
    assert "expected 'one', but it said 'two'" in shown
    assert "TELEGRAM_BOT_TOKEN" not in shown


def test_what_cannot_be_opened_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 1 and no traceback."""
    assert played(monkeypatch, error=CheckpointError("no checkpoint\nat 'pocket'")) == 1
    assert capsys.readouterr().err == "The demo could not be played: no checkpoint at 'pocket'\n"


def test_the_small_print_is_told_from_the_answer() -> None:
    """By its italics, counted in UTF-16 units; a growing answer has none."""
    italic = [{"type": "italic", "offset": 5, "length": 7}]
    post = Post({"message_id": 1, "text": "😀 a\n\nread at", "entities": italic}, by_bot=True)
    assert play.parts(post) == ("😀 a", "read at")
    growing = Post({"message_id": 1, "text": "😀 a"}, by_bot=True)
    assert play.parts(growing) == ("😀 a", "")


def test_the_conversation_shows_every_kind_of_message() -> None:
    """Photos, a file, a broken file, a reply, commands; two languages; all answers but one are held to the letter."""
    steps = conversation(load_samples())
    assert {step.way for step in steps} == set(Way)
    assert {step.by for step in steps} == set(LANGUAGES)
    assert any(step.about for step in steps)
    assert [step.text for step in steps if step.text.startswith("/")] == [
        "/detail low",
        "/detail high",
        "/detail banana",
    ]
    assert sum(step.expected is None for step in steps) == 1
