"""Answer clearly to anything that is neither a picture nor a question."""

from telegram import ExternalReplyInfo, Message, Update

from assistant.texts import Sentence
from bot.addressing import names_its_bot
from bot.context import BotContext
from bot.delivery.say import acknowledge


async def decline_command(_: Update, context: BotContext) -> None:
    """Say that the bot has no such command; in a group only if it is named, since the command may be another bot's."""
    if names_its_bot(context.incoming.message):
        await context.say(Sentence.UNKNOWN_COMMAND)


async def decline(_: Update, context: BotContext) -> None:
    """Explain why the bot can do nothing with the message."""
    await explain(context)


async def explain(context: BotContext) -> None:
    """Say in one sentence why the bot cannot do anything with the message, and what it can."""
    await context.say(sentence_about(context.incoming.message) or Sentence.OTHER)


def sentence_about(message: Message | ExternalReplyInfo) -> Sentence | None:
    """Return the sentence for what a message holds that is no picture; None for a text."""
    if message.sticker:
        return Sentence.STICKER
    if message.video or message.video_note or message.animation:
        return Sentence.MOVING
    if message.voice or message.audio:
        return Sentence.SOUND
    if message.paid_media:
        return Sentence.PAID
    if message.document:
        return Sentence.DOCUMENT
    if isinstance(message, ExternalReplyInfo):
        return Sentence.REPLY_ELSEWHERE
    return Sentence.OTHER if message.effective_attachment else None


async def stale_button(update: Update, context: BotContext) -> None:
    """Handle a button of an older version of the bot, or of none: say so, and do nothing else."""
    if update.callback_query is not None:
        await acknowledge(update.callback_query, context.incoming.texts.say(Sentence.BUTTON_STALE))
