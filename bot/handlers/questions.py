"""Handle a question in plain text or by /ask: about the message it replies to, else about the current pictures."""

from telegram import Chat, Update

from assistant.storage import Picture
from assistant.texts import Sentence
from assistant.wording.question import ASK
from bot.addressing import command_of, parse_question
from bot.context import BotContext
from bot.delivery.message import topic_of
from bot.handlers.pictures import go_on
from bot.incoming.links import is_about_link
from bot.incoming.pictures import USER_ERRORS, BadSelection, at_work, fetch_pictures, say_error, select_named
from bot.incoming.quotes import select_quoted


async def ask(update: Update, context: BotContext) -> None:
    """Find the pictures that are meant, and answer about them; /ask alone explains itself."""
    message = context.incoming.message
    wanted = parse_question(message, context.bot.bot, context.incoming.texts)
    settled = await context.services.pictures.of_message(message.chat.id, message.message_id)
    try:
        pictures = settled or await _meant(context, wanted.text)
    except USER_ERRORS as error:
        await say_error(error, message, context)
        return
    if pictures:
        await go_on(context, pictures, wanted)
    elif not wanted.text and command_of(message, context.bot.bot) == ASK:
        await context.say(Sentence.ASK_USAGE)
    else:
        private = message.chat.type == Chat.PRIVATE
        await context.say(Sentence.SEND_PICTURE_FIRST if private else Sentence.NO_PICTURE_HERE)


async def _meant(context: BotContext, question: str) -> list[Picture]:
    """Return the pictures that the question is about, of which it may name some; empty if there are none.

    Raises:
        PictureRejected, FetchFailed, DocumentRefused, BadSelection: it cannot be looked at.
    """
    message, known = context.incoming.message, context.services.pictures
    pictures: list[Picture] = []
    if (earlier := message.reply_to_message) is not None:
        pictures = await known.of_message(message.chat.id, earlier.message_id)
        pictures = await select_quoted(pictures, message, context)
    elif message.external_reply is not None:
        earlier = message
    if not pictures and earlier is not None:
        async with at_work(message, context) as media:
            pictures = await fetch_pictures(earlier, question, context, media)
    bare = not question and command_of(message, context.bot.bot) == ASK
    if not pictures and is_about_link(message, context.bot.bot):
        raise BadSelection(Sentence.LINKS_NOT_OPENED)
    if not pictures and not bare:
        pictures = await known.current(message.chat.id, topic_of(message))
    return await select_named(pictures, question, context) if pictures else []
