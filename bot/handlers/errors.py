"""What no handler expected: the person gets a number, the log gets the rest under the same number."""

import contextlib
import logging
import uuid

from telegram import Update
from telegram.error import ChatMigrated, InvalidToken, TelegramError

from bot.context import BotContext
from bot.delivery.sending import is_passing, is_unreachable
from bot.handlers.speaking import say
from bot.logs import without_tokens
from bot.texts import Sentence

_log = logging.getLogger(__name__)


async def report(update: object, context: BotContext) -> None:
    """Log the error, note it in the inbox, and tell the chat; Telegram's everyday faults take one line in the log."""
    error, chat = context.error, update.effective_chat if isinstance(update, Update) else None
    number = chat.id if chat else None
    if is_unreachable(error) or isinstance(error, ChatMigrated):
        _log.info("chat %s cannot be written to: %s", number, error)
    elif isinstance(update, Update) and (is_passing(error) or isinstance(error, InvalidToken)):
        _log.warning("chat %s: update %d is left to the next start: %s", number, update.update_id, error)
        await context.services.inbox.postpone(update.update_id, blameless=False)
    else:
        await _confess(update, context)


async def _confess(update: object, context: BotContext) -> None:
    number = uuid.uuid4().hex[:6]
    _log.error("error %s while handling an update", number, exc_info=context.error)
    if not isinstance(update, Update):
        return
    await context.services.inbox.fail(update.update_id, without_tokens(f"{number}: {context.error!r}")[:1000])
    with contextlib.suppress(TelegramError):
        await say(update, context, Sentence.BROKEN, number=number)
