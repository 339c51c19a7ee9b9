"""Telegram is away at the start, at the stop, or others have set a webhook: nothing of it ends in a traceback."""

import asyncio
import os
import signal
import time
from functools import partial

import pytest
from pydantic import SecretStr

from assistant.settings.settings import Settings
from bot.updates import reach as reaching
from cli.run import run
from playground import Chat, Server
from tests.bot.samples import picture
from tests.cli.test_commands import signals
from tests.conversation.conftest import Stage, final
from tests.faults.conftest import assert_quiet

__all__ = ["signals"]

LATE = 60.0
"""The seconds by which the network is late."""


class Network:
    """A network that is there once the pauses of the start have taken so many seconds."""

    def __init__(self, server: Server, late: float) -> None:
        self.pauses = list[float]()
        self._server, self._late = server, late

    async def sleep(self, seconds: float) -> None:
        """Let the seconds pass at once."""
        before = sum(self.pauses)
        self.pauses.append(seconds)
        if before < self._late <= sum(self.pauses):
            await self._server.accept_connections()


@pytest.fixture
def late(server: Server, monkeypatch: pytest.MonkeyPatch) -> Network:
    """The network comes up a minute after the start."""
    server.refuse_connections()
    network = Network(server, LATE)
    monkeypatch.setattr("bot.app.reach", partial(reaching.reach, sleep=network.sleep))
    return network


async def test_a_network_that_is_late_is_waited_for(
    stage: Stage, chat: Chat, late: Network, log: pytest.LogCaptureFixture
) -> None:
    """By a minute: what was sent meanwhile is answered, at most 15 s later; the log says why it waits, once."""
    asked = await chat.send_photo(picture(), "What is this?")
    await stage.start()
    await final(chat, asked)
    assert LATE <= sum(late.pauses) <= LATE + reaching.LONGEST_PAUSE
    assert log.text.count("Telegram cannot be reached") == 1
    assert log.text.count("telegram.proxy") == 1
    assert "Telegram is reached" in log.text
    assert_quiet(log, stage)


async def test_a_failing_telegram_at_the_start_is_waited_for(
    stage: Stage, server: Server, chat: Chat, log: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A gateway's page, too many requests, silence: each reason once; as long as Telegram asks to wait."""
    network = Network(server, 1e9)
    monkeypatch.setattr("bot.app.reach", partial(reaching.reach, sleep=network.sleep))
    stage.values["telegram"]["timeout_seconds"] = 0.3
    server.fail_next("getMe", 502, times=2)
    server.fail_next("getMe", 429, "Too Many Requests: retry after 33", retry_after=33)
    server.time_out_next("getMe")
    await stage.start()
    await final(chat, await chat.send_photo(picture(), "What is this?"))
    assert network.pauses == [1.0, 2.0, 33.0, 8.0]
    assert log.text.count("Telegram cannot be reached") == 3
    assert_quiet(log, stage)


@pytest.mark.usefixtures("signals")
async def test_a_start_that_waits_for_the_network_can_be_stopped(
    stage: Stage, server: Server, log: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the first signal, at once, in good order."""
    server.refuse_connections()
    waiting = asyncio.Event()

    async def sleep(_: float) -> None:
        waiting.set()
        await asyncio.Event().wait()

    monkeypatch.setattr("bot.app.reach", partial(reaching.reach, sleep=sleep))
    model = stage.model(Settings.model_validate(stage.values))
    running = asyncio.ensure_future(run(Settings.model_validate(stage.values), SecretStr(server.token), model))
    await waiting.wait()
    os.kill(os.getpid(), signal.SIGTERM)
    async with asyncio.timeout(20):
        await running
    assert_quiet(log, stage)
    await server.accept_connections()
    await stage.start()  # The folder is free again.


async def test_a_stop_without_telegram_is_quick_and_quiet(
    stage: Stage, server: Server, chat: Chat, log: pytest.LogCaptureFixture
) -> None:
    """Polling fails, and the library sleeps for up to half a minute: it is not waited for, nor asked once more."""
    await stage.start()
    await final(chat, await chat.send_photo(picture(), "What is this?"))
    server.fail_next("getUpdates", 502, times=1000)
    errors = stage.running.services.faults.errors if stage.running else {}
    await server.wait_until(lambda: errors["server"] >= 4, 30)
    calls = len(server.calls("getUpdates"))
    before = time.monotonic()
    await stage.stop()
    assert time.monotonic() - before < 15
    assert len(server.calls("getUpdates")) <= calls + 1
    assert_quiet(log, stage)


async def test_a_telegram_that_goes_away_at_the_stop_leaves_no_traceback(
    stage: Stage, server: Server, chat: Chat, log: pytest.LogCaptureFixture
) -> None:
    """The last request, which says what arrived, fails: what it would have said is known to the next start."""
    await stage.start()
    asked = await chat.send_photo(picture(), "What is this?")
    await final(chat, asked)
    await server.acknowledged()
    server.fail_next("getUpdates", 502, times=10)
    await stage.stop()
    server.fail_no_more()
    assert_quiet(log, stage)
    await stage.start()
    await final(chat, await chat.send("And what is that?"))
    assert len([post for post in chat.messages if post.reply_to == asked.id]) == 1


async def test_a_webhook_that_was_set_meanwhile_is_named_and_taken_back(
    stage: Stage, server: Server, chat: Chat, log: pytest.LogCaptureFixture
) -> None:
    """At the start: its host is named, which helps to find whoever set it; its path may be a secret."""
    server.set_foreign_webhook("https://other.example.com/hook/7012345678:c2VjcmV0")
    asked = await chat.send_photo(picture(), "What is this?")
    await stage.start()
    await final(chat, asked)
    (named,) = [record.getMessage() for record in log.records if "webhook" in record.getMessage()]
    assert "other.example.com" in named and "stop it" in named
    assert "c2VjcmV0" not in log.text
    log.clear()
    await stage.stop()
    await stage.start()
    assert "webhook" not in log.text


async def test_where_telegram_does_not_tell_of_webhooks_the_bot_starts(
    stage: Stage, server: Server, chat: Chat, log: pytest.LogCaptureFixture
) -> None:
    """Not worth an end."""
    server.fail_next("getWebhookInfo", 502)
    await stage.start()
    await final(chat, await chat.send_photo(picture(), "What is this?"))
    assert_quiet(log, stage)
