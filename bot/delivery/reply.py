"""One answer on screen: typing, then a message that grows by edits, and a last text that is delivered reliably."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from telegram.constants import ChatAction
from telegram.error import RetryAfter, TelegramError
from telegram.ext import ExtBot

from assistant import progress
from assistant.tasks import background, spawn
from bot.delivery.drafts import Draft
from bot.delivery.edit_throttle import EditThrottle
from bot.delivery.errors import is_unreachable, never_arrived
from bot.delivery.message import EditableMessage, Keyboard, Place
from bot.delivery.rate_limiter import ONCE
from bot.render import Part, growing

TYPING_SECONDS = 4.5
"""The seconds between two "typing" actions; Telegram shows one for five seconds."""

PATIENCE = 1.0
"""The seconds that a whole answer waits for a "typing" on its way, which else might be shown after it."""

LOOK_SECONDS = 2.5
"""The seconds between two updates of the place in line: an estimate ages although nothing happens."""

_log = logging.getLogger(__name__)


class Reply:
    """The message that shows one answer. `on_sent` is called with its number as soon as there is one.

    `message_id` is that of a message which a former run of the program began. `keyboard` stands under it while it
    grows; the whole answer brings its own, or none. `throttle` limits how often it grows. With a `draft` it grows as
    that, and becomes a message when it is whole, or if Telegram does not take the draft.
    """

    def __init__(
        self,
        bot: ExtBot[int],
        place: Place,
        *,
        throttle: EditThrottle | None = None,
        message_id: int | None = None,
        on_sent: Callable[[int], Awaitable[None]] | None = None,
        keyboard: Keyboard | None = None,
        draft: Draft | None = None,
    ) -> None:
        self._bot = bot
        self._post = EditableMessage(bot, place, message_id, on_sent, keyboard)
        self._throttle = EditThrottle() if throttle is None else throttle
        self._showing = asyncio.Lock()
        self._closed = False
        self._lost = False
        self._tried = False
        self._scope: asyncio.Timeout | None = None
        self._refusal: TelegramError | None = None
        self._typing = asyncio.Event()
        self._typing.set()
        self._draft = draft

    @contextlib.asynccontextmanager
    async def typing(self) -> AsyncIterator[None]:
        """Show that the bot is at work until the first text is shown or the block ends."""
        async with background(self._keep_typing(), "typing"):
            yield

    @contextlib.asynccontextmanager
    async def growing(self, text: Callable[[], str]) -> AsyncIterator[None]:
        """Show that the bot is at work until the block ends: typing at first, then from time to time the `text`.

        However the block ends, no edit of the answer is on its way any more then.

        Raises:
            TelegramError: the chat can no longer be written to, which ended the block.
        """
        try:
            async with (
                asyncio.timeout(None) as self._scope,
                self.typing(),
                background(self._keep_looking(text), "look again"),
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
        """Show the answer so far, if the last edit is long enough ago and something is new. Never fails.

        Cancellation does not interrupt a request, so that it is known what the chat shows.
        """
        await asyncio.wait([spawn(self._look(text), "show an answer")])

    async def _look(self, text: str) -> None:
        part = growing(text)
        async with self._showing:
            if not self._closed and not self._lost and part.text and (part != self._post.shown[0] or self._fades()):
                await self._try(part)

    def _fades(self) -> bool:
        return self._draft is not None and self._draft.fades

    async def _try(self, part: Part) -> None:
        chat = self._post.place.chat
        first = self._post.message_id is None and not self._tried
        if not first and not self._throttle.try_acquire(chat, self):
            return
        self._tried = True
        self._throttle.record(chat, self)
        self._typing.clear()
        try:
            if self._post.message_id is None and self._draft is not None and await self._draft.show(part):
                self._post.shown = (part, None)
            else:
                await self._post.show(part, rate=ONCE)
        except RetryAfter as error:
            _log.debug("a look at an answer is skipped: %s", error)
        except TelegramError as error:
            _log.info("a growing answer could not be shown: %s", error)
            # A message that may be there without its number would be sent again by the next look.
            self._lost = self._post.message_id is None and not never_arrived(error)
            self._refused(error)

    async def finish(self, parts: Sequence[Part], keyboard: Keyboard | None = None, doubt: str = "") -> list[int]:
        """Show the whole answer, a message for each part, `keyboard` under the last; return their numbers.

        The number of a part that may or may not have arrived is missing; `doubt` is said then.

        Raises:
            TelegramError: it can never be delivered.
        """
        self._typing.clear()
        first, *others = parts
        self._post.keyboard = None if others else keyboard
        messages = [await self._post.deliver(first)]
        for part in others:
            self._post.next()
            self._post.keyboard = keyboard if part is others[-1] else None
            messages.append(await self._post.deliver(part))
        if doubt and None in messages:
            self._post.next()
            self._post.keyboard = None
            await self._post.deliver(Part(doubt))
        return [message for message in messages if message is not None]

    async def _keep_typing(self) -> None:
        while self._typing.is_set():
            telling = spawn(self._tell_typing(), "tell that an answer is written")
            try:
                await asyncio.wait([telling])
            finally:  # A request that is broken off while it connects leaves its socket open.
                await asyncio.wait([telling], timeout=PATIENCE)
            await asyncio.sleep(TYPING_SECONDS)

    async def _tell_typing(self) -> None:
        place = self._post.place
        try:
            await self._bot.send_chat_action(
                place.chat, ChatAction.TYPING, message_thread_id=place.topic, rate_limit_args=ONCE
            )
        except TelegramError as error:
            self._refused(error)

    async def _keep_looking(self, text: Callable[[], str]) -> None:
        await asyncio.sleep(progress.NOTICE_SECONDS)
        while True:
            await self.show(text())
            await asyncio.sleep(LOOK_SECONDS)
