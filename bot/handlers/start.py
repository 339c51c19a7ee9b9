"""/start, /help and /new."""

from telegram import Update

from bot.context import BotContext
from bot.handlers.speaking import message_of, say
from bot.reply import topic_of
from bot.texts import Sentence


async def welcome(update: Update, context: BotContext) -> None:
    """/start: what the bot is for."""
    await say(update, context, Sentence.WELCOME)


async def explain(update: Update, context: BotContext) -> None:
    """/help: everything it can do."""
    await say(update, context, Sentence.HELP)


async def start_afresh(update: Update, context: BotContext) -> None:
    """/new: the next question here is about no picture until one comes."""
    message = message_of(update)
    await context.services.chats.look_at(message.chat.id, None, topic_of(message))
    await say(update, context, Sentence.STARTED_AFRESH)
