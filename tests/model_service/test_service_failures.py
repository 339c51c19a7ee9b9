"""Promises of ModelService when something goes wrong: one request, the load, or the engine itself."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import aclosing

import pytest

from model_service import (
    CheckpointError,
    EngineDead,
    EngineStep,
    FinishReason,
    GenerationFailed,
    GenerationRequest,
    Health,
    ModelServiceError,
    OutOfMemory,
    PictureFault,
    PictureRejected,
    Stage,
)
from tests.model_service.scripted_engine import Gate, Loader, ScriptedEngine, ask, echo, follow, serve


class Killed(BaseException):
    """What no request's failure is: the end of the thread."""


def _failing(error: BaseException) -> Loader:
    """An engine that fails at the word "fail", and echoes everything else."""

    def script(request: GenerationRequest) -> Iterator[EngineStep]:
        yield EngineStep("so far ")
        if request.messages[-1].text == "fail":
            raise error
        yield from echo(request)

    return Loader(script)


@pytest.mark.parametrize(
    "error", [GenerationFailed("no"), OutOfMemory("full"), PictureRejected(PictureFault.TRUNCATED)], ids=repr
)
async def test_an_error_of_one_request_reaches_its_caller_alone(error: ModelServiceError) -> None:
    """The caller gets the engine's own error after the text so far; the next request is served."""
    async with serve(_failing(error)) as service:
        seen = []
        with pytest.raises(type(error)) as failure:
            async for output in service.generate(ask("a", "fail")):
                seen.append(output)
        assert failure.value is error
        assert seen[-1].text == "so far "
        assert (await follow(service, ask("b")))[-1].finish_reason is FinishReason.STOP
        assert service.health is Health.READY


async def test_a_surprise_becomes_a_failed_generation(caplog: pytest.LogCaptureFixture) -> None:
    """Any other exception is GenerationFailed with its cause, logged with its traceback; the engine lives on."""
    surprise = ZeroDivisionError("surprise")
    async with serve(_failing(surprise)) as service:
        with pytest.raises(GenerationFailed, match="ZeroDivisionError: surprise") as failure:
            await follow(service, ask("a", "fail"))
        assert failure.value.__cause__ is surprise
        assert (await follow(service, ask("b")))[-1].finish_reason is FinishReason.STOP
    records = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert len(records) == 1
    assert records[0].exc_info is not None
    assert records[0].exc_info[1] is surprise


async def test_a_rejected_picture_is_known_before_the_work() -> None:
    """What the plan refuses is refused to the caller, and never generated from."""

    class Refusing(ScriptedEngine):
        def plan(self, request: GenerationRequest) -> None:
            raise PictureRejected(PictureFault.ANIMATED)

    async with serve(Refusing) as service:
        with pytest.raises(PictureRejected) as refusal:
            await follow(service, ask("a"))
        assert refusal.value.fault is PictureFault.ANIMATED


async def test_an_engine_that_stops_without_a_reason_has_failed() -> None:
    """An answer without a last step is not taken for a whole one."""
    async with serve(Loader(lambda request: iter([EngineStep("half")]))) as service:
        with pytest.raises(GenerationFailed, match="without saying why"):
            await follow(service, ask("a"))


@pytest.mark.parametrize("death", [Killed("power"), EngineDead("the device is lost")], ids=repr)
async def test_everybody_learns_of_the_engines_death(death: BaseException) -> None:
    """Those who run, wait and come later get EngineDead, `died` returns, and the service says DEAD, also closed."""
    gate = Gate()

    def script(request: GenerationRequest) -> Iterator[EngineStep]:
        gate.wait()
        raise death
        yield

    loader = Loader(script)
    async with serve(loader) as service:
        await service.ready()
        async with aclosing(service.generate(ask("a"))) as running, aclosing(service.generate(ask("b"))) as waiting:
            await anext(running)
            await anext(waiting)
            gate.open()
            with pytest.raises(EngineDead):
                await anext(running)
            with pytest.raises(EngineDead):
                await anext(waiting)
        fault = await service.died()
        assert isinstance(fault, EngineDead)
        assert fault is death or fault.__cause__ is death
        with pytest.raises(EngineDead):
            await follow(service, ask("c"))
        with pytest.raises(EngineDead):
            await service.ready()
        assert (service.health, service.waiting) == (Health.DEAD, 0)
    assert service.health is Health.DEAD
    assert loader.loaded.closed.is_set()


@pytest.mark.parametrize(
    ("error", "kind"),
    [(CheckpointError("no checkpoint in /models"), CheckpointError), (ImportError("no torch"), EngineDead)],
    ids=repr,
)
async def test_a_failed_load_is_the_engines_death(error: Exception, kind: type[ModelServiceError]) -> None:
    """`ready` and `died` tell why the load failed, and those who waited for it get EngineDead."""
    gate = Gate()

    def load() -> ScriptedEngine:
        gate.wait()
        raise error

    async with serve(load) as service, aclosing(service.generate(ask("a"))) as waiting:
        assert (await anext(waiting)).stage is Stage.WAITING
        gate.open()
        with pytest.raises(kind, match=str(error)):
            await service.ready()
        with pytest.raises(EngineDead, match=str(error)):
            await anext(waiting)
        assert isinstance(await service.died(), kind)
        assert service.health is Health.DEAD


async def test_a_close_that_fails_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """An engine that cannot give its memory back does not keep the service from closing."""

    class Stubborn(ScriptedEngine):
        def close(self) -> None:
            raise RuntimeError("stubborn")

    async with asyncio.timeout(20), serve(Stubborn) as service:
        await service.ready()
    assert service.health is Health.CLOSED
    assert "closing the engine failed" in caplog.text
