"""The start: wait until Telegram can be reached, and say who else takes the updates."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from telegram import Bot
from telegram.error import InvalidToken, RetryAfter, TelegramError

from bot.delivery.errors import reason, seconds_of

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 15.0
"""The seconds between two attempts: the pauses double. A network is often later than the programs that need it."""

_log = logging.getLogger(__name__)


async def reach(bot: Bot, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
    """Wait until Telegram says who the bot is; log each new reason why it does not.

    Raises:
        InvalidToken: it refuses the token.
    """
    told, pause = "", FIRST_PAUSE
    while (error := await _attempt(bot)) is not None:
        if reason(error) != told:
            told = reason(error)
            _log.warning("Telegram cannot be reached, and is asked again until it can: %s", told)
        await sleep(max(pause, seconds_of(error)) if isinstance(error, RetryAfter) else pause)
        pause = min(LONGEST_PAUSE, 2 * pause)
    if told:
        _log.warning("Telegram is reached")


async def _attempt(bot: Bot) -> TelegramError | None:
    """Return why it failed; None: it did not."""
    try:
        await bot.initialize()
    except InvalidToken:
        raise
    except TelegramError as error:
        return error
    return None


async def name_webhook(bot: Bot) -> None:
    """Log which webhook an earlier run or another program has set: the library deletes it before it polls."""
    try:
        info = await bot.get_webhook_info()
    except TelegramError as error:  # Polling fails too then, says why, and goes on.
        _log.warning("whether a webhook is set could not be asked: %s", reason(error))
        return
    if info.url:
        _log.warning(
            "a webhook is set for this bot (%s), and is deleted: Eyeglass asks for the messages itself. If it was not "
            "telegram.webhook_url, another program uses this bot: stop it, or have @BotFather revoke the token and "
            "give the new one to Eyeglass alone",
            urlsplit(info.url).hostname,
        )
