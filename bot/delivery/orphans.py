"""Find and delete messages of a run that was killed before it could record their numbers."""

import contextlib
import logging
from collections.abc import Collection

from telegram import Message
from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.delivery.rate_limiter import ONCE

MOST_TRIED = 10
"""The most numbers after a question's to try: its first message was sent soon after it came."""

_log = logging.getLogger(__name__)


async def remove_orphans(bot: ExtBot[int], chat: int, question: int, before: int, known: Collection[int]) -> None:
    """Delete the growing messages under a question whose numbers lie between its own and `before`, except `known`.

    The Bot API cannot list the messages of a chat. But the Cancel button of a growing message can be taken away, and
    the result of that shows which message it replies to. It fails for a message that is not the bot's own, or has no
    button.
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
