"""A question in plain text or by /ask: about the picture that is replied to, else about the last one."""

from telegram import Chat, Message, Update

from bot.access import ASK, command_of, question_of
from bot.context import BotContext
from bot.handlers.answering import answer
from bot.handlers.pictures import take_in
from bot.handlers.speaking import message_of, say
from bot.media import attachment_of
from bot.reply import topic_of
from bot.storage import Picture
from bot.texts import Sentence


async def ask(update: Update, context: BotContext) -> None:
    """Find the picture that is meant, and answer about it; /ask alone explains itself."""
    message = message_of(update)
    question = question_of(message, context.bot.bot)
    found, picture = await _replied_to(update, context)
    if not found and not question and command_of(message, context.bot.bot) == ASK:
        await say(update, context, Sentence.ASK_USAGE)
        return
    if not found:
        picture = await _last(message, context)
        if picture is None:
            private = message.chat.type == Chat.PRIVATE
            await say(update, context, Sentence.SEND_PICTURE_FIRST if private else Sentence.NO_PICTURE_HERE)
    if picture is None:
        return
    if question:
        await answer(update, context, picture, question)
    else:
        await context.services.chats.look_at(picture.chat, picture.id, topic_of(message))
        await context.services.pictures.about(picture, await say(update, context, Sentence.WHAT_TO_KNOW))


async def _replied_to(update: Update, context: BotContext) -> tuple[bool, Picture | None]:
    """Whether the message replies to a picture or to something said about one, and that picture if it can be had."""
    message = message_of(update)
    known = await context.services.pictures.of_message(message.chat.id, message.message_id)
    if known is not None:
        return True, known  # A former run has settled it.
    earlier = message.reply_to_message
    if earlier is None:
        return False, None
    picture = await context.services.pictures.of_message(message.chat.id, earlier.message_id)
    if picture is not None:
        return True, picture
    attachment = attachment_of(earlier)
    if attachment is None:
        return False, None
    return True, await take_in(update, context, earlier, attachment)


async def _last(message: Message, context: BotContext) -> Picture | None:
    number = (await context.services.chats.settings(message.chat.id, topic_of(message))).picture
    return None if number is None else await context.services.pictures.get(number)
