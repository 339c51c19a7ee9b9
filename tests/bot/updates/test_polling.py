"""Updates that cannot be read are set aside; the others pass as they came."""

import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from telegram.error import NetworkError

from assistant.settings.settings import TelegramSettings
from assistant.storage import Database, open_database
from bot.delivery.faults import TelegramFaults
from bot.updates.inbox import Inbox
from bot.updates.inbox_queue import InboxQueue
from bot.updates.lanes import is_quick
from bot.updates.polling import PollingRequest

URL = "http://127.0.0.1/bot1:token/getUpdates"
GOOD = {"update_id": 1, "message": {"message_id": 1, "date": 1, "chat": {"id": 5, "type": "private"}, "new": [1]}}
BAD = {"update_id": 2, "message": {"message_id": 1, "chat": 5}}


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """A new database."""
    async with open_database(tmp_path) as opened:
        yield opened


@pytest.fixture
async def ask(database: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Callable[..., Any]]:
    """Ask for updates where the network answers with what is given."""
    async with PollingRequest(InboxQueue(Inbox(database), is_quick), TelegramSettings(), TelegramFaults()) as request:

        async def asked(answer: object, url: str = URL, code: int = 200) -> tuple[object, bool]:
            body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()

            async def respond(*_: object, **__: object) -> httpx.Response:
                return httpx.Response(code, content=body)

            monkeypatch.setattr(httpx.AsyncClient, "request", respond)
            _, payload = await request.do_request(url, "POST")
            return (payload if payload == body else json.loads(payload)["result"]), request.refused.is_set()

        yield asked


async def test_good_updates_pass_untouched(ask: Callable[..., Any]) -> None:
    """Byte for byte."""
    payload = json.dumps({"ok": True, "result": [GOOD]}).encode()
    assert await ask(payload) == (payload, False)


async def test_a_bad_update_is_set_aside_and_only_its_number_passes(
    ask: Callable[..., Any], database: Database
) -> None:
    """Telegram is told that it arrived, and never sends it again."""
    passed, _ = await ask({"ok": True, "result": [GOOD, BAD, "nonsense", {"message": {}}]})
    assert passed == [GOOD, {"update_id": 2}]
    row = await database.row("SELECT payload, state, error FROM inbox WHERE update_id = 2")
    assert row is not None and row["state"] == "set_aside" and row["error"]
    assert json.loads(row["payload"]) == BAD


async def test_without_a_place_to_set_it_aside_nothing_passes(ask: Callable[..., Any], database: Database) -> None:
    """Polling tries again."""
    await database.write("DROP TABLE inbox")
    with pytest.raises(NetworkError):
        await ask({"ok": True, "result": [BAD]})


@pytest.mark.parametrize("code", [401, 404])
async def test_a_refused_token_is_noticed(ask: Callable[..., Any], code: int) -> None:
    """The library ends polling without telling anybody."""
    assert (await ask(b'{"ok":false}', code=code))[1]


async def test_other_requests_and_answers_are_left_alone(ask: Callable[..., Any]) -> None:
    """The library judges an answer without a list of updates."""
    for body in (b"<html>", b"[]", b'{"ok":true,"result":true}'):
        assert await ask(body) == (body, False)
    body = json.dumps({"ok": True, "result": [BAD]}).encode()
    assert await ask(body, url=URL.replace("getUpdates", "deleteWebhook")) == (body, False)
