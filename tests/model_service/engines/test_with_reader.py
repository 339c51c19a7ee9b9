"""What is to be transcribed goes to the reader, all else to the model: one engine, so one line of turns."""

import asyncio
import io
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from PIL import Image, ImageDraw, ImageFont

from model_service import (
    Ability,
    CheckpointError,
    DetailPlan,
    EngineInfo,
    EngineStep,
    FinishReason,
    GenerationRequest,
    Message,
    ModelConfig,
    PictureRef,
    PictureRejected,
    ReaderInfo,
    Region,
    Sureness,
    Transcription,
    local_service,
)
from model_service.engines.with_reader import WithReader
from model_service.opening import with_reader
from tests.model_service.scripted_engine import PATIENCE, ScriptedEngine, echo, follow


class ScriptedReader:
    """A reader that says its name, and may not be let go on."""

    info = ReaderInfo("reader", 2000, Sureness(sure=0.8))

    def __init__(self) -> None:
        self.forgotten: list[str] = []
        self.closed = False
        self.begun, self.go = threading.Event(), threading.Event()
        self.go.set()

    def plan(self, request: GenerationRequest) -> DetailPlan | None:
        """There is no grid."""
        return None

    def generate(self, request: GenerationRequest) -> Iterator[EngineStep]:
        """Begin, pause until it may go on, and write two lines, the second in doubt."""
        yield EngineStep("", reader=self.info.name)
        self.begun.set()
        while not self.go.wait(0.001):
            yield EngineStep("", pause=True)
        yield EngineStep("one", likely=(1.0, 0.0))
        yield EngineStep("\ntwo", likely=(0.6, 0.0))
        yield EngineStep("", FinishReason.STOP)

    def forget(self, chat: str) -> None:
        """Note it."""
        self.forgotten.append(chat)

    def close(self) -> None:
        """Note it."""
        self.closed = True


class Several(ScriptedEngine):
    """An engine that writes two answers in one step."""

    @property
    def info(self) -> EngineInfo:
        """Facts of no real model."""
        return replace(super().info, together=2)


def asked(name: str, transcription: Transcription | None = None, picture: bytes | None = None) -> GenerationRequest:
    """A request of a chat of its own."""
    pictures = () if picture is None else (PictureRef(picture),)
    message = Message("user", "one two three", pictures)
    return GenerationRequest(name, f"chat {name}", (message,), transcription=transcription)


async def test_each_takes_what_it_is_for() -> None:
    """And the output says who wrote it, and of what the reader was not certain."""
    async with local_service(lambda: WithReader(ScriptedEngine(echo), ScriptedReader()), ModelConfig()) as service:
        model = (await follow(service, asked("a")))[-1]
        reader = (await follow(service, asked("b", Transcription.TEXT)))[-1]
        info = await service.ready()
    assert (model.text.split(), model.reader) == (["one", "two", "three"], "")
    assert (reader.text, reader.reader) == ("one\ntwo", "reader")
    assert [(doubt.start, doubt.end, doubt.probability) for doubt in reader.doubts] == [(3, 7, 0.6)]
    assert (
        info.reader is not None and info.reader.name == "reader" and {Ability.TEXT, Ability.TABLE} <= {*info.abilities}
    )


async def test_forgetting_and_closing_reach_both() -> None:
    """The model is closed even if the reader cannot be."""

    class Stuck(ScriptedReader):
        def close(self) -> None:
            super().close()
            raise RuntimeError("it does not close")

    engine, reader = ScriptedEngine(echo), Stuck()
    both = WithReader(engine, reader)
    both.forget("chat")
    assert reader.forgotten == ["chat"]
    with pytest.raises(RuntimeError):
        both.close()
    assert reader.closed and engine.closed.is_set()


def test_without_the_package_a_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """And the model that was loaded is let go of."""
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    engine = ScriptedEngine(echo)
    with pytest.raises(CheckpointError, match=r"eyeglass\[rapidocr\]"):
        with_reader(engine, "rapidocr")
    assert engine.closed.is_set()
    assert with_reader(engine, "") is engine


def page(*lines: str) -> bytes:
    """A page of print."""
    image = Image.new("RGB", (700, 60 * len(lines) + 60), "white")
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(32)
    for number, line in enumerate(lines):
        for column, part in enumerate(line.split("|")):
            pen.text((40 + 240 * column, 40 + 60 * number), part, "black", font)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


@pytest.fixture(scope="module")
def rapidocr() -> Iterator[WithReader]:
    """RapidOCR beside an engine without a model."""
    pytest.importorskip("rapidocr", reason="the extra rapidocr is not installed")
    both = with_reader(ScriptedEngine(echo), "rapidocr")
    assert isinstance(both, WithReader)
    yield both
    both.close()


def written(both: WithReader, picture: bytes, what: Transcription, region: Region | None = None) -> str:
    """What it writes of a picture."""
    message = Message("user", "", (PictureRef(picture, region=region),))
    steps = both.generate(GenerationRequest("id", "chat", (message,), transcription=what))
    return "".join(step.text for step in steps)


def test_rapidocr_reads_lines_in_order(rapidocr: WithReader) -> None:
    """Of the whole picture, or of a region of it."""
    data = page("Green Grocer", "Total 12.25", "Thank you")
    assert written(rapidocr, data, Transcription.TEXT).splitlines() == ["Green Grocer", "Total 12.25", "Thank you"]
    top = written(rapidocr, data, Transcription.TEXT, Region(0.0, 0.0, 1.0, 0.4))
    assert top.splitlines() == ["Green Grocer"]


def test_rapidocr_makes_a_table(rapidocr: WithReader) -> None:
    """And of a page without one, its text."""
    data = page("Item|Price", "Apples|3.20", "Pears|11.00")
    lines = written(rapidocr, data, Transcription.TABLE).splitlines()
    assert lines == ["| Item | Price |", "| --- | --- |", "| Apples | 3.20 |", "| Pears | 11.00 |"]
    assert written(rapidocr, page("Hello there", "Good bye"), Transcription.TABLE).splitlines()[0] == "Hello there"


def test_rapidocr_of_nothing_and_of_no_picture(rapidocr: WithReader) -> None:
    """A blank page has no text; what is no picture is refused before it is read."""
    assert written(rapidocr, page(), Transcription.TEXT) == ""
    with pytest.raises(PictureRejected):
        rapidocr.plan(asked("c", Transcription.TEXT, b"no picture"))


async def test_others_write_on_while_it_reads() -> None:
    """With several slots, a reader at work holds up nobody."""
    reader = ScriptedReader()
    reader.go.clear()
    both = WithReader(Several(echo), reader)
    async with (
        local_service(lambda: both, ModelConfig()) as service,
        asyncio.timeout(PATIENCE),
        asyncio.TaskGroup() as group,
    ):
        reads = group.create_task(follow(service, asked("r", Transcription.TEXT)))
        await asyncio.to_thread(reader.begun.wait, PATIENCE)
        writes = (await follow(service, asked("w")))[-1]
        assert writes.finish_reason is FinishReason.STOP and not reads.done()
        reader.go.set()
    assert reads.result()[-1].text == "one\ntwo"
