"""An engine that says what its script says, and waits where a test wants it to."""

import asyncio
import itertools
import threading
import time
from collections.abc import Callable, Iterator

from model_service import (
    GLM4V_DIAL,
    STANDARD,
    DetailPlan,
    EngineDead,
    EngineInfo,
    EngineStep,
    FinishReason,
    GenerationOutput,
    GenerationRequest,
    Limits,
    Message,
    ModelConfig,
    ModelService,
    local_service,
)

PATIENCE = 20.0
"""Seconds after which a test that waits in vain fails instead of hanging."""

Script = Callable[[GenerationRequest], Iterator[EngineStep]]


def ask(name: str, text: str = "one two three") -> GenerationRequest:
    """A request named `name`; the scripts here say its text back."""
    return GenerationRequest(id=name, chat="chat", messages=(Message("user", text),))


def echo(request: GenerationRequest) -> Iterator[EngineStep]:
    """Say the question back, a word a step."""
    for word in request.messages[-1].text.split():
        yield EngineStep(word + " ")
    yield EngineStep("", FinishReason.STOP)


def endless(request: GenerationRequest) -> Iterator[EngineStep]:
    """Say the question's text forever, with a number, as who says the same again and again is stopped."""
    for number in itertools.count():
        yield EngineStep(f"{request.messages[-1].text}{number} ")


class Gate:
    """Lets the engine take one step for each `open`."""

    def __init__(self) -> None:
        self._steps = threading.Semaphore(0)
        self._waiting = threading.Condition()
        self._waits = 0

    def open(self, steps: int = 1) -> None:
        """Allow some steps more."""
        self._steps.release(steps)

    def wait(self) -> None:
        """Wait to be allowed a step."""
        with self._waiting:
            self._waits += 1
            self._waiting.notify_all()
        if not self._steps.acquire(timeout=PATIENCE):
            raise TimeoutError("nobody opened the gate")

    def wait_until_asked(self, times: int) -> None:
        """Block until the engine has come to the gate this many times in all."""
        with self._waiting:
            assert self._waiting.wait_for(lambda: self._waits >= times, PATIENCE)

    def script(self, request: GenerationRequest) -> Iterator[EngineStep]:
        """Echo, each step allowed by the gate."""
        for step in echo(request):
            self.wait()
            yield step


class ScriptedEngine:
    """The Engine of the tests: it notes what was asked of it, and on which threads."""

    def __init__(self, script: Script = echo) -> None:
        self.script = script
        self.seen: list[str] = []
        self.forgotten: list[str] = []
        self.threads = {threading.get_ident()}
        self.given_up = threading.Event()
        self.closed = threading.Event()

    @property
    def info(self) -> EngineInfo:
        """Facts of no real model."""
        return EngineInfo("scripted", "cpu", "float32", 1600, GLM4V_DIAL)

    def plan(self, request: GenerationRequest) -> DetailPlan | None:
        """The same grid for every request."""
        self.threads.add(threading.get_ident())
        self.seen.append(request.id)
        return DetailPlan(STANDARD, 16, 16, 28)

    def generate(self, request: GenerationRequest) -> Iterator[EngineStep]:
        """Follow the script."""
        self.threads.add(threading.get_ident())
        try:
            yield from self.script(request)
        except GeneratorExit:
            self.given_up.set()
            raise

    def forget(self, chat: str) -> None:
        """Note it, and fail for a chat called "broken"."""
        self.threads.add(threading.get_ident())
        self.forgotten.append(chat)
        if chat == "broken":
            raise ValueError("broken")

    def close(self) -> None:
        """Note it."""
        self.threads.add(threading.get_ident())
        self.closed.set()


class Loader:
    """Makes the engine on the thread that loads it, where the test can find it."""

    def __init__(self, script: Script = echo) -> None:
        self._script = script
        self.engine: ScriptedEngine | None = None
        self.done = threading.Event()

    def __call__(self) -> ScriptedEngine:
        """Load."""
        self.engine = ScriptedEngine(self._script)
        self.done.set()
        return self.engine

    @property
    def loaded(self) -> ScriptedEngine:
        """The engine, once it is loaded."""
        assert self.engine is not None
        return self.engine


async def follow(
    service: ModelService, request: GenerationRequest, begun: asyncio.Event | None = None
) -> list[GenerationOutput]:
    """All the outputs of an answer; `begun` is set at the first one."""
    outputs = []
    async for output in service.generate(request):
        outputs.append(output)
        if begun is not None:
            begun.set()
    return outputs


async def end_of(service: ModelService, request: GenerationRequest, begun: asyncio.Event | None = None) -> str:
    """What an answer ended with: the reason to finish, or what is told of an error."""
    try:
        return str((await follow(service, request, begun))[-1].finish_reason)
    except EngineDead as error:
        return str(error)


def serve(
    load: Callable[[], ScriptedEngine],
    limits: Limits | None = None,
    slice_tokens: int = 1000,
    clock: Callable[[], float] = time.monotonic,
) -> ModelService:
    """The real service over an engine of the tests."""
    config = ModelConfig(limits=limits or Limits(), slice_tokens=slice_tokens, drain_seconds=PATIENCE)
    return local_service(load, config, clock)
