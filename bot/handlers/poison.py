"""Poison updates: set aside an update of which the process died again and again."""

import logging

from telegram import Update
from telegram.ext import ApplicationHandlerStop

from assistant.texts import Count, Sentence
from bot.context import BotContext

_log = logging.getLogger(__name__)


async def give_up(update: Update, context: BotContext) -> None:
    """Let harmless updates pass; set others aside, and tell the sender.

    Raises:
        ApplicationHandlerStop: it goes no further.
    """
    inbox, number = context.services.inbox, update.update_id
    if inbox.is_deadly(number):
        times = inbox.attempts(number)
        _log.error("update %d is set aside: the process died %d times while it worked on it", number, times)
        await inbox.give_up(number)
        if context.incoming.question is not None:
            await context.say_as_answer(Sentence.PUT_ASIDE, times=Count.TIMES.of(times))
        raise ApplicationHandlerStop
