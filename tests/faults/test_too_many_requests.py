"""A 429 holds back what it was said about, however long, and nobody else."""

import asyncio

import pytest

from model_service import Limits, ModelConfig
from playground import Chat, Post, Server
from tests.bot.clocks import Clock
from tests.bot.samples import picture
from tests.conversation.conftest import Stage, final
from tests.faults.conftest import assert_quiet, states

WAIT = 30.0
ASKED = "What is this?"
SAID = "Too Many Requests: retry after {}"


def by_bot(chat: Chat) -> list[str]:
    """Return the bot's messages in a chat."""
    return [post.text for post in chat.messages if post.by_bot]


async def ask(stage: Stage, clock: Clock, chat: Chat, method: str, seconds: int) -> Post:
    """Ask, and let Telegram refuse whatever shows the whole answer; returns when that waits."""
    if method == "editMessageText":
        stage.engine.hold = 1
        question = await chat.send_photo(picture(), ASKED)
        await chat.answer(question, lambda post: "grey" in post.text)
    stage.server.fail_next(method, 429, SAID.format(seconds), seconds, chat=chat.id, times=99)
    if method == "sendMessage":
        question = await chat.send_photo(picture(), ASKED)
    stage.engine.go.set()
    async with asyncio.timeout(WAIT):
        await clock.asleep.wait()
    return question


@pytest.mark.parametrize("seconds", [1, 300, 5000])
@pytest.mark.parametrize("method", ["sendMessage", "editMessageText"])
async def test_a_held_chat_delays_no_other(
    stage: Stage, server: Server, clock: Clock, method: str, seconds: int
) -> None:
    """While one answer waits out Telegram's pause the model is free and other chats are answered; then it comes."""
    stage.config = ModelConfig(drain_seconds=0.2, limits=Limits(begun=1))
    await stage.start()
    ada, ben = server.person("Ada").private(), server.person("Ben").private()
    clock.go.clear()
    question = await ask(stage, clock, ada, method, seconds)
    await final(ben, await ben.send_photo(picture(), ASKED))
    assert not any("gradient" in text for text in by_bot(ada))
    server.fail_no_more()
    clock.go.set()
    await final(ada, question)
    assert len(by_bot(ada)) == 1
    assert max(clock.slept) <= seconds
    await stage.stop()
    assert states(stage) == ["done"] * 2


async def test_typing_that_is_refused_costs_the_answer_no_time(
    stage: Stage, server: Server, chat: Chat, clock: Clock
) -> None:
    """Telegram counts by method."""
    await stage.start()
    server.fail_next("sendChatAction", 429, SAID.format(300), 300, times=99)
    await final(chat, await chat.send_photo(picture(), ASKED))
    assert clock.slept == []


@pytest.mark.parametrize("method", ["getFile", "download"])
@pytest.mark.parametrize("seconds", [1, 300])
async def test_a_file_that_comes_late_is_waited_for(
    stage: Stage, server: Server, chat: Chat, patience: Clock, *, method: str, seconds: int
) -> None:
    """As long as Telegram asks."""
    await stage.start()
    server.fail_next(method, 429, SAID.format(seconds), seconds)
    await final(chat, await chat.send_photo(picture(), ASKED))
    assert patience.slept == [seconds]


async def test_a_file_that_comes_much_later_is_not_waited_for(stage: Stage, server: Server, patience: Clock) -> None:
    """The person hears of it at once; the next file may be had all the same."""
    await stage.start()
    ada, ben = server.person("Ada").private(), server.person("Ben").private()
    server.fail_next("getFile", 429, SAID.format(5000), 5000)
    question = await ada.send_photo(picture(), ASKED)
    await ada.answer(question, lambda post: "could not fetch" in post.text)
    await final(ben, await ben.send_photo(picture(), ASKED))
    await stage.stop()
    assert (patience.slept, states(stage)) == ([], ["done"] * 2)


async def test_a_pressed_button_works_though_its_clock_cannot_be_stopped(
    stage: Stage, server: Server, chat: Chat, clock: Clock, log: pytest.LogCaptureFixture
) -> None:
    """The question is cancelled, and nothing else is said."""
    stage.engine.hold = 1
    await stage.start()
    server.fail_next("answerCallbackQuery", 429, SAID.format(300), 300)
    question = await chat.send_photo(picture(), ASKED)
    growing = await chat.answer(question, lambda post: bool(post.buttons) and "grey" in post.text)
    await chat.press("Cancel", growing)
    await chat.wait_until(lambda: not growing.buttons)
    await stage.stop()
    assert len(by_bot(chat)) == 1
    assert (clock.slept, states(stage)) == ([], ["done", "done"])
    assert_quiet(log, stage)


async def test_polling_goes_on_after_the_pause(stage: Stage, server: Server, chat: Chat) -> None:
    """Messages sent meanwhile are answered."""
    server.fail_next("getUpdates", 429, SAID.format(1), 1)
    await stage.start()
    await final(chat, await chat.send_photo(picture(), ASKED))


async def test_the_menu_of_commands_does_not_hold_up_the_start(
    stage: Stage, server: Server, chat: Chat, clock: Clock
) -> None:
    """It is filled at another start."""
    server.fail_next("setMyCommands", 429, SAID.format(5000), 5000, times=99)
    await stage.start()
    await final(chat, await chat.send_photo(picture(), ASKED))
    assert clock.slept == []


async def test_a_held_answer_survives_a_restart(
    stage: Stage, server: Server, chat: Chat, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The end of the bot does not wait for Telegram's pause; the next start goes on in the same message."""
    monkeypatch.setattr("bot.app.LAST_SECONDS", 0.1)
    await stage.start()
    clock.go.clear()
    question = await ask(stage, clock, chat, "editMessageText", 5000)
    await stage.stop()
    assert states(stage) == ["waiting"]
    server.fail_no_more()
    clock.go.set()
    await stage.start()
    await final(chat, question)
    assert len(by_bot(chat)) == 1
