"""Many chats before a few servers, in simulated time: the scheduler itself, nothing else of the bot, and no clock."""

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from model_service import GenerationRequest, Limits
from model_service.scheduler import Scheduler


@dataclass(frozen=True, slots=True)
class Scenario:
    """`chats` ask `servers`, each of which writes up to `slots` answers at once, of `seconds` each in the mean.

    Answers take exponential times. A chat asks again once it was answered, after an exponential pause, such that all
    of them would take up a share `load` of the servers. Besides, some `flooding` chats ask again at once. Questions
    beyond `max_waiting` are refused, as in the bot. It ends after a number of `questions`.
    """

    servers: int
    load: float
    chats: int = 10_000
    slots: int = 8
    seconds: float = 0.89
    flooding: int = 0
    max_waiting: int = 256
    questions: int = 20_000
    seed: int = 1

    @property
    def pause(self) -> float:
        """The mean seconds from a chat's answer to its next question."""
        return self.chats * self.seconds / (self.load * self.servers * self.slots) - self.seconds


@dataclass(slots=True)
class Seen:
    """What came of it: waits of questions in seconds, and what goes on integrated over time, for the laws of queues.

    `waits` are those of chats that do not flood; `stays` the seconds from question to answer, of all. `idle` are the
    seconds for which a slot was free while somebody who might have it waited.
    """

    waits: list[float] = field(default_factory=list)
    stays: list[float] = field(default_factory=list)
    refused: int = 0
    time: float = 0.0
    present: float = 0.0
    """Questions that wait or are answered, times seconds."""
    running: float = 0.0
    """Slots in use, times seconds."""
    idle: float = 0.0


class Queueing:
    """A scenario on its way."""

    def __init__(self, scenario: Scenario) -> None:
        self._plan, self._random, self.seen = scenario, random.Random(scenario.seed), Seen()
        self._slots = scenario.servers * scenario.slots
        # As a server's backend has it: as many begun as slots, and each slot as quick as if it were alone.
        self._scheduler = Scheduler(Limits(begun=self._slots), slots=self._slots, devices=self._slots)
        self._now, self._count = 0.0, 0
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._asked: dict[str, float] = {}
        self._running = 0

    def run(self) -> Seen:
        """Let it go on until all questions are answered."""
        for number in range(self._plan.chats):
            self._after(self._random.expovariate(1 / self._plan.pause), lambda chat=f"{number}": self._ask(chat))  # type: ignore[misc]
        for number in range(self._plan.flooding):
            self._after(0.0, lambda chat=f"flooding {number}": self._ask(chat))  # type: ignore[misc]
        while len(self.seen.stays) < self._plan.questions:
            at, _, event = heapq.heappop(self._events)
            self._pass(at)
            event()
        return self.seen

    def _pass(self, at: float) -> None:
        seconds, waiting = at - self._now, len(self._scheduler)
        self.seen.time += seconds
        self.seen.present += seconds * (waiting + self._running)
        self.seen.running += seconds * self._running
        self.seen.idle += seconds if waiting and self._running < self._slots else 0.0
        self._now = at

    def _after(self, seconds: float, event: Callable[[], None]) -> None:
        self._count += 1
        heapq.heappush(self._events, (self._now + seconds, self._count, event))

    def _ask(self, chat: str) -> None:
        if len(self.seen.stays) + len(self._asked) >= self._plan.questions:
            return
        if len(self._scheduler) >= self._plan.max_waiting:
            self.seen.refused += 1
            self._pause(chat)
            return
        self._count += 1
        request = GenerationRequest(f"{self._count}", chat, (), person=chat)
        self._asked[request.id] = self._now
        self._scheduler.add(request, self._now)
        self._begin()

    def _begin(self) -> None:
        """Let a turn begin in each free slot."""
        while (request := self._scheduler.next(self._now)) is not None:
            if not request.chat.startswith("flooding"):
                self.seen.waits.append(self._now - self._asked[request.id])
            self._running += 1
            seconds = self._random.expovariate(1 / self._plan.seconds)
            self._after(seconds, lambda request=request, seconds=seconds: self._end(request, seconds))  # type: ignore[misc]

    def _end(self, request: GenerationRequest, seconds: float) -> None:
        self._running -= 1
        self._scheduler.end_turn(request, seconds, self._now, answered=True)
        self.seen.stays.append(self._now - self._asked.pop(request.id))
        self._pause(request.chat)
        self._begin()

    def _pause(self, chat: str) -> None:
        flooding = chat.startswith("flooding")
        pause = self._plan.seconds / 10 if flooding else self._random.expovariate(1 / self._plan.pause)
        self._after(
            0.0 if flooding and len(self._scheduler) < self._plan.max_waiting else pause, lambda: self._ask(chat)
        )


def erlang_c(slots: int, load: float) -> float:
    """Return the chance that a question has to wait where questions come by chance and answers take random times.

    Divided by the slots and what is left of them, `slots * (1 - load)`, it gives the mean wait in mean answers.
    """
    blocked = 1.0
    for number in range(1, slots + 1):
        blocked = slots * load * blocked / (number + slots * load * blocked)
    return blocked / (1 - load * (1 - blocked))
