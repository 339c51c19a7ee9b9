"""Report updates that were set aside to the owner and the admins."""

import asyncio
import logging
import sqlite3
import time

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import TelegramError

from assistant.settings.chat_settings import AUTO
from assistant.storage import Admission, Admissions, Chats, Standing
from assistant.texts import Count, Sentence, language_of, texts_in
from bot.delivery.rate_limiter import ONCE
from bot.updates.inbox import Inbox

PAUSE_SECONDS = 3600.0
"""The seconds between two reports; updates set aside meanwhile are counted."""

RETRY = "aside:"
"""The prefix of the data of a retry button; the numbers of the first and the last update follow."""

_log = logging.getLogger(__name__)


class Reports:
    """Report how many updates were set aside, and the number of the last one; nothing of their content."""

    def __init__(self, bot: Bot, inbox: Inbox, admissions: Admissions, chats: Chats) -> None:
        self._bot = bot
        self._inbox = inbox
        self._admissions = admissions
        self._chats = chats

    async def keep_telling(self) -> None:
        """Report updates that a former run set aside, and further ones, until cancelled."""
        inbox = self._inbox
        while True:
            await inbox.news.wait()
            try:
                # A report may have been dated by a clock that was ahead: that must not silence the next one.
                pause = min(await inbox.last_report() + PAUSE_SECONDS - time.time(), PAUSE_SECONDS)
                await asyncio.sleep(pause)
                inbox.news.clear()
                numbers = await inbox.unreported()
                if numbers and await self._tell(numbers):
                    await inbox.note_report(numbers)
            except sqlite3.Error as error:
                _log.warning("nobody could be told of updates set aside; it is tried again in an hour: %s", error)
                await asyncio.sleep(PAUSE_SECONDS)
                inbox.news.set()

    async def _tell(self, numbers: list[int]) -> bool:
        """Whether somebody has got it, or could."""
        people = await self._admissions.all()
        told = [
            await self._write(person, numbers)
            for person in people
            if person.standing in {Standing.OWNER, Standing.ADMIN}
        ]
        return any(told)

    async def _write(self, person: Admission, numbers: list[int]) -> bool:
        chosen = (await self._chats.settings(person.id)).language
        texts = texts_in((person.language or language_of(None)) if chosen == AUTO else chosen)
        text = texts.say(Sentence.SET_ASIDE, messages=Count.MESSAGES.of(len(numbers)), number=numbers[-1])
        label = texts.say(Sentence.BUTTON_TRY_AGAIN if len(numbers) == 1 else Sentence.BUTTON_TRY_ALL)
        keyboard = InlineKeyboardMarkup([[retry_button(label, min(numbers), max(numbers))]])
        try:
            await self._bot.send_message(person.id, text, reply_markup=keyboard, rate_limit_args=ONCE)  # type: ignore[call-arg]
        except TelegramError as error:
            _log.warning("user %d could not be told of updates set aside: %s", person.id, error)
            return False
        return True


def retry_button(label: str, first: int, last: int | None = None) -> InlineKeyboardButton:
    """Return the button that retries all updates set aside from number `first` to `last`, or the first alone."""
    return InlineKeyboardButton(label, callback_data=f"{RETRY}{first}:{first if last is None else last}")
