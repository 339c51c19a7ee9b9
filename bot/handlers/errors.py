"""Handle unexpected errors: retry what passes by itself, else give the person a number and log the traceback."""

import contextlib
import logging
import sqlite3
import uuid

from telegram import Bot, Update
from telegram.error import ChatMigrated, InvalidToken, TelegramError

from assistant.storage import is_full, is_passing_outage
from assistant.texts import Sentence
from bot.context import BotContext, Services
from bot.delivery.errors import is_transient, is_unreachable
from bot.logs import without_tokens

_log = logging.getLogger(__name__)


async def report(update: object, context: BotContext) -> None:
    """Log the error and tell the chat; what passes by itself is retried, and takes one line in the log."""
    error, chat = context.error, update.effective_chat if isinstance(update, Update) else None
    number = chat.id if chat else None
    if is_unreachable(error) or isinstance(error, ChatMigrated):
        _log.info("chat %s cannot be written to: %s", number, error)
    elif isinstance(update, Update) and isinstance(error, InvalidToken):
        _log.warning("chat %s: update %d is left to the next start: %s", number, update.update_id, error)
        await context.services.inbox.postpone(update.update_id)
    elif isinstance(update, Update) and is_transient(error):
        _log.warning("chat %s: update %d is tried again: %s", number, update.update_id, error)
        context.lanes.try_again(update.update_id)
    elif isinstance(update, Update) and is_passing_outage(error):
        await _wait_for_storage(update, context)
    else:
        await _confess(update, context)


async def _wait_for_storage(update: Update, context: BotContext) -> None:
    """Retry once the storage works; say so at once, and once, in a message that is deleted afterwards."""
    error, number = context.error, update.update_id
    _log.error("the storage cannot be used, update %d is tried again: %s", number, error)
    lanes, notices = context.lanes, context.services.notices
    lanes.try_again(number)
    if number not in notices and update.effective_chat is not None:
        notices[number] = (update.effective_chat.id, [])
        sentence = Sentence.DISK_FULL if is_full(error) else Sentence.STORAGE_BUSY
        with contextlib.suppress(TelegramError, sqlite3.Error):
            await context.take_apart(update)
            notices[number][1].extend(await context.say(sentence))


async def take_back(bot: Bot, services: Services, update_id: int) -> None:
    """Delete the notice that the storage cannot be used: the update is dealt with."""
    chat, messages = services.notices.pop(update_id, (0, []))
    for message in messages:
        with contextlib.suppress(TelegramError):
            await bot.delete_message(chat, message)


async def _confess(update: object, context: BotContext) -> None:
    number = uuid.uuid4().hex[:6]
    _log.error("error %s while handling an update", number, exc_info=context.error)
    if not isinstance(update, Update):
        return
    with contextlib.suppress(TelegramError):
        if await context.take_apart(update) is not None:
            await context.say(Sentence.BROKEN, number=number)
    await context.services.inbox.fail(update.update_id, without_tokens(f"{number}: {context.error!r}")[:1000])
