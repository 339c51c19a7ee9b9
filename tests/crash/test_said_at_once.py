"""A question that waits for its picture, and pictures that wait for their question, outlive the process."""

from pathlib import Path

import pytest

from bot.updates.utterances import Window
from playground import Call, Chat, Server
from playground.origins import origin_of_channel
from tests.bot.samples import picture
from tests.conversation.conftest import final
from tests.crash.bot_process import LONG, BotProcess

SECONDS = 20.0
NEWS = origin_of_channel("News")
PATIENT = {"bot.handlers.questions.FOLLOWS": 60.0, "bot.updates.lanes.WINDOW": Window(loose=0.3, brief=0.3)}
"""A question waits long for the picture behind it."""


@pytest.fixture
def chat(server: Server) -> Chat:
    """Ada's private chat with the bot."""
    return server.person("Ada").private()


def answers(chat: Chat) -> int:
    """Count the finished answers."""
    return sum(post.by_bot and "read at" in post.text for post in chat.messages)


async def done(server: Server, bot: BotProcess) -> None:
    """Wait until all is remembered, and end the process."""
    await server.wait_until(lambda: bot.rows("SELECT 1 FROM inbox WHERE state <> 'done'") == [], SECONDS)
    await bot.kill()


def asked_about(bot: BotProcess, name: str) -> list[int]:
    """Return the messages of the pictures about which a question was answered."""
    sql = "SELECT pictures.message_id FROM turns JOIN pictures ON pictures.id = picture WHERE text LIKE "
    return [row[0] for row in bot.rows(f"{sql} '%{name}%' AND role = 'user'")]


async def test_a_question_that_waits_for_its_picture(server: Server, chat: Chat, tmp_path: Path) -> None:
    """The process dies in the wait; the picture comes while there is none."""
    bot = BotProcess(server, tmp_path / "data", patches=PATIENT)
    bot.start()
    question = await chat.send("What is q1?")
    await server.wait_until(lambda: server.calls("sendChatAction"), SECONDS)
    await bot.kill()
    photo = await chat.send_photo(picture(), forward_origin=NEWS)
    bot.start()
    await final(chat, question)
    await done(server, bot)
    assert (answers(chat), asked_about(bot, "q1")) == (1, [photo.id])


async def test_a_question_that_was_told_to_wait(server: Server, chat: Chat, tmp_path: Path) -> None:
    """The picture comes to the next process, and is what it asks about."""
    bot = BotProcess(server, tmp_path / "data", patches=PATIENT | {"bot.handlers.questions.FOLLOWS": 0.1})
    bot.start()
    question = await chat.send("What is q1?")
    await chat.answer(question, lambda post: "picture first" in post.text, SECONDS)
    await bot.kill()
    bot.start()
    photo = await chat.send_photo(picture())
    await final(chat, question)
    await done(server, bot)
    assert (answers(chat), asked_about(bot, "q1")) == (1, [photo.id])


async def test_pictures_that_wait_for_more(server: Server, chat: Chat, tmp_path: Path) -> None:
    """Two came to the process that is killed, the question to the next: one answer about both."""
    bot = BotProcess(server, tmp_path / "data", patches={"bot.updates.lanes.WINDOW": Window(loose=8.0)})
    bot.start()
    photos = [await chat.send_photo(picture(width, 100)) for width in (100, 120)]
    await server.wait_until(lambda: server.calls("sendChatAction"), SECONDS)
    await server.acknowledged()
    await bot.kill()
    bot.start()
    question = await chat.send("What is q1?")
    await chat.answer(question, lambda post: "2 pictures read" in post.text, SECONDS)
    await done(server, bot)
    assert asked_about(bot, "q1") == [photo.id for photo in photos]


@pytest.mark.parametrize("method", ["getFile", "download", "sendChatAction", "editMessageText"])
async def test_an_answer_that_a_picture_took_over(server: Server, chat: Chat, tmp_path: Path, method: str) -> None:
    """The process dies in the middle of it: there is one answer, about the picture behind the question."""
    bot = BotProcess(server, tmp_path / "data", patches=PATIENT | {"bot.answering.HOLD": 0.0})
    bot.start()
    await final(chat, await chat.send_photo(picture(), "What is q0?"))
    question = await chat.send(f"What is q1, {LONG}?")
    growing = await chat.answer(question, timeout=SECONDS)
    photo = await chat.send_photo(picture(120, 100), forward_origin=NEWS)
    left = [method]

    def hear(call: Call) -> None:
        if call.method in left and photo.id:
            left.remove(call.method)
            bot.process.kill()

    server.listen(hear)
    await bot.ended()
    bot.go.touch()
    bot.start()
    await chat.wait_until(lambda: "read at" in growing.text or None, SECONDS)
    await done(server, bot)
    assert (answers(chat), asked_about(bot, "q1")) == (2, [photo.id])
