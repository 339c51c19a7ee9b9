"""Answers that the engine writes together, driven as its thread does: a token each in turn."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from model_service import Detail, EngineStep, GenerationRequest, ModelConfig, OutOfMemory, PictureRef, with_pictures
from model_service.engines.glm4v_engine import GLM4VEngine
from model_service.engines.load import load_engine
from model_service.engines.model import Paused
from model_service.engines.runtime import pacing
from model_service.engines.runtime.pacing import Pacer
from model_service.engines.runtime.runner import ModelRunner, View
from tests.bot.samples import picture
from tests.model_service.engines.test_engine import request
from tests.model_service.engines.tiny import write_checkpoint

LAYERS = 4
"""Of the tiny model: two of the vision tower, and two that read."""

TEXTS = "What is it?", "Who is it?"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[GLM4VEngine]:
    """With nothing known yet."""
    loaded = load_engine(ModelConfig(name=str(write_checkpoint(tmp_path / "tiny")), device="cpu", together=4))
    yield loaded
    loaded.close()


def written(*texts: str) -> list[GenerationRequest]:
    """Questions without a picture, in chats of their own."""
    return [replace(request(text, max_tokens=20), id=text, chat=text) for text in texts]


def new(name: str = "new", detail: int = 16) -> GenerationRequest:
    """A question about a picture."""
    asked = request("And this?", seen=picture(1500, 1500))
    seen = with_pictures(asked.messages, PictureRef(picture(1500, 1500), Detail(detail)))
    return replace(asked, id=name, chat=name, messages=seen)


def begun(engine: GLM4VEngine, *requests: GenerationRequest) -> list[Iterator[EngineStep]]:
    """Answers that have a token each."""
    answers = [engine.generate(each) for each in requests]
    for answer in answers:
        token(answer)
    return answers


def token(answer: Iterator[EngineStep]) -> str:
    """The next token, whatever pauses there are."""
    return next(step.text for step in answer if not step.pause)


def round_of(answers: list[Iterator[EngineStep]]) -> None:
    """Each gets a token."""
    assert not any(next(answer).pause for answer in answers)


def rest(answer: Iterator[EngineStep]) -> str:
    """All the text that is to come."""
    return "".join(step.text for step in answer)


def test_between_two_parts_of_a_picture_others_get_a_token(
    engine: GLM4VEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From its first layer to its last; it is seen and read as it is alone, and so are theirs."""
    alone = [rest(engine.generate(each)) for each in (*written(*TEXTS), new("alone"))]
    engine.forget("alone")
    monkeypatch.setattr(pacing, "FIRST", 1)
    now = iter(range(0, 10**6, 100))  # A layer takes far longer than a step.
    engine._pacer = Pacer(engine._batch, lambda: float(next(now)))
    others = [engine.generate(each) for each in written(*TEXTS)]
    texts = [token(answer) for answer in others]

    def next_tokens() -> None:
        for number, answer in enumerate(others):
            step = next(answer)
            assert not step.pause
            texts[number] += step.text

    asked, pauses = engine.generate(new()), 0
    before = engine._batch.steps
    while (step := next(asked)).pause:
        pauses += 1
        next_tokens()
    assert pauses == LAYERS
    assert engine._batch.steps - before == LAYERS
    found = [text + rest(answer) for text, answer in zip(texts, others, strict=True)]
    assert [*found, step.text + rest(asked)] == alone


def test_where_nobody_waits_for_a_token_a_picture_is_not_interrupted(
    engine: GLM4VEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is there: an id waits for the one who was suspended."""
    monkeypatch.setattr(pacing, "FIRST", 1)
    _quiet, other = begun(engine, *written(*TEXTS))
    round_of([other])
    other.close()  # type: ignore[attr-defined]
    assert len(engine._batch) == 1
    assert not next(engine.generate(new())).pause


def test_who_leaves_while_being_read_disturbs_nobody(engine: GLM4VEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of it is left; its picture is seen again when it is asked about again."""
    monkeypatch.setattr(pacing, "FIRST", 1)
    alone = [rest(engine.generate(each)) for each in written(*TEXTS)]
    others = [engine.generate(each) for each in written(*TEXTS)]
    first = [token(answer) for answer in others]
    asked = engine.generate(new())
    assert next(asked).pause
    asked.close()  # type: ignore[attr-defined]
    assert len(engine._batch) == 2
    assert not engine._batch.interrupted
    assert [text + rest(answer) for text, answer in zip(first, others, strict=True)] == alone


class Short:
    """Memory suffices for no picture while as many rows as this are on the device."""

    def __init__(self, engine: GLM4VEngine, rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seen: list[int] = []
        see = ModelRunner._see

        def failing(runner: ModelRunner, view: View) -> Paused[Tensor]:
            self.seen.append(view.key[1])
            if sum(not row.sequence.cache.parked for row in engine._batch._rows) >= rows:
                raise torch.OutOfMemoryError("no memory")
            return see(runner, view)

        monkeypatch.setattr(ModelRunner, "_see", failing)


def test_a_picture_for_which_memory_is_short_waits_until_another_answer_has_ended(
    engine: GLM4VEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is then read as closely as was asked; they go on all the time."""
    alone = rest(engine.generate(new("alone", 256)))
    engine.forget("alone")
    others = begun(engine, *written(*TEXTS))
    short = Short(engine, 2, monkeypatch)
    asked = engine.generate(new(detail=256))
    for _ in range(5):
        assert next(asked).pause
        round_of(others)
    assert {*short.seen} == {16} and len(short.seen) == 2
    others[0].close()  # type: ignore[attr-defined]
    text = ""
    for step in asked:
        text += step.text
        assert step.plan is None
        if step.pause:
            round_of(others[1:])
    assert text == alone


def test_answers_that_are_suspended_make_room_for_a_picture(
    engine: GLM4VEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are parked, and go on later as if nothing had been."""
    wanted = [rest(engine.generate(each)) for each in written(*TEXTS)]
    others = [engine.generate(each) for each in written(*TEXTS)]
    texts = [token(answer) for answer in others]
    texts[0] += token(others[0])  # So the second has a token that was not read.
    Short(engine, 2, monkeypatch)
    token(engine.generate(new()))
    assert [row.sequence.cache.parked for row in engine._batch._rows] == [False, True]
    found = [text + rest(answer) for text, answer in zip(texts, others, strict=True)]
    assert found == wanted


def test_where_nobody_goes_on_a_picture_is_read_more_coarsely(
    engine: GLM4VEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whom it would wait for waits for a turn itself."""
    begun(engine, *written(*TEXTS[:1]))
    tried: list[int] = []
    see = ModelRunner._see

    def failing(runner: ModelRunner, view: View) -> Paused[Tensor]:
        tried.append(view.key[1])
        if view.key[1] > 11:
            raise torch.OutOfMemoryError("no memory")
        return see(runner, view)

    monkeypatch.setattr(ModelRunner, "_see", failing)
    steps = [step for step in engine.generate(new(detail=256)) if not step.pause]
    assert steps[0].plan is not None and steps[0].plan.detail == Detail(128)
    assert [tried[0], tried[-1]] == [16, 11]


def test_an_answer_without_memory_for_its_next_step_fails_alone(
    engine: GLM4VEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the other's makes it."""
    wanted = rest(engine.generate(written(*TEXTS)[0]))
    one, two = (engine.generate(each) for each in written(*TEXTS))
    text = token(one)
    token(two)
    failures = iter([True] * 4)
    decode = ModelRunner._decode

    def failing(runner: ModelRunner, *given: object) -> Tensor:
        if next(failures, False):
            raise torch.OutOfMemoryError("no memory")
        return decode(runner, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(ModelRunner, "_decode", failing)
    assert next(two).pause
    with pytest.raises(OutOfMemory):
        next(one)
    one = engine.generate(replace(written(*TEXTS)[0], id="again"))
    text = token(one)
    round_of([two])
    assert text + rest(one) == wanted


def test_before_its_first_token_an_answer_lets_others_have_theirs(engine: GLM4VEngine) -> None:
    """On a device that works behind the host: what was launched last of its picture may take long."""
    engine._batch.ahead = True
    alone = rest(engine.generate(new("alone")))
    engine.forget("alone")
    others, late, pauses = begun(engine, *written(*TEXTS)), engine.generate(new()), list[EngineStep]()
    while (step := next(late)).pause:
        pauses.append(step)
        round_of(others)
    assert pauses[-1].seconds is None
    assert all(pause.seconds is not None for pause in pauses[:-1])
    assert step.text + rest(late) == alone
