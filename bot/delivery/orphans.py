"""Find messages of a run that was killed before it could record their numbers."""

import contextlib
import logging
from collections.abc import Collection, Iterable

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Message
from telegram.error import BadRequest, TelegramError
from telegram.ext import ExtBot

from bot.delivery.errors import is_transient, is_unchanged
from bot.delivery.rate_limiter import ONCE

MOST_TRIED = 10
"""The most numbers after a question's to try: its first message was sent soon after it came."""

PROBE = InlineKeyboardMarkup([[InlineKeyboardButton("…", callback_data="probe")]])
"""Stands for a moment under a message that has no button."""

_log = logging.getLogger(__name__)


async def orphans_of(bot: ExtBot[int], chat: int, question: int, known: Collection[int]) -> list[int]:
    """Return the bot's messages under a question, except `known`; none of them has a button any more.

    The Bot API cannot list the messages of a chat. But the buttons of a message can be taken away or set, and the
    result of that shows which message it replies to. It fails for a message that is not the bot's own.
    """
    found = []
    for number in range(question + 1, question + 1 + MOST_TRIED):
        if number in known:
            continue
        try:
            if await _answered_by(bot, chat, number) == question:
                _log.info("chat %d: message %d was left behind by a former run", chat, number)
                found.append(number)
        except TelegramError as error:
            if is_transient(error):  # Others would only wait for it, too.
                break
    return found


async def remove(bot: ExtBot[int], chat: int, messages: Iterable[int]) -> None:
    """Delete messages, as far as that is possible."""
    for number in messages:
        with contextlib.suppress(TelegramError):
            await bot.delete_message(chat, number, rate_limit_args=ONCE)


async def _answered_by(bot: ExtBot[int], chat: int, number: int) -> int | None:
    """Return the message that one of the bot's own replies to; it has no button afterwards.

    Raises:
        TelegramError: it is not the bot's own, or not there.
    """
    try:
        found = await bot.edit_message_reply_markup(chat, number, rate_limit_args=ONCE)
    except BadRequest as error:
        if not is_unchanged(error):
            raise
        found = await bot.edit_message_reply_markup(chat, number, reply_markup=PROBE, rate_limit_args=ONCE)
        await bot.edit_message_reply_markup(chat, number, rate_limit_args=ONCE)
    answered = found.reply_to_message if isinstance(found, Message) else None
    return None if answered is None else answered.message_id
