"""One message on screen: send it, edit it in place, deliver it reliably in the end."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from telegram import ForceReply, InlineKeyboardMarkup, LinkPreviewOptions, Message, ReplyParameters
from telegram.error import BadRequest, ChatMigrated, TelegramError
from telegram.ext import ExtBot

from bot.delivery.errors import is_entity_error, is_missing, is_transient, is_unchanged, never_arrived
from bot.render import Part

LONGEST_PAUSE = 60.0
"""The longest pause, in seconds, between attempts to deliver a whole answer; they double up to it, without end."""

Keyboard = InlineKeyboardMarkup | ForceReply
"""What may stand under a message of the bot; a ForceReply opens the answer to it, and is for a new message alone."""

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Place:
    """The place of an answer: under which message of which chat, and in which topic of a forum.

    `question` is None if that message can no longer be named.
    """

    chat: int
    question: int | None
    topic: int | None = None


def place_of(message: Message) -> Place:
    """Return the place of an answer to `message`."""
    return Place(message.chat.id, message.message_id, topic_of(message))


def topic_of(message: Message) -> int | None:
    """Return the topic of a message; None outside of topics, and in a forum's General one."""
    return message.message_thread_id if message.is_topic_message else None


class EditableMessage:
    """The bot's message at a place. `on_sent` is called with its number as soon as there is one.

    `message_id` is that of a message which exists already. `shown` is what it held last, as far as known, and
    `keyboard` is to stand under it from the next `show` on.
    """

    def __init__(
        self,
        bot: ExtBot[int],
        place: Place,
        message_id: int | None = None,
        on_sent: Callable[[int], Awaitable[None]] | None = None,
        keyboard: Keyboard | None = None,
    ) -> None:
        self.place = place
        self.message_id = message_id
        self.keyboard = keyboard
        self.shown: tuple[Part, Keyboard | None] = (Part(""), None)
        self._bot = bot
        self._on_sent = on_sent

    def next(self) -> None:
        """Begin a further message; after a crash the next run goes on in the first one."""
        self.message_id = self._on_sent = None

    async def deliver(self, part: Part) -> int | None:
        """Deliver the part, with retries where they make no duplicate; return None if its fate is unknown.

        Raises:
            TelegramError: it can never be delivered.
        """
        pause = 1.0
        while True:
            try:
                await self.show(part)
                return self.message_id
            except BadRequest as error:
                if not part.entities or not is_entity_error(error):
                    raise
                _log.warning("Telegram does not take an answer's entities, it goes out as plain text: %s", error)
                part = Part(part.text)
            except TelegramError as error:
                if self.message_id is None and not never_arrived(error):
                    _log.warning("an answer may or may not have arrived and is not sent twice: %s", error)
                    return None
                if not is_transient(error):
                    raise
                _log.warning("an answer could not be delivered, and is tried again: %s", error)
                await asyncio.sleep(min(LONGEST_PAUSE, pause))
                pause = min(LONGEST_PAUSE, 2 * pause)

    async def show(self, part: Part, rate: int | None = None) -> None:
        """Send the part, or edit it into the message; `rate` is for the rate limiter.

        Raises:
            TelegramError: it failed, or its fate is unknown.
        """
        try:
            await self._put_here(part, rate)
        except ChatMigrated as error:
            _log.info("chat %d is chat %d now, and the answer goes there", self.place.chat, error.new_chat_id)
            self.place, self.message_id = Place(error.new_chat_id, question=None), None
            await self._put_here(part, rate)

    async def _put_here(self, part: Part, rate: int | None) -> None:
        if self.message_id is not None:
            if (part, self.keyboard) == self.shown:
                return
            try:
                await self._edit(self.message_id, part, rate)
            except BadRequest as error:
                if is_missing(error):
                    self.message_id = None
                elif not is_unchanged(error):
                    raise
        if self.message_id is None:
            await self._send(part, rate)
        self.shown = (part, self.keyboard)

    async def _edit(self, message_id: int, part: Part, rate: int | None) -> None:
        await self._bot.edit_message_text(
            part.text,
            chat_id=self.place.chat,
            message_id=message_id,
            entities=part.entities or None,
            link_preview_options=NO_PREVIEW,
            reply_markup=self.keyboard if isinstance(self.keyboard, InlineKeyboardMarkup) else None,
            rate_limit_args=rate,
        )

    async def _send(self, part: Part, rate: int | None) -> None:
        message = await (self._send_text(part, rate) if part.file is None else self._send_file(part, part.file, rate))
        self.message_id = message.message_id
        if self._on_sent is not None:
            await self._on_sent(message.message_id)

    async def _send_text(self, part: Part, rate: int | None) -> Message:
        return await self._bot.send_message(
            self.place.chat,
            part.text,
            entities=part.entities or None,
            message_thread_id=self.place.topic,
            reply_parameters=self._question(),
            link_preview_options=NO_PREVIEW,
            reply_markup=self.keyboard,
            rate_limit_args=rate,
        )

    async def _send_file(self, part: Part, file: bytes, rate: int | None) -> Message:
        send = self._bot.send_photo if part.photo else self._bot.send_document
        return await send(
            self.place.chat,
            file,
            part.text,
            filename=part.file_name,
            message_thread_id=self.place.topic,
            reply_parameters=self._question(),
            reply_markup=self.keyboard,
            rate_limit_args=rate,
        )

    def _question(self) -> ReplyParameters | None:
        question = self.place.question
        return None if question is None else ReplyParameters(question, allow_sending_without_reply=True)
