"""Tests of a group's settings: who may choose them, and for which topic."""

from playground import Chat, Post, Server
from tests.bot.samples import picture
from tests.conversation.conftest import Stage, final

NAME = "@eyeglass_play_bot"


async def test_only_admins_choose_how_closely_a_group_is_answered(stage: Stage, server: Server) -> None:
    """By word and by button; a member sees the choice, and is told why it is not theirs."""
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
    """A sender in the group's name is one of its admins; one in a channel's name need not be."""
    await stage.start()
    ada, ben = server.person("Ada"), server.person("Ben")
    group = server.group("Family", ada, ben)
    anonymous = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
    hidden = {"from": anonymous, "sender_chat": group.room.header}
    assert "From now on" in (await group.answer(await group.send("/detail high", by=ben, **hidden))).text
    channel = {"id": -1009, "type": "channel", "title": "News"}
    outside = {"sender_chat": channel}
    assert "only its admins" in (await group.answer(await group.send("/detail low", by=ben, **outside))).text


async def menu_of(group: Chat, **more: object) -> Post:
    """Return the menu that /settings brings."""
    return await group.answer(await group.send("/settings", **more), lambda post: bool(post.buttons))  # type: ignore[arg-type]


async def test_only_admins_change_a_groups_settings(stage: Stage, server: Server) -> None:
    """A member sees the settings; a press of theirs leaves the menu as it is, and gets the reason why."""
    await stage.start()
    ada, ben = server.person("Ada"), server.person("Ben")
    group = server.group("Family", ada, ben)
    menu = await menu_of(group, by=ben)
    before = menu.text
    assert "When I speak: when I am asked" in before and "Who may change this: the admins" in before
    forged = ("set:length:", "set:reset:", "set:done:", "set:footer:0", "set:changed_by:everybody")
    for number, data in enumerate(forged, start=1):
        query = {"id": f"7{number}", "from": ben.user, "chat_instance": "1", "data": data, "message": menu.content}
        server.put_update({"callback_query": query})
        await server.wait_until(lambda number=number: len(server.calls("answerCallbackQuery")) == number)  # type: ignore[misc]
        assert (
            server.calls("answerCallbackQuery")[-1]["text"]
            == "In a group only its admins can do that: ask one of them."
        )
    assert (menu.text, menu.edits) == (before, 0)
    await group.press("set:footer:", menu, by=ada)
    await group.wait_until(lambda: "set:footer:0" in [button.data for button in menu.buttons])
    assert await (await group.press("set:footer:0", menu, by=ada)).answered() == "Line under an answer: hidden"


async def test_admins_may_leave_a_groups_settings_to_everybody(stage: Stage, server: Server) -> None:
    """All but that one itself: by menu, /detail and /watch; and take it back."""
    await stage.start()
    ada, ben = server.person("Ada"), server.person("Ben")
    group = server.group("Family", ada, ben, bot_is_admin=True)
    menu = await menu_of(group, by=ada)
    await group.press("set:changed_by:", menu, by=ada)
    await group.wait_until(lambda: "set:changed_by:everybody" in [button.data for button in menu.buttons])
    await (await group.press("set:changed_by:everybody", menu, by=ada)).answered()
    await group.wait_until(lambda: "Who may change this: everybody" in menu.text)
    assert "every picture" in (await group.answer(await group.send("/watch on", by=ben))).text
    assert "From now on" in (await group.answer(await group.send("/detail high", by=ben))).text
    await group.press("set:changed_by:", menu, by=ben)
    await group.wait_until(lambda: "set:changed_by:admins" in [button.data for button in menu.buttons])
    assert "only its admins" in await (await group.press("set:changed_by:admins", menu, by=ben)).answered()
    await group.press("‹ Back", menu, by=ben)
    await group.wait_until(lambda: "When I speak: on every picture" in menu.text)
    await (await group.press("Reset to defaults", menu, by=ben)).answered()
    await group.wait_until(lambda: "When I speak: when I am asked" in menu.text)
    assert menu.text.splitlines()[-1] == "Who may change this: everybody"
