"""/forget: delete everything of a chat, now and for good."""

import asyncio
import contextlib
import logging

from telegram import Message, Update
from telegram.error import TelegramError

from assistant.texts import Count, Sentence
from bot.context import BotContext
from bot.delivery.orphans import remove_orphans
from bot.incoming.admins import is_admin_here

PATIENCE = 3.0
"""The seconds to wait for a reader of the database before telling the person."""

PAUSE, LONGEST_PAUSE = 0.1, 30.0

_log = logging.getLogger(__name__)


async def forget(update: Update, context: BotContext) -> None:
    """Drop the chat's questions, delete its pictures, turns and updates; in a group that is up to its admins.

    Interrupted at any point, it is done again by the next run, from the start: its own update is finished last.
    """
    message = context.incoming.message
    if not await is_admin_here(context):
        await context.say(Sentence.GROUP_ADMINS_ONLY)
        return
    chat = message.chat.id
    await context.lanes.drop(chat, update.update_id)
    await _clear_screen(message, update, context)
    forgotten = await context.services.retention.forget(chat, update.update_id)
    context.services.model.forget(str(chat))
    _log.info("chat %d is forgotten: %d pictures, %d answers", chat, forgotten.pictures, forgotten.questions)
    if not forgotten.erased:
        await _erase(update, context)
    pictures, answers = Count.PICTURES.of(forgotten.pictures), Count.ANSWERS.of(forgotten.questions)
    await context.say_as_answer(Sentence.FORGOTTEN, pictures=pictures, answers=answers)


async def _clear_screen(message: Message, update: Update, context: BotContext) -> None:
    """Delete the messages of unfinished answers, as far as they are known."""
    chat, inbox = message.chat.id, context.services.inbox
    for begun in await inbox.begun(chat, update.update_id):
        with contextlib.suppress(TelegramError):
            await context.bot.delete_message(chat, begun)
    for question in await inbox.maybe_begun(chat, update.update_id):
        await remove_orphans(context.bot, chat, question, message.message_id, known=())


async def _erase(update: Update, context: BotContext) -> None:
    """Erase deleted data from the disk, however long another program reads the database; tell of a long wait."""
    pause, waited, told = PAUSE, 0.0, False
    while not await context.services.retention.erase():
        if waited >= PATIENCE and not told:
            told = True
            _log.warning("another program reads the database: what was forgotten is not erased from its log yet")
            context.lanes.let_by(update.update_id)
            await context.say(Sentence.FORGETTING)
        await asyncio.sleep(pause)
        waited += pause
        pause = min(LONGEST_PAUSE, 2 * pause)
