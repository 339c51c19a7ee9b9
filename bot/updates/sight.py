"""Sight: what of a group's messages Telegram shows to the bot."""

import time
from collections.abc import Callable

from telegram import ChatMember
from telegram.ext import ExtBot

from bot.delivery.rate_limiter import ONCE

KEPT_SECONDS = 600.0
"""The seconds for which Telegram's word holds; it is asked sooner when the bot's own membership changes."""


class Sight:
    """Knows in which groups every message reaches the bot: where it is an admin, or anywhere without privacy mode."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: dict[int, tuple[float, bool]] = {}

    async def sees_all(self, bot: ExtBot[int], group: int) -> bool:
        """Whether every message of a group reaches the bot.

        Raises:
            TelegramError: Telegram did not say.
        """
        now = self._clock()
        self._known = {chat: known for chat, known in self._known.items() if now - known[0] < KEPT_SECONDS}
        if group not in self._known:
            self._known[group] = now, await _sees_all(bot, group)
        return self._known[group][1]

    def forget(self, group: int) -> None:
        """Ask Telegram again next time."""
        self._known.pop(group, None)


async def _sees_all(bot: ExtBot[int], group: int) -> bool:
    me = await bot.get_me(rate_limit_args=ONCE)  # Privacy mode may have changed since the start.
    if me.can_read_all_group_messages:
        return True
    return (await bot.get_chat_member(group, me.id, rate_limit_args=ONCE)).status == ChatMember.ADMINISTRATOR
