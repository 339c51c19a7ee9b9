"""What was said so long ago that nobody waits for it: a question gets an apology, the rest is passed over."""

import logging
import time

from telegram import Message, Update
from telegram.ext import ApplicationHandlerStop

from bot.context import BotContext
from bot.handlers.speaking import asking_message, say_as_answer
from bot.lanes import is_quick
from bot.pictures.attachments import attachment_of
from bot.texts import Sentence

_log = logging.getLogger(__name__)


async def turn_away(update: Update, context: BotContext) -> None:
    """Let pass what is not older than `model.stale_minutes`, and what is no person's doing.

    Raises:
        ApplicationHandlerStop: it goes no further.
    """
    most = context.services.settings.model.stale_minutes * 60
    if not most or update.my_chat_member is not None or time.time() - await _moment(update, context) <= most:
        return
    message = asking_message(update)
    if message is not None and not is_quick(update) and _expects_an_answer(message):
        _log.info("a message of chat %d is too old to be answered", message.chat.id)
        await say_as_answer(message, update, context, Sentence.STALE)
    raise ApplicationHandlerStop


async def _moment(update: Update, context: BotContext) -> float:
    """When it was said, in seconds since 1970. Telegram does not date presses: that is when the bot heard of it."""
    if update.message is not None:
        return update.message.date.timestamp()
    return await context.services.inbox.received(update.update_id) or time.time()


def _expects_an_answer(message: Message) -> bool:
    """A text, or a picture; of an album the one with the caption."""
    if message.text or message.caption:
        return True
    return attachment_of(message) is not None and message.media_group_id is None
