"""What no handler expected: the person gets a number, the log gets the rest under the same number."""

import contextlib
import logging
import uuid

from telegram import Update
from telegram.error import Forbidden, TelegramError

from bot.context import BotContext
from bot.handlers.speaking import say
from bot.logs import without_tokens
from bot.texts import Sentence

_log = logging.getLogger(__name__)


async def report(update: object, context: BotContext) -> None:
    """Log the error, note it in the inbox, and tell the chat."""
    number = uuid.uuid4().hex[:6]
    if isinstance(context.error, Forbidden):
        _log.info("error %s: a chat does not let the bot write: %s", number, context.error)
        return
    _log.error("error %s while handling an update", number, exc_info=context.error)
    if not isinstance(update, Update):
        return
    await context.services.inbox.fail(update.update_id, without_tokens(f"{number}: {context.error!r}")[:1000])
    with contextlib.suppress(TelegramError):
        await say(update, context, Sentence.BROKEN, number=number)
