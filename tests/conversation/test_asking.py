"""/ask: in a caption, in a reply to anybody's picture, about the last picture, and alone."""

import pytest

from playground import Chat, Server
from tests.bot.samples import picture
from tests.conversation.conftest import Stage, final

NAME = "@eyeglass_play_bot"

pytestmark = pytest.mark.usefixtures("bot")


def asked(stage: Stage) -> list[str]:
    """Return the questions that reached the model."""
    return [request.messages[-1].text for request in stage.engine.requests]


@pytest.mark.parametrize("command", ["/ask", f"/ask{NAME}"])
async def test_in_a_caption_and_in_a_reply_to_anybodys_picture(stage: Stage, server: Server, command: str) -> None:
    """In a group with privacy mode; the command is no part of the question."""
    ada, ben = server.person("Ada"), server.person("Ben")
    group = server.group("Family", ada, ben)
    cat = await group.send_photo(picture(200, 300), "My cat!")
    await final(group, await group.send(f"{command} Whose cat?", by=ben, reply_to=cat))
    await final(group, await group.send_photo(picture(), f"{command} What is this?"))
    await final(group, await group.send(f"{command} And below?", by=ben))
    assert asked(stage) == ["Whose cat?", "What is this?", "And below?"]
    plan = stage.engine.plan(stage.engine.requests[0])
    assert plan is not None and plan.height > plan.width


async def test_in_private(stage: Stage, chat: Chat) -> None:
    """There /ask is not needed, but understood."""
    await final(chat, await chat.send_photo(picture(), "/ask What is this?"))
    await final(chat, await chat.send("/ask And below?"))
    assert asked(stage) == ["What is this?", "And below?"]


async def test_alone_it_explains_itself(stage: Stage, chat: Chat) -> None:
    """Also where there is a last picture; under a picture, or in a reply to one, it asks what is wanted."""
    assert "after /ask" in (await chat.answer(await chat.send("/ask"))).text
    post = await chat.send_photo(picture(), "/ask")
    assert "What do you want to know" in (await chat.answer(post)).text
    assert "What do you want to know" in (await chat.answer(await chat.send("/ask", reply_to=post))).text
    assert "after /ask" in (await chat.answer(await chat.send("/ask"))).text
    assert asked(stage) == []


async def test_it_waits_for_the_picture_before_it(stage: Stage, chat: Chat) -> None:
    """Unlike other commands /ask is a question: it does not overtake."""
    await chat.send_photo(picture())
    await final(chat, await chat.send("/ask What is this?"))
    assert asked(stage) == ["What is this?"]


async def test_nothing_private_appears_in_a_group(stage: Stage, server: Server) -> None:
    """A group does not know the picture that the same person talks about in private, and the other way round."""
    ada = server.person("Ada")
    private, group = ada.private(), server.group("Family", ada)
    await final(private, await private.send_photo(picture(), "Secret?"))
    assert "not seen a picture here" in (await group.answer(await group.send("/ask What is this?"))).text
    await final(group, await group.send_photo(picture(), "/ask What is that?"))
    await final(private, await private.send("And below?"))
    assert [message.text for message in stage.engine.requests[1].messages] == ["What is that?"]
    assert [message.text for message in stage.engine.requests[2].messages][::2] == ["Secret?", "And below?"]


async def test_other_bots_commands_in_captions_are_left_alone(stage: Stage, server: Server) -> None:
    """One that the bot does not know may be another's, and /ask with another bot's name is."""
    group = server.group("Family", server.person("Ada"), bot_is_admin=True)
    await group.send_photo(picture(), "/frame it")
    await group.send_photo(picture(), "/ask@other_bot it")
    await final(group, await group.send_photo(picture(), "/ask What is this?"))
    assert asked(stage) == ["What is this?"]
