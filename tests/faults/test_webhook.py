"""Another program that uses the token sets a webhook, or polls: the bot goes on, and its log names the cause."""

import asyncio
from typing import cast

import pytest
from telegram import Bot
from telegram.error import Conflict, NetworkError, TelegramError

from bot.updates.polling import OTHER_HOOKS, OTHER_POLLS, PollingFaults
from playground import Chat, Server
from tests.bot.samples import picture
from tests.conversation.conftest import Stage, final

SECRET = "https://example.com/hook/7012345678:c2VjcmV0"
HOOKED = Conflict("can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first")
POLLED = Conflict("terminated by other getUpdates request; make sure that only one bot instance is running")


async def test_what_was_sent_while_a_webhook_was_set_is_answered(
    stage: Stage, server: Server, chat: Chat, log: pytest.LogCaptureFixture
) -> None:
    """The bot takes polling back, by itself; in the log stand the cause and what to do, not the webhook's address."""
    await stage.start()
    await server.acknowledged()
    server.set_foreign_webhook(SECRET)
    group = server.group("Family", server.person("Ben"))
    asked = await chat.send_photo(picture(), "What is this?")
    asked_there = await group.send_photo(picture(), "@eyeglass_play_bot What is this?")
    await final(chat, asked)
    await final(group, asked_there)
    assert server.calls("deleteWebhook")[-1].get("drop_pending_updates") is not True
    warnings = [record.getMessage() for record in log.records if "webhook" in record.getMessage()]
    assert any(OTHER_HOOKS in words for words in warnings)
    assert "example.com" not in log.text and "c2VjcmV0" not in log.text
    assert OTHER_POLLS not in log.text


class _Bot:
    """Counts how often the webhook is deleted."""

    def __init__(self, error: TelegramError | None = None) -> None:
        self.deleted = 0
        self._error = error

    async def delete_webhook(self, drop_pending_updates: bool) -> bool:
        assert not drop_pending_updates
        self.deleted += 1
        if self._error is not None:
            raise self._error
        return True


async def settle() -> None:
    """Let tasks that were begun end."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_two_programs_do_not_fight_without_a_pause(log: pytest.LogCaptureFixture) -> None:
    """Polling is taken back once a minute at most; each failure is in the log."""
    now, bot = 1000.0, _Bot()
    failed = PollingFaults(cast(Bot, bot), lambda: now)
    for seconds, deleted in ((0, 1), (1, 1), (59, 1), (60, 2), (119, 2), (121, 3)):
        now = 1000.0 + seconds
        failed(HOOKED)
        await settle()
        assert bot.deleted == deleted
    assert log.text.count(OTHER_HOOKS) == 6


@pytest.mark.parametrize(("error", "hint"), [(POLLED, OTHER_POLLS), (NetworkError("no route"), "no route")])
async def test_other_faults_delete_no_webhook(error: TelegramError, hint: str, log: pytest.LogCaptureFixture) -> None:
    """Another program that polls is named; an outage is nobody's fault."""
    bot = _Bot()
    PollingFaults(cast(Bot, bot))(error)
    await settle()
    assert bot.deleted == 0
    assert hint in log.text and OTHER_HOOKS not in log.text


async def test_a_webhook_that_cannot_be_deleted_is_tried_again(log: pytest.LogCaptureFixture) -> None:
    """A minute later; the program goes on."""
    now, bot = 0.0, _Bot(NetworkError("no route"))
    failed = PollingFaults(cast(Bot, bot), lambda: now)
    for moment in (0.0, 61.0):
        now = moment
        failed(HOOKED)
        await settle()
    assert bot.deleted == 2
    assert log.text.count("the webhook could not be deleted: no route") == 2
