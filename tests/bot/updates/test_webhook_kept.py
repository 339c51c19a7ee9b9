"""The webhook is set however long Telegram is away, and set again when another program takes it away."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import pytest
from telegram import Bot
from telegram.error import InvalidToken, NetworkError, RetryAfter

from assistant.storage import open_database
from bot.updates.inbox import Inbox
from bot.updates.inbox_queue import InboxQueue
from bot.updates.lanes import is_quick
from bot.updates.sift import ALLOWED_UPDATES
from bot.updates.webhook import LONGEST_PAUSE, LOOK_SECONDS, TAKEN, Webhook
from tests.bot.updates.hooked import ADDRESS, Telegram, info

FOREIGN = "https://example.com/hook/c2VjcmV0"
NO_ROUTE = NetworkError("no route")


@pytest.fixture
async def queue(tmp_path: Path) -> AsyncIterator[InboxQueue]:
    """A queue on a new database."""
    async with open_database(tmp_path) as database:
        yield InboxQueue(Inbox(database), is_quick)


@contextlib.asynccontextmanager
async def opened(queue: InboxQueue, telegram: Telegram) -> AsyncIterator[Webhook]:
    """Open a webhook, until Telegram has rested often enough or refused the token."""
    hook = Webhook(cast(Bot, telegram), queue, ADDRESS, telegram.sleep)
    async with hook.open():
        ends = [asyncio.ensure_future(event.wait()) for event in (telegram.idle, hook.refused)]
        await asyncio.wait(ends, timeout=10, return_when=asyncio.FIRST_COMPLETED)
        for end in ends:
            end.cancel()
        yield hook


async def test_what_is_asked_of_telegram(queue: InboxQueue) -> None:
    """One update at a time, the kinds that the bot handles, and nothing dropped."""
    telegram = Telegram()
    async with opened(queue, telegram):
        assert telegram.calls == [
            {
                "url": ADDRESS,
                "secret_token": telegram.secret,
                "max_connections": 1,
                "allowed_updates": ALLOWED_UPDATES,
                "drop_pending_updates": False,
            }
        ]
    assert telegram.pauses == [LOOK_SECONDS]


async def test_telegram_may_be_away_at_the_start(queue: InboxQueue, log: pytest.LogCaptureFixture) -> None:
    """It is tried again, with pauses that grow, or as long as Telegram asks."""
    sets = [NO_ROUTE, NO_ROUTE, RetryAfter(300), *[NO_ROUTE] * 3, None]
    telegram = Telegram(sets, rests=6)
    async with opened(queue, telegram):
        assert len(telegram.calls) == 1
    assert telegram.pauses == [2.0, 4.0, 300.0, 16.0, 32.0, LONGEST_PAUSE, LOOK_SECONDS]
    assert log.text.count("the webhook could not be set") == 6


async def test_a_webhook_that_was_taken_away_is_set_again(queue: InboxQueue, log: pytest.LogCaptureFixture) -> None:
    """Deleted, or led elsewhere: the log names the cause and what to do, not the address."""
    telegram = Telegram(infos=[info(), info(""), info(), info(FOREIGN), info(), info()], rests=3)
    async with opened(queue, telegram):
        assert len(telegram.calls) == 3
    assert log.text.count(TAKEN) == 2
    assert log.text.count("set again, and updates come here") == 2
    assert "example.com" not in log.text


async def test_an_address_that_telegram_writes_otherwise_is_the_same(queue: InboxQueue) -> None:
    """With its port, and in small letters."""
    telegram = Telegram(infos=[info(), info("http://127.0.0.1:80/telegram")], rests=1)
    async with opened(queue, telegram):
        assert len(telegram.calls) == 1


async def test_each_fault_of_a_delivery_is_told_once(queue: InboxQueue, log: pytest.LogCaptureFixture) -> None:
    """Not one from before the start; again only when it went well in between."""
    told = [(1, "old"), (1, "old"), (2, "refused"), (3, "refused"), (4, "expired"), (4, "expired"), (5, "expired")]
    telegram = Telegram(infos=[info(failed=when, why=why, waiting=7) for when, why in told], rests=6)
    async with opened(queue, telegram):
        pass
    lines = [record.getMessage() for record in log.records if "could not bring" in record.getMessage()]
    assert [line.rpartition(": ")[2] for line in lines] == ["refused", "expired", "expired"]
    assert "7 wait there" in lines[0]


async def test_a_look_that_fails_is_no_fault_of_the_webhook(queue: InboxQueue, log: pytest.LogCaptureFixture) -> None:
    """The next one comes."""
    telegram = Telegram(infos=[info(), NO_ROUTE, info("")], rests=2)
    async with opened(queue, telegram):
        assert len(telegram.calls) == 2
    assert "did not say whether the webhook is set: no route" in log.text


@pytest.mark.parametrize(
    "telegram", [Telegram([InvalidToken()]), Telegram(infos=[info(), InvalidToken()], rests=1)], ids=["start", "look"]
)
async def test_a_refused_token_is_noticed(queue: InboxQueue, telegram: Telegram) -> None:
    """At the start, or at a look."""
    async with opened(queue, telegram) as hook:
        assert hook.refused.is_set()
