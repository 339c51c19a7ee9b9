"""A dense page for which a reader stands beside the model: read in parts, as with any engine, and put together."""

import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.answering import AnswerState
from bench.parts import Session
from model_service import (
    Detail,
    DetailPlan,
    EngineInfo,
    EngineStep,
    FinishReason,
    GenerationRequest,
    OutOfMemory,
    Transcription,
)
from model_service.engines.model_reader import ModelReader
from model_service.engines.weights.families import READING
from model_service.engines.with_reader import WithReader
from tests.assistant.sessions import opened_with
from tests.assistant.test_reading import long_picture
from tests.model_service.scripted_engine import Script, ScriptedEngine


class Sized(ScriptedEngine):
    """An engine of a name, that spends so many tokens on a picture at most."""

    def __init__(self, name: str, script: Script, most: int, *, reads: bool = False) -> None:
        super().__init__(script)
        self._facts = replace(super().info, model=name, max_visual_tokens=most, fixed_prompts=READING if reads else {})
        self.requests: list[GenerationRequest] = []

    @property
    def info(self) -> EngineInfo:
        """As was said."""
        return self._facts

    def plan(self, request: GenerationRequest) -> DetailPlan | None:
        """The same grid each time, at the level that is asked for."""
        return DetailPlan(Detail(min(request.detail.tokens, self._facts.max_visual_tokens)), 16, 16, 28)

    def generate(self, request: GenerationRequest) -> Iterator[EngineStep]:
        """Note the request."""
        self.requests.append(request)
        return super().generate(request)


class Both:
    """A model and a reader; `fails` are the numbers of the reader's requests that do."""

    def __init__(self, *, most: int = 1600, fails: tuple[int, ...] = (), loops: tuple[int, ...] = ()) -> None:
        self.fails, self.loops = fails, loops
        self.model = Sized("big", self._answer, 64)
        self.reader = Sized("GLM-OCR", self._read, most, reads=True)

    def _answer(self, request: GenerationRequest) -> Iterator[EngineStep]:
        yield EngineStep(f"by the model {len(self.model.requests)}")
        yield EngineStep("", FinishReason.STOP)

    def _read(self, request: GenerationRequest) -> Iterator[EngineStep]:
        number = len(self.reader.requests)
        if number in self.fails:
            raise OutOfMemory("planted")
        if number in self.loops:
            yield from [EngineStep("and so on ")] * 60
        yield EngineStep(f"first of {number}\nlast of {number}")
        yield EngineStep("", FinishReason.STOP)

    def __call__(self) -> WithReader:
        """Load."""
        return WithReader(self.model, ModelReader(self.reader))


@contextlib.asynccontextmanager
async def chat(both: Both, folder: Path) -> AsyncIterator[Session]:
    """A chat with both."""
    async with opened_with(both, folder) as session:
        yield session


def text(state: AnswerState) -> str:
    """The answer."""
    return "\n".join(reading.text for reading in state.readings)


@pytest.mark.parametrize(("question", "command"), [("", "text"), ("What does it say?", None)])
async def test_it_is_read_part_by_part(tmp_path: Path, question: str, command: str | None) -> None:
    """By what the reader sees, of which the model sees much less; the answer is one, and says who read."""
    both = Both()
    async with chat(both, tmp_path) as session:
        state = await session.last_state(long_picture(), question, command)
    (reading,) = state.readings
    parts = len(both.reader.requests)
    assert parts > 2 and reading.parts is not None and reading.parts.count == parts and not both.model.requests
    assert reading.text.splitlines() == [
        f"{place} of {part}" for part in range(1, parts + 1) for place in ("first", "last")
    ]
    assert reading.output is not None and reading.output.reader == "GLM-OCR"
    assert {request.messages[-1].text for request in both.reader.requests} == {"Text Recognition:"}
    assert max(request.detail.tokens for request in both.reader.requests) > 64


async def test_a_part_is_asked_of_the_reader_too(tmp_path: Path) -> None:
    """/text part 2."""
    both = Both()
    async with chat(both, tmp_path) as session:
        state = await session.last_state(long_picture(), "part 2", "text")
    assert len(both.reader.requests) == 1 and not both.model.requests
    assert state.readings[0].parts is not None and state.readings[0].parts.read == (2,)


@pytest.mark.parametrize("how", ["fails", "loops"])
async def test_where_it_fails_in_a_part_the_model_reads_that(tmp_path: Path, how: str) -> None:
    """Where a closer look does not help either; both are named."""
    both = Both(fails=(2, 3)) if how == "fails" else Both(loops=(2, 3))
    async with chat(both, tmp_path) as session:
        state = await session.last_state(long_picture(), "", "text")
    said = text(state).splitlines()
    assert said[:2] == ["first of 1", "last of 1"] and said[2].startswith("by the model")
    assert said[3] == "first of 4" and "and so on" not in text(state)
    assert state.outputs[0].reader == "GLM-OCR, big"


@pytest.mark.parametrize(
    ("question", "what"), [("formula", Transcription.FORMULA), ("total as JSON", Transcription.FIELDS)]
)
async def test_there_is_one_form_whatever_the_page(tmp_path: Path, question: str, what: Transcription) -> None:
    """It is not cut into parts, each of which would hold some of it."""
    both = Both()
    async with chat(both, tmp_path) as session:
        state = await session.last_state(long_picture(), question)
    assert [request.transcription for request in both.reader.requests] == [what]
    language = {"formula": "latex"}.get(question, "json")
    assert text(state) == f"```{language}\nfirst of 1\nlast of 1\n```"


async def test_a_question_goes_to_the_model(tmp_path: Path) -> None:
    """Part by part, as before."""
    both = Both()
    async with chat(both, tmp_path) as session:
        await session.last_state(long_picture(), "What is the total?")
    assert both.model.requests and not any(request.transcription for request in both.model.requests)
