"""SIGTERM: what is under way gets its time to end, the rest is left to the next start."""

import signal
from pathlib import Path

import pytest

from playground import Chat, Post, Server
from tests.bot.samples import picture
from tests.crash.bot_process import LONG, BotProcess

SECONDS = 60.0
UNFINISHED = "SELECT attempts FROM inbox WHERE state IN ('waiting', 'working')"


@pytest.fixture
def ada(server: Server) -> Chat:
    """Ada's private chat."""
    return server.person("Ada").private()


async def begun(chat: Chat, question: str) -> Post:
    """Ask, and wait until the answer grows."""
    post = await chat.send_photo(picture(), question)
    return await chat.answer(post, lambda reply: reply.reply_to == post.id and "answer" in reply.text, SECONDS)


async def stopping(server: Server) -> None:
    """Wait until the bot has asked for updates without waiting for any, as it does when it has ended polling."""
    await server.wait_until(lambda: any(not call.get("timeout") for call in server.calls("getUpdates")), SECONDS)


async def test_at_the_deadline_answers_are_left_to_the_next_start(server: Server, ada: Chat, tmp_path: Path) -> None:
    """An answer without an end: the process ends in good order, and nobody is to blame."""
    bot = BotProcess(server, tmp_path / "data", model={"drain_seconds": 0.3})
    bot.start()
    answer = await begun(ada, f"What is {LONG} q1?")
    waits = await ada.send("What is q2?")
    held = await ada.answer(waits, lambda reply: reply.reply_to == waits.id, SECONDS)
    bot.process.terminate()
    assert await bot.ended() == 0
    assert bot.rows(UNFINISHED) == [(0,), (0,)]
    assert "restarted" in answer.text and "restarted" in held.text


async def test_within_the_deadline_answers_are_brought_to_their_end(server: Server, ada: Chat, tmp_path: Path) -> None:
    """Nothing is left for the next start, and nothing new was taken in."""
    bot = BotProcess(server, tmp_path / "data")
    bot.start()
    answer = await begun(ada, f"What is {LONG} q1?")
    bot.process.terminate()
    await stopping(server)
    bot.go.touch()
    assert await bot.ended() == 0
    assert "read at" in answer.text
    assert bot.rows(UNFINISHED) == []


async def test_a_second_signal_ends_it_at_once_and_nothing_is_lost(server: Server, ada: Chat, tmp_path: Path) -> None:
    """Although the drain would last for an hour."""
    bot = BotProcess(server, tmp_path / "data", model={"drain_seconds": 3600.0})
    bot.start()
    await begun(ada, f"What is {LONG} q1?")
    bot.process.terminate()
    await stopping(server)
    bot.process.terminate()
    assert await bot.ended() == -signal.SIGTERM
    assert bot.rows(UNFINISHED) == [(0,)]
