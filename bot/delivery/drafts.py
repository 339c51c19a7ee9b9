"""Drafts: an answer that grows as Telegram's own preview of a message, in private chats, with its own Stop button."""

import logging
import time
from collections.abc import Callable

from telegram.error import RetryAfter, TelegramError
from telegram.ext import ExtBot

from bot.delivery.rate_limiter import ONCE
from bot.render import Part

STOPPED = "stopped_message_generation"
"""The update by which Telegram reports a press of Stop; the library does not know it yet."""

KEPT_SECONDS = 20.0
"""The seconds after which an unchanged preview is sent again: Telegram takes it away after 30."""

_log = logging.getLogger(__name__)


class Draft:
    """The preview of one answer, with a number of its own in its chat. It goes when a message is sent there."""

    def __init__(
        self,
        bot: ExtBot[int],
        chat: int,
        number: int,
        topic: int | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._bot = bot
        self._chat = chat
        self._number = number
        self._topic = topic
        self._clock = clock
        self._shown_at = clock()
        self._refused = False

    @property
    def fades(self) -> bool:
        """Whether it has to be sent again."""
        return not self._refused and self._clock() - self._shown_at >= KEPT_SECONDS

    async def show(self, part: Part) -> bool:
        """Show the answer so far, once; return False if Telegram does not take drafts of this answer.

        Raises:
            RetryAfter: not now.
        """
        if self._refused:
            return False
        try:
            await self._send(part)
        except RetryAfter:
            raise
        except TelegramError as error:
            _log.info("an answer grows as a message, since its draft was not taken: %s", error)
            self._refused = True
            return False
        self._shown_at = self._clock()
        return True

    async def _send(self, part: Part) -> None:
        await self._bot.send_message_draft(
            self._chat,
            self._number,
            part.text,
            entities=part.entities or None,
            message_thread_id=self._topic,
            rate_limit_args=ONCE,
            api_kwargs={"can_stop": True},
        )
