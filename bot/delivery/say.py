"""How handlers say a sentence: in the person's language, under his message, no matter how the network fares."""

import contextlib
import logging

from telegram import CallbackQuery, InlineKeyboardMarkup, Message, ReplyKeyboardMarkup, Update
from telegram.error import BadRequest, TelegramError

from assistant.settings.chat_settings import AUTO
from assistant.storage import Admission
from assistant.texts import Sentence, Texts, language_of, texts_in
from bot.addressing import asks_again
from bot.context import BotContext
from bot.delivery.errors import is_missing, is_unchanged
from bot.delivery.message import NO_PREVIEW, place_of, topic_of
from bot.delivery.rate_limiter import ONCE
from bot.delivery.reply import Reply
from bot.render import Part

_log = logging.getLogger(__name__)


async def texts_for(update: Update, context: BotContext) -> Texts:
    """The sentences in the language that was chosen here, else in that of the person who wrote or pressed."""
    chat, user, message = update.effective_chat, update.effective_user, update.effective_message
    topic = topic_of(message) if isinstance(message, Message) else None  # Of a deleted one nobody knows it.
    own = language_of(user.language_code if user else None)
    return texts_in(await _language(context, chat.id, own, topic) if chat else own)


async def texts_of(admission: Admission, context: BotContext) -> Texts:
    """The sentences for somebody who did not write just now."""
    return texts_in(await _language(context, admission.id, admission.language or language_of(None)))


async def _language(context: BotContext, chat: int, own: str, topic: int | None = None) -> str:
    """The language that was chosen there; where each person is spoken to in his own, that."""
    chosen = (await context.services.chats.settings(chat, topic)).language
    return own if chosen == AUTO else chosen


async def say(update: Update, context: BotContext, sentence: Sentence, **values: object) -> list[int]:
    """Say one sentence as a reply to the update's message; returns the message's number, if it is known."""
    texts = await texts_for(update, context)
    return await say_text(update, context, texts.say(sentence, **values))


async def say_text(
    update: Update, context: BotContext, text: str, keyboard: InlineKeyboardMarkup | None = None
) -> list[int]:
    """Say a text that is in the person's language already."""
    message = update.effective_message
    if message is None:
        return []
    return await Reply(context.bot, place_of(message)).finish([Part(text)], keyboard)


async def say_as_answer(
    message: Message, update: Update, context: BotContext, sentence: Sentence, **values: object
) -> None:
    """Say one sentence in place of the answer to a question, in the message that a former run may have begun."""
    inbox = context.services.inbox
    if await context.services.turns.answered(message.chat.id, message.message_id):
        return

    async def began(message_id: int) -> None:
        await inbox.note_answer(update.update_id, message_id)

    begun = await inbox.answer_of(update.update_id)
    reply = Reply(context.bot, place_of(message), message_id=begun, began=began)
    await reply.finish([Part((await texts_for(update, context)).say(sentence, **values))])


async def tell(
    context: BotContext, chat: int, text: str, keyboard: InlineKeyboardMarkup | ReplyKeyboardMarkup | None = None
) -> None:
    """Write to a chat without answering a message there, once: neither its faults nor its waits matter here."""
    try:
        await context.bot.send_message(
            chat, text, link_preview_options=NO_PREVIEW, reply_markup=keyboard, rate_limit_args=ONCE
        )
    except TelegramError as error:
        _log.warning("chat %d could not be told something: %s", chat, error)


async def acknowledge(query: CallbackQuery, text: str | None = None) -> None:
    """Stop a pressed button's clock, if that is possible: Telegram forgets a press after a while anyway."""
    with contextlib.suppress(TelegramError):
        await query.answer(text)


async def redraw(query: CallbackQuery, text: str, keyboard: InlineKeyboardMarkup | None = None) -> None:
    """Change the message that a pressed button belongs to, if it is still there."""
    if query.message is None or not query.message.is_accessible:
        return
    try:
        await query.edit_message_text(text, reply_markup=keyboard, link_preview_options=NO_PREVIEW)
    except BadRequest as error:
        if not (is_unchanged(error) or is_missing(error)):
            raise


def asking_message(update: Update) -> Message | None:
    """What an answer would reply to: a new message, or that under which a button asks again; None for all else."""
    pressed = update.callback_query.message if update.callback_query is not None and asks_again(update) else None
    return update.message or (pressed if isinstance(pressed, Message) else None)


def message_of(update: Update) -> Message:
    """What an update that the gate let through is about: a new message, or the one under which a button was pressed."""
    message = update.message or (update.callback_query.message if update.callback_query is not None else None)
    assert isinstance(message, Message)  # noqa: S101
    return message
