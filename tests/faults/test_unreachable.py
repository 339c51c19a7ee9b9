"""If a chat can no longer be written to nothing is retried, and the model does not go on for nobody."""

import asyncio

import pytest

from playground import Chat, Server
from tests.bot.samples import picture
from tests.conversation.conftest import Stage, final
from tests.faults.conftest import EndlessEngine, assert_quiet, states

REFUSALS = {
    "blocked": (403, "Forbidden: bot was blocked by the user"),
    "deactivated": (403, "Forbidden: user is deactivated"),
    "kicked": (403, "Forbidden: bot was kicked from the supergroup chat"),
    "not a member": (403, "Forbidden: bot is not a member of the supergroup chat"),
    "chat gone": (400, "Bad Request: chat not found"),
    "may not send": (400, "Bad Request: not enough rights to send text messages to the chat"),
    "may not write": (400, "Bad Request: have no rights to send a message"),
    "not an admin": (400, "Bad Request: need administrator rights in the channel chat"),
    "topic closed": (400, "Bad Request: TOPIC_CLOSED"),
    "topic deleted": (400, "Bad Request: message thread not found"),
}


@pytest.fixture
def engine(stage: Stage) -> EndlessEngine:
    """An engine that would never end."""
    stage.engine = made = EndlessEngine()
    return made


@pytest.mark.parametrize("refusal", REFUSALS.values(), ids=REFUSALS.keys())
async def test_an_answer_that_nobody_sees_ends(
    stage: Stage, chat: Chat, engine: EndlessEngine, log: pytest.LogCaptureFixture, refusal: tuple[int, str]
) -> None:
    """At the first refusal; the log has one line about it, the update is done with, and others are answered."""
    await stage.start()
    question = await chat.send_photo(picture(), "What is this?")
    await chat.answer(question, lambda post: "grey" in post.text)
    server = stage.server
    for method in ("editMessageText", "sendMessage", "sendChatAction"):
        server.fail_next(method, *refusal, chat=chat.id, times=99)
    assert await asyncio.to_thread(engine.ended.wait, 10)
    engine.go.set()
    ben = server.person("Ben").private()
    await final(ben, await ben.send_photo(picture(), "And this?"))
    await stage.stop()
    assert states(stage) == ["done", "done"]
    assert len([record for record in log.records if "cannot be written to" in record.message]) == 1
    assert not any(post.by_bot and "went wrong" in post.text for post in chat.messages)
    assert_quiet(log, stage)


async def test_who_blocks_the_bot_at_once_costs_it_nothing(
    stage: Stage, server: Server, engine: EndlessEngine, log: pytest.LogCaptureFixture
) -> None:
    """The first sign of life is refused, and that is the end of it."""
    ada = server.person("Ada")
    await stage.start()
    await ada.private().send_photo(picture(), "What is this?")
    ada.private().set_bot_status("kicked", by=ada)
    await server.acknowledged()
    ben = server.person("Ben").private()
    await ben.answer(await ben.send_photo(picture(), "And this?"), lambda post: "grey" in post.text)
    engine.go.set()
    await stage.stop()
    assert set(states(stage)) == {"done"}
    assert_quiet(log, stage)


async def test_who_comes_back_is_answered(stage: Stage, server: Server) -> None:
    """Nothing is held against anybody."""
    ada = server.person("Ada")
    chat = ada.private()
    await stage.start()
    await chat.send("/help")
    chat.set_bot_status("kicked", by=ada)
    await server.acknowledged()
    chat.set_bot_status("member", by=ada)
    await final(chat, await chat.send_photo(picture(), "What is this?"))
