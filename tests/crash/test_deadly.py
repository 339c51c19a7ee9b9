"""An update that kills the process each time is set aside, and nothing else with it."""

import asyncio
from pathlib import Path

import pytest

from assistant.storage import Admissions, open_database
from assistant.tasks import spawn
from bot.updates.inbox import MOST_ATTEMPTS
from playground import Chat, Post, Server
from tests.bot.samples import picture
from tests.crash.bot_process import DEADLY, BotProcess

SECONDS = 120.0


def is_final(chat: Chat, post: Post) -> bool:
    """Whether a message has its whole answer."""
    return any(reply.reply_to == post.id and "read at" in reply.text for reply in chat.messages)


@pytest.mark.timeout(2 * SECONDS)
async def test_a_deadly_question_is_set_aside_and_the_others_are_answered(server: Server, tmp_path: Path) -> None:
    """All of them, also those that were at work whenever it killed; the owner is told, and who asked it."""
    bot = BotProcess(server, tmp_path / "data")
    owner, eve, *others = (server.person(f"Person {number}").private() for number in range(8))
    async with open_database(bot.folder) as database:
        await Admissions(database).pair(owner.id, "Person 0", "en")
    await eve.send_photo(picture(), f"What is {DEADLY} q0?")
    asked = [(chat, await chat.send_photo(picture(), f"What is q{number}?")) for number, chat in enumerate(others, 1)]

    def sorry() -> bool:
        return any("put it aside" in post.text and not post.buttons for post in eve.messages)

    def settled() -> bool:
        return (
            all(is_final(*question) for question in asked)
            and any("could not handle" in m.text for m in owner.messages)
            and sorry()
        )

    deaths = 0
    while True:
        bot.start()
        ended, told = spawn(bot.ended(), "its end"), spawn(server.wait_until(settled, SECONDS), "its success")
        await asyncio.wait((ended, told), return_when=asyncio.FIRST_COMPLETED)
        if told.done():
            break
        told.cancel()
        deaths += 1
    await bot.kill()
    await ended
    assert deaths == MOST_ATTEMPTS
    ((payload,),) = bot.rows("SELECT payload FROM inbox WHERE state = 'set_aside'")
    assert b"What is deadly q0?" in payload
