"""One answer on screen: typing, then a message that grows by edits, and a last text that is sure."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass

from telegram import InlineKeyboardMarkup, LinkPreviewOptions, Message, ReplyParameters
from telegram.constants import ChatAction
from telegram.error import BadRequest, ChatMigrated, RetryAfter, TelegramError
from telegram.ext import ExtBot

from bot.drafts import Draft
from bot.looks import Looks
from bot.pacing import ONCE
from bot.render import Part, growing
from bot.sending import is_gone, is_odd_markup, is_passing, is_unchanged, is_unreachable, never_arrived
from bot.tasks import beside, spawn

TYPING_SECONDS = 4.5
"""Telegram shows "typing" for five seconds."""

LOOK_SECONDS = 2.5
"""How often a place in line is looked at again: an estimate ages although nothing happens."""

LONGEST_PAUSE = 60.0
"""The pauses between attempts to deliver a whole answer double up to this, in seconds: no outage costs an answer."""

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer belongs: under which message of which chat, and in which topic of a forum.

    `question` is None where that message cannot be named any more.
    """

    chat: int
    question: int | None
    topic: int | None = None


def place_of(message: Message) -> Place:
    """The place of an answer to `message`."""
    return Place(message.chat.id, message.message_id, topic_of(message))


def topic_of(message: Message) -> int | None:
    """The topic that a message stands in; None outside of topics, and in a forum's General one."""
    return message.message_thread_id if message.is_topic_message else None


class Reply:
    """The message that shows one answer. `began` is called with its number as soon as there is one.

    `message_id` is that of a message which a former run of the program began. `keyboard` stands under it while it
    grows; the whole answer brings its own, or none. `looks` says when it may grow. With a `draft` it grows as that, and
    becomes a message when it is whole, or where Telegram does not take the draft.
    """

    def __init__(
        self,
        bot: ExtBot[int],
        place: Place,
        *,
        looks: Looks | None = None,
        message_id: int | None = None,
        began: Callable[[int], Awaitable[None]] | None = None,
        keyboard: InlineKeyboardMarkup | None = None,
        draft: Draft | None = None,
    ) -> None:
        self._bot = bot
        self._place = place
        self._looks = Looks() if looks is None else looks
        self._began = began
        self._message_id = message_id
        self._shown: tuple[Part, InlineKeyboardMarkup | None] = (Part(""), None)
        self._showing = asyncio.Lock()
        self._closed = False
        self._lost = False
        self._tried = False
        self._scope: asyncio.Timeout | None = None
        self._refusal: TelegramError | None = None
        self._typing = asyncio.Event()
        self._typing.set()
        self._keyboard = keyboard
        self._draft = draft

    @contextlib.asynccontextmanager
    async def typing(self) -> AsyncIterator[None]:
        """Show that the bot is at work until the first text is there or the block ends."""
        async with beside(self._keep_typing(), "typing"):
            yield

    @contextlib.asynccontextmanager
    async def growing(self, text: Callable[[], str]) -> AsyncIterator[None]:
        """Show that the bot is at work until the block ends: typing at first, then now and then what `text` says.

        However the block ends, no look at the answer is on its way any more then.

        Raises:
            TelegramError: nobody can be written to there any more, which ended the block.
        """
        try:
            async with (
                asyncio.timeout(None) as self._scope,
                self.typing(),
                beside(self._keep_looking(text), "look again"),
            ):
                try:
                    yield
                finally:
                    self._closed = True
                    async with self._showing:
                        pass
        except TimeoutError:
            if self._refusal is None:
                raise
            raise self._refusal from None

    def _refused(self, error: TelegramError) -> None:
        """End the block in which the answer grows, if nobody can see it."""
        if is_unreachable(error) and self._refusal is None and self._scope is not None and not self._closed:
            self._refusal = error
            self._scope.reschedule(asyncio.get_running_loop().time())

    async def show(self, text: str) -> None:
        """Show the answer so far, if the last look at it is long enough ago and something is new. Never fails.

        Cancellation does not end what is on its way, so that it is known what the chat shows.
        """
        await asyncio.wait([spawn(self._look(text), "show an answer")])

    async def _look(self, text: str) -> None:
        part = growing(text)
        async with self._showing:
            if not self._closed and not self._lost and part.text and (part != self._shown[0] or self._fades()):
                await self._try(part)

    def _fades(self) -> bool:
        return self._draft is not None and self._draft.fades

    async def _try(self, part: Part) -> None:
        chat = self._place.chat
        first = self._message_id is None and not self._tried
        if not first and not self._looks.may(chat, self):
            return
        self._tried = True
        self._looks.took(chat, self)
        self._typing.clear()
        try:
            if self._message_id is None and self._draft is not None and await self._draft.show(part):
                self._shown = (part, None)
            else:
                await self._put(part, rate=ONCE)
        except RetryAfter as error:
            _log.debug("a look at an answer is skipped: %s", error)
        except TelegramError as error:
            _log.info("a growing answer could not be shown: %s", error)
            # A message that may be there without its number would be sent again by the next look.
            self._lost = self._message_id is None and not never_arrived(error)
            self._refused(error)

    async def finish(
        self, parts: Sequence[Part], keyboard: InlineKeyboardMarkup | None = None, doubt: str = ""
    ) -> list[int]:
        """Show the whole answer, in as many messages as it has parts, `keyboard` under the last; returns their numbers.

        Of a part that may or may not have arrived the number is missing; `doubt` is said then.

        Raises:
            TelegramError: it can never be delivered.
        """
        self._typing.clear()
        first, *others = parts
        self._keyboard = None if others else keyboard
        messages = [await self._surely(first)]
        self._began = None  # After a crash the next run goes on in the first message, not in a later one.
        for part in others:
            self._message_id = None
            self._keyboard = keyboard if part is others[-1] else None
            messages.append(await self._surely(part))
        if doubt and None in messages:
            self._message_id = self._keyboard = None
            await self._surely(Part(doubt))
        return [message for message in messages if message is not None]

    async def _surely(self, part: Part) -> int | None:
        """Put the part there, again and again where that makes no double; None if its fate is unknown."""
        pause = 1.0
        while True:
            try:
                await self._put(part, rate=None)
                return self._message_id
            except BadRequest as error:
                if not part.entities or not is_odd_markup(error):
                    raise
                _log.warning("Telegram does not take an answer's entities, it goes out as plain text: %s", error)
                part = Part(part.text)
            except TelegramError as error:
                if self._message_id is None and not never_arrived(error):
                    _log.warning("an answer may or may not have arrived and is not sent twice: %s", error)
                    return None
                if not is_passing(error):
                    raise
                _log.warning("an answer could not be delivered, and is tried again: %s", error)
                await asyncio.sleep(min(LONGEST_PAUSE, pause))
                pause = min(LONGEST_PAUSE, 2 * pause)

    async def _put(self, part: Part, rate: int | None) -> None:
        try:
            await self._put_here(part, rate)
        except ChatMigrated as error:
            _log.info("chat %d is chat %d now, and the answer goes there", self._place.chat, error.new_chat_id)
            self._place, self._message_id = Place(error.new_chat_id, question=None), None
            await self._put_here(part, rate)

    async def _put_here(self, part: Part, rate: int | None) -> None:
        if self._message_id is not None:
            if (part, self._keyboard) == self._shown:
                return
            try:
                await self._edit(self._message_id, part, rate)
            except BadRequest as error:
                if is_gone(error):
                    self._message_id = None
                elif not is_unchanged(error):
                    raise
        if self._message_id is None:
            await self._send(part, rate)
        self._shown = (part, self._keyboard)

    async def _edit(self, message_id: int, part: Part, rate: int | None) -> None:
        await self._bot.edit_message_text(
            part.text,
            chat_id=self._place.chat,
            message_id=message_id,
            entities=part.entities or None,
            link_preview_options=NO_PREVIEW,
            reply_markup=self._keyboard,
            rate_limit_args=rate,
        )

    async def _send(self, part: Part, rate: int | None) -> None:
        message = await (self._send_text(part, rate) if part.file is None else self._send_file(part, part.file, rate))
        self._message_id = message.message_id
        if self._began is not None:
            await self._began(message.message_id)

    async def _send_text(self, part: Part, rate: int | None) -> Message:
        return await self._bot.send_message(
            self._place.chat,
            part.text,
            entities=part.entities or None,
            message_thread_id=self._place.topic,
            reply_parameters=self._question(),
            link_preview_options=NO_PREVIEW,
            reply_markup=self._keyboard,
            rate_limit_args=rate,
        )

    async def _send_file(self, part: Part, file: bytes, rate: int | None) -> Message:
        return await self._bot.send_document(
            self._place.chat,
            file,
            part.text,
            filename=part.file_name,
            message_thread_id=self._place.topic,
            reply_parameters=self._question(),
            reply_markup=self._keyboard,
            rate_limit_args=rate,
        )

    def _question(self) -> ReplyParameters | None:
        question = self._place.question
        return None if question is None else ReplyParameters(question, allow_sending_without_reply=True)

    async def _keep_typing(self) -> None:
        while self._typing.is_set():
            try:
                await self._bot.send_chat_action(
                    self._place.chat, ChatAction.TYPING, message_thread_id=self._place.topic, rate_limit_args=ONCE
                )
            except TelegramError as error:
                self._refused(error)
            await asyncio.sleep(TYPING_SECONDS)

    async def _keep_looking(self, text: Callable[[], str]) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            await self.show(text())
