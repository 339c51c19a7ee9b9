"""Answer clearly to anything that is neither a picture nor a question."""

from telegram import Chat, Message, Update

from assistant.texts import Sentence
from bot.addressing import command_of
from bot.context import BotContext
from bot.delivery.say import acknowledge


async def decline(_: Update, context: BotContext) -> None:
    """Explain why the bot can do nothing with the message."""
    await explain(context)


async def explain(context: BotContext) -> None:
    """Say in one sentence why the bot cannot do anything with the message, and what it can."""
    message = context.incoming.message
    if message.text and command_of(message, context.bot.bot) is not None:
        if message.chat.type == Chat.PRIVATE or "@" in message.text:
            await context.say(Sentence.UNKNOWN_COMMAND)
        return
    await context.say(sentence_about(message))


def sentence_about(message: Message) -> Sentence:
    """Return the sentence for what the message holds."""
    if message.sticker:
        return Sentence.STICKER
    if message.video or message.video_note or message.animation:
        return Sentence.MOVING
    if message.voice or message.audio:
        return Sentence.SOUND
    if message.paid_media:
        return Sentence.PAID
    return Sentence.DOCUMENT if message.document else Sentence.OTHER


async def stale_button(update: Update, context: BotContext) -> None:
    """Handle a button of an older version of the bot, or of none: say so, and do nothing else."""
    if update.callback_query is not None:
        await acknowledge(update.callback_query, context.incoming.texts.say(Sentence.BUTTON_STALE))
