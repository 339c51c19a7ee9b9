"""Say a text at a place, or in an existing message, whatever the network does."""

import contextlib
import logging

from telegram import CallbackQuery, InlineKeyboardMarkup, ReplyKeyboardMarkup
from telegram.error import BadRequest, TelegramError
from telegram.ext import ExtBot

from bot.delivery.errors import is_missing, is_unchanged
from bot.delivery.message import NO_PREVIEW
from bot.delivery.rate_limiter import ONCE

_log = logging.getLogger(__name__)


async def tell(
    bot: ExtBot[int], chat: int, text: str, keyboard: InlineKeyboardMarkup | ReplyKeyboardMarkup | None = None
) -> None:
    """Write to a chat without replying to a message there, once: neither its faults nor its waits matter here."""
    try:
        await bot.send_message(chat, text, link_preview_options=NO_PREVIEW, reply_markup=keyboard, rate_limit_args=ONCE)
    except TelegramError as error:
        _log.warning("chat %d could not be told something: %s", chat, error)


async def acknowledge(query: CallbackQuery, text: str | None = None) -> None:
    """Stop a pressed button's spinner, if that is possible: Telegram forgets a press after a while anyway."""
    with contextlib.suppress(TelegramError):
        await query.answer(text)


async def redraw(query: CallbackQuery, text: str, keyboard: InlineKeyboardMarkup | None = None) -> None:
    """Change the message that a pressed button belongs to, if it still exists."""
    if query.message is None or not query.message.is_accessible:
        return
    try:
        await query.edit_message_text(text, reply_markup=keyboard, link_preview_options=NO_PREVIEW)
    except BadRequest as error:
        if not (is_unchanged(error) or is_missing(error)):
            raise
