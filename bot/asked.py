"""The questions that are being answered or wait for it: who asked them, and how they are cancelled."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field


class Cancelled(Exception):
    """The person who asked, or an admin, wants no answer any more."""


@dataclass(slots=True, eq=False)
class Asked:
    """A question in line or under way. `asker` is the Telegram id of the person, or of the chat he hides behind."""

    chat: int
    message: int
    asker: int | None
    update_id: int
    text: str
    _scope: asyncio.Timeout = field(default_factory=lambda: asyncio.timeout(None))
    _cancelled: bool = False

    @property
    def request(self) -> str:
        """The id of its request to the model service."""
        return f"{self.chat}:{self.message}"

    def cancel(self) -> None:
        """End the work on it with `Cancelled`; a second time changes nothing."""
        if not self._cancelled:
            self._cancelled = True
            self._scope.reschedule(asyncio.get_running_loop().time())


class AskedQuestions:
    """All questions between their turn in the chat's lane and their answer. Lives on the event loop."""

    def __init__(self) -> None:
        self._open: dict[str, Asked] = {}
        self._dropped: dict[tuple[int, int | None], int] = {}

    @contextlib.asynccontextmanager
    async def open(self, asked: Asked) -> AsyncIterator[None]:
        """The question can be cancelled for as long as the block lasts.

        Raises:
            Cancelled: it was, within the block, or by `cancel_all` before.
        """
        if asked.update_id < self._dropped.get((asked.chat, asked.asker), 0):
            raise Cancelled
        try:
            async with asked._scope:
                self._open[asked.request] = asked
                try:
                    yield
                finally:
                    del self._open[asked.request]
        except TimeoutError:
            if not asked._scope.expired():
                raise
            raise Cancelled from None

    def get(self, chat: int, message: int) -> Asked | None:
        """The question that a message asked, while it is open."""
        return self._open.get(f"{chat}:{message}")

    def of(self, chat: int, asker: int | None) -> list[Asked]:
        """Somebody's open questions in a chat, oldest first."""
        return [asked for asked in self._open.values() if (asked.chat, asked.asker) == (chat, asker)]

    def cancel_all(self, chat: int, asker: int | None, before: int) -> None:
        """Cancel what somebody asked in a chat by updates before this one, open or still in the chat's lane."""
        self._dropped[chat, asker] = before
        for asked in self.of(chat, asker):
            if asked.update_id < before:
                asked.cancel()
