"""Long answers: several messages, and beyond four the first one and a file."""

import pytest

from bot.render import MOST_UNITS
from playground import Chat, Post, Server
from tests.bot.samples import picture
from tests.conversation.conftest import Stage

pytestmark = pytest.mark.usefixtures("bot")

PARAGRAPH = "**A line** of the page, another one, and one more.\n\n"
CAPTIONS = {"en": "This answer is long: here is all of it, as a file.", "zh": "这个回答很长：完整内容在这个文件里。"}


def answers(chat: Chat, question: Post) -> list[str]:
    """Return the bot's messages to a question."""
    return [post.text for post in chat.messages if post.by_bot and post.reply_to == question.id]


async def test_a_long_answer_is_several_messages(stage: Stage, chat: Chat) -> None:
    """In order and whole, with the notes under the last one."""
    stage.engine.pieces = (PARAGRAPH,) * 200
    question = await chat.send_photo(picture(), "What is written there?")
    await chat.answer(question, lambda post: post.reply_to == question.id and "read at" in post.text)
    texts = answers(chat, question)
    assert 1 < len(texts) <= 4
    assert sum(text.count("A line of the page, another one, and one more.") for text in texts) == 200
    assert ["read at" in text for text in texts] == [False] * (len(texts) - 1) + [True]


@pytest.mark.parametrize("language", CAPTIONS)
async def test_a_very_long_answer_is_a_file(stage: Stage, server: Server, language: str) -> None:
    """Its beginning as a message, and all of it as it was written below."""
    chat = server.person("Chen", language_code=language).private()
    stage.engine.pieces = (PARAGRAPH,) * 600
    question = await chat.send_photo(picture(), "What is written there?")
    post = await chat.answer(question, lambda post: post.text == CAPTIONS[language])
    first, _ = answers(chat, question)
    assert first.startswith("A line of the page, another one, and one more.\n\nA line")
    assert len(first) <= MOST_UNITS
    assert post.file_id is not None
    assert server.world.files.find(post.file_id).data == (PARAGRAPH * 600).strip().encode()
    assert post.content["document"]["file_name"] == "answer.md"
