"""Telegram brings the updates: the real application behind its HTTP server, with polling's promises."""

import asyncio
import logging
import socket
import sqlite3
from collections.abc import AsyncIterator

import httpx
import pytest

import playground
from assistant.settings.errors import SettingsError
from assistant.tasks import spawn
from bot.updates.inbox import Inbox
from bot.updates.polling import OTHER_HOOKS
from bot.updates.webhook import TAKEN
from playground import Call, Chat, Server
from tests.bot.samples import picture
from tests.conversation.conftest import Stage, final

PAUSES = (0.02, 0.1)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    """A playground that brings again soon what was not taken."""
    async with playground.serve(hook_pauses=PAUSES) as running:
        yield running
        assert running.violations == []


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """The bot's log, from INFO up."""
    caplog.set_level(logging.INFO, "bot")
    return caplog


@pytest.fixture
def address(stage: Stage) -> str:
    """The address of the HTTP server; the bot that is started next has a webhook there."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    stage.values["telegram"]["webhook_url"] = f"http://127.0.0.1:{port}/telegram"
    stage.values["web"] = {"port": port}
    return f"http://127.0.0.1:{port}"


@pytest.fixture
async def hooked(stage: Stage, server: Server, address: str) -> Stage:
    """A bot at work, with its webhook set."""
    await stage.start()
    await server.wait_until(lambda: server.hooked)
    return stage


def statuses(server: Server) -> set[int | None]:
    """What the webhook said so far."""
    return {attempt.status for attempt in server.deliveries}


@pytest.mark.usefixtures("hooked")
async def test_a_picture_and_a_follow_up_are_answered(server: Server, chat: Chat) -> None:
    """Nobody polls."""
    await final(chat, await chat.send_photo(picture(), "What is this?"))
    await final(chat, await chat.send("And the colour?"))
    await server.acknowledged()
    assert server.calls("getUpdates") == []
    assert statuses(server) == {200}


@pytest.mark.usefixtures("hooked")
async def test_many_chats_at_once_are_answered_each_in_order(server: Server) -> None:
    """Telegram is asked to bring one update at a time: nothing overtakes."""
    chats = [server.person(f"Person {number}").private() for number in range(5)]
    asked = [(chat, await chat.send_photo(picture(), "What is 0?")) for chat in chats]
    asked += [(chat, await chat.send(f"What is {number}?")) for number in range(1, 4) for chat in chats]
    answers = [await final(chat, post) for chat, post in asked]
    for chat in chats:
        mine = [answer.id for (where, _), answer in zip(asked, answers, strict=True) if where is chat]
        assert mine == sorted(mine)
    numbers = [int(str(attempt.update_id)) for attempt in server.deliveries]
    assert numbers == sorted(numbers)
    assert server.calls("setWebhook")[-1]["max_connections"] == 1


async def test_the_server_listens_before_telegram_hears_of_it(
    stage: Stage, server: Server, address: str, chat: Chat
) -> None:
    """So that what waits there comes at once."""
    reached: list[bool] = []

    def knock(call: Call) -> None:
        if call.method == "setWebhook":
            port = stage.values["web"]["port"]
            with socket.socket() as door:
                reached.append(door.connect_ex(("127.0.0.1", port)) == 0)

    server.listen(knock)
    asked = await chat.send_photo(picture(), "What is this?")
    await stage.start()
    await final(chat, asked)
    assert reached == [True]


async def test_what_is_sent_while_the_bot_is_off_is_answered(hooked: Stage, server: Server, chat: Chat) -> None:
    """The webhook stays set, and Telegram keeps it."""
    await final(chat, await chat.send_photo(picture(), "What is this?"))
    await server.acknowledged()
    await hooked.stop()
    asked = await chat.send("And the colour?")
    await server.wait_until(lambda: None in statuses(server))
    assert server.hooked and server.calls("deleteWebhook") == []
    await hooked.start()
    await final(chat, asked)


async def test_what_comes_while_the_bot_stops_is_kept_by_telegram(hooked: Stage, server: Server, chat: Chat) -> None:
    """An answer is brought to its end meanwhile."""
    hooked.engine.hold = 1
    asked = await chat.send_photo(picture(), "What is this?")
    await chat.answer(asked)
    stopping = spawn(hooked.stop(), "stop")
    assert hooked.running is not None and hooked.running.webhook is not None
    while hooked.running.webhook._open:  # noqa: ASYNC110
        await asyncio.sleep(0)
    late = await server.person("Ben").private().send_photo(picture(), "And this?")
    await server.wait_until(lambda: statuses(server) & {None, 503})
    hooked.engine.go.set()
    await stopping
    assert len(server.pending) == 1
    await hooked.start()
    await final(chat, asked)
    ben = server.world.rooms[late.content["chat"]["id"]]
    await server.wait_until(lambda: any("read at" in post.text for post in ben.posts))


async def test_back_to_polling_and_to_a_webhook_again(
    hooked: Stage, server: Server, chat: Chat, log: pytest.LogCaptureFixture
) -> None:
    """At once, and nothing that was sent in between is lost."""
    await final(chat, await chat.send_photo(picture(), "What is this?"))
    await hooked.stop()
    address = hooked.values["telegram"].pop("webhook_url")
    asked = await chat.send("And the colour?")
    await hooked.start()
    await final(chat, asked)
    assert not server.hooked and server.polling
    assert [call.get("drop_pending_updates", False) for call in server.calls("deleteWebhook")] == [False]
    assert OTHER_HOOKS not in log.text
    await server.acknowledged()
    await hooked.stop()
    hooked.values["telegram"]["webhook_url"] = address
    asked = await chat.send("And the shape?")
    await hooked.start()
    await final(chat, asked)
    assert server.hooked and not server.polling
    assert server.calls("setWebhook")[-1].get("drop_pending_updates") is not True


async def test_another_program_that_takes_the_webhook_away(  # noqa: PLR0917
    stage: Stage,
    server: Server,
    address: str,
    chat: Chat,
    log: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is set again; what was sent meanwhile is answered."""
    monkeypatch.setattr("bot.updates.webhook.LOOK_SECONDS", 0.05)
    await stage.start()
    await server.wait_until(lambda: server.hooked)
    server.set_foreign_webhook("https://example.com/hook")
    await final(chat, await chat.send_photo(picture(), "What is this?"))
    assert TAKEN in log.text and "example.com" not in log.text


async def test_telegram_may_be_away_at_the_start(
    stage: Stage, server: Server, address: str, chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bot goes on, and so does what waits from the run before."""
    monkeypatch.setattr("bot.updates.webhook.FIRST_PAUSE", 0.01)
    server.fail_next("setWebhook", 502, "Bad Gateway", times=2)
    server.fail_next("setWebhook", 429, "Too Many Requests: retry after 0", 0)
    asked = await chat.send_photo(picture(), "What is this?")
    await stage.start()
    await final(chat, asked)
    assert len(server.calls("setWebhook")) == 4


async def test_a_refused_token_is_told(stage: Stage, server: Server, address: str) -> None:
    """The process ends with a sentence then."""
    server.fail_next("setWebhook", 401, "Unauthorized")
    running = await stage.start()
    async with asyncio.timeout(10):
        await running.refused.wait()


async def test_on_a_full_disk_telegram_keeps_the_question(
    hooked: Stage, server: Server, chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until there is room."""

    async def full(*_: object) -> set[int]:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(Inbox, "receive_all", full)
        asked = await chat.send_photo(picture(), "What is this?")
        await server.wait_until(lambda: 503 in statuses(server))
        assert len(server.pending) == 1
    await final(chat, asked)
    assert len([post for post in chat.messages if post.by_bot]) == 1


async def test_beside_the_webhook_there_is_its_health_and_nothing_else(hooked: Stage, address: str) -> None:
    """Whoever finds the port."""
    assert hooked.running is not None
    await hooked.running.services.model.ready()
    async with httpx.AsyncClient(base_url=address) as client:
        client.headers["X-Forwarded-For"] = "203.0.113.7"
        health = await client.get("/health")
        assert (health.status_code, health.json()) == (200, {"ready": True})
        assert (await client.get("/metrics")).status_code == 404
        assert (await client.get("/")).status_code == 404
        assert (await client.get("/telegram")).status_code == 405
        assert (await client.post("/telegram", json={"update_id": 1})).status_code == 403


async def test_a_port_that_is_taken_is_one_sentence(stage: Stage, address: str) -> None:
    """And the bot does not run without its webhook."""
    port = stage.values["web"]["port"]
    with (
        socket.create_server(("127.0.0.1", int(str(port)))),
        pytest.raises(SettingsError, match=r"web\.port: 127\.0\.0\.1:\d+ cannot"),
    ):
        await stage.start()


async def test_without_a_webhook_no_port_is_opened(stage: Stage, address: str) -> None:
    """As ever."""
    stage.values["telegram"]["webhook_url"] = ""
    running = await stage.start()
    assert running.routes == ()
    with socket.socket() as door:
        assert door.connect_ex(("127.0.0.1", int(address.rpartition(":")[2]))) != 0
