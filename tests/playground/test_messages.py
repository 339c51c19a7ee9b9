"""Messages as Telegram keeps them, and its own words where it refuses."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from telegram import Bot, BotCommand, BotCommandScopeChat, InlineKeyboardButton, InlineKeyboardMarkup, ReplyParameters
from telegram.error import BadRequest, Forbidden

from playground import Chat, Server

KEYBOARD = InlineKeyboardMarkup([[InlineKeyboardButton("Stop", callback_data="stop")]])
LONG = InlineKeyboardMarkup([[InlineKeyboardButton("Stop", callback_data="é" * 33)]])

REFUSED: list[tuple[str, Callable[[Bot, int], Awaitable[Any]]]] = [
    ("Message text is empty", lambda bot, chat: bot.send_message(chat, " \n")),
    ("Message is too long", lambda bot, chat: bot.send_message(chat, "😀" * 2049)),
    ("Message caption is too long", lambda bot, chat: bot.send_document(chat, b"x", caption="x" * 1025)),
    ("Chat not found", lambda bot, chat: bot.send_message(chat + 1, "x")),
    ("Button_data_invalid", lambda bot, chat: bot.send_message(chat, "x", reply_markup=LONG)),
    ("Message to edit not found", lambda bot, chat: bot.edit_message_text("x", chat, 99)),
    ("Message can't be edited", lambda bot, chat: bot.edit_message_text("x", chat, 1)),
    ("Message to delete not found", lambda bot, chat: bot.delete_message(chat, 99)),
    ("Message to be replied not found", lambda bot, chat: bot.send_message(chat, "x", reply_to_message_id=99)),
    ("Can't parse entities: can't find end tag", lambda bot, chat: bot.send_message(chat, "<b>x", parse_mode="HTML")),
    ("is reserved and must be escaped", lambda bot, chat: bot.send_message(chat, "x.", parse_mode="MarkdownV2")),
    ("Random_id_invalid", lambda bot, chat: bot.send_message_draft(chat, 0, "x")),
    ("Wrong parameter action in request", lambda bot, chat: bot.send_chat_action(chat, "thinking")),
    ("Query is too old and response timeout expired", lambda bot, chat: bot.answer_callback_query("7")),
    ("There are no administrators in the private chat", lambda bot, chat: bot.get_chat_administrators(chat)),
    ("Chat member status can't be changed", lambda bot, chat: bot.leave_chat(chat)),
]


@pytest.mark.parametrize(("words", "call"), REFUSED)
async def test_telegram_refuses_in_its_own_words(
    server: Server, bot: Bot, chat: Chat, words: str, call: Callable[[Bot, int], Awaitable[Any]]
) -> None:
    """Each limit is enforced with Telegram's text; none of them is a violation of the description."""
    await chat.send("hello")
    with pytest.raises(BadRequest) as refusal:
        await call(bot, chat.id)
    assert words.lower() in refusal.value.message.lower()
    assert server.violations == []


async def test_a_message_is_edited_and_its_past_kept(bot: Bot, chat: Chat) -> None:
    """The chat shows the last text; earlier ones are in the history; an edit without a keyboard removes it."""
    sent = await bot.send_message(chat.id, "one", reply_markup=KEYBOARD)
    (post,) = chat.messages
    assert [button.text for button in post.buttons] == ["Stop"]
    edited = await sent.edit_text("*two*", parse_mode="MarkdownV2")
    assert not isinstance(edited, bool)
    assert (edited.text, edited.edit_date is not None) == ("two", True)
    assert (post.text, post.history, post.edits, post.buttons) == ("two", ["one"], 1, [])
    assert post.entities == [{"type": "bold", "offset": 0, "length": 3}]
    with pytest.raises(BadRequest, match="Message is not modified"):
        await sent.edit_text("*two*", parse_mode="MarkdownV2")
    await sent.edit_reply_markup(KEYBOARD)
    assert (post.edits, post.history, post.buttons[0].data) == (2, ["one"], "stop")


async def test_a_deleted_message_is_gone(bot: Bot, chat: Chat) -> None:
    """It cannot be edited, deleted or answered any more, unless the answer may stand alone."""
    asked = await chat.send("hello")
    await bot.delete_message(chat.id, asked.id)
    assert chat.messages == []
    with pytest.raises(BadRequest, match="Message to be replied not found"):
        await bot.send_message(chat.id, "x", reply_to_message_id=asked.id)
    alone = ReplyParameters(asked.id, allow_sending_without_reply=True)
    assert (await bot.send_message(chat.id, "x", reply_parameters=alone)).reply_to_message is None


async def test_ids_look_like_telegrams(server: Server, bot: Bot, chat: Chat) -> None:
    """Counters per chat, ids beyond 32 bits, dates in seconds, groups below zero."""
    other = server.group("Friends", server.person("Bo"))
    sent = [await bot.send_message(room.id, "x") for room in (chat, chat, other)]
    assert [message.message_id for message in sent] == [1, 2, 1]
    assert chat.id > 2**32
    assert other.id < -(10**12)
    assert abs(sent[0].date.timestamp() - server.world.clock()) < 60
    assert sent[0].from_user is not None
    assert sent[0].from_user.is_bot


async def test_drafts_stream_and_end_with_the_message(server: Server, bot: Bot, chat: Chat) -> None:
    """A draft grows in a private chat only; the real message replaces it."""
    for text in ("", "The", "The total"):
        await bot.send_message_draft(chat.id, 7, text)
    assert (chat.drafts[7].text, chat.drafts[7].history) == ("The total", ["", "The"])
    await bot.send_message(chat.id, "The total is 42.")
    assert chat.drafts == {}
    group = server.group("Friends", server.person("Bo"))
    with pytest.raises(BadRequest, match="Textdraft_peer_invalid"):
        await bot.send_message_draft(group.id, 7, "x")


async def test_topics(server: Server, bot: Bot) -> None:
    """General has no id to send to; other topics do; where there are none, ids are ignored."""
    forum = server.group("Forum", server.person("Bo"), forum=True)
    asked = await forum.send("/start", topic=5)
    assert asked.content["is_topic_message"] is True
    assert (await bot.send_message(forum.id, "x", message_thread_id=5)).message_thread_id == 5
    with pytest.raises(BadRequest, match="Message thread not found"):
        await bot.send_message(forum.id, "x", message_thread_id=1)
    plain = server.group("Friends", server.person("Chen"))
    assert (await bot.send_message(plain.id, "x", message_thread_id=1)).message_thread_id is None


async def test_a_bot_that_was_sent_away_may_not_write(server: Server, bot: Bot, chat: Chat) -> None:
    """403 where it is blocked, was removed or left; and it gets an update in time."""
    ada, bo = server.person("Ada"), server.person("Bo")
    mine, group = ada.private(), server.group("Friends", bo)
    ada.block()
    group.set_bot_status("kicked", bo)
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(mine.id, "x")
    with pytest.raises(Forbidden, match="bot was kicked from the supergroup chat"):
        await bot.send_message(group.id, "x")
    statuses = [u.my_chat_member.new_chat_member.status for u in await bot.get_updates() if u.my_chat_member]
    assert statuses == ["kicked", "kicked"]
    ada.unblock()
    assert await bot.send_chat_action(mine.id, "typing")
    assert mine.actions == ["typing"]


async def test_commands_belong_to_a_scope_and_a_language(bot: Bot, chat: Chat) -> None:
    """Commands are read back for exactly that scope and language, until deleted."""
    await bot.set_my_commands([BotCommand("start", "Begin")])
    await bot.set_my_commands([BotCommand("detail", "看多细")], BotCommandScopeChat(chat.id), language_code="zh")
    assert [c.command for c in await bot.get_my_commands()] == ["start"]
    assert [c.command for c in await bot.get_my_commands(BotCommandScopeChat(chat.id), "zh")] == ["detail"]
    assert await bot.get_my_commands(BotCommandScopeChat(chat.id)) == ()
    await bot.delete_my_commands()
    assert await bot.get_my_commands() == ()


async def test_who_is_in_a_chat(server: Server, bot: Bot) -> None:
    """The owner, members, the bot itself, and someone from elsewhere."""
    bo, chen, out = (server.person(name) for name in ("Bo", "Chen", "Dora"))
    out.private()
    group = server.group("Friends", bo, chen)
    ids = [bo.id, chen.id, bot.id, out.id]
    statuses = [(await bot.get_chat_member(group.id, user)).status for user in ids]
    assert statuses == ["creator", "member", "member", "left"]
    assert [m.user.first_name for m in await bot.get_chat_administrators(group.id)] == ["Bo"]
    assert (await bot.get_chat(group.id)).title == "Friends"
    await bot.leave_chat(group.id)
    assert group.room.bot_status == "left"
    assert server.violations == []
