"""A webhook as Telegram has it: each update is brought until it is taken, a chat's in order, and nobody may poll."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram import Bot
from telegram.error import BadRequest, Conflict

import playground
from playground import Server
from playground.wire import JSON
from web.server import serving

SECRET = "a-secret_1"
PAUSES = (0.02, 0.04)


@dataclass
class Taker:
    """A webhook: what it was brought and with which secrets; it answers with `status`, once it may `go`."""

    server: Server
    url: str = ""
    status: int = 200
    brought: list[JSON] = field(default_factory=list)
    secrets: set[str | None] = field(default_factory=set)
    go: asyncio.Event = field(default_factory=asyncio.Event)
    most: int = 0
    now: int = 0

    async def take(self, request: Request) -> Response:
        self.secrets.add(request.headers.get("x-telegram-bot-api-secret-token"))
        self.brought.append(await request.json())
        self.now += 1
        self.most = max(self.most, self.now)
        self.server.world.pulse.beat()
        await self.go.wait()
        self.now -= 1
        return Response(status_code=self.status)

    @property
    def texts(self) -> list[str]:
        return [update["message"]["text"] for update in self.brought]


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    """A playground that is impatient with webhooks."""
    async with playground.serve(hook_pauses=PAUSES) as running:
        yield running


@pytest.fixture
async def taker(server: Server) -> AsyncIterator[Taker]:
    """A webhook that takes everything."""
    made = Taker(server)
    made.go.set()
    async with serving(Starlette(routes=[Route("/hook", made.take, methods=["POST"])]), "127.0.0.1", 0) as listening:
        made.url = f"{listening.url}/hook"
        yield made
        made.go.set()


async def test_updates_are_brought_with_the_secret(server: Server, bot: Bot, taker: Taker) -> None:
    """Those that wait, and those that come; in order, and once."""
    chat = server.person("Ada").private()
    await chat.send("one")
    await bot.set_webhook(taker.url, secret_token=SECRET, max_connections=1)
    await chat.send("two")
    await server.acknowledged()
    assert (taker.texts, taker.secrets) == (["one", "two"], {SECRET})
    info = await bot.get_webhook_info()
    assert (info.url, info.pending_update_count, info.max_connections, info.last_error_date) == (taker.url, 0, 1, None)
    with pytest.raises(Conflict):
        await bot.get_updates()
    assert server.violations == []


async def test_what_is_not_taken_comes_again_and_others_meanwhile(server: Server, bot: Bot, taker: Taker) -> None:
    """The line of the chat waits; the last fault can be asked for, until the webhook is set again."""
    ada, ben = server.person("Ada").private(), server.person("Ben").private()
    taker.status = 503
    await bot.set_webhook(taker.url, secret_token=SECRET, max_connections=1)
    await ada.send("one")
    await ada.send("two")
    await ben.send("three")
    await server.wait_until(lambda: len(taker.brought) >= 4)
    assert "two" not in taker.texts and taker.texts[:2] == ["one", "three"]
    info = await bot.get_webhook_info()
    assert info.last_error_message == "Wrong response from the webhook: 503 Service Unavailable"
    assert (info.last_error_date is not None, info.pending_update_count) == (True, 3)
    taker.status = 200
    await server.acknowledged()
    assert taker.texts.index("two") > taker.texts.index("one")
    assert [attempt.status for attempt in server.deliveries].count(200) == 3
    await bot.set_webhook(taker.url)
    assert (await bot.get_webhook_info()).last_error_message is None


async def test_nobody_at_the_address(server: Server, bot: Bot, taker: Taker) -> None:
    """The connection is refused, and the update is kept."""
    await bot.set_webhook("http://127.0.0.1:9/hook")
    await server.person("Ada").private().send("one")
    await server.wait_until(lambda: len(server.deliveries) >= 2)
    assert (await bot.get_webhook_info()).last_error_message == "Connection refused"
    await bot.set_webhook(taker.url)
    await server.acknowledged()
    assert taker.texts == ["one"]


@pytest.mark.parametrize("connections", [1, 3])
async def test_as_many_at_a_time_as_it_has_connections(
    server: Server, bot: Bot, taker: Taker, connections: int
) -> None:
    """Of a chat one at a time in any case."""
    chats = [server.person(name).private() for name in "ABCDE"]
    for chat in chats:
        await chat.send("one")
        await chat.send("two")
    taker.go.clear()
    await bot.set_webhook(taker.url, max_connections=connections)
    await server.wait_until(lambda: taker.now == connections)
    assert taker.texts == ["one"] * connections
    taker.go.set()
    await server.acknowledged()
    assert (taker.most, len(taker.brought)) == (connections, 10)


async def test_back_to_polling(server: Server, bot: Bot, taker: Taker) -> None:
    """What was not taken is polled; only the kinds that were asked for wait."""
    chat = server.person("Ada").private()
    taker.status = 500
    await bot.set_webhook(taker.url, allowed_updates=["message"])
    post = await chat.send("one")
    await chat.edit(post, "edited")
    assert (await bot.get_webhook_info()).allowed_updates == ("message",)
    await server.wait_until(lambda: taker.brought)
    await bot.delete_webhook()
    assert [update.message is not None for update in await bot.get_updates()] == [True]
    await bot.set_webhook("")
    assert (await bot.get_webhook_info()).url == ""


async def test_pending_updates_are_dropped_if_asked(server: Server, bot: Bot, taker: Taker) -> None:
    """And never otherwise."""
    await server.person("Ada").private().send("one")
    await bot.set_webhook(taker.url, drop_pending_updates=True)
    assert (server.pending, taker.brought) == ([], [])


async def test_an_address_or_a_secret_that_it_does_not_take(bot: Bot, http: httpx.AsyncClient) -> None:
    """The playground leaves this machine alone, and a secret has Telegram's letters."""
    for url in ("https://example.org/hook", "http://10.0.0.1/hook"):
        with pytest.raises(BadRequest, match="Bad webhook"):
            await bot.set_webhook(url)
    with pytest.raises(BadRequest, match="unallowed characters"):
        await bot.set_webhook("http://127.0.0.1/hook", secret_token="blank space")
    assert (await http.post("getWebhookInfo")).json()["result"]["url"] == ""


async def test_a_listener_hears_of_each_attempt(server: Server, bot: Bot, taker: Taker) -> None:
    """Before it is made."""
    heard: list[tuple[str, int]] = []
    server.listen(lambda call: heard.append((call.method, len(taker.brought))))
    await bot.set_webhook(taker.url)
    await server.person("Ada").private().send("one")
    await server.acknowledged()
    assert heard == [("setWebhook", 0), ("delivery", 0)]
