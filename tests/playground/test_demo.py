"""The demo's verdict: it ends well only if everything went well."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from assistant.settings.chat_settings import ChatSettings
from model_service import CheckpointError
from playground.demo import guide, play
from playground.demo.samples import Sample, load_samples
from playground.demo.screen import Said, Screen, plain
from playground.demo.steps import LANGUAGES, Way, conversation
from playground.demo.talk import keyboard, parts
from playground.rooms import Post

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the logs and the environment of the test process."""
    monkeypatch.setattr(play, "set_up_logs", lambda level: None)
    monkeypatch.setenv("no_proxy", "example.org")


def played(monkeypatch: pytest.MonkeyPatch, *wrong: str, error: Exception | None = None) -> int:
    """Return the demo's exit code after such a conversation."""

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


@pytest.mark.parametrize("error", [CheckpointError("nothing\nis there"), LookupError("nothing is there")])
def test_what_cannot_be_played_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception
) -> None:
    """Exit code 1 and no traceback: something cannot be opened, or a button is missing."""
    assert played(monkeypatch, error=error) == 1
    assert capsys.readouterr().err == "The demo could not be played: nothing is there\n"


def test_the_small_print_is_told_from_the_answer() -> None:
    """By its italics, counted in UTF-16 units; a growing answer has none."""
    italic = [{"type": "italic", "offset": 5, "length": 7}]
    post = Post({"message_id": 1, "text": "😀 a\n\nread at", "entities": italic}, by_bot=True)
    assert parts(post) == ("😀 a", "read at")
    growing = Post({"message_id": 1, "text": "😀 a"}, by_bot=True)
    assert parts(growing) == ("😀 a", "")


def test_buttons_and_keys_are_told_by_their_words() -> None:
    """Row by row: those under a message, and those of the keyboard that it brings."""
    inline = {"inline_keyboard": [[{"text": "Cancel", "callback_data": "cancel:1"}]]}
    assert keyboard(Post({}, by_bot=True, reply_markup=inline)) == (("Cancel",),)
    keys = {"keyboard": [[{"text": "One?"}, {"text": "Two?"}], [{"text": "Three?"}]]}
    assert keyboard(Post({}, by_bot=True, reply_markup=keys)) == (("One?", "Two?"), ("Three?",))
    assert keyboard(Post({}, by_bot=True)) == ()


def test_the_conversation_shows_every_kind_of_message() -> None:
    """Every way to send something; two languages, a group; all answers but one are compared to the letter."""
    scenes = conversation(load_samples(), ChatSettings())
    steps = [step for scene in scenes for step in scene.steps]
    assert {step.way for step in steps} == set(Way)
    assert {step.by for step in steps} == set(LANGUAGES)
    assert any(step.about for step in steps)
    assert [len(scene.steps) for scene in scenes if scene.group] == [2]
    assert len({scene.heading for scene in scenes}) == len(scenes)
    assert sum(step.expected is None for step in steps) == 1


def test_answers_grow_below_each_other_on_a_terminal() -> None:
    """When one is whole the other one still grows; a whole one is not shown again if its buttons go."""
    console = Console(file=io.StringIO(), force_terminal=True, width=60, legacy_windows=False)
    screen, first, second = Screen(console), (7, 1), (7, 2)
    screen.grow("one", first)
    screen.grow("two", second)
    with console.capture() as capture:
        screen.settle(Said("one and all", "read", to="Ada", buttons=(("Retry",),)), first)
        screen.grow("one and all", first)
        screen.grow("two and", second)
    shown = capture.get()
    ends = [shown.rindex(word) for word in ("one and all", "read", "[Retry]", "two and")]
    assert ends == sorted(ends)
    assert shown.count("one and all") == 1
    screen.close()


@pytest.fixture
def shown() -> str:
    """Return the output of a demo of two scenes."""
    buffer = io.StringIO()
    screen = Screen(plain(buffer))
    screen.line("This is the demo.")
    for number, heading in enumerate(("A list", "A question"), start=1):
        screen.heading(number, heading)
        screen.person("Ada", "What is this?")
        screen.settle(Said("1. a receipt", "read at"), (7, number))
        screen.verdict("1. a receipt", right=True)
    screen.line("")
    screen.line("Everything was answered as expected, in 2 s.")
    return buffer.getvalue()


def test_a_guide_is_filled_with_what_was_shown(shown: str) -> None:
    """Between its markers, replaced each time; a numbered line of an answer begins no scene."""
    said = "Ada        What is this?\nEyeglass   1. a receipt\n           read at"
    assert guide.scenes_in(shown) == {"A list": said, "A question": said}
    empty = "Look:\n\n<!-- scene: A question -->\n<!-- end -->\n\nThat is all.\n"
    filled = guide.filled(empty, guide.scenes_in(shown))
    assert filled == f"Look:\n\n<!-- scene: A question -->\n```\n{said}\n```\n<!-- end -->\n\nThat is all.\n"
    assert guide.filled(filled, guide.scenes_in(shown)) == filled
    with pytest.raises(KeyError):
        guide.filled("<!-- scene: Another -->\n<!-- end -->", guide.scenes_in(shown))


def test_the_guide_is_written_only_if_all_went_well(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Else it stays as it was, and the exit code is 1."""
    monkeypatch.setattr(guide, "GUIDE", tmp_path / "guide.md")
    guide.GUIDE.write_text("<!-- scene: A list -->\n<!-- end -->\n", encoding="utf-8")

    async def conversation(screen: Screen, samples: dict[str, Sample]) -> list[str]:
        screen.heading(1, "A list")
        screen.settle(Said("one"), (7, 1))
        return wrong

    monkeypatch.setattr(play, "play", conversation)
    wrong = ["A list: expected 'two'"]
    assert guide.main() == 1
    assert "one" not in guide.GUIDE.read_text(encoding="utf-8")
    wrong = []
    assert guide.main() == 0
    assert "Eyeglass   one" in guide.GUIDE.read_text(encoding="utf-8")


def test_the_guide_shows_every_scene_once() -> None:
    """With the markers that the next demo fills."""
    headings = [match["heading"] for match in guide.MARKED.finditer((ROOT / guide.GUIDE).read_text(encoding="utf-8"))]
    assert sorted(headings) == sorted(scene.heading for scene in conversation(load_samples(), ChatSettings()))
