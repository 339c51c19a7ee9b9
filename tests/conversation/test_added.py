"""When the bot is added somewhere it says what it is for, and what of the talk reaches it."""

import pytest

from playground import Chat, Server
from tests.bot.samples import picture
from tests.conversation.conftest import Stage, final
from tests.security.conftest import said_by_bot

SEES_SOME, SEES_ALL = "Telegram shows me only commands", "I see every message here"


def add(group: Chat, status: str = "member") -> None:
    """Have the first of a group add the bot."""
    group.set_bot_status("left", group.people[0])
    group.set_bot_status(status, group.people[0])


async def test_it_introduces_itself_to_a_group(stage: Stage, server: Server) -> None:
    """With /ask and replies first: they reach it in any case. What it teaches works."""
    await stage.start()
    ada = server.person("Ada")
    group = server.group("Family", ada)
    add(group)
    said = await group.wait_for(lambda post: post.by_bot)
    assert said.text.index("/ask What is the total?") < said.text.index(SEES_SOME)
    assert SEES_ALL not in said.text
    shown = await group.send_photo(picture())
    answer = await final(group, await group.send("/ask What is the total?", reply_to=shown))
    await final(group, await group.send("And the date?", reply_to=answer))


async def test_an_admin_is_told_that_it_sees_all(stage: Stage, server: Server) -> None:
    """Then mentions reach it for certain. A promotion alone is no news for the group."""
    await stage.start()
    group = server.group("Family", server.person("Ada"))
    add(group, "administrator")
    said = await group.wait_for(lambda post: post.by_bot)
    assert SEES_ALL in said.text and SEES_SOME not in said.text
    group.set_bot_status("member", group.people[0])
    group.set_bot_status("administrator", group.people[0])
    await server.acknowledged()
    await stage.stop()
    assert len(said_by_bot(group)) == 1


async def test_it_speaks_the_language_of_who_added_it(stage: Stage, server: Server) -> None:
    """As far as the group chose no other."""
    await stage.start()
    group = server.group("家", server.person("Lan", language_code="zh-hans"))
    add(group)
    said = await group.wait_for(lambda post: post.by_bot)
    assert "用 /ask 加上问题回复" in said.text and "Telegram 只让我看到命令" in said.text


@pytest.mark.parametrize("admitted", [True, False])
async def test_in_a_closed_bot_only_groups_that_were_let_in_hear_of_it(
    stage: Stage, server: Server, admitted: bool
) -> None:
    """The others hear of it once the owner lets them in."""
    group = server.group("Family", server.person("Ada"))
    stage.values["access"] = {"mode": "closed", "chats": [group.id] if admitted else []}
    await stage.start()
    add(group)
    await server.acknowledged()
    await stage.stop()
    assert len(said_by_bot(group)) == int(admitted)


async def test_if_telegram_does_not_say_what_it_sees_it_claims_nothing(stage: Stage, server: Server) -> None:
    """The rest is said all the same."""
    await stage.start()
    group = server.group("Family", server.person("Ada"))
    server.fail_next("getChatMember", 400, "Bad Request: CHAT_ADMIN_REQUIRED")
    add(group)
    said = await group.wait_for(lambda post: post.by_bot)
    assert "/ask" in said.text and SEES_SOME not in said.text and SEES_ALL not in said.text


async def test_in_a_channel_it_says_to_who_added_it_that_it_does_not_answer_there(stage: Stage, server: Server) -> None:
    """In private, and to nobody whom it does not know; into the channel it writes nothing."""
    ada, eve = server.person("Ada"), server.person("Eve")
    ada.private(), eve.private()
    stage.values["access"] = {"mode": "closed", "users": [ada.id]}
    await stage.start()
    channels = [server.channel("My_channel", ada), server.channel("Eve's", eve)]
    for channel in channels:
        channel.set_bot_status("administrator", channel.people[0])
    said = await ada.private().wait_for(lambda post: post.by_bot)
    assert "I do not answer in channels" in said.text
    await server.acknowledged()
    await stage.stop()
    assert [said_by_bot(chat) for chat in (*channels, eve.private())] == [[], [], []]


async def test_who_has_no_chat_with_it_cannot_be_told(stage: Stage, server: Server) -> None:
    """The bot goes on."""
    await stage.start()
    channel = server.channel("News", server.person("Ada"))
    channel.set_bot_status("administrator", channel.people[0])
    ben = server.person("Ben").private()
    await final(ben, await ben.send_photo(picture(), "What is this?"))


async def test_watch_says_whether_every_picture_is_seen(stage: Stage, server: Server) -> None:
    """If not, what to do; once that was done, that it sees them."""
    await stage.start()
    group = server.group("Family", server.person("Ada"))
    blind = await group.answer(await group.send("/watch on"))
    assert "make me an admin" in blind.text and "@BotFather" in blind.text
    group.set_bot_status("administrator", group.people[0])
    assert "I see them all" in (await group.answer(await group.send("/watch on"))).text
    await final(group, await group.send_photo(picture(), "What is this?"))
    group.set_bot_status("member", group.people[0])
    assert "make me an admin" in (await group.answer(await group.send("/watch on"))).text
