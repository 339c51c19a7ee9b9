"""An update that the process died of, again and again, is not tried once more."""

import logging

from telegram import Update
from telegram.ext import ApplicationHandlerStop

from bot.context import BotContext
from bot.handlers.speaking import asking_message, say_as_answer
from bot.texts import Sentence

_log = logging.getLogger(__name__)


async def give_up(update: Update, context: BotContext) -> None:
    """Let pass what is harmless; set aside what is not, and tell who sent it.

    Raises:
        ApplicationHandlerStop: it goes no further.
    """
    inbox = context.services.inbox
    if not inbox.is_deadly(update.update_id):
        return
    _log.error("update %d is set aside: the process died of it too often", update.update_id)
    await inbox.give_up(update.update_id)
    if (message := asking_message(update)) is not None:
        await say_as_answer(message, update, context, Sentence.FAILED, number=update.update_id)
    raise ApplicationHandlerStop
