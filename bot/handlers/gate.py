"""Nothing reaches the other handlers but new messages and button presses of people who may speak, meant for the bot."""

import logging
import time

from telegram import Update
from telegram.ext import ApplicationHandlerStop

from bot.access import STRANGER_PAUSE, Verdict, is_addressed, judge
from bot.context import BotContext
from bot.handlers.speaking import say
from bot.texts import Sentence

_log = logging.getLogger(__name__)


async def admit(update: Update, context: BotContext) -> None:
    """Let the update pass, or stop it; a stranger is told at most once an hour what to do.

    Raises:
        ApplicationHandlerStop: it goes no further.
    """
    if update.message is None and update.callback_query is None:
        raise ApplicationHandlerStop
    chat, user = update.effective_chat, update.effective_user
    verdict = judge(context.services.settings.access, chat, user)
    if verdict is Verdict.WELCOME:
        if update.message is None or is_addressed(update.message, context.bot.bot):
            return
        raise ApplicationHandlerStop
    if verdict is Verdict.STRANGER and chat is not None and update.message is not None:
        await _tell_stranger(update, context, chat.id)
    raise ApplicationHandlerStop


async def _tell_stranger(update: Update, context: BotContext, chat: int) -> None:
    if await context.services.chats.may_tell_stranger(chat, time.time(), STRANGER_PAUSE):
        _log.info("a stranger wrote: user %d; to let this person in, add the id to access.users", chat)
        await say(update, context, Sentence.STRANGER, id=chat)
