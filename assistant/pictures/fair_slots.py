"""Slots for expensive work: a few in all, of which a chat never has more than its share."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass


@dataclass(slots=True, eq=False)
class _Share:
    """A chat's share, and the number of its users and waiters."""

    slots: asyncio.Semaphore
    users: int = 0


class FairSlots:
    """`most` slots in all, `per_chat` for each chat.

    Requests of a chat beyond its share wait in the chat's own line, outside of the one for all. So nobody waits behind
    more than `per_chat` of any other chat, first come, first served.
    """

    def __init__(self, most: int, per_chat: int = 1) -> None:
        self._most = most
        self._per_chat = per_chat
        self._all = asyncio.Semaphore(most)
        self._chats: dict[int, _Share] = {}

    @property
    def chats(self) -> int:
        """The number of chats that have or want a slot: the others take no memory."""
        return len(self._chats)

    @contextlib.asynccontextmanager
    async def of(self, chat: int) -> AsyncIterator[None]:
        """Hold a slot for as long as the block lasts."""
        share = self._chats.setdefault(chat, _Share(asyncio.Semaphore(self._per_chat)))
        share.users += 1
        try:
            async with share.slots, self._all:
                yield
        finally:
            share.users -= 1
            if not share.users:
                del self._chats[chat]
            if not self._chats:  # A semaphore stays with the event loop in which somebody waited for it.
                self._all = asyncio.Semaphore(self._most)
