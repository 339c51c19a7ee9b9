"""Several backends as one, each with a card of its own: a chat stays with its card while a slot is free there."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from model_service.backends.backend import Backend, BackendEvents, Outcome
from model_service.engines.engine import EngineInfo
from model_service.errors import CheckpointError
from model_service.jobs import Job
from model_service.types import FinishReason, GenerationOutput

CHATS = 1024
"""Chats of which it is known which card they used last."""

GRACE = 5.0
"""Seconds that the other cards get to end their turns once one has died; one that still loads does not stop sooner."""


@dataclass(eq=False, slots=True)
class Card:
    """A backend, and the jobs that are in their turn there."""

    backend: Backend
    in_turn: set[Job] = field(default_factory=set)
    at_work: frozenset[str] = frozenset()
    info: EngineInfo | None = None
    ended: bool = False

    @property
    def free(self) -> int:
        """How many more jobs may be in their turn."""
        return self.backend.slots - len(self.in_turn)


class Cards:
    """Runs what several backends run, at once: their slots add up.

    A job stays with the backend that began it, which holds its KV cache. If one backend dies all of them end.
    """

    def __init__(self, backends: Sequence[Backend]) -> None:
        self._cards = [Card(backend) for backend in backends]
        self._holders: dict[Job, Card] = {}
        """Where the jobs are that have begun and not ended."""
        self._last: dict[str, Card] = {}
        """The card that a chat used last; who used one longest ago comes first."""
        self._lock = threading.Lock()
        """Guards `at_work` of all cards, whose threads write it."""
        self._error: BaseException | None = None
        self._reported = False

    @property
    def slots(self) -> int:
        """Return how many jobs may be in their turn at once on all cards."""
        return sum(card.backend.slots for card in self._cards)

    @property
    def devices(self) -> int:
        """Return how many turns go on at full speed at once."""
        return sum(card.backend.devices for card in self._cards)

    def start(self, events: BackendEvents) -> None:
        """Begin to load on all cards; loaded is what all have loaded."""
        self._events = events
        for card in self._cards:
            heard = (partial(each, card) for each in (self._loaded, self._turned, self._stopped, self._at_work))
            card.backend.start(BackendEvents(events.loop, *heard))

    def can_go_on(self, job: Job) -> bool:
        """Return whether the card that began a job has a slot free for its next turn."""
        holder = self._holders.get(job)
        return holder is None or holder.free > 0

    def submit(self, job: Job) -> None:
        """Give a job its next turn on the card that began it, or its first on the one that suits it best."""
        if self._error is not None:
            return  # It hears of that once all have ended.
        card = self._holders.get(job) or self._choose(job.request.chat)
        self._remember(job.request.chat, card)
        self._holders[job] = card
        if not job.aborted.is_set():  # Else it only ends.
            card.in_turn.add(job)
        card.backend.submit(job)

    def forget(self, chat: str) -> None:
        """Drop what any card keeps of a chat, behind the turns submitted so far."""
        self._last.pop(chat, None)
        for card in self._cards:
            card.backend.forget(chat)

    def stop(self) -> None:
        """End all after the turns submitted so far; suspended answers end as aborted."""
        for card in self._cards:
            if not card.ended:
                card.backend.stop()

    def _choose(self, chat: str) -> Card:
        """The card that the chat used last, if a slot is free there, else the one with the most free slots."""
        last = self._last.get(chat)
        return last if last is not None and last.free > 0 else max(self._cards, key=lambda card: card.free)

    def _remember(self, chat: str, card: Card) -> None:
        self._last.pop(chat, None)
        self._last[chat] = card
        if len(self._last) > CHATS:
            del self._last[next(iter(self._last))]

    def _loaded(self, card: Card, info: EngineInfo) -> None:
        card.info = info
        infos = [each.info for each in self._cards if each.info is not None]
        if self._error is not None or len(infos) < len(self._cards):
            return
        if len({each.model for each in infos}) > 1:
            held = ", ".join(f"{each.model} on {each.device}" for each in infos)
            self._end_all(CheckpointError(f"the cards of model.device hold different models ({held}): set model.name"))
        else:
            self._events.loaded(_joined(infos))

    def _turned(self, card: Card, job: Job, outcome: Outcome | None, seconds: float) -> None:
        card.in_turn.discard(job)
        if outcome is not None:
            self._holders.pop(job, None)
        if not (self._reported or (self._error is not None and _given_up(job, outcome))):
            self._events.turned(job, outcome, seconds)

    def _stopped(self, card: Card, error: BaseException | None) -> None:
        card.ended = True
        if error is not None and self._error is None:
            self._end_all(error)
        if all(each.ended for each in self._cards):
            self._report()

    def _end_all(self, error: BaseException) -> None:
        self._error = error
        self.stop()
        self._events.loop.call_later(GRACE, self._report)

    def _report(self) -> None:
        if not self._reported:
            self._reported = True
            self._events.stopped(self._error)

    def _at_work(self, card: Card, requests: frozenset[str]) -> None:
        with self._lock:
            card.at_work = requests
            self._events.at_work(frozenset[str]().union(*(each.at_work for each in self._cards)))


def _joined(infos: Sequence[EngineInfo]) -> EngineInfo:
    """The facts about engines of one model: all their devices, and the closest look that each of them can take."""
    return replace(
        infos[0],
        device=", ".join(info.device for info in infos),
        max_visual_tokens=min(info.max_visual_tokens for info in infos),
        all_visual_tokens=min(
            (info.all_visual_tokens for info in infos if info.all_visual_tokens is not None), default=None
        ),
        together=sum(info.together for info in infos),
        reader_fault=next((info.reader_fault for info in infos if info.reader_fault), ""),
    )


def _given_up(job: Job, outcome: Outcome | None) -> bool:
    """Whether an answer ended as aborted though its caller waits for it: one that was suspended when another died."""
    aborted = isinstance(outcome, GenerationOutput) and outcome.finish_reason is FinishReason.ABORT
    return aborted and not job.aborted.is_set()
