"""The playground's own objects match the Bot API's description."""

import httpx
import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup

from playground import Server
from playground.check import Description
from tests.playground.conftest import picture

KEYBOARD = InlineKeyboardMarkup([[InlineKeyboardButton("a", callback_data="b")]])


async def test_every_update_is_as_described(server: Server, bot: Bot, http: httpx.AsyncClient) -> None:
    """Texts, replies, photos, albums, files, edits, presses, topics and the bot's own fate."""
    ada = server.person("Ada", username="ada_l", language_code="de")
    chat, forum = ada.private(), server.group("Forum", ada, forum=True, bot_is_admin=True)
    first = await chat.send("/start https://example.org #tag")
    await chat.send_photo(picture(100, 100), "look", reply_to=first)
    await chat.send_album([picture(50, 50)] * 2, "two")
    await chat.send_document(picture(60, 60), "a.png", caption="a file")
    await chat.edit(first, "/help")
    await bot.send_message(chat.id, "x", reply_markup=KEYBOARD)
    await chat.press("a")
    await chat.press("b", chat.messages[-1])
    await forum.send("hello", topic=7)
    ada.block()
    updates = (await http.post("getUpdates")).json()["result"]
    assert Description.load().problems("[Update]", updates, "updates") == []
    kinds = [key for update in updates for key in update if key != "update_id"]
    assert kinds == ["message"] * 5 + ["edited_message"] + ["callback_query"] * 2 + ["message", "my_chat_member"]


async def test_every_answer_is_as_described(server: Server, bot: Bot, http: httpx.AsyncClient) -> None:
    """The results of the methods that return objects."""
    ada = server.person("Ada")
    chat, group = ada.private(), server.group("Friends", ada)
    document = (await chat.send_document(b"x", "x.txt")).content["document"]
    await bot.send_message(chat.id, "x")
    asked = [
        ("getMe", {}, "User"),
        ("getWebhookInfo", {}, "WebhookInfo"),
        ("getFile", {"file_id": document["file_id"]}, "File"),
        (
            "sendMessage",
            {"chat_id": chat.id, "text": "https://a.org", "reply_parameters": '{"message_id": 1}'},
            "Message",
        ),
        ("sendPhoto", {"chat_id": chat.id, "photo": (await chat.send_photo(picture(9, 9))).file_id}, "Message"),
        ("sendDocument", {"chat_id": chat.id, "document": document["file_id"], "caption": "c"}, "Message"),
        ("editMessageText", {"chat_id": chat.id, "message_id": 2, "text": "y"}, "Message"),
        ("getChat", {"chat_id": group.id}, "ChatFullInfo"),
        ("getChatMember", {"chat_id": group.id, "user_id": ada.id}, "ChatMember"),
        ("getChatAdministrators", {"chat_id": group.id}, "[ChatMember]"),
        ("getMyCommands", {}, "[BotCommand]"),
    ]
    for method, params, kind in asked:
        answer = (await http.post(method, data=params)).json()
        assert Description.load().problems(kind, answer.get("result"), method) == []
    assert server.violations == []


async def test_people_cannot_send_what_telegram_would_not(server: Server) -> None:
    """A field that Message does not have is an error of the test that sends it."""
    with pytest.raises(ValueError, match="has no field colour"):
        await server.person("Ada").private().send("x", colour="red")
