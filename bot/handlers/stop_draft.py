"""Handle Telegram's Stop button under a growing preview: cancel the question."""

import logging

from telegram import Update
from telegram.ext import ApplicationHandlerStop

from bot.context import BotContext
from bot.delivery.drafts import STOPPED

_log = logging.getLogger(__name__)


async def stop(update: Update, context: BotContext) -> None:
    """Cancel the question of the preview. A preview is shown in a private chat alone, to the person who asked.

    Raises:
        ApplicationHandlerStop: there is nothing else to do about such an update.
    """
    told = update.api_kwargs.get(STOPPED)
    if not isinstance(told, dict):
        return
    chat, number = told.get("chat"), told.get("draft_id")
    if isinstance(chat, dict):
        for asked in context.services.questions.by_update(chat.get("id"), number):
            _log.info("a question of chat %d is stopped", asked.chat)
            asked.cancel()
    raise ApplicationHandlerStop
