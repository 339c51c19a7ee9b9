"""How handlers say a sentence: in the person's language, under his message, no matter how the network fares."""

from telegram import InlineKeyboardMarkup, Message, Update

from bot.context import BotContext
from bot.render import Part
from bot.reply import Reply, place_of
from bot.texts import Sentence, Texts, language_of, texts_in


async def texts_for(update: Update, context: BotContext) -> Texts:
    """The sentences in the chat's language, else in that of the person who wrote."""
    chat, user = update.effective_chat, update.effective_user
    chosen = (await context.services.chats.settings(chat.id)).language if chat else None
    return texts_in(chosen or language_of(user.language_code if user else None))


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
    return await Reply(context.bot, place_of(message), interval=0.0).finish([Part(text)], keyboard)


def message_of(update: Update) -> Message:
    """The new message of an update that the gate let through to a message handler."""
    assert update.message is not None  # noqa: S101
    return update.message
