"""Turn pictures by hand: because a question says so, or a button under an answer that found nothing."""

import logging
from collections.abc import Sequence
from dataclasses import replace

from assistant.settings.detail_setting import Auto
from assistant.storage import Picture
from assistant.wording.question import parse_again, read
from bot.context import BotContext
from bot.incoming.choosing import Chosen
from bot.incoming.pictures import media_of
from bot.incoming.subject import Asked

_log = logging.getLogger(__name__)


async def turn_as_asked(context: BotContext, chosen: Chosen) -> Chosen:
    """Turn pictures for good, as a question says; return them with the question, the former one if it is empty.

    Raises:
        PictureRejected, FetchFailed, OSError: a picture is gone, or cannot be kept.
    """
    pictures, asked = chosen.pictures, chosen.asked
    if not asked.parsed.turn:
        return chosen
    if not await _was_done(context, asked):
        pictures = [await _turned(context, picture, asked.parsed.turn) for picture in pictures]
    if not asked.parsed.text:
        asked = await _former(context, pictures, asked)
    return replace(chosen, pictures=pictures, asked=asked)


async def _was_done(context: BotContext, asked: Asked) -> bool:
    """Whether this message had its pictures turned before: by a former run, or before it was edited."""
    message, services = context.incoming.message, context.services
    before = await services.heard.get(message.chat.id, message.message_id)
    if before is None or read(before.words).turn != asked.parsed.turn:
        return False
    return bool(await services.pictures.of_message(message.chat.id, message.message_id))


async def _turned(context: BotContext, picture: Picture, quarters: int) -> Picture:
    """Turn a picture from the way its person knows it: as they sent it, until an answer told of it."""
    if await context.services.turns.details(picture):
        quarters += picture.turns
    elif picture.turns and quarters == 1:  # "Turn it" was done already.
        return picture
    _log.info("picture %d is turned to %d quarters", picture.id, quarters % 4)
    return await media_of(context).library.turn(picture, quarters % 4)


async def _former(context: BotContext, pictures: Sequence[Picture], asked: Asked) -> Asked:
    """Return the question that was asked last about the pictures; an empty one if there was none."""
    message = context.incoming.message
    last = await context.services.turns.last_asked(message.chat.id, message.message_id, pictures=pictures)
    if last is None:
        return asked
    setting = context.incoming.settings.detail
    detail = asked.parsed.detail or (setting if isinstance(setting, Auto) else last.detail)
    parsed = parse_again(last.text, detail, context.incoming.texts)
    return replace(asked, parsed=replace(parsed, turn=asked.parsed.turn))
