"""/forget: everything of a chat is deleted, now and for good."""

import contextlib
import logging

from telegram import Update
from telegram.error import TelegramError

from bot.context import BotContext
from bot.handlers.admins import is_admin_here
from bot.handlers.speaking import message_of, say
from bot.lanes import lanes_of
from bot.texts import Sentence

_log = logging.getLogger(__name__)


async def forget(update: Update, context: BotContext) -> None:
    """Drop the chat's questions, delete its pictures, turns and updates; in a group that is up to its admins."""
    message = message_of(update)
    if not await is_admin_here(update, context):
        await say(update, context, Sentence.GROUP_ADMINS_ONLY)
        return
    chat = message.chat.id
    await lanes_of(context).drop(chat, update.update_id)
    forgotten = await context.services.retention.forget(chat, update.update_id)
    context.services.model.forget(str(chat))
    for begun in forgotten.answers:
        with contextlib.suppress(TelegramError):
            await context.bot.delete_message(chat, begun)
    _log.info("chat %d is forgotten: %d pictures, %d answers", chat, len(forgotten.files), forgotten.questions)
    await say(update, context, Sentence.FORGOTTEN, pictures=len(forgotten.files), answers=forgotten.questions)
