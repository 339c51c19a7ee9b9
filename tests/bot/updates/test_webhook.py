"""The webhook's answers: 200 for what is on the disk or never wanted again, and for nothing else."""

import asyncio
import contextlib
import json
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from starlette.applications import Starlette
from starlette.types import Message, Receive, Scope, Send
from telegram import Bot, Update

from assistant.storage import Database
from assistant.storage.database import FILE
from assistant.tasks import spawn
from bot.updates import webhook as module
from bot.updates.inbox import Inbox
from bot.updates.inbox_queue import InboxQueue
from bot.updates.lanes import is_quick
from bot.updates.webhook import MOST_BYTES, SECRET_HEADER, Webhook
from tests.bot.updates.hooked import Telegram

PATH = "/telegram"
BAD = {"update_id": 2, "message": {"message_id": 1, "chat": 5}}


def update(number: int, text: str = "hello") -> dict[str, Any]:
    """Return an update that can be read."""
    chat = {"id": 5, "type": "private"}
    return {"update_id": number, "message": {"message_id": number, "date": 1, "chat": chat, "text": text}}


@pytest.fixture
def telegram() -> Telegram:
    """Telegram, as the webhook speaks to it."""
    return Telegram()


@pytest.fixture
def queue(database: Database) -> InboxQueue:
    """The queue behind the webhook."""
    return InboxQueue(Inbox(database), is_quick)


@pytest.fixture
def hook(telegram: Telegram, queue: InboxQueue) -> Webhook:
    """A webhook that is not open yet."""
    return Webhook(cast(Bot, telegram), queue, f"http://127.0.0.1{PATH}", telegram.sleep)


class Caller:
    """Calls the webhook, with its secret unless told otherwise."""

    def __init__(self, hook: Webhook, telegram: Telegram, folder: Path) -> None:
        self.seen_at_reply: list[tuple[int, ...]] = []
        self._telegram = telegram
        self._file = folder / "data" / FILE
        self._app = Starlette(routes=[hook.route])
        self._client = httpx.AsyncClient(transport=httpx.ASGITransport(self._watched), base_url="http://hook")

    async def __call__(self, content: object, secret: str | None = "", *, method: str = "POST") -> int:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        headers = {} if secret is None else {SECRET_HEADER.encode(): (secret or self._telegram.secret).encode()}
        return (await self._client.request(method, PATH, content=body, headers=headers)).status_code

    async def _watched(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Note, when a reply begins, what another program reads in the database: what is committed."""

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.seen_at_reply.append(self.stored())
            await send(message)

        await self._app(scope, receive, sent)

    def stored(self) -> tuple[int, ...]:
        """Return the numbers of the updates in the inbox, read from outside."""
        with contextlib.closing(sqlite3.connect(f"file:{self._file}?mode=ro", uri=True)) as connection:
            return tuple(row[0] for row in connection.execute("SELECT update_id FROM inbox ORDER BY update_id"))


@pytest.fixture
async def call(hook: Webhook, telegram: Telegram, tmp_path: Path) -> AsyncIterator[Caller]:
    """Calls of the open webhook."""
    async with hook.open():
        await telegram.idle.wait()
        yield Caller(hook, telegram, tmp_path)


def queued(queue: InboxQueue) -> list[int]:
    """Take out the updates that are queued, in order."""
    items = [queue.get_nowait() for _ in range(queue.qsize())]
    return [item.update_id for item in items if isinstance(item, Update)]


async def test_an_update_is_on_the_disk_before_it_is_acknowledged(call: Caller, queue: InboxQueue) -> None:
    """At the reply's first byte another program reads it there; then its handlers may run."""
    assert await call(update(1)) == 200
    assert call.seen_at_reply == [(1,)]
    assert queued(queue) == [1]


@pytest.mark.parametrize("secret", [None, "wrong", "naïve"])
async def test_without_the_secret_nothing_is_taken(call: Caller, queue: InboxQueue, secret: str | None) -> None:
    """Whoever knows the address alone."""
    assert await call(update(1), secret) == 403
    assert (call.stored(), queue.qsize()) == ((), 0)


async def test_of_a_stranger_no_body_is_read(hook: Webhook) -> None:
    """However long it is."""

    async def receive() -> Message:
        raise AssertionError("it was read")

    scope = {"type": "http", "method": "POST", "path": PATH, "headers": [(SECRET_HEADER.lower().encode(), b"guessed")]}
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    await hook.route.handle(scope | {"query_string": b"", "root_path": ""}, receive, send)
    assert sent[0]["status"] == 403


async def test_each_start_has_a_secret_of_its_own(queue: InboxQueue, telegram: Telegram) -> None:
    """As Telegram allows them: letters, digits, _ and -."""
    known = set()
    for _ in range(2):
        async with Webhook(cast(Bot, telegram), queue, "http://127.0.0.1/hook", telegram.sleep).open():
            await telegram.idle.wait()
            known.add(telegram.secret)
        telegram.idle.clear()
    assert len(known) == 2
    assert all(len(secret) > 40 and secret.replace("-", "").replace("_", "").isalnum() for secret in known)


async def test_a_large_body_is_refused_while_it_is_read(call: Caller) -> None:
    """A megabyte is taken, and not one byte more."""
    whole = json.dumps(update(1)).encode()
    assert await call(whole + b" " * (MOST_BYTES - len(whole))) == 200
    assert await call(json.dumps(update(2)).encode() + b" " * (MOST_BYTES - len(whole) + 1)) == 413
    assert call.stored() == (1,)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000, b"3", b"{}", b'{"update_id": "7"}'])
async def test_what_is_no_update_is_refused(call: Caller, body: bytes) -> None:
    """Also by Telegram itself, which never sends it."""
    assert await call(body) == 400
    assert call.stored() == ()


async def test_other_methods_are_refused(call: Caller) -> None:
    """A browser that opens the address learns nothing."""
    assert await call(b"", method="GET") == 405


async def test_what_cannot_be_read_is_set_aside_and_never_comes_again(call: Caller, database: Database) -> None:
    """Else Telegram would bring it for a day, and all of its chat would wait behind it."""
    assert await call(BAD) == 200
    row = await database.row("SELECT payload, state, error FROM inbox WHERE update_id = 2")
    assert row is not None and row["state"] == "set_aside" and row["error"]
    assert json.loads(row["payload"]) == BAD


@pytest.mark.parametrize(("method", "sent"), [("receive_all", update(2)), ("set_aside", BAD)])
async def test_on_a_full_disk_telegram_keeps_it(
    call: Caller, database: Database, monkeypatch: pytest.MonkeyPatch, method: str, sent: dict[str, Any]
) -> None:
    """It comes again, and is taken when there is room."""

    async def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(Inbox, method, full)
        assert await call(sent) == 503
    assert call.stored() == ()
    assert await call(sent) == 200
    assert call.stored() == (2,)


async def test_an_update_that_comes_twice_is_taken_in_once(call: Caller, queue: InboxQueue) -> None:
    """One after the other, and side by side: Telegram gave up on a reply that was on its way."""
    assert [await call(update(1)), await call(update(1))] == [200, 200]
    assert list(await asyncio.gather(call(update(2)), call(update(2)))) == [200, 200]
    assert queued(queue) == [1, 2]


class Slow:
    """Holds the write of the first update back until `go`; `begun` is set at its beginning."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun, self.go = asyncio.Event(), asyncio.Event()
        real = Inbox.receive_all

        async def receive_all(inbox: Inbox, updates: Any) -> set[int]:
            if updates[0].update_id == 1:
                self.begun.set()
                await self.go.wait()
            return await real(inbox, updates)

        monkeypatch.setattr(Inbox, "receive_all", receive_all)


async def test_no_reply_comes_before_the_write(
    call: Caller, queue: InboxQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what came first is queued first, however long its write takes."""
    slow = Slow(monkeypatch)
    first = spawn(call(update(1)), "first")
    await slow.begun.wait()
    second = spawn(call(update(2)), "second")
    for _ in range(100):
        await asyncio.sleep(0)
    assert (first.done(), second.done(), call.seen_at_reply) == (False, False, [])
    slow.go.set()
    assert list(await asyncio.gather(first, second)) == [200, 200]
    assert call.seen_at_reply[0] == (1,)
    assert queued(queue) == [1, 2]


async def test_telegram_is_to_bring_one_at_a_time(call: Caller, queue: InboxQueue, telegram: Telegram) -> None:
    """They are taken in as they come, which need not be as they were sent: so one waits for the other there."""
    await call(update(2))
    await call(update(1))
    assert queued(queue) == [2, 1]
    assert telegram.calls[0]["max_connections"] == 1


async def test_nothing_is_taken_before_and_after(
    hook: Webhook, telegram: Telegram, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It closes behind an update that is being written down; Telegram keeps the others."""
    telegram.secret = hook._secret
    call, slow = Caller(hook, telegram, tmp_path), Slow(monkeypatch)
    assert await call(update(3)) == 503
    async with contextlib.AsyncExitStack() as opened:
        await opened.enter_async_context(hook.open())
        taken = spawn(call(update(1)), "taken")
        await slow.begun.wait()
        closing = spawn(opened.aclose(), "close")
        for _ in range(100):
            await asyncio.sleep(0)
        assert not closing.done()
        slow.go.set()
        await closing
    assert await taken == 200
    assert await call(update(4)) == 503
    assert call.stored() == (1,)


async def test_the_route_is_the_path_of_the_address(queue: InboxQueue, telegram: Telegram) -> None:
    """Whatever its host and port are outside."""
    made = Webhook(cast(Bot, telegram), queue, "https://eyeglass.example.org:8443/bots/eye", telegram.sleep)
    assert (made.route.path, made.route.methods) == ("/bots/eye", {"POST"})
    assert module.CONNECTIONS == 1
