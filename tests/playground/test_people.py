"""People's actions reach the bot as on Telegram, and they see the bot's."""

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.error import BadRequest

import playground
from playground import Chat, Event, Happening, Server
from playground.limits import QUERY_SECONDS

KEYBOARD = InlineKeyboardMarkup([[InlineKeyboardButton("Look closer", callback_data="more:7")]])


async def test_a_command_is_marked(bot: Bot, chat: Chat) -> None:
    """Commands, mentions and links carry entities; the person's language comes along."""
    await chat.send("/detail high, says @someone 😀 at https://example.org/a.")
    (update,) = await bot.get_updates()
    assert update.message is not None
    assert update.message.from_user is not None
    assert update.message.from_user.language_code == "en"
    assert list(update.message.parse_entities().values()) == ["/detail", "@someone", "https://example.org/a"]


async def test_a_press_reaches_the_bot_and_its_answer_the_person(bot: Bot, chat: Chat) -> None:
    """By text or by data; the notice comes back; the error for an unknown button names the known ones."""
    await bot.send_message(chat.id, "x", reply_markup=KEYBOARD)
    press = await chat.press("Look closer")
    assert press.answer is None
    (update,) = await bot.get_updates()
    assert update.callback_query is not None
    assert update.callback_query.data == "more:7"
    await update.callback_query.answer("Looking closer", show_alert=True)
    assert await press.answered() == "Looking closer"
    assert press.answer == {"text": "Looking closer", "show_alert": True}
    with pytest.raises(LookupError, match="Look closer"):
        await chat.press("Stop")
    await chat.press("more:7")


async def test_a_press_grows_old() -> None:
    """After a minute it cannot be answered any more."""
    now = 1_700_000_000.0
    async with playground.serve(clock=lambda: now) as server, Bot(server.token, base_url=server.base_url) as bot:
        chat = server.person("Ada").private()
        await bot.send_message(chat.id, "x", reply_markup=KEYBOARD)
        press = await chat.press("Look closer")
        now += QUERY_SECONDS + 1
        with pytest.raises(BadRequest, match="Query is too old"):
            await bot.answer_callback_query(press.id)


async def test_a_press_on_a_deleted_message(bot: Bot, chat: Chat) -> None:
    """The bot gets an inaccessible message."""
    await bot.send_message(chat.id, "x", reply_markup=KEYBOARD)
    (post,) = chat.messages
    await bot.delete_message(chat.id, post.id)
    await chat.press("Look closer", post)
    (update,) = await bot.get_updates()
    assert update.callback_query is not None
    assert update.callback_query.message is not None
    assert not update.callback_query.message.is_accessible


async def test_an_edit_by_a_person(bot: Bot, chat: Chat) -> None:
    """The bot gets edited_message; the chat keeps the earlier text."""
    post = await chat.send("Waht?")
    await chat.edit(post, "What?")
    _, update = await bot.get_updates()
    assert update.edited_message is not None
    assert update.edited_message.text == "What?"
    assert post.history == ["Waht?"]


async def test_privacy_mode(server: Server, bot: Bot) -> None:
    """In a group the bot sees commands to it, answers to it and mentions; as an administrator everything."""
    bo, chen = server.person("Bo"), server.person("Chen")
    group = server.group("Friends", bo, chen)
    mine = await bot.send_message(group.id, "Hello")
    posted = group.room.find(mine.message_id)
    for text in ("chatter", "/start", "/start@other_bot", "/start@eyeglass_play_bot", "hey @Eyeglass_play_bot"):
        await group.send(text, by=chen)
    await group.send("an answer", reply_to=posted)
    seen = [u.message.text for u in await bot.get_updates() if u.message]
    assert seen == ["/start", "/start@eyeglass_play_bot", "hey @Eyeglass_play_bot", "an answer"]
    owned = server.group("Ours", bo, bot_is_admin=True)
    await owned.send("chatter")
    assert [u.message.text for u in await bot.get_updates() if u.message][-1] == "chatter"


async def test_stop_on_a_draft(server: Server, bot: Bot, chat: Chat) -> None:
    """With can_stop, and if the bot asked for it, the bot learns which draft."""
    await bot.get_updates(allowed_updates=[*Update.ALL_TYPES, "stopped_message_generation"])
    await bot.send_message_draft(chat.id, 7, "The", api_kwargs={"can_stop": True})
    await chat.stop_draft(7)
    (update,) = await bot.get_updates()
    assert update.api_kwargs["stopped_message_generation"]["draft_id"] == 7
    await bot.send_message_draft(chat.id, 8, "The")
    with pytest.raises(LookupError):
        await chat.stop_draft(8)
    assert server.violations == []


async def test_everything_can_be_watched(server: Server, bot: Bot, chat: Chat) -> None:
    """A watcher gets each event as it happens, in order."""
    seen: list[Event] = []
    server.watch(seen.append)
    await chat.send("hi")
    await bot.send_chat_action(chat.id, "typing")
    sent = await bot.send_message(chat.id, "ho")
    await sent.edit_text("hoho")
    await sent.delete()
    kinds = [Happening.SENT, Happening.ACTION, Happening.SENT, Happening.EDITED, Happening.DELETED]
    assert [event.kind for event in seen] == kinds
    assert [(event.who, event.text) for event in seen][2:4] == [("Eyeglass", "ho"), ("Eyeglass", "hoho")]


async def test_waiting_in_vain_shows_the_chat(chat: Chat) -> None:
    """The error of a wait holds the transcript, so that a failed test can be read."""
    asked = await chat.send("hello?")
    with pytest.raises(TimeoutError, match="Ada: hello"):
        await chat.answer(asked, timeout=0.01)
