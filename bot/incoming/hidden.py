"""What Telegram does not show to the bot of the pictures that a question is about."""

import logging
from collections.abc import Sequence

from telegram import Message, PaidMediaPhoto
from telegram.error import TelegramError

from assistant.storage import Picture
from assistant.texts import Sentence
from bot.context import BotContext

_log = logging.getLogger(__name__)


async def hidden_note(pictures: Sequence[Picture], came: Sequence[Message], context: BotContext) -> Sentence | None:
    """Return the note on pictures that belong to those of a question, but were not seen; None if there are none.

    `came` are the messages that came with the question, readable or not.
    """
    arrived = sum(one.media_group_id == pictures[0].album for one in came)
    if _paid_photos(context.incoming.message) > 1:
        return Sentence.FIRST_ONLY
    return Sentence.ALBUM_HIDDEN if arrived < 2 and await _hides_album(pictures, context) else None


async def _hides_album(pictures: Sequence[Picture], context: BotContext) -> bool:
    """Whether privacy mode keeps the rest of an album from the bot: of a group's album one picture arrived alone."""
    chat, album = context.incoming.chat, pictures[0].album
    if context.incoming.private or album is None or len(pictures) > 1:
        return False
    if len(await context.services.pictures.sent(chat.id, album)) > 1:
        return False
    try:
        return not await context.services.sight.sees_all(context.bot, chat.id)
    except TelegramError as error:
        _log.warning("Telegram did not say whether chat %d shows everything: %s", chat.id, error)
        return False


def _paid_photos(message: Message) -> int:
    media = message.paid_media.paid_media if message.paid_media is not None else ()
    return sum(isinstance(one, PaidMediaPhoto) for one in media)
