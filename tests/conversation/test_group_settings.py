"""What a group has chosen: by whom, and for which topic."""

from playground import Server
from tests.bot.samples import picture
from tests.conversation.conftest import Stage, final

NAME = "@eyeglass_play_bot"


async def test_only_admins_choose_how_closely_a_group_is_answered(stage: Stage, server: Server) -> None:
    """By word and by button; a member sees the choice, and is told why it is not his."""
    await stage.start()
    ada, ben = server.person("Ada"), server.person("Ben")
    group = server.group("Family", ada, ben)
    assert "only its admins" in (await group.answer(await group.send("/detail high", by=ben))).text
    menu = await group.answer(await group.send("/detail", by=ben))
    assert "only its admins" in await (await group.press("detail:high", menu, by=ben)).answered()
    await final(group, await group.send_photo(picture(), f"{NAME} What is this?", by=ben))
    await (await group.press("detail:high", menu, by=ada)).answered()
    await final(group, await group.send(f"{NAME} And below?", by=ben))
    await group.answer(await group.send("/detail 64", by=ada))
    await final(group, await group.send(f"{NAME} And above?", by=ben))
    assert [request.detail.tokens for request in stage.engine.requests] == [256, 512, 64]


async def test_anonymous_admins_choose_too(stage: Stage, server: Server) -> None:
    """Who writes in the group's name is one of its admins; who writes in a channel's name need not be."""
    await stage.start()
    ada, ben = server.person("Ada"), server.person("Ben")
    group = server.group("Family", ada, ben)
    anonymous = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
    hidden = {"from": anonymous, "sender_chat": group.room.header}
    assert "From now on" in (await group.answer(await group.send("/detail high", by=ben, **hidden))).text
    channel = {"id": -1009, "type": "channel", "title": "News"}
    outside = {"sender_chat": channel}
    assert "only its admins" in (await group.answer(await group.send("/detail low", by=ben, **outside))).text
