"""GLM-OCR as the reader beside a bigger model: two tiny checkpoints on one device, in one line of turns."""

import asyncio
import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
import torch

from model_service import (
    CheckpointError,
    Detail,
    EngineStep,
    GenerationRequest,
    Message,
    ModelConfig,
    PictureRef,
    PictureRejected,
    SamplingParams,
    Transcription,
    WrongFamily,
    local_service,
    open_service,
)
from model_service.engines import model_reader
from model_service.engines.glm4v_engine import GLM4VEngine
from model_service.engines.load import load_engine, load_found
from model_service.engines.model_reader import ModelReader, load_with_reader
from model_service.engines.runtime import pacing
from model_service.engines.runtime.pacing import Pacer
from model_service.engines.runtime.runner import ModelRunner
from model_service.engines.with_reader import WithReader
from model_service.gauges import Gauges
from tests.bot.samples import picture
from tests.model_service.engines.newer import write_checkpoint
from tests.model_service.engines.tiny import write_checkpoint as write_older
from tests.model_service.scripted_engine import PATIENCE, ScriptedEngine, echo, follow

PAGE, OTHER = picture(300, 200), picture(200, 300)
QUESTION = "What is this?"


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a model and a reader."""
    folder = tmp_path_factory.mktemp("models")
    write_checkpoint(folder / "flash", "glm4v")
    write_checkpoint(folder / "ocr", "glm_ocr")
    return folder


def config(folders: Path, **other: Any) -> ModelConfig:
    """Both, on the CPU."""
    told: dict[str, Any] = {"name": str(folders / "flash"), "reader": str(folders / "ocr"), "device": "cpu"}
    return ModelConfig(**{**told, "together": 2, **other})


@pytest.fixture
def both(folders: Path) -> Iterator[WithReader]:
    """Both, loaded."""
    engine = load_with_reader(config(folders), Gauges())
    assert isinstance(engine, WithReader)
    yield engine
    engine.close()


def asked(
    what: Transcription | None = None, text: str = QUESTION, data: bytes = PAGE, name: str = "one", **other: Any
) -> GenerationRequest:
    """A question about a picture, in a chat of its own."""
    message = Message("user", text, (PictureRef(data, Detail(24)),))
    return GenerationRequest(name, f"chat {name}", (message,), SamplingParams(12), transcription=what, **other)


def said(engine: Any, request: GenerationRequest) -> str:
    """All that an engine says."""
    return "".join(step.text for step in engine.generate(request))


def engines(both: WithReader) -> tuple[GLM4VEngine, GLM4VEngine]:
    """The model's engine, and the reader's."""
    return cast(GLM4VEngine, both._model), cast(GLM4VEngine, cast(ModelReader, both._reader)._engine)


def fails(engine: GLM4VEngine, error: Exception, after: int = 0) -> None:
    """Let an engine say so many words, and then fail, as it does where its work fails."""
    generate = engine._generate

    def fail(request: GenerationRequest) -> Iterator[EngineStep]:
        steps = generate(request)
        yield from itertools.islice(steps, after)
        steps.close()  # type: ignore[attr-defined]
        raise error

    engine._generate = fail  # type: ignore[method-assign]


def test_each_writes_what_it_writes_alone(folders: Path, both: WithReader) -> None:
    """The reader is asked in its own words, whatever the question's; greedily, and without what was said before."""
    alone = {name: load_engine(ModelConfig(name=str(folders / name), device="cpu")) for name in ("flash", "ocr")}
    before = (Message("user", "Hello", (PictureRef(PAGE, Detail(24)),)), Message("assistant", "Hi"))
    warm = replace(asked(Transcription.TEXT).sampling, temperature=0.9)
    for what, prompt, fields in (
        (Transcription.TEXT, "Text Recognition:", ""),
        (Transcription.TABLE, "Table Recognition:", ""),
        (Transcription.FORMULA, "Formula Recognition:", ""),
        (Transcription.FIELDS, '请按下列JSON格式输出图中信息:\n{"total": ""}', '{"total": ""}'),
    ):
        request = replace(asked(what, fields=fields), sampling=warm, wish="Answer briefly.", thinking=20)
        told = replace(request, messages=(*before, Message("user", QUESTION)))
        wanted = said(alone["ocr"], asked(text=prompt))
        assert wanted and said(both, request) == wanted == said(both, told), what
    assert said(both, asked()) == said(alone["flash"], asked())
    for engine in alone.values():
        engine.close()


async def test_one_service_says_who_wrote(folders: Path) -> None:
    """What is known of the reader is told with what is known of the model."""
    async with open_service(config(folders)) as service, asyncio.timeout(PATIENCE):
        info = await service.ready()
        assert info.model == "flash" and info.reader is not None and info.reader.engine is not None
        assert (info.reader.name, info.reader.engine.family, info.reader_fault) == ("ocr", "GLM-OCR", "")
        assert set(info.reader.writes) == set(Transcription) and not info.fixed_prompts
        read, answered = await asyncio.gather(
            follow(service, asked(Transcription.TEXT, name="r")), follow(service, asked(name="m"))
        )
        assert read[-1].plan is not None and read[-1].plan.tokens <= 24
    assert (read[-1].reader, answered[-1].reader) == ("ocr", "")
    assert read[-1].tokens and answered[-1].tokens


@pytest.mark.parametrize("what", [Transcription.TEXT, None])
async def test_who_leaves_leaves_nothing_behind(folders: Path, what: Transcription | None) -> None:
    """Stop in the middle of either's answer; then both go on."""
    both = load_with_reader(config(folders), Gauges())
    async with local_service(lambda: both, config(folders)) as service, asyncio.timeout(PATIENCE):
        outputs = service.generate(replace(asked(what), sampling=SamplingParams(2000)))
        async for output in outputs:
            if output.tokens > 2:
                break
        await outputs.aclose()
        for other in (Transcription.TEXT, None):
            assert (await follow(service, asked(other, name=f"then {other}")))[-1].tokens
        assert isinstance(both, WithReader)
        assert not any(len(engine._batch) for engine in engines(both))


async def test_what_is_forgotten_is_forgotten_by_both(folders: Path) -> None:
    """/forget."""
    both = load_with_reader(config(folders), Gauges())
    assert isinstance(both, WithReader)
    for what in (Transcription.TEXT, None):
        said(both, asked(what))
    runners = [engine._runner for engine in engines(both)]
    assert all(runner._prefixes.find("chat one") is not None for runner in runners)
    both.forget("chat one")
    assert all(runner._prefixes.find("chat one") is None for runner in runners)
    both.close()


@pytest.mark.parametrize("after", [0, 3])
@pytest.mark.parametrize("error", [torch.OutOfMemoryError("planted"), RuntimeError("planted")])
async def test_where_the_reader_fails_the_model_reads(
    folders: Path, caplog: pytest.LogCaptureFixture, error: Exception, after: int
) -> None:
    """At once, or in the middle of what it writes; the log says so, and others notice nothing."""
    both = load_with_reader(config(folders), Gauges())
    assert isinstance(both, WithReader)
    model, reader = engines(both)
    wanted = said(model, asked(text="Read it out."))
    fails(reader, error, after)
    async with local_service(lambda: both, config(folders)) as service, asyncio.timeout(PATIENCE):
        outputs = await follow(service, asked(Transcription.TEXT, text="Read it out.", name="two"))
        assert (outputs[-1].text, outputs[-1].reader) == (wanted, "")
        assert len([output for output in outputs if output.reader]) == after
        assert service.waiting == service.under_way == 0
    assert "so the model reads" in caplog.text


async def test_what_neither_can_open_is_no_fault_of_the_reader(folders: Path) -> None:
    """The person is told what is wrong with the file; the model is not asked for it again."""
    both = load_with_reader(config(folders), Gauges())
    async with local_service(lambda: both, config(folders)) as service, asyncio.timeout(PATIENCE):
        with pytest.raises(PictureRejected):
            await follow(service, asked(Transcription.TEXT, data=b"no picture"))


@pytest.mark.parametrize(("short", "kept"), [(1, 0), (0, 1)])
def test_memory_that_one_keeps_is_the_others_too(
    both: WithReader, monkeypatch: pytest.MonkeyPatch, short: int, kept: int
) -> None:
    """Short of memory, the reader lets go of what the model remembers before it gives up, and the other way round."""
    runners, whats = [engine._runner for engine in engines(both)], (None, Transcription.TEXT)
    said(both, asked(whats[kept]))
    assert runners[kept]._prefixes.find("chat one") is not None
    see, tried = ModelRunner._see, list[ModelRunner]()

    def planted(self: ModelRunner, view: Any) -> Any:
        tried.append(self)
        if len(tried) == 1:
            raise torch.OutOfMemoryError("planted")
        return see(self, view)

    monkeypatch.setattr(ModelRunner, "_see", planted)
    assert said(both, asked(whats[short], data=OTHER, name="two"))
    assert tried == [runners[short]] * 2
    assert runners[kept]._prefixes.find("chat one") is None


def test_others_write_on_while_the_reader_looks(both: WithReader, monkeypatch: pytest.MonkeyPatch) -> None:
    """After each of its layers the model's answer has a step, and the other way round."""
    monkeypatch.setattr(pacing, "FIRST", 1)
    for looking, writing in ((Transcription.TEXT, None), (None, Transcription.TEXT)):
        now = iter(range(0, 10**6, 100))  # A layer takes far longer than a step.
        for engine in engines(both):
            engine._pacer = Pacer(engine._company, lambda: float(next(now)))  # noqa: B023
        writer = both.generate(replace(asked(writing, name="writes"), sampling=SamplingParams(40)))
        next(step for step in writer if not step.pause)
        looker, pauses = both.generate(asked(looking, data=OTHER, name=f"looks {looking}")), 0
        while (step := next(looker)).pause:
            pauses += 1
            assert not next(writer).pause
        assert pauses >= 4 and step.text is not None
        for steps in (writer, looker):
            steps.close()  # type: ignore[attr-defined]
        both.forget("")


@pytest.mark.parametrize("fault", ["torn", "missing", "no tokenizer", "fails", "nowhere", "of no hub"])
async def test_without_its_reader_the_model_reads(
    folders: Path, tmp_path: Path, fault: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever keeps it from being loaded; the log says what, and so does what is known of the model."""
    write_checkpoint(tmp_path / "ocr", "glm_ocr")
    shard = sorted((tmp_path / "ocr").glob("*.safetensors"))[0]
    if fault == "torn":
        shard.write_bytes(shard.read_bytes()[:-1000])
    elif fault == "missing":
        shard.unlink()
    elif fault == "no tokenizer":
        (tmp_path / "ocr" / "tokenizer.json").unlink()
    elif fault == "fails":
        load = load_found

        def planted(found: Any, *given: Any) -> GLM4VEngine:
            if found.folder.name == "ocr":
                raise torch.OutOfMemoryError("planted")
            return load(found, *given)

        monkeypatch.setattr(model_reader, "load_found", planted)
    name = {"nowhere": str(tmp_path / "nothing"), "of no hub": "nobody/nothing"}.get(fault, str(tmp_path / "ocr"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    async with open_service(config(folders, reader=name)) as service, asyncio.timeout(PATIENCE):
        info = await service.ready()
        assert info.model == "flash" and info.reader is None and info.reader_fault
        assert (await follow(service, asked(Transcription.TEXT)))[-1].tokens
    assert "model.reader" in caplog.text and "so the model reads" in caplog.text


@pytest.mark.parametrize("wrong", ["another family", "older", "the model itself", "unknown"])
async def test_what_is_no_reader_is_a_sentence(
    folders: Path, tmp_path: Path, wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is loaded: what it is, and what it can be."""

    def load(*_: Any) -> Any:
        raise AssertionError("loaded")

    monkeypatch.setattr(model_reader, "load_found", load)
    asked_for = {"reader": str(tmp_path / "reader")}
    said_of = "GLM-OCR"
    if wrong == "another family":
        write_checkpoint(tmp_path / "reader", "glm4v")
    elif wrong == "older":
        write_older(tmp_path / "reader")
    elif wrong == "the model itself":
        asked_for, said_of = {"name": str(folders / "ocr"), "reader": str(folders / "ocr")}, "model.name"
    else:
        write_checkpoint(tmp_path / "reader", "glm_ocr")
        (tmp_path / "reader" / "config.json").write_text('{"model_type": "llama"}')
        said_of = "'llama'"
    async with open_service(config(folders, **asked_for)) as service, asyncio.timeout(PATIENCE):
        with pytest.raises(WrongFamily, match=said_of) as refused:
            await service.ready()
    assert "\n" not in str(refused.value) and isinstance(refused.value, CheckpointError)


async def test_what_the_reader_does_not_write_is_the_models() -> None:
    """A reader may know fewer prompts."""

    both = WithReader(ScriptedEngine(echo), ModelReader(Prompted(Transcription.TEXT)))
    async with local_service(lambda: both, ModelConfig()) as service, asyncio.timeout(PATIENCE):
        formula = (await follow(service, asked(Transcription.FORMULA, text="What is it?")))[-1]
        text = (await follow(service, asked(Transcription.TEXT, text="What is it?", name="two")))[-1]
    assert (formula.text.strip(), formula.reader) == ("What is it?", "")
    assert (text.text.strip(), text.reader) == ("Read:", "scripted")


class Prompted(ScriptedEngine):
    """An engine that knows one prompt."""

    def __init__(self, what: Transcription) -> None:
        super().__init__(echo)
        self.what = what

    @property
    def info(self) -> Any:
        """Facts of no real reader."""
        return replace(super().info, fixed_prompts={self.what: "Read:"})
