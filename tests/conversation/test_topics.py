"""Topics of a forum: each has its own thread, conversation, picture and settings."""

import pytest

from playground import Chat, Server
from tests.bot.samples import picture
from tests.conversation.conftest import Stage, final
from tests.conversation.forgetting import forget

NAME = "@eyeglass_play_bot"
CATS, BILLS = 12, 13

pytestmark = pytest.mark.usefixtures("bot")


@pytest.fixture
def forum(server: Server) -> Chat:
    """A forum of Ada's, of which she is an admin."""
    return server.group("Forum", server.person("Ada"), forum=True)


async def test_each_topic_has_its_own_conversation(stage: Stage, forum: Chat) -> None:
    """A question is about the last picture of its topic, and brings that topic's turns alone, in its thread."""
    for topic, question in ((CATS, "Whose cat?"), (BILLS, "How much?"), (None, "What is this?")):
        await final(forum, await forum.send_photo(picture(), f"{NAME} {question}", topic=topic))
    reply = await final(forum, await forum.send("/ask And its name?", topic=CATS))
    assert reply.content["message_thread_id"] == CATS
    await final(forum, await forum.send("/ask And that?"))
    first, second = stage.engine.requests[-2:]
    assert [message.text for message in first.messages][::2] == ["Whose cat?", "And its name?"]
    assert [message.text for message in second.messages][::2] == ["What is this?", "And that?"]


async def test_a_topic_without_a_picture_knows_none(stage: Stage, forum: Chat) -> None:
    """/new concerns its topic alone, and /forget all of them."""
    for topic in (CATS, BILLS):
        await final(forum, await forum.send_photo(picture(), "/ask What is this?", topic=topic))
    assert "not seen a picture here" in (await forum.answer(await forum.send("/ask What is this?"))).text
    await forum.answer(await forum.send("/new", topic=CATS))
    assert "not seen a picture here" in (await forum.answer(await forum.send("/ask What is this?", topic=CATS))).text
    await final(forum, await forum.send("/ask What is this?", topic=BILLS))
    assert "2 pictures and 3 answers" in (await forget(forum, topic=CATS)).text
    assert "not seen a picture here" in (await forum.answer(await forum.send("/ask What is this?", topic=BILLS))).text


async def test_a_topic_may_have_its_own_detail(stage: Stage, forum: Chat) -> None:
    """By word and by button; the General topic's choice is the group's, and holds if a topic made none."""
    await forum.answer(await forum.send("/detail 100"))
    await forum.answer(await forum.send("/detail 200", topic=CATS))
    menu = await forum.answer(await forum.send("/detail", topic=BILLS))
    assert "Now: 100" in menu.text
    await (await forum.press("detail:high", menu)).answered()
    for topic in (None, CATS, BILLS, 14):
        await final(forum, await forum.send_photo(picture(), "/ask What is this?", topic=topic))
    assert [request.detail.tokens for request in stage.engine.requests] == [100, 200, 512, 100]


async def test_a_press_under_a_deleted_menu_changes_no_topic(stage: Stage, forum: Chat) -> None:
    """Telegram does not say in which topic it stood, so the button only says that it no longer works."""
    menu = await forum.answer(await forum.send("/detail", topic=CATS))
    await forum.delete(menu)
    assert "no longer works" in await (await forum.press("detail:high", menu)).answered()
    for topic in (None, CATS):
        await final(forum, await forum.send_photo(picture(), "/ask What is this?", topic=topic))
    assert [request.detail.tokens for request in stage.engine.requests] == [256, 256]
