"""Quotes, forwards, replies to other chats, and senders who are no person."""

from typing import Any

import pytest
from telegram import Bot, Message, MessageOriginChannel, MessageOriginChat, MessageOriginHiddenUser, MessageOriginUser

from playground import Chat, Server
from playground.contents import CONTACT, DICE, LOCATION, POLL, paid, voice
from playground.origins import (
    Sender,
    as_anonymous,
    as_bot,
    as_channel,
    as_linked_channel,
    external_reply,
    forwarded,
    origin_of_channel,
    origin_of_chat,
    origin_of_hidden,
    origin_of_user,
)
from tests.playground.conftest import picture


async def seen(bot: Bot) -> list[Message]:
    """Return the messages that the bot got."""
    return [update.message for update in await bot.get_updates() if update.message]


async def test_a_quote_is_a_part_of_what_is_replied_to(bot: Bot, chat: Chat) -> None:
    """Of a text or a caption; its place is counted in UTF-16 units."""
    text, photo = await chat.send("😀 one two"), await chat.send_photo(picture(20, 20), "three four")
    await chat.send("What?", reply_to=text, quote="two")
    await chat.send("And that?", reply_to=photo, quote="four")
    quotes = [message.quote for message in await seen(bot) if message.quote]
    assert [(quote.text, quote.position, quote.is_manual) for quote in quotes] == [("two", 7, True), ("four", 6, True)]
    for wrong in ("five", ""):
        with pytest.raises(ValueError, match="is no part of"):
            await chat.send("What?", reply_to=photo, quote=wrong)


async def test_a_forward_keeps_everything_but_who_sent_it(server: Server, bot: Bot) -> None:
    """Of a person by default; of a hidden one, a channel or a group if told; forwarded again, it keeps that."""
    ada, ben = server.person("Ada"), server.person("Ben")
    chat, other = ada.private(), ben.private()
    post = await other.send_photo(picture(20, 20), "Look /there", reply_to=await other.send("x"))
    origins: list[Any] = [None, origin_of_hidden("Ben"), origin_of_channel("News", "news"), origin_of_user(ada.user)]
    posts = [await chat.forward(post, origin=origin) for origin in origins]
    await chat.forward(posts[2], media_group_id="7")
    await chat.forward({"text": "Hi"}, origin=origin_of_chat(server.group("Family", ben).room.header))
    _, _, *got = await seen(bot)
    kinds = [MessageOriginUser, MessageOriginHiddenUser, MessageOriginChannel, MessageOriginUser, MessageOriginChannel]
    assert [type(message.forward_origin) for message in got] == [*kinds, MessageOriginChat]
    assert {message.from_user.id for message in got if message.from_user} == {ada.id}
    assert all(message.reply_to_message is None for message in got)
    assert [(post.file_id, post.text, len(post.entities)) for post in posts] == [(post.file_id, "Look /there", 1)] * 4
    assert isinstance(got[0].forward_origin, MessageOriginUser)
    assert got[0].forward_origin.sender_user.id == ben.id
    assert got[2].forward_origin == got[4].forward_origin
    assert got[4].media_group_id == "7"
    with pytest.raises(KeyError):
        forwarded({"text": "of nobody"})


async def test_a_reply_to_another_chat(server: Server, bot: Bot, chat: Chat) -> None:
    """Its media comes along, its text does not; only a group's number is told; a quote is taken as it is."""
    group, other = server.group("Family", server.person("Ben")), server.person("Ben").private()
    photo, text = await group.send_photo(picture(20, 20), "Look"), await other.send("Hello")
    sent = await chat.send("What is this?", external_reply=external_reply(photo), quote="Look")
    assert sent.content["quote"]["text"] == "Look"
    await chat.send("And this?", external_reply=external_reply(text, origin_of_hidden("Ben")))
    await chat.send("And this?", external_reply=external_reply(DICE, origin_of_channel("News")))
    replies = [message.external_reply for message in await seen(bot) if message.external_reply]
    assert [reply.message_id for reply in replies] == [photo.id, None, None]
    assert [bool(reply.photo) for reply in replies] == [True, False, False]
    assert replies[2].dice and replies[0].chat and replies[0].chat.id == group.id


async def test_senders_who_are_no_person(server: Server, bot: Bot) -> None:
    """A channel, an anonymous admin, the linked channel, and another bot."""
    group = server.group("Family", server.person("Ada"), bot_is_admin=True)
    senders = [as_channel("News"), as_anonymous(group.room), as_linked_channel("News"), as_bot("Weather")]
    for by in senders:
        await group.send("Hello", by=by)
    got = await seen(bot)
    assert [message.from_user.id for message in got if message.from_user][:3] == [136817688, 1087968824, 777000]
    chats = [message.sender_chat for message in got]
    assert [chat.title if chat else None for chat in chats] == ["News", "Family", "News", None]
    assert chats[0] == chats[2]
    assert chats[1] is not None and chats[1].id == group.id
    assert [bool(message.is_automatic_forward) for message in got] == [False, False, True, False]
    assert isinstance(got[2].forward_origin, MessageOriginChannel)
    assert got[3].from_user is not None and got[3].from_user.is_bot


async def test_a_forward_of_a_channels_words(server: Server, bot: Bot) -> None:
    """Words in a chat's name come from that chat, not from the account that Telegram shows for it."""
    group = server.group("Family", server.person("Ada"), bot_is_admin=True)
    await group.forward(await group.send("Hello", by=as_channel("News")), by=Sender(group.people[0].user))
    _, message = await seen(bot)
    assert isinstance(message.forward_origin, MessageOriginChat)
    assert message.forward_origin.sender_chat.title == "News"


async def test_anything_else_can_be_sent(server: Server, bot: Bot, chat: Chat) -> None:
    """What the fields of Message name, with a reply; a picture for stars is a photo that can be fetched."""
    photo = await chat.store_photo(picture(200, 100))
    contents = [LOCATION, CONTACT, DICE, POLL, voice(server.world.files), paid(photo, hidden=1)]
    first = await chat.send("hello")
    posts = [await chat.send_content(content, reply_to=first) for content in contents]
    assert {post.reply_to for post in posts} == {first.id}
    media = posts[-1].content["paid_media"]["paid_media"]
    assert [part["type"] for part in media] == ["photo", "preview"]
    assert await (await bot.get_file(media[0]["photo"][-1]["file_id"])).download_as_bytearray()
    await seen(bot)
    with pytest.raises(ValueError, match="must be Float"):
        await chat.send_content({"location": {"latitude": "north", "longitude": 1.0}})


async def test_a_channel_takes_the_bot_in(server: Server, bot: Bot) -> None:
    """As an administrator, which the bot is told."""
    owner = server.person("Ada")
    channel = server.channel("News", owner)
    channel.set_bot_status("administrator", owner)
    (update,) = await bot.get_updates()
    assert update.my_chat_member is not None
    assert (update.my_chat_member.chat.type, update.my_chat_member.chat.title) == ("channel", "News")
