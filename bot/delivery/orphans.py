"""Messages of a run that was killed before it could note their numbers: they are found, and taken off the screen."""

import contextlib
import logging
from collections.abc import Collection

from telegram import Message
from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.delivery.rate_limiter import ONCE

MOST_TRIED = 10
"""How many numbers after a question's are tried: its first message was sent soon after it came."""

_log = logging.getLogger(__name__)


async def remove_orphans(bot: ExtBot[int], chat: int, question: int, before: int, known: Collection[int]) -> None:
    """Delete the growing messages under a question whose numbers lie between its own and `before`, but for `known`.

    Telegram names nobody the messages of a chat. But of a message that grows the Cancel button can be taken away, and
    what that returns tells what the message replies to. Of what is not the bot's own, or has no button, it fails.
    """
    for number in range(question + 1, min(before, question + 1 + MOST_TRIED)):
        if number in known:
            continue
        with contextlib.suppress(TelegramError):
            found = await bot.edit_message_reply_markup(chat, number, rate_limit_args=ONCE)
            answered = found.reply_to_message if isinstance(found, Message) else None
            if answered is not None and answered.message_id == question:
                _log.info("chat %d: message %d, which a former run left behind, is deleted", chat, number)
                await bot.delete_message(chat, number, rate_limit_args=ONCE)
