"""A question that is looked at once more outlives the process: it is answered once, and nothing is lost."""

from pathlib import Path

from playground import Server
from tests.bot.samples import picture
from tests.conversation.conftest import final
from tests.crash.bot_process import UNSURE, BotProcess

SECONDS = 20.0
AT_ONCE = {"assistant.progress.NOTICE_SECONDS": 0.0}


async def test_killed_between_the_two_looks(server: Server, tmp_path: Path) -> None:
    """The first answer stands on the screen when the process dies; the next one looks twice, in the same message."""
    chat = server.person("Ada").private()
    bot = BotProcess(server, tmp_path / "data", patches=AT_ONCE)
    bot.start()
    question = await chat.send_document(picture(1600, 1200), "a.png", caption=f"What is q1, {UNSURE}?")
    growing = await chat.answer(question, lambda post: "looking once more" in post.text, SECONDS)
    assert growing.text.startswith("The answer to q1.")
    await bot.kill()
    assert bot.rows("SELECT 1 FROM turns") == []
    bot.go.touch()
    bot.start()
    answer = await final(chat, question)
    await server.wait_until(lambda: bot.rows("SELECT 1 FROM inbox WHERE state <> 'done'") == [], SECONDS)
    await bot.kill()
    assert answer.id == growing.id
    assert "looked twice: standard, then high" in answer.text and "looking once more" not in answer.text
    assert sum(post.by_bot for post in chat.messages) == 1
    assert bot.rows("SELECT level FROM turns WHERE role = 'assistant'") == [("high",)]
