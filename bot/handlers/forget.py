"""/forget: ask, then delete everything of a chat for good."""

import asyncio
import contextlib
import logging
import sqlite3
from typing import Any

from telegram import CallbackQuery, Update
from telegram.error import BadRequest, TelegramError

from assistant.storage import Deleted
from assistant.texts import Count, Sentence
from bot.context import BotContext
from bot.delivery.errors import is_unchanged
from bot.delivery.forget_buttons import PREFIX, Choice, keyboard
from bot.delivery.orphans import orphans_of, remove
from bot.delivery.rate_limiter import ONCE
from bot.delivery.say import acknowledge
from bot.handlers.stale import is_stale
from bot.incoming.admins import is_admin_here

PATIENCE = 3.0
"""The seconds to wait for a reader of the database before telling the person."""

PAUSE, LONGEST_PAUSE = 0.1, 30.0

_log = logging.getLogger(__name__)


async def ask(update: Update, context: BotContext) -> None:
    """Handle /forget: ask whether to delete what is kept; with no picture and no answer, delete the rest at once.

    In a group that is up to its admins.
    """
    if not await is_admin_here(context):
        await context.say(Sentence.GROUP_ADMINS_ONLY)
        return
    incoming = context.incoming
    pictures, answers = await context.services.retention.count(incoming.chat.id)
    if not pictures and not answers:
        await _delete(update, context)
        return
    sentence = Sentence.FORGET_ALL_TOPICS if incoming.chat.is_forum or incoming.topic else Sentence.FORGET_THESE
    question = incoming.texts.say(sentence, pictures=Count.PICTURES.of(pictures), answers=Count.ANSWERS.of(answers))
    if await is_stale(update, context):
        question = f"{incoming.texts.say(Sentence.FORGET_NOT_YET)}\n\n{question}"
    await context.say_text_as_answer(question, keyboard(incoming.texts))


async def press(update: Update, context: BotContext) -> None:
    """Handle a button under the question: delete what came before the press, or keep it.

    Delete deletes, however often it is pressed. Of several presses the first that is handled says so in the question's
    message; the others leave it as it is.
    """
    query, texts = update.callback_query, context.incoming.texts
    if query is None or query.message is None:
        return
    if not await is_admin_here(context):
        _log.info("user %d may not have chat %d forgotten", query.from_user.id, query.message.chat.id)
        await acknowledge(query, texts.say(Sentence.GROUP_ADMINS_ONLY))
    elif query.data == f"{PREFIX}{Choice.DELETE}":
        await _delete(update, context, query)
    elif not query.message.is_accessible:
        await acknowledge(query, texts.say(Sentence.BUTTON_STALE))
    elif await _is_first(query, context):
        await acknowledge(query)
        await context.say_as_answer(Sentence.FORGET_KEPT)
    else:
        await acknowledge(query, texts.say(Sentence.SETTLED))


async def _is_first(query: CallbackQuery, context: BotContext) -> bool:
    """Take the buttons away; return whether no other press had done so before, as far as is known.

    The message is noted as this update's answer, so that a run that is killed goes on in it.
    """
    inbox, message = context.services.inbox, query.message
    if message is None or await inbox.answer_of(context.update_id) is not None:
        return True
    try:
        await context.bot.edit_message_reply_markup(message.chat.id, message.message_id, rate_limit_args=ONCE)
    except BadRequest as error:
        if is_unchanged(error):
            return False
    except TelegramError as error:
        _log.info("chat %d: the buttons of /forget stay for now: %s", message.chat.id, error)
    with contextlib.suppress(sqlite3.Error):  # On a full disk: deleting makes room.
        await inbox.note_answer(context.update_id, message.message_id)
    return True


async def _delete(update: Update, context: BotContext, query: CallbackQuery | None = None) -> None:
    """Drop the chat's questions, delete its pictures, turns and updates, and say so; `query` is the press, if any.

    Interrupted at any point, it is done again by the next run, from the start: its own update is finished last.
    """
    first = query is None or await _is_first(query, context)
    if query is not None and first:
        await acknowledge(query)
    deleted, told = await _delete_all(update, context)
    pictures, answers = deleted.pictures, deleted.questions
    anything = pictures > 0 or answers > 0
    counts: dict[str, Any] = {"pictures": Count.PICTURES.of(pictures), "answers": Count.ANSWERS.of(answers)}
    sentence = Sentence.FORGOTTEN if told or anything else Sentence.FORGET_NOTHING
    if told:
        await context.say(sentence, **counts)  # An edit of what was said long ago would not be noticed.
    elif first or anything:
        await context.say_as_answer(sentence, **counts)
    if query is not None and not first:
        await acknowledge(query, context.incoming.texts.say(sentence, **counts))


async def _delete_all(update: Update, context: BotContext) -> tuple[Deleted, bool]:
    """Delete from the screen, the storage and the model's memory; return also whether a long wait was told."""
    chat = context.incoming.chat.id
    await context.lanes.drop(chat, update.update_id)
    await _clear_screen(chat, update, context)
    deleted = await context.services.retention.forget(chat, update.update_id)
    context.services.model.forget(str(chat))
    _log.info("chat %d is forgotten: %d pictures, %d answers", chat, deleted.pictures, deleted.questions)
    return deleted, not deleted.erased and await _erase(update, context)


async def _clear_screen(chat: int, update: Update, context: BotContext) -> None:
    """Delete the messages of unfinished answers, as far as they are known."""
    inbox = context.services.inbox
    for begun in await inbox.begun(chat, update.update_id):
        with contextlib.suppress(TelegramError):
            await context.bot.delete_message(chat, begun)
    for question in await inbox.maybe_begun(chat, update.update_id):
        known = await inbox.said_to_commands(chat, question)
        await remove(context.bot, chat, await orphans_of(context.bot, chat, question, known))


async def _erase(update: Update, context: BotContext) -> bool:
    """Erase deleted data from the disk, however long another program reads the database; return whether it was told."""
    pause, waited, told = PAUSE, 0.0, False
    while not await context.services.retention.erase():
        if waited >= PATIENCE and not told:
            told = True
            _log.warning("another program reads the database: what was forgotten is not erased from its log yet")
            context.lanes.let_by(update.update_id)
            await context.say_as_answer(Sentence.FORGETTING)
        await asyncio.sleep(pause)
        waited += pause
        pause = min(LONGEST_PAUSE, 2 * pause)
    return told
