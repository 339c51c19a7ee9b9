"""A photo or an image file: answered at once if it brings its question, else remembered."""

import logging

from telegram import Message, Update

from bot.access import question_of
from bot.context import BotContext
from bot.handlers.answering import answer
from bot.handlers.others import decline
from bot.handlers.speaking import message_of, say
from bot.media import Attachment, DownloadFailed, Media, attachment_of
from bot.reply import Reply, place_of, topic_of
from bot.storage import Picture
from bot.texts import FAULTS, Sentence
from model_service import PictureRejected

_log = logging.getLogger(__name__)


async def look(update: Update, context: BotContext) -> None:
    """Take the picture in; answer its caption, or ask what is wanted."""
    message = message_of(update)
    attachment = attachment_of(message)
    if attachment is None:
        await decline(update, context)
        return
    siblings = await _siblings(message, context)
    picture = await take_in(update, context, message, attachment)
    if picture is None:
        return
    question = question_of(message, context.bot.bot)
    if question:
        await answer(update, context, picture, question)
    elif not siblings:
        await context.services.chats.look_at(picture.chat, picture.id, topic_of(message))
        await context.services.pictures.about(picture, await say(update, context, Sentence.WHAT_TO_KNOW))


async def take_in(update: Update, context: BotContext, message: Message, attachment: Attachment) -> Picture | None:
    """Fetch and remember the picture that hangs on `message`; if that fails say why, and return None."""
    services = context.services
    known = await services.pictures.of_message(message.chat.id, message.message_id)
    if known is not None:
        return known
    try:
        async with Reply(context.bot, place_of(message_of(update))).typing():
            new = await Media(context.bot, services.settings).receive(message, attachment)
    except PictureRejected as error:
        await say(update, context, FAULTS[error.fault])
    except DownloadFailed as error:
        _log.warning("a picture could not be fetched: %s", error)
        await say(update, context, Sentence.DOWNLOAD_FAILED)
    else:
        return await services.pictures.add(new)
    return None


async def _siblings(message: Message, context: BotContext) -> list[Picture]:
    """The pictures of the same album that came before: only the first without a caption is asked about."""
    if message.media_group_id is None:
        return []
    album = await context.services.pictures.of_album(message.chat.id, message.media_group_id)
    return [picture for picture in album if picture.message_id != message.message_id]
