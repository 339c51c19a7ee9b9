"""A model that does not load blames nobody: whatever asks meanwhile is answered once there is a model."""

import signal
from pathlib import Path

import pytest

from bot.updates.inbox import MOST_ATTEMPTS
from playground import Chat, Post, Server
from tests.bot.samples import picture
from tests.crash.bot_process import BotProcess, Ends, Load

STARTS = MOST_ATTEMPTS + 2
SECONDS = 20.0
CODES = {Ends.MISSING: 1, Ends.DIES: 1, Ends.KILLED: -signal.SIGKILL}


def final(chat: Chat, question: Post) -> Post | None:
    """Return the whole answer to a question."""
    return next((one for one in chat.messages if one.reply_to == question.id and "read at" in one.text), None)


@pytest.mark.parametrize("ends", CODES)
async def test_a_model_that_does_not_load_costs_no_question(server: Server, tmp_path: Path, ends: Ends) -> None:
    """The process ends again and again before the model is ready; each question is kept, said to be kept, answered."""
    bot = BotProcess(server, tmp_path / "data")
    chats = [server.person(name).private() for name in ("Ada", "Ben")]
    asked = [(chat, await chat.send_photo(picture(), f"What is q{number}?")) for number, chat in enumerate(chats)]
    for _ in range(STARTS):
        bot.start(Load(0.6, ends))
        assert await bot.ended() == CODES[ends]
    assert all(any("starting up" in text for text in (post.text, *post.history)) for post in chats[0].messages[1:])
    bot.start()
    await server.wait_until(lambda: all(final(chat, question) for chat, question in asked), SECONDS)
    bot.process.terminate()
    assert await bot.ended() == 0
    assert bot.rows("SELECT * FROM inbox WHERE state <> 'done'") == []
    assert [len(chat.messages) for chat in chats] == [2, 2]
