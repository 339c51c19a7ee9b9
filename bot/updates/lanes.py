"""Lanes: take in a chat's updates one after another, commands in a lane of their own; chats run concurrently."""

import asyncio
import contextlib
import logging
import math
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from telegram import Update
from telegram.ext import BaseUpdateProcessor

from assistant.storage import surely
from assistant.tasks import spawn
from bot.addressing import QUESTIONS, asks_again, leading_command
from bot.updates.albums import WINDOW, Arrival, album_of
from bot.updates.inbox import Inbox

ALL_AT_ONCE = 1_000_000
"""No limit: `InboxQueue` lets in few updates of each chat, so that none can take the others' turn."""

FIRST_PAUSE, LONGEST_PAUSE = 2.0, 60.0
"""The seconds before an update whose handlers met a passing fault is tried again: the pauses double."""

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Chat:
    """The state of a chat: what the next update of each lane waits for, the count of updates, and the questions.

    `albums` are those that are still arriving.
    """

    ordinary: asyncio.Event | None = None
    quick: asyncio.Event | None = None
    updates: int = 0
    albums: dict[str, Arrival] = field(default_factory=dict)
    questions: dict[asyncio.Task[Any], int] = field(default_factory=dict)


class Lanes(BaseUpdateProcessor):
    """Run the handlers of an update when it is its turn, and keep its state in the inbox.

    A question waits for everything that came before it in its chat, for earlier questions only until it is known what
    they are about (`let_by`). Any other command or a button press waits only for earlier ones of its kind, so that
    /detail is answered while an answer grows. The updates of an album are taken in together.
    """

    def __init__(
        self, inbox: Inbox, handle: Callable[[Update], Awaitable[None]], ended: Callable[[int], None] = lambda _: None
    ) -> None:
        """Create lanes: `handle` reruns the handlers; `ended` gets the number of each update that left the lanes."""
        super().__init__(ALL_AT_ONCE)
        self._inbox = inbox
        self._handle = handle
        self._ended = ended
        self._again: set[int] = set()
        self._begun: set[asyncio.Task[Any]] = set()
        self._pausing: set[asyncio.Task[Any]] = set()
        self._chats: dict[int, _Chat] = {}
        self._arrivals: dict[int, Arrival] = {}
        self._dropped: set[asyncio.Task[Any]] = set()
        self.arriving_sign: Callable[[Update], Coroutine[Any, Any, None]] | None = None
        """Shows people that more of the album is awaited whose first update this is."""

    async def initialize(self) -> None:
        """Do nothing: there is nothing to open."""

    async def shutdown(self) -> None:
        """Do nothing: there is nothing to close."""

    @property
    def chats(self) -> int:
        """The number of chats with updates in progress: the others take no memory."""
        return len(self._chats)

    @property
    def arriving(self) -> int:
        """The number of updates that wait for more of their albums."""
        return sum(len(album.updates) for chat in self._chats.values() for album in chat.albums.values())

    def let_by(self, update_id: int) -> None:
        """Let the chat's next update begin, although the work on this one goes on."""
        self._arrivals[update_id].settle(update_id)

    def taken_in_with(self, update_id: int) -> list[Update]:
        """Return the updates of an album that are taken in together with this one, itself included."""
        return self._arrivals[update_id].updates

    async def drop(self, number: int, update_id: int) -> None:
        """Cancel the questions of a chat that came before this update, running or in line; return at their end."""
        chat = self._chats.get(number, _Chat())
        await self._end({task for task, question in chat.questions.items() if question < update_id})

    def try_again(self, update_id: int) -> None:
        """Have the handlers of an update run once more, after a pause: the fault will pass."""
        self._again.add(update_id)

    async def leave_waiting(self) -> None:
        """Leave to the next run albums still arriving, updates that wait for a retry, and those behind them."""
        leaving = set(self._pausing)
        for chat in self._chats.values():
            arriving = {update.update_id for album in chat.albums.values() for update in album.updates}
            left = {question for task, question in chat.questions.items() if task in leaving or question in arriving}
            leaving |= {
                task
                for task, question in chat.questions.items()
                if question in left or (task not in self._begun and question > min(left, default=math.inf))
            }
        await self._end(leaving)

    async def leave_all(self) -> None:
        """Leave to the next run what is being handled, too."""
        await self._end(self._begun.union(*(chat.questions for chat in self._chats.values())))

    async def _end(self, tasks: set[asyncio.Task[Any]]) -> None:
        self._dropped |= tasks
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Wait for the update's turn, then run its handlers."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101
        try:
            if not isinstance(update, Update):
                await coroutine
                return
            chat = update.effective_chat.id if update.effective_chat else -update.update_id
            async with self._turn(chat, update, task) as asks:
                self._begun.add(task)
                await self._work(update, task, coroutine if asks else None)
        except asyncio.CancelledError:
            if task not in self._dropped:
                raise
            task.uncancel()
        finally:
            self._dropped.discard(task)
            self._begun.discard(task)
            if isinstance(coroutine, Coroutine):
                coroutine.close()
            if isinstance(update, Update):
                self._ended(update.update_id)

    async def _work(self, update: Update, task: asyncio.Task[Any], handlers: Awaitable[Any] | None) -> None:
        """Run the handlers until they succeed; None: another update of the album has run them for this one too."""
        number, pause, again = update.update_id, FIRST_PAUSE, False
        what = f"update {number}"
        try:
            while await surely(lambda: self._inbox.claim(number), what):
                if handlers is not None:
                    await (self._handle(update) if again else handlers)
                if number not in self._again:
                    await surely(lambda: self._inbox.finish(number), what)
                    return
                self._again.discard(number)
                await self._pause(task, pause)
                pause, again = min(LONGEST_PAUSE, 2 * pause), True
                self._inbox.repeat(number)
        except sqlite3.Error:
            _log.exception("update %d stays in the inbox until the next start", number)
        finally:
            self._again.discard(number)

    async def _pause(self, task: asyncio.Task[Any], seconds: float) -> None:
        self._pausing.add(task)
        try:
            await asyncio.sleep(seconds)
        finally:
            self._pausing.discard(task)

    @contextlib.asynccontextmanager
    async def _turn(self, number: int, update: Update, task: asyncio.Task[Any]) -> AsyncIterator[bool]:
        """Wait for the update's turn; yield whether its handlers are to run, or those of others in its album did."""
        chat = self._chats.setdefault(number, _Chat())
        before, arrival = self._line_up(chat, update, task)
        self._arrivals[update.update_id] = arrival
        asks = None
        try:
            for earlier in before:
                if earlier is not None:
                    await earlier.wait()
            await arrival.complete(update)
            _close_album(chat, arrival)
            asks = update in arrival.asking
            if not asks:
                await arrival.taken_in.wait()
            yield asks
        finally:
            if asks is None:
                arrival.leave(update)
            else:
                arrival.settle(update.update_id)
            _close_album(chat, arrival)
            del self._arrivals[update.update_id]
            chat.updates -= 1
            chat.questions.pop(task, None)
            if chat.updates == 0:
                del self._chats[number]

    def _line_up(
        self, chat: _Chat, update: Update, task: asyncio.Task[Any]
    ) -> tuple[list[asyncio.Event | None], Arrival]:
        """Return the events that the update waits for, and its arrival; one of an album overtakes what came since."""
        chat.updates += 1
        if is_quick(update):
            before, arrival = [chat.quick], Arrival()
            chat.quick = arrival.taken_in
        else:
            chat.questions[task] = update.update_id
            name = album_of(update)
            if name in chat.albums:
                before, arrival = [], chat.albums[name]
            else:
                before, arrival = [chat.quick, chat.ordinary], Arrival() if name is None else Arrival(WINDOW)
                chat.ordinary = arrival.taken_in
            if name is not None:
                chat.albums[name] = arrival
                if self.arriving_sign is not None and not arrival.updates:
                    spawn(self.arriving_sign(update), "show that an album arrives")
        arrival.join(update)
        return before, arrival


def _close_album(chat: _Chat, arrival: Arrival) -> None:
    """Let nothing more join an album that is complete."""
    for name in [name for name, album in chat.albums.items() if album is arrival and album.is_complete]:
        del chat.albums[name]


def is_quick(update: Update) -> bool:
    """Whether it is a command without a question, or a button that asks none: answered without the model."""
    if update.callback_query is not None:
        return not asks_again(update)
    message = update.message
    command = leading_command(message) if message is not None and message.text else None
    return command is not None and command[1:].partition("@")[0].casefold() not in QUESTIONS
