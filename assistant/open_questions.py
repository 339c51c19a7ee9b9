"""The questions that are being answered or wait for it: limits, order and cancellation."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from assistant.settings.settings import WaitingLimits
from model_service import GenerationOutput, Limit, LimitReached, QueueFull


class Cancelled(Exception):
    """Raised when the person who asked, or an admin, cancels the question."""


class Step(StrEnum):
    """The stage of a question: behind an earlier one of its person, in the model's line, being answered, settled."""

    BEHIND = "behind"
    IN_LINE = "in_line"
    ANSWERING = "answering"
    SETTLED = "settled"


@dataclass(slots=True, eq=False)
class OpenQuestion:
    """One question. `asker` is the Telegram id of the person, or of the chat they post as.

    `picture` is the index, from 0, of the picture being read. `suspect`: the process died while the model worked on it.
    `settled` is set once the model is done with it, `ended` once its answer is delivered and remembered. `superseded`
    is set when what was asked reads otherwise by now, or is about another picture, and is asked in place of it.
    `outputs` are the last ones that were seen of all its requests to the model, whether they ended well or not.
    """

    chat: int
    message: int
    asker: int | None
    update_id: int
    text: str
    step: Step = Step.IN_LINE
    picture: int = 0
    suspect: bool = False
    outputs: list[GenerationOutput] = field(default_factory=list)
    settled: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    superseded: asyncio.Event = field(default_factory=asyncio.Event)
    _scope: asyncio.Timeout | None = None
    _cancelled: bool = False

    @property
    def request(self) -> str:
        """The id of its request to the model service, which reads one picture at a time."""
        return f"{self.update_id}:{self.picture}"

    @staticmethod
    def update_of(request: str) -> int:
        """Return the number of the update whose question a request to the model service belongs to."""
        return int(request.partition(":")[0])

    @property
    def waits(self) -> bool:
        """Whether the model has not started on it."""
        return self.step in {Step.BEHIND, Step.IN_LINE}

    @contextlib.asynccontextmanager
    async def cancellable(self) -> AsyncIterator[None]:
        """Let `cancel` end what is awaited in the block, which yields nothing meanwhile.

        Raises:
            Cancelled: the question was cancelled, in the block or before.
        """
        if self._cancelled:
            raise Cancelled
        scope = asyncio.timeout(None)
        try:
            async with scope:
                self._scope = scope
                yield
        except TimeoutError:
            if not scope.expired():
                raise
            raise Cancelled from None
        finally:
            self._scope = None

    def settle(self) -> None:
        """Mark the question as settled: the model is done with it, and nothing is left to cancel."""
        self.step = Step.SETTLED
        self.settled.set()

    def cancel(self) -> bool:
        """End the work on it with `Cancelled`; return whether it was not cancelled before.

        A second call, or one after it is settled, changes nothing.
        """
        first, self._cancelled = not self._cancelled, True
        if first and self._scope is not None:
            self._scope.reschedule(asyncio.get_running_loop().time())
        return first


class OpenQuestions:
    """All questions from the moment their picture is known to the end of their answer. Lives on the event loop.

    People are answered concurrently; of a person's questions in a chat, each waits for those before it, so that it
    knows their answers. The limits on waiting questions are checked here alone.
    """

    def __init__(self, limits: WaitingLimits) -> None:
        self._limits = limits
        self._open: dict[tuple[int, int], OpenQuestion] = {}
        self._dropped: dict[tuple[int, int | None], int] = {}

    @property
    def waiting(self) -> int:
        """The number of questions that wait for the model."""
        return sum(asked.waits for asked in self._open.values())

    @property
    def answering(self) -> int:
        """The number of questions that are being answered."""
        return sum(asked.step is Step.ANSWERING for asked in self._open.values())

    @contextlib.contextmanager
    def open(self, asked: OpenQuestion, *, promised: bool = False) -> Iterator[None]:
        """Count the question, and make its person's later ones wait for it, for as long as the block lasts.

        A `promised` one, which a former run took on, is never refused.

        Raises:
            LimitReached, QueueFull: too many wait already.
        """
        if not promised:
            self._check(asked)
        asked.step = Step.BEHIND if self._line(asked.chat, asked.asker) else Step.IN_LINE
        dropped = self._dropped.get((asked.chat, asked.asker))
        if dropped is not None and asked.update_id < dropped:
            asked.cancel()
        self._open[asked.chat, asked.message] = asked
        try:
            yield
        finally:
            del self._open[asked.chat, asked.message]
            asked.settle()
            asked.ended.set()

    async def turn(self, asked: OpenQuestion) -> None:
        """Wait until the earlier questions of the same person in the chat have ended."""
        line = self._line(asked.chat, asked.asker)
        for earlier in line[: line.index(asked)]:
            await earlier.ended.wait()
        asked.step = Step.IN_LINE

    async def others_first(self, asked: OpenQuestion) -> None:
        """Wait until the model is done with every question that it could start now, except other suspects.

        So a question that may end the process again costs nobody else another crash.
        """
        ready = [other for other in self._open.values() if other.step in {Step.IN_LINE, Step.ANSWERING}]
        for other in ready:
            if other is not asked and not other.suspect:
                await other.settled.wait()

    def get(self, chat: int, message: int) -> OpenQuestion | None:
        """Return the question that a message asked, until it is settled."""
        asked = self._open.get((chat, message))
        return None if asked is None or asked.step is Step.SETTLED else asked

    def is_open(self, chat: int, message: int) -> bool:
        """Whether a message's question is open, or its answer is being delivered."""
        return (chat, message) in self._open

    def by_update(self, chat: object, update_id: object) -> list[OpenQuestion]:
        """Return the question in a chat that came with this update, if it is open."""
        return [asked for asked in self._open.values() if (asked.chat, asked.update_id) == (chat, update_id)]

    async def supersede(self, chat: int, message: int) -> OpenQuestion | None:
        """End a message's question in silence, and return it; None if it is not open."""
        asked = self._open.get((chat, message))
        if asked is not None:
            asked.superseded.set()
            asked.cancel()
            await asked.ended.wait()
        return asked

    async def end_of(self, chat: int, message: int) -> None:
        """Wait until a message's question, if it is open, is answered and that is remembered."""
        if (asked := self._open.get((chat, message))) is not None:
            await asked.ended.wait()

    def of(self, chat: int, asker: int | None) -> list[OpenQuestion]:
        """Return a person's unsettled questions in a chat, oldest first."""
        return [asked for asked in self._line(chat, asker) if asked.step is not Step.SETTLED]

    def cancel_all(self, chat: int, asker: int | None, before: int) -> int:
        """Cancel a person's questions in a chat by updates before this one, open or not even taken in yet.

        Return how many were open and not cancelled already.
        """
        self._dropped[chat, asker] = before
        return sum(asked.cancel() for asked in self.of(chat, asker) if asked.update_id < before)

    def _line(self, chat: int, asker: int | None) -> list[OpenQuestion]:
        return [asked for asked in self._open.values() if (asked.chat, asked.asker) == (chat, asker)]

    def _check(self, asked: OpenQuestion) -> None:
        """Check the limits. Of an unknown person only the chat is counted.

        Raises:
            LimitReached, QueueFull: too many wait already.
        """
        limits = self._limits
        waiting = [other for other in self._open.values() if other.waits]
        of_person = sum(other.asker == asked.asker for other in waiting)
        if asked.asker is not None and of_person >= limits.waiting_per_person:
            raise LimitReached(Limit.PERSON_WAITING, limits.waiting_per_person)
        if sum(other.chat == asked.chat for other in waiting) >= limits.waiting_per_chat:
            raise LimitReached(Limit.CHAT_WAITING, limits.waiting_per_chat)
        if len(waiting) >= limits.waiting:
            raise QueueFull(f"{len(waiting)} questions wait already")
