"""An engine whose tokens take time by a clock of its own, and which a test lets go token by token."""

import asyncio
import threading
from collections import defaultdict
from collections.abc import Iterator

from model_service import EngineStep, GenerationOutput, GenerationRequest, Limits, Message, ModelService
from tests.model_service.scripted_engine import PATIENCE, Gate, Loader, echo, follow, serve

TOKEN = 0.25
"""Seconds that a token takes here."""


def ask(name: str, words: int = 1, chat: str = "", person: str = "") -> GenerationRequest:
    """A question answered with this many words and an empty last step, from a chat of its own if none is named."""
    return GenerationRequest(name, chat or name, (Message("user", "word " * words),), person=person)


class Work:
    """What the engine did: whose each token was, and the time that it took, by chat and by person."""

    def __init__(self) -> None:
        self.now = 0.0
        self.tokens: list[str] = []
        self.closed: list[str] = []
        self.began: dict[str, float] = {}
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.seconds_by: defaultdict[str, float] = defaultdict(float)
        self._written = threading.Condition()

    def clock(self) -> float:
        """The time so far."""
        return self.now

    def script(self, request: GenerationRequest) -> Iterator[EngineStep]:
        """Echo, and note each token."""
        self.began[request.id] = self.now
        try:
            for step in echo(request):
                self.now += TOKEN
                self.seconds[request.chat] += TOKEN
                self.seconds_by[request.person] += TOKEN
                with self._written:
                    self.tokens.append(request.id)
                    self._written.notify()
                yield step
        finally:
            self.closed.append(request.id)

    def wait_for(self, tokens: int) -> None:
        """Block until this many tokens are written."""
        with self._written:
            assert self._written.wait_for(lambda: len(self.tokens) >= tokens, PATIENCE)


class Held:
    """An engine that works through `work` when the test lets it go, a token at a time if need be."""

    def __init__(self) -> None:
        self.work = Work()
        self.gate = Gate()

    def script(self, request: GenerationRequest) -> Iterator[EngineStep]:
        """Echo, each token allowed by the gate."""
        steps = self.work.script(request)
        try:
            while True:
                self.gate.wait()
                step = next(steps, None)
                if step is None:
                    return
                yield step
        finally:
            steps.close()  # type: ignore[attr-defined]

    def service(self, limits: Limits | None = None, slice_tokens: int = 2) -> ModelService:
        """The real service on this engine."""
        return serve(Loader(self.script), limits or Limits(), slice_tokens, self.work.clock)


async def begin(
    group: asyncio.TaskGroup, service: ModelService, *requests: GenerationRequest
) -> list["asyncio.Task[list[GenerationOutput]]"]:
    """Put requests in line, one after the other."""
    tasks = []
    for request in requests:
        begun = asyncio.Event()
        tasks.append(group.create_task(follow(service, request, begun)))
        await begun.wait()
    return tasks
