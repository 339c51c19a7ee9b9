"""The running bot counts what Telegram refuses, whoever asked for it, and tells of each question's end."""

import contextlib

from pydantic import SecretStr

from assistant.answering import End, Ended
from assistant.settings.settings import Settings
from bot.app import open_bot
from model_service import local_service
from playground import Server
from tests.bot.samples import picture
from tests.conversation.conftest import Stage, final


async def test_polling_files_and_messages_are_counted_by_one_counter(stage: Stage, server: Server) -> None:
    """An answer is given all the same; each failure is there once."""
    running = await stage.start()
    chat = server.person("Ada").private()
    server.fail_next("sendMessage", 429, "Too Many Requests: retry after 1", retry_after=1)
    server.fail_next("getFile", 502, html=True)
    await final(chat, await chat.send_photo(picture(), "What is this?"))
    server.fail_next("getUpdates", 500)
    errors = running.services.faults.errors
    await server.wait_until(lambda: errors["server"] == 2)
    assert {kind: count for kind, count in errors.items() if count} == {"retry_after": 1, "server": 2}


async def test_the_end_of_each_question_is_told(stage: Stage, server: Server) -> None:
    """To whoever opened the bot, and the storage's outage can be read."""
    ended = list[Ended]()
    settings = Settings.model_validate(stage.values)
    async with contextlib.AsyncExitStack() as opened:
        model = local_service(lambda: stage.engine, stage.config)
        bot = await opened.enter_async_context(open_bot(settings, SecretStr(server.token), model, ended.append))
        chat = server.person("Ada").private()
        await final(chat, await chat.send_photo(picture(), "What is this?"))
        await final(chat, await chat.send("And what is that?"))
        await server.wait_until(lambda: len(ended) == 2)
        assert bot.services.database.outage is None
    assert [(one.end, one.superseded, len(one.answers)) for one in ended] == [(End.ANSWERED, False, 1)] * 2
