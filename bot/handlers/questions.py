"""A question in plain text or by /ask: about what is replied to, else about what was talked about last."""

from telegram import Chat, Update

from bot.access import ASK, command_of
from bot.context import BotContext
from bot.delivery.post import topic_of
from bot.handlers.pictures import go_on
from bot.handlers.speaking import message_of, say, texts_for
from bot.handlers.subjects import TROUBLES, at_work, named, take_in, tell
from bot.questions.override import wanted_of
from bot.storage import Picture
from bot.texts import Sentence


async def ask(update: Update, context: BotContext) -> None:
    """Find the pictures that are meant, and answer about them; /ask alone explains itself."""
    message = message_of(update)
    wanted = wanted_of(message, context.bot.bot, await texts_for(update, context))
    settled = await context.services.pictures.of_message(message.chat.id, message.message_id)
    try:
        pictures = settled or await _meant(update, context, wanted.text)
    except TROUBLES as error:
        await tell(error, message, update, context)
        return
    if pictures:
        await go_on(update, context, pictures, wanted)
    elif not wanted.text and command_of(message, context.bot.bot) == ASK:
        await say(update, context, Sentence.ASK_USAGE)
    else:
        private = message.chat.type == Chat.PRIVATE
        await say(update, context, Sentence.SEND_PICTURE_FIRST if private else Sentence.NO_PICTURE_HERE)


async def _meant(update: Update, context: BotContext, question: str) -> list[Picture]:
    """What the question is about, and of that what it names; empty where nobody knows.

    Raises:
        PictureRejected, DownloadFailed, DocumentRefused, Objection: it cannot be looked at.
    """
    message, known = message_of(update), context.services.pictures
    pictures: list[Picture] = []
    if (earlier := message.reply_to_message) is not None:
        pictures = await known.of_message(message.chat.id, earlier.message_id)
    elif message.external_reply is not None:
        earlier = message
    if not pictures and earlier is not None:
        async with at_work(message, update, context) as media:
            pictures = await take_in(earlier, question, context, media)
    bare = not question and command_of(message, context.bot.bot) == ASK
    if not pictures and not bare:
        pictures = await known.current(message.chat.id, topic_of(message))
    return await named(pictures, question, context) if pictures else []
