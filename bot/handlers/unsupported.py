"""Answer clearly to anything that is neither a picture nor a question."""

from telegram import Update

from assistant.texts import Sentence
from bot.addressing import names_its_bot
from bot.context import BotContext
from bot.delivery.say import acknowledge
from bot.incoming.named import sentence_about


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


async def stale_button(update: Update, context: BotContext) -> None:
    """Handle a button of an older version of the bot, or of none: say so, and do nothing else."""
    if update.callback_query is not None:
        await acknowledge(update.callback_query, context.incoming.texts.say(Sentence.BUTTON_STALE))
