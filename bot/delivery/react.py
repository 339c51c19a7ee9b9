"""Reactions to people's messages."""

import contextlib

from telegram import Message
from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.delivery.rate_limiter import ONCE


async def react(bot: ExtBot[int], message: Message, emoji: str) -> None:
    """React to a message; where Telegram refuses that, nothing happens: groups may allow few reactions, or none."""
    with contextlib.suppress(TelegramError):
        await bot.set_message_reaction(message.chat.id, message.message_id, emoji, rate_limit_args=ONCE)
