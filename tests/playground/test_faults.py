"""Faults on request, and flood control."""

import time
from datetime import timedelta

import httpx
import pytest
from telegram import Bot
from telegram.error import BadRequest, ChatMigrated, NetworkError, RetryAfter, TimedOut

import playground
from playground import Chat, Limits, Refused, Server
from playground.limits import Flood


async def test_a_call_fails_once(server: Server, bot: Bot, chat: Chat) -> None:
    """The next call is refused as planned, the one after passes; the refused one is recorded."""
    server.fail_next("sendMessage", 400, "Bad Request: message is too strange")
    with pytest.raises(BadRequest, match="Message is too strange"):
        await bot.send_message(chat.id, "x")
    await bot.send_message(chat.id, "x")
    refusals = [call.refusal and call.refusal.status for call in server.requests if call.method == "sendMessage"]
    assert refusals == [400, None]


async def test_retry_after(server: Server, bot: Bot, chat: Chat) -> None:
    """A 429 carries the seconds to wait."""
    server.fail_next("sendMessage", 429, "Too Many Requests: retry after 7", retry_after=7)
    with pytest.raises(RetryAfter) as refusal:
        await bot.send_message(chat.id, "x")
    assert refusal.value.retry_after == timedelta(seconds=7)


async def test_delivered_all_the_same(server: Server, bot: Bot, chat: Chat) -> None:
    """A gateway error after the message was delivered."""
    server.fail_next("sendMessage", 502, "Bad Gateway", delivered=True)
    with pytest.raises(NetworkError):
        await bot.send_message(chat.id, "x")
    assert [post.text for post in chat.messages] == ["x"]


async def test_no_answer_ever(server: Server, bot: Bot, chat: Chat) -> None:
    """Delivered or not, the client waits until its own time-out."""
    server.time_out_next("sendMessage")
    with pytest.raises(TimedOut):
        await bot.send_message(chat.id, "delivered", read_timeout=0.1)
    server.time_out_next("sendMessage", delivered=False)
    with pytest.raises(TimedOut):
        await bot.send_message(chat.id, "lost", read_timeout=0.1)
    assert [post.text for post in chat.messages] == ["delivered"]


async def test_a_slow_method(server: Server, bot: Bot, chat: Chat) -> None:
    """Each call takes as long as planned, until that is taken back."""
    server.delay("sendMessage", 0.2)
    began = time.monotonic()
    await bot.send_message(chat.id, "x")
    assert time.monotonic() - began >= 0.2
    server.delay("sendMessage", 0)
    await bot.send_message(chat.id, "x")


def test_flood_control_counts() -> None:
    """A burst passes, then one a second in a chat and twenty a minute in a group; 429 says how long to wait."""
    now = 0.0
    flood = Flood(Limits(per_second=1, burst=3, per_minute_in_group=20), lambda: now)
    for _ in range(3):
        flood.admit(5)
    with pytest.raises(Refused) as refusal:
        flood.admit(5)
    assert (refusal.value.status, refusal.value.retry_after) == (429, 1)
    flood.admit(6)
    now = 1.0
    flood.admit(5)
    for second in range(20):
        now = 100.0 + second
        flood.admit(-7)
    now = 120.0
    with pytest.raises(Refused) as refusal:
        flood.admit(-7)
    assert refusal.value.retry_after == 40
    now = 160.0
    flood.admit(-7)


async def test_flood_control_is_a_setting() -> None:
    """Off by default; with limits, a bot that writes too fast is told to wait and nothing is shown."""
    strict = playground.serve(limits=Limits(burst=2), clock=lambda: 1_700_000_000.0)
    async with strict as server, Bot(server.token, base_url=server.base_url) as bot:
        chat = server.person("Ada").private()
        sent = await bot.send_message(chat.id, "1")
        await sent.edit_text("2")
        with pytest.raises(RetryAfter):
            await sent.edit_text("3")
        assert [post.text for post in chat.messages] == ["2"]


async def test_a_fault_of_one_chat(server: Server, bot: Bot, chat: Chat) -> None:
    """The others are spared, until it happens or is taken back."""
    ben = server.person("Ben").private()
    server.fail_next("sendMessage", 400, "Bad Request: TOPIC_CLOSED", chat=chat.id, times=2)
    await bot.send_message(ben.id, "x")
    with pytest.raises(BadRequest, match="Topic_closed"):
        await bot.send_message(chat.id, "x")
    server.fail_no_more()
    await bot.send_message(chat.id, "x")


async def test_a_gateway_answers_with_a_page(server: Server, bot: Bot, chat: Chat) -> None:
    """No JSON, but the status is there."""
    server.fail_next("sendMessage", 502, "Bad Gateway", html=True)
    with pytest.raises(NetworkError, match="Bad Gateway"):
        await bot.send_message(chat.id, "x")


async def test_a_group_becomes_a_supergroup(server: Server, bot: Bot) -> None:
    """Both chats say so, and a bot that writes to the old one learns the new id."""
    group = server.group("Family", server.person("Ada"))
    supergroup = server.upgrade(group)
    to, back = [update["message"] for update in server.pending]
    assert (to["chat"]["id"], to["migrate_to_chat_id"]) == (group.id, supergroup.id)
    assert (back["chat"]["id"], back["migrate_from_chat_id"]) == (supergroup.id, group.id)
    with pytest.raises(ChatMigrated) as refusal:
        await bot.send_message(group.id, "x")
    await bot.send_message(refusal.value.new_chat_id, "x")
    assert supergroup.messages[-1].text == "x"


async def test_refused_connections(server: Server, bot: Bot, chat: Chat) -> None:
    """Open connections go on, new ones are refused, until the server listens again."""
    await bot.send_message(chat.id, "before")
    server.refuse_connections()
    await bot.send_message(chat.id, "by the open connection")
    async with httpx.AsyncClient() as other:
        with pytest.raises(httpx.ConnectError):
            await other.get(f"{server.base_url}{server.token}/getMe")
        await server.accept_connections()
        assert (await other.get(f"{server.base_url}{server.token}/getMe")).status_code == 200
