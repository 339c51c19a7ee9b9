"""A failed request to Telegram is retried if that makes no duplicate, and left to the next start at last."""

import asyncio

import pytest

from playground import Chat, Server
from tests.bot.samples import picture
from tests.conversation.conftest import Stage, final
from tests.faults.conftest import assert_quiet, states

ASKED = "What is this?"


def by_bot(chat: Chat) -> list[str]:
    """Return the bot's messages in a chat."""
    return [post.text for post in chat.messages if post.by_bot]


@pytest.mark.parametrize(("status", "html"), [(500, False), (502, True), (503, False), (504, True)])
@pytest.mark.usefixtures("quick")
async def test_a_failing_telegram_gets_the_answer_later(
    stage: Stage, server: Server, chat: Chat, status: int, html: bool
) -> None:
    """In the same message, once."""
    stage.engine.hold = 1
    await stage.start()
    question = await chat.send_photo(picture(), ASKED)
    await chat.answer(question, lambda post: "grey" in post.text)
    server.fail_next("editMessageText", status, "Bad Gateway", times=5, html=html)
    stage.engine.go.set()
    await final(chat, question)
    await stage.stop()
    assert (len(by_bot(chat)), states(stage)) == (1, ["done"])


@pytest.mark.parametrize("seconds", [0.0, 0.1])
@pytest.mark.usefixtures("quick")
async def test_an_outage_that_outlasts_the_process_leaves_the_answer_to_the_next_start(
    stage: Stage, server: Server, log: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    """It comes in the same message; others are answered meanwhile. What the stop cannot wait for goes on no more."""
    chat = server.person("Ada").private()
    monkeypatch.setattr("bot.app.LAST_SECONDS", seconds)
    stage.engine.hold = 1
    await stage.start()
    question = await chat.send_photo(picture(), ASKED)
    await chat.answer(question, lambda post: "grey" in post.text)
    server.fail_next("editMessageText", 502, "Bad Gateway", chat=chat.id, times=999)
    stage.engine.go.set()
    ben = server.person("Ben").private()
    await final(ben, await ben.send_photo(picture(), ASKED))
    await server.wait_until(lambda: log.text.count("is tried again") > 20 and states(stage)[1] == "done")
    await stage.stop()
    assert not [task for task in asyncio.all_tasks() if "__create_task_callback" in repr(task.get_coro())]
    assert states(stage) == ["waiting", "done"]
    assert_quiet(log, stage)
    server.fail_no_more()
    monkeypatch.undo()
    await stage.start()
    await final(chat, question)
    assert len(by_bot(chat)) == 1
    await stage.stop()
    assert states(stage) == ["done", "done"]


@pytest.mark.parametrize("delivered", [True, False])
async def test_a_message_whose_fate_is_unknown_is_not_sent_twice(
    stage: Stage, server: Server, chat: Chat, delivered: bool
) -> None:
    """There is at most one."""
    await stage.start()
    server.time_out_next("sendMessage", delivered=delivered)
    await chat.send("/help")
    await server.acknowledged()
    await stage.stop()
    assert (len(by_bot(chat)), states(stage)) == (int(delivered), ["done"])


@pytest.mark.parametrize("delivered", [True, False])
async def test_an_edit_whose_fate_is_unknown_is_made_again(
    stage: Stage, server: Server, chat: Chat, delivered: bool
) -> None:
    """The answer stands there once, whole."""
    stage.engine.hold = 1
    await stage.start()
    question = await chat.send_photo(picture(), ASKED)
    await chat.answer(question, lambda post: "grey" in post.text)
    server.time_out_next("editMessageText", delivered=delivered)
    stage.engine.go.set()
    await final(chat, question)
    await stage.stop()
    assert (len(by_bot(chat)), states(stage)) == (1, ["done"])


@pytest.mark.usefixtures("clock")
async def test_an_answer_that_may_be_lost_is_spoken_of(stage: Stage, server: Server, chat: Chat) -> None:
    """Only where it could not be shown while it grew."""
    server.fail_next("sendMessage", 429, "Too Many Requests: retry after 300", 300)
    stage.engine.hold = 1
    await stage.start()
    question = await chat.send_photo(picture(), ASKED)
    await server.wait_until(lambda: server.calls("sendMessage"))
    server.time_out_next("sendMessage", delivered=False)
    stage.engine.go.set()
    await chat.answer(question, lambda post: "If it is not here" in post.text)
    assert len(by_bot(chat)) == 1


@pytest.mark.usefixtures("clock")
async def test_a_deleted_question_is_answered(stage: Stage, server: Server, chat: Chat) -> None:
    """As a message that replies to none."""
    stage.engine.hold = 0
    server.fail_next("sendMessage", 429, "Too Many Requests: retry after 300", 300)
    await stage.start()
    question = await chat.send_photo(picture(), ASKED)
    await server.wait_until(lambda: server.calls("sendMessage"))
    await chat.delete(question)
    stage.engine.go.set()
    answer = await chat.answer(question, lambda post: "read at" in post.text)
    assert answer.reply_to is None


async def test_a_deleted_answer_is_sent_anew(stage: Stage, server: Server, chat: Chat) -> None:
    """Whole, once."""
    stage.engine.hold = 1
    await stage.start()
    question = await chat.send_photo(picture(), ASKED)
    await chat.delete(await chat.answer(question, lambda post: "grey" in post.text))
    stage.engine.go.set()
    await final(chat, question)
    assert len(by_bot(chat)) == 1


async def test_an_edit_that_changes_nothing_is_as_good_as_done(stage: Stage, server: Server, chat: Chat) -> None:
    """Telegram's refusal is no fault."""
    stage.engine.hold = 1
    await stage.start()
    question = await chat.send_photo(picture(), ASKED)
    await chat.answer(question, lambda post: "grey" in post.text)
    server.fail_next("editMessageText", 400, "Bad Request: message is not modified", delivered=True)
    stage.engine.go.set()
    await final(chat, question)
    await stage.stop()
    assert (len(by_bot(chat)), states(stage)) == (1, ["done"])


async def test_entities_that_telegram_does_not_take_cost_the_style(stage: Stage, server: Server, chat: Chat) -> None:
    """The text comes."""
    stage.engine.hold = 1
    await stage.start()
    question = await chat.send_photo(picture(), ASKED)
    await chat.answer(question, lambda post: "grey" in post.text)
    server.fail_next("editMessageText", 400, "Bad Request: can't parse entities: unsupported")
    stage.engine.go.set()
    assert (await final(chat, question)).entities == []


FILES = [
    ("Bad Request: file is too big", "20 MB"),
    ("Bad Request: wrong file_id or the file is temporarily unavailable", "could not fetch"),
]


@pytest.mark.parametrize(("refusal", "said"), FILES, ids=["too big", "gone"])
async def test_a_file_that_telegram_keeps(stage: Stage, server: Server, chat: Chat, refusal: str, said: str) -> None:
    """One sentence, no time of the model's, and the next picture is answered."""
    await stage.start()
    server.fail_next("getFile", 400, refusal)
    await chat.answer(await chat.send_photo(picture(), ASKED), lambda post: said in post.text)
    assert stage.engine.requests == []
    await final(chat, await chat.send_photo(picture(), ASKED))
