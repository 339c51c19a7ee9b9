"""Nothing is lost: crashes, restarts, odd updates and a slow Telegram."""

import asyncio
import contextlib
import json
import re
import sqlite3
import time

import pytest

from assistant.storage import Turns, open_database
from assistant.storage.database import FILE
from bot.updates.inbox import Inbox
from model_service import EngineDead, GenerationFailed, OutOfMemory, PromptTooLong
from playground import Chat, Server
from tests.bot.samples import picture
from tests.conversation.conftest import Stage, final, settled


async def test_what_a_stop_interrupted_is_answered_after_the_start(stage: Stage, server: Server, chat: Chat) -> None:
    """A question that is being answered at the stop is answered by the next run, in the same message."""
    stage.engine.hold = 1
    await stage.start()
    post = await chat.send_photo(picture(), "What is this?")
    begun = await chat.answer(post, lambda reply: reply.text == "A grey")
    await chat.answer(await chat.send("/detail low"))
    await stage.stop()
    assert "restarted" in begun.text
    stage.engine.hold = None
    await stage.start()
    assert (await final(chat, post)).id == begun.id
    assert len(stage.engine.requests) == 2


async def test_what_waited_at_the_stop_is_answered_after_the_start(stage: Stage, server: Server, chat: Chat) -> None:
    """Questions in the queue survive a restart, in order."""
    stage.engine.hold = 0
    await stage.start()
    first = await chat.send_photo(picture(), "First?")
    second = await chat.send("Second?")
    await server.acknowledged()
    await stage.stop()
    stage.engine.hold = None
    await stage.start()
    await final(chat, first)
    await final(chat, second)
    assert stage.engine.requests[-1].messages[-1].text == "Second?"


async def test_an_update_that_cannot_be_read_does_not_block(stage: Stage, server: Server, chat: Chat) -> None:
    """It is set aside with its text, and what follows is answered."""
    server.put_update({"message": {"message_id": "no number", "chat": 5}})
    await stage.start()
    await chat.answer(await chat.send("/help"))
    await server.acknowledged()
    await stage.stop()
    async with open_database(stage.values["storage"]["path"]) as database:  # type: ignore[arg-type]
        rows = await database.rows("SELECT payload FROM inbox WHERE state = 'set_aside'")
    assert len(rows) == 1
    assert b"no number" in rows[0]["payload"]
    assert len(server.calls("getUpdates")) < 20


async def test_what_was_written_down_is_answered_even_if_telegram_forgot_it(stage: Stage, chat: Chat) -> None:
    """A row that an earlier process left behind is replayed at the start."""
    folder = stage.values["storage"]["path"]
    user, header = chat.people[0].user, chat.room.header
    text = {"text": "/help", "entities": [{"type": "bot_command", "offset": 0, "length": 5}]}
    update = {
        "update_id": 1,
        "message": {"message_id": 900, "date": int(time.time()), "chat": header, "from": user, **text},
    }
    async with open_database(folder) as database:  # type: ignore[arg-type]
        await Inbox(database).receive(1, json.dumps(update).encode())
        await Inbox(database).claim(1)
    await stage.start()
    assert "/detail" in (await chat.wait_for(lambda post: post.by_bot)).text


async def test_what_a_locked_database_does_not_take_stays_with_telegram(
    stage: Stage, server: Server, chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody copies the database, say: the question is asked for again until it can be written down."""
    monkeypatch.setattr("assistant.storage.database.BUSY_MILLISECONDS", 1)
    await stage.start()
    with contextlib.closing(sqlite3.connect(stage.folder / FILE, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        polls = len(server.calls("getUpdates"))
        post = await chat.send_photo(picture(), "What is this?")
        await server.wait_until(lambda: len(server.calls("getUpdates")) >= polls + 2)
        assert len(server.pending) == 1
    await final(chat, post)
    assert len(stage.engine.requests) == 1


async def test_a_long_answer_that_was_shown_but_not_remembered_begins_where_it_did(
    stage: Stage, chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process ends between the last part and the commit: the first part is edited again and stays what it is."""

    async def never(*_: object) -> None:
        await asyncio.Event().wait()

    stage.engine.pieces = tuple(
        " ".join(f"{word} {number}" for number in range(300)) + " " for word in ("first", "second")
    )
    await stage.start()
    with monkeypatch.context() as patched:
        patched.setattr(Turns, "add", never)
        patched.setattr("bot.app.LAST_SECONDS", 0.01)
        await final(chat, await chat.send_photo(picture(), "What is this?"))
        await stage.stop()
    shown = [reply.text for reply in chat.messages if reply.by_bot]
    assert len(shown) == 2
    await stage.start()
    await chat.wait_until(lambda: len([reply for reply in chat.messages if "read at" in reply.text]) == 2)
    assert [reply.text for reply in chat.messages if reply.by_bot][:2] == shown


async def test_what_was_answered_and_remembered_is_not_answered_again(
    stage: Stage, server: Server, chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process ends between the answer's commit and the question's: nothing is asked, sent or edited once more."""

    async def never(*_: object) -> None:
        await asyncio.Event().wait()

    def edits(message: int) -> int:
        return sum(call["message_id"] == message for call in server.calls("editMessageText"))

    await stage.start()
    with monkeypatch.context() as patched:
        patched.setattr(Inbox, "finish", never)
        patched.setattr("bot.app.LAST_SECONDS", 0.01)
        answer = await final(chat, question := await chat.send_photo(picture(), "What is this?"))
        await stage.stop()
    before = edits(answer.id)
    await stage.start()
    following = await final(chat, later := await chat.send("And below?"))
    assert [post.id for post in chat.messages] == [question.id, answer.id, later.id, following.id]
    assert edits(answer.id) == before
    assert [len(request.messages) for request in stage.engine.requests] == [1, 3]


async def test_an_answer_that_may_have_arrived_is_not_sent_twice(stage: Stage, server: Server, chat: Chat) -> None:
    """Telegram delivered but never said so: the whole answer is on screen once, and the bot goes on."""
    await stage.start()
    await chat.answer(await chat.send_photo(picture()))
    server.time_out_next("sendMessage", delivered=True)
    await final(chat, await chat.send("What is this?"))
    await final(chat, await chat.send("And below?"))
    assert len([reply for reply in chat.messages if "read at" in reply.text]) == 2


async def test_too_many_requests_are_waited_out(stage: Stage, server: Server, chat: Chat) -> None:
    """The final text comes although Telegram asked to wait."""
    await stage.start()
    server.fail_next("sendMessage", 429, "Too Many Requests: retry after 1", retry_after=1)
    await final(chat, await chat.send_photo(picture(), "What is this?"))


async def test_a_deleted_answer_is_sent_anew(stage: Stage, chat: Chat) -> None:
    """Somebody deletes the growing answer: the finished one comes as a new message."""
    stage.engine.hold = 1
    await stage.start()
    post = await chat.send_photo(picture(), "What is this?")
    growing = await chat.answer(post)
    await chat.delete(growing)
    stage.engine.go.set()
    assert (await final(chat, post)).id != growing.id


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (GenerationFailed("x"), "could not answer"),
        (OutOfMemory("x"), "memory"),
        (PromptTooLong(5000, 4000, 1437), "shorten it to about 1400 characters"),
        (RuntimeError("x"), "could not answer"),
    ],
)
async def test_one_failure_is_not_the_end(
    stage: Stage, chat: Chat, caplog: pytest.LogCaptureFixture, failure: Exception, words: str
) -> None:
    """The person gets one sentence, and no technical word; by its number the log knows more."""
    stage.engine.failure = failure
    await stage.start()
    said = await settled(chat, await chat.send_photo(picture(), "What is this?"))
    assert words in said and "Error" not in said
    for number in re.findall(r"number: (\d+)\.", said):
        assert f"update {number}: the question was not answered:" in caplog.text
    assert ("number: " in said) == (words == "could not answer")
    stage.engine.failure = None
    await final(chat, await chat.send("And now?"))


async def test_a_dead_engine_leaves_the_question_to_the_next_run(stage: Stage, chat: Chat) -> None:
    """The engine dies: the question stays in the inbox and is answered after the restart."""
    stage.engine.failure = EngineDead("gone")
    bot = await stage.start()
    post = await chat.send_photo(picture(), "What is this?")
    assert isinstance(await bot.services.model.died(), EngineDead)
    await chat.answer(post, lambda reply: "restarted" in reply.text)
    await stage.stop()
    stage.engine.failure = None
    await stage.start()
    await final(chat, post)


async def test_an_unexpected_error_has_a_number(
    stage: Stage, server: Server, chat: Chat, caplog: pytest.LogCaptureFixture
) -> None:
    """The person and the log are given the same number."""
    await stage.start()
    server.fail_next("sendMessage", 400, "Bad Request: something odd")
    reply = await chat.answer(await chat.send("/help"))
    number = reply.text.rstrip(".").split()[-1]
    assert f"error {number}" in caplog.text


async def test_a_revoked_token_is_noticed(stage: Stage, server: Server) -> None:
    """Polling that Telegram refuses does not go on in silence."""
    bot = await stage.start()
    server.fail_next("getUpdates", 401, "Unauthorized", times=100)
    async with asyncio.timeout(10):
        await bot.refused.wait()
