"""/watch: in a group every picture is answered, if its admins want that."""

from playground import Chat, Server
from tests.bot.samples import picture
from tests.conversation.conftest import Stage, final


async def test_every_picture_is_answered_where_an_admin_wants_it(stage: Stage, server: Server) -> None:
    """Pictures with a caption and without; the talk, other files and other bots' commands stay none of its."""
    await stage.start()
    ada, ben = server.person("Ada"), server.person("Ben")
    group = server.group("Family", ada, ben, bot_is_admin=True)
    assert "only its admins" in (await group.answer(await group.send("/watch on", by=ben))).text
    await group.send_photo(picture(), "Not yet")
    assert "every picture" in (await group.answer(await group.send("/watch on", by=ada))).text
    await group.send("Nice!", by=ben)
    await group.send_document(b"%PDF-1.7", "a.pdf", by=ben)
    await group.send_photo(picture(), "/frame it", by=ben)
    await final(group, await group.send_photo(picture(), "What is this?", by=ben))
    bare = await group.send_photo(picture(), by=ada)
    await group.wait_until(lambda: bare.reactions or None)
    await group.answer(await group.send("/watch off", by=ada))
    await group.send_photo(picture(), "No more")
    await final(group, await group.send("/ask And now?"))
    asked = [request.messages[-1].text for request in stage.engine.requests]
    assert asked == ["What is this?", "And now?"]
    assert len([post for post in group.messages if post.by_bot]) == 5


async def test_a_topic_may_be_left_out(stage: Stage, server: Server) -> None:
    """The group's choice holds in each topic that did not choose otherwise."""
    await stage.start()
    forum = server.group("Forum", server.person("Ada"), forum=True, bot_is_admin=True)
    await forum.answer(await forum.send("/watch on"))
    await forum.answer(await forum.send("/watch off", topic=12))
    await forum.send_photo(picture(), "Talk", topic=12)
    await final(forum, await forum.send_photo(picture(), "What is this?", topic=13))
    assert [request.messages[-1].text for request in stage.engine.requests] == ["What is this?"]


async def test_it_says_how_it_is_said(stage: Stage, server: Server, chat: Chat) -> None:
    """/watch alone, and in a private chat, where there is nothing to choose."""
    await stage.start()
    assert "groups" in (await chat.answer(await chat.send("/watch off"))).text
    group = server.group("Family", server.person("Ben"))
    assert "/watch off" in (await group.answer(await group.send("/watch"))).text
