"""Handle "Look closer", "Turn" and "Retry": ask the question again, as a reply to the answer that it is about."""

import contextlib
import logging
from dataclasses import replace

from telegram import CallbackQuery, Message, Update
from telegram.error import TelegramError

from assistant.pictures.refusals import USER_ERRORS
from assistant.storage import Picture
from assistant.texts import Sentence
from assistant.wording.question import ParsedQuestion
from bot.addressing import quote_of
from bot.answering import answer
from bot.context import BotContext
from bot.delivery.answer_buttons import Again, read_data
from bot.delivery.say import acknowledge
from bot.incoming.admins import is_admin_here
from bot.incoming.pictures import media_of, say_error
from bot.incoming.subject import Asked
from model_service import UnknownDetail

_log = logging.getLogger(__name__)


async def press(update: Update, context: BotContext) -> None:
    """Ask again, if the person who presses asked before or may decide here; the new answer comes under the old one.

    The old answer stays. Its buttons ask once: they are removed with the newer answer.
    """
    query = update.callback_query
    if query is None:
        return
    message, texts = query.message, context.incoming.texts
    again = read_data(query.data or "")
    if again is None or not isinstance(message, Message):
        await acknowledge(query, texts.say(Sentence.AGAIN_FORGOTTEN))
        return
    refusal, wanted, pictures = await _understood(context, message, again)
    if wanted is None:
        await acknowledge(query, texts.say(refusal))
    else:
        await acknowledge(query)
        try:
            pictures = await _turned(context, pictures, again)
        except USER_ERRORS as error:
            await say_error(error, message, context)
        else:
            await answer(context, pictures, Asked(wanted, message.message_id))
    answered = await context.services.turns.answered(message.chat.id, message.message_id)
    if answered or refusal is Sentence.AGAIN_FORGOTTEN:
        await _remove_buttons(query)


async def _understood(
    context: BotContext, message: Message, again: Again
) -> tuple[Sentence, ParsedQuestion | None, list[Picture]]:
    """Return what is asked about which pictures; or, with None for that, the reason why not."""
    services, chat = context.services, message.chat.id
    await services.questions.end_of(
        chat, again.question
    )  # The buttons are there a moment before the answer is remembered.
    asked = await services.turns.asked(chat, again.question) or await _heard(context, chat, again)
    pictures = await services.pictures.of_message(chat, message.message_id)
    if asked is None or not pictures:
        return Sentence.AGAIN_FORGOTTEN, None, []
    question, asker = asked
    user = context.incoming.user
    if (user is None or user.id != asker) and not await is_admin_here(context):
        _log.info("a question of chat %d is not asked again for somebody else", chat)
        return Sentence.AGAIN_NOT_YOURS, None, []
    if services.questions.is_open(chat, message.message_id):
        return Sentence.AGAIN_UNDER_WAY, None, []
    if await services.turns.answered(chat, message.message_id):
        return Sentence.AGAIN_DONE, None, []
    try:
        return Sentence.AGAIN_UNDER_WAY, replace(again.wanted(question), quote=_quote(message, again)), pictures
    except UnknownDetail:
        return Sentence.AGAIN_FORGOTTEN, None, []


async def _heard(context: BotContext, chat: int, again: Again) -> tuple[str, int | None] | None:
    """Return the question and the asker of a message that had an answer without a word."""
    heard = await context.services.heard.get(chat, again.question)
    return None if heard is None or heard.asked is None else (ParsedQuestion.load(heard.asked).text, heard.person)


async def _turned(context: BotContext, pictures: list[Picture], again: Again) -> list[Picture]:
    """Turn the pictures for good if the button says so."""
    if again.turns is None:
        return pictures
    return [await media_of(context).library.turn(picture, again.turns) for picture in pictures]


def _quote(message: Message, again: Again) -> str:
    """Return what the question quoted, as far as the answer's message still tells."""
    asked = message.reply_to_message
    return quote_of(asked) if asked is not None and asked.message_id == again.question else ""


async def _remove_buttons(query: CallbackQuery) -> None:
    with contextlib.suppress(TelegramError):  # What cannot be removed does nothing but say so.
        await query.edit_message_reply_markup(None)
