"""Lanes: take in a chat's utterances one after another, commands in a lane of their own; chats run concurrently."""

import asyncio
import contextlib
import logging
import math
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from telegram import Message, Update
from telegram.ext import BaseUpdateProcessor

from assistant.storage import surely
from assistant.tasks import spawn
from bot.addressing import QUESTIONS, asker_of, asks_again, leading_command, message_of
from bot.delivery.message import topic_of
from bot.updates.inbox import Inbox
from bot.updates.utterances import WINDOW, Part, Utterance, part_of

ALL_AT_ONCE = 1_000_000
"""No limit: `InboxQueue` lets in few updates of each chat, so that none can take the others' turn."""

FIRST_PAUSE, LONGEST_PAUSE = 2.0, 60.0
"""The seconds before an update whose handlers met a passing fault is tried again: the pauses double."""

Place = tuple[int | None, int | None, int | None]
"""A chat, a topic and a person."""

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Chat:
    """The state of a chat: what the next update of each lane waits for, the count of updates, and the questions.

    `open` are the utterances of which more may come.
    """

    ordinary: asyncio.Event | None = None
    quick: asyncio.Event | None = None
    updates: int = 0
    open: dict[Place, list[Utterance]] = field(default_factory=dict)
    questions: dict[asyncio.Task[Any], int] = field(default_factory=dict)


class Lanes(BaseUpdateProcessor):
    """Run the handlers of an update when it is its turn, and keep its state in the inbox.

    A question waits for everything that came before it in its chat, for earlier questions only until it is known what
    they are about (`let_by`). Any other command or a button press waits only for earlier ones of its kind, so that
    /detail is answered while an answer grows. The updates of an utterance are taken in together; while more of it may
    come nobody else waits for it.
    """

    def __init__(
        self,
        inbox: Inbox,
        handle: Callable[[Update], Awaitable[None]],
        ended: Callable[[int], None] = lambda _: None,
        asks: Callable[[Message], bool] = lambda message: bool(message.text or message.caption),
    ) -> None:
        """Create lanes: `handle` reruns the handlers; `ended` gets the number of each update that left the lanes.

        `asks` says whether a message brings a question.
        """
        super().__init__(ALL_AT_ONCE)
        self._inbox = inbox
        self._handle = handle
        self._ended = ended
        self._asks = asks
        self._again: set[int] = set()
        self._begun: set[asyncio.Task[Any]] = set()
        self._pausing: set[asyncio.Task[Any]] = set()
        self._chats: dict[int, _Chat] = {}
        self._utterances: dict[int, Utterance] = {}
        self._dropped: set[asyncio.Task[Any]] = set()
        self.arriving_sign: Callable[[Update], Coroutine[Any, Any, None]] | None = None
        """Shows people that more of the utterance is awaited whose first update this is."""

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
        """The number of updates that wait for more of their utterances."""
        return sum(len(self._arriving(chat)) for chat in self._chats.values())

    def let_by(self, update_id: int) -> None:
        """Let the chat's next update begin, although the work on this one goes on."""
        self._utterances[update_id].settle(update_id)

    def utterance_of(self, update_id: int) -> Utterance:
        """Return the utterance that an update is taken in with."""
        return self._utterances[update_id]

    def following(self, update_id: int) -> Utterance | None:
        """Return what the same person has said at the same place since this update, if it is not taken in yet."""
        coming = [one for one in self._others(update_id, later=True) if not one.taken_in.is_set()]
        return next(iter(coming), None)

    def follows_up(self, update_id: int) -> bool:
        """Whether the work goes on with something that the same person said at the same place before this update."""
        return bool(self._others(update_id, later=False))

    def _others(self, update_id: int, *, later: bool) -> list[Utterance]:
        own = self._utterances[update_id]
        (this,) = {_place_of(one) for one in own.updates if one.update_id == update_id}
        others = [one for number, one in self._utterances.items() if (number > update_id) is later and one is not own]
        return [one for one in others if this in map(_place_of, one.updates)]

    async def taken_in_since(self, update_id: int) -> None:
        """Wait until all that the same person has said at the same place since this update is taken in."""
        while (utterance := self.following(update_id)) is not None:
            await utterance.taken_in.wait()

    def expects_question(self, update_id: int) -> bool:
        """Whether what the same person has said next asks something."""
        following = self.following(update_id)
        return following is not None and any(map(self._asks, following.messages))

    async def drop(self, number: int, update_id: int) -> None:
        """Cancel the questions of a chat that came before this update, running or in line; return at their end."""
        chat = self._chats.get(number, _Chat())
        await self._end({task for task, question in chat.questions.items() if question < update_id})

    def try_again(self, update_id: int) -> None:
        """Have the handlers of an update run once more, after a pause: the fault will pass."""
        self._again.add(update_id)

    async def leave_waiting(self) -> None:
        """Leave to the next run utterances still arriving, updates that wait for a retry, and those behind them."""
        leaving = set(self._pausing)
        for chat in self._chats.values():
            arriving = self._arriving(chat)
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
        """Run the handlers until they succeed; None: those of another update of the utterance ran for this one too."""
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
        """Wait for the update's turn; yield whether its handlers run: those of a question do for its utterance."""
        chat = self._chats.setdefault(number, _Chat())
        chat.updates += 1
        utterance = self._utterances[update.update_id] = self._join(chat, update, task)
        asking = None
        try:
            await utterance.wait(update)
            before = _line_up(chat, utterance)
            for earlier in before:
                if earlier is not None:
                    await earlier.wait()
            asking = update in utterance.asking
            if not asking:
                await utterance.taken_in.wait()
            yield asking
        finally:
            if asking is None:
                utterance.leave(update)
            else:
                utterance.settle(update.update_id)
            if utterance.is_complete:
                _line_up(chat, utterance)
            del self._utterances[update.update_id]
            chat.updates -= 1
            chat.questions.pop(task, None)
            if chat.updates == 0:
                del self._chats[number]

    def _join(self, chat: _Chat, update: Update, task: asyncio.Task[Any]) -> Utterance:
        """Return the utterance that the update goes on with, or begins.

        One that is complete gets its place in the chat's order at once, as does a person's last one at their next.
        """
        if is_quick(update):
            utterance = Utterance()
            utterance.join(update, Part.ALONE)
            utterance.before, chat.quick = [chat.quick], utterance.taken_in
            return utterance
        chat.questions[task] = update.update_id
        person, part = _place_of(update), part_of(update, self._asks)
        arriving = list(chat.open.get(person, ()))
        going_on = next((one for one in arriving if one.may_join(update, part)), None)
        utterance = going_on or Utterance(WINDOW, asked=self._has_just_asked(person))
        if going_on is None:
            for earlier in arriving:
                earlier.cut()
                _line_up(chat, earlier)
        utterance.join(update, part)
        if part in {Part.QUESTION, Part.LONG} and going_on is None:
            # It is about the last pictures in the chat: those of an album that somebody asks about are not all there.
            for other in [other for those in chat.open.values() for other in those if other.asks]:
                _line_up(chat, other)
        if utterance.is_complete:
            _line_up(chat, utterance)
        elif going_on is None:
            chat.open.setdefault(person, []).append(utterance)
            if self.arriving_sign is not None:
                spawn(self.arriving_sign(update), "show that more is awaited")
        return utterance

    def _has_just_asked(self, person: Place) -> bool:
        """Whether a question that a person asked a moment ago is not answered yet."""
        recent = [one for one in self._utterances.values() if one.asks and one.age <= WINDOW.loose]
        return any(_place_of(update) == person for utterance in recent for update in utterance.updates)

    @staticmethod
    def _arriving(chat: _Chat) -> set[int]:
        return {update.update_id for one in chat.open.values() for utterance in one for update in utterance.updates}


def _place_of(update: Update) -> Place:
    """Return the chat, the topic and the person of an update: who speaks where."""
    message = message_of(update)
    chat = None if update.effective_chat is None else update.effective_chat.id
    return chat, None if message is None else topic_of(message), asker_of(update).id


def _line_up(chat: _Chat, utterance: Utterance) -> list[asyncio.Event | None]:
    """Give an utterance its place in the chat's order, once; return the events that it waits for."""
    if utterance.before is None:
        utterance.before = [chat.quick, chat.ordinary]
        chat.ordinary = utterance.taken_in
    if utterance.is_complete:
        still = {person: [one for one in arriving if one is not utterance] for person, arriving in chat.open.items()}
        chat.open = {person: arriving for person, arriving in still.items() if arriving}
    return utterance.before


def is_quick(update: Update) -> bool:
    """Whether it is a command without a question, or a button that asks none: answered without the model."""
    if update.callback_query is not None:
        return not asks_again(update)
    message = message_of(update)
    command = leading_command(message) if message is not None and message.text else None
    return command is not None and command[1:].partition("@")[0].casefold() not in QUESTIONS
