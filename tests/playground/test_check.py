"""The playground refuses and records requests that the Bot API does not know."""

import json

import httpx
import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, ReplyParameters

from playground import Chat, Server
from playground.check import Description
from playground.describe import lines, shorten

WRONG = [
    ("sendMessage", {"chat_id": "1"}, "sendMessage needs text"),
    ("sendMessage", {"chat_id": "1", "text": "x", "colour": "red"}, "sendMessage has no parameter colour"),
    ("sendMessageDraft", {"chat_id": "x", "draft_id": "1"}, "chat_id must be Integer"),
    ("getUpdates", {"allowed_updates": "message"}, "allowed_updates must be an array"),
    ("getUpdates", {"allowed_updates": "[1]"}, "allowed_updates[0] must be String"),
    ("sendPhoto", {"chat_id": "1", "photo": "attach://p"}, "attach://p names no file"),
    ("setMyCommands", {"commands": "[]", "scope": '{"type": "chats"}'}, "scope.type must be"),
    (
        "sendMessage",
        {"chat_id": "1", "text": "x", "reply_markup": '{"inline_keyboard": [[{"text": "a", "data": "b"}]]}'},
        "reply_markup.inline_keyboard[0][0] (InlineKeyboardButton) has no field data",
    ),
    ("sendMessage", {"chat_id": "1", "text": "x", "reply_parameters": '{"message_id": "7"}'}, "must be Integer"),
    ("sendDice", {"chat_id": "1"}, "the playground does not play it"),
]


@pytest.mark.parametrize(("method", "params", "problem"), WRONG)
async def test_a_wrong_request_is_a_violation(
    server: Server, http: httpx.AsyncClient, method: str, params: dict[str, str], problem: str
) -> None:
    """Unknown, missing and mistyped parameters, also inside objects, are answered 400 and recorded."""
    answer = await http.post(method, data=params)
    assert answer.status_code == 400
    assert answer.json()["error_code"] == 400
    assert len(server.violations) == 1
    assert problem in server.violations[0]


async def test_an_unknown_method_is_a_violation(server: Server, http: httpx.AsyncClient) -> None:
    """A method that does not exist is answered 404."""
    answer = await http.post("sendPicture")
    assert (answer.status_code, answer.json()["description"]) == (404, "Not Found: method not found")
    assert server.violations == ["there is no method sendPicture"]


async def test_a_file_that_nothing_names_is_a_violation(server: Server, http: httpx.AsyncClient) -> None:
    """An upload must be a parameter or be named by attach://."""
    await http.post("sendMessage", data={"chat_id": "1", "text": "x"}, files={"stray": b"1"})
    assert server.violations == ["sendMessage: sendMessage takes no file stray"]


async def test_what_ptb_sends_is_no_violation(server: Server, bot: Bot, chat: Chat) -> None:
    """Keyboards, replies, previews, form and multipart bodies of python-telegram-bot all pass."""
    first = await bot.send_message(
        chat.id,
        "attach://nothing is only a text",
        reply_markup=InlineKeyboardMarkup([[InlineKeyboardButton("a", callback_data="b")]]),
        link_preview_options=LinkPreviewOptions(is_disabled=True),
    )
    await bot.send_document(
        chat.id, b"\r\n--\r\n\x00", filename='a "b" é.txt', reply_parameters=ReplyParameters(first.message_id)
    )
    assert server.violations == []
    assert [post.reply_to for post in chat.messages] == [None, first.message_id]


@pytest.mark.parametrize("spelling", ["getme", "GETME", "getMe"])
async def test_methods_are_spelled_in_any_case(http: httpx.AsyncClient, spelling: str) -> None:
    """As on Telegram, and with GET as well as POST, form as well as JSON."""
    assert (await http.get(spelling)).json()["result"]["is_bot"] is True
    assert (await http.post(spelling, json={})).json()["ok"] is True


async def test_json_and_query_parameters_are_understood(http: httpx.AsyncClient, chat: Chat) -> None:
    """A body may be JSON with real numbers and objects; parameters may stand in the address."""
    entities = [{"type": "bold", "offset": 0, "length": 2}]
    await http.post("sendMessage", params={"chat_id": chat.id}, json={"text": "hi", "entities": entities})
    await http.get("sendMessage", params={"chat_id": chat.id, "text": "ho", "disable_notification": "true"})
    assert [(post.text, post.entities) for post in chat.messages] == [("hi", entities), ("ho", [])]
    assert (await http.post("sendMessage", content=b"[", headers={"content-type": "application/json"})).is_error


def test_the_description_is_made_from_the_full_one() -> None:
    """Types become kinds, prose goes, the word that tells the members of a union apart stays."""
    fields = [
        {"name": "type", "types": ["String"], "required": True, "description": "Type, always “emoji”"},
        {"name": "rows", "types": ["Array of Array of A"], "required": False, "description": "Rows"},
        {"name": "chat", "types": ["Integer", "String"], "required": True, "description": "Chat"},
    ]
    full = {
        "version": "Bot API 1",
        "methods": {"do": {"fields": fields}},
        "types": {"A": {"subtypes": ["String", "Array of B"]}, "B": {}},
    }
    short = shorten(full)
    assert short["methods"]["do"] == {"type": "String='emoji'!", "rows": "[[A]]", "chat": "Integer|String!"}
    assert json.loads(lines(short)) == short
    description = Description(short["methods"], short["types"])
    assert description.problems("A", ["x"], "a") != []
    assert description.problems("A", [{}], "a") == []


def test_the_committed_description_is_whole() -> None:
    """Every kind that a method or a type names is described."""
    description = Description.load()
    shapes = [*description.methods.values(), *(s for s in description.types.values() if isinstance(s, dict))]
    kinds = {kind for shape in shapes for kind in shape.values()}
    assert len(description.methods) > 150
    for kind in kinds:
        assert isinstance(description.problems(kind, None, "nothing"), list)
