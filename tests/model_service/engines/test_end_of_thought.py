"""At its bound a thought is ended, and what follows is what the model would say behind a thought that ended there."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from model_service import (
    Detail,
    EngineStep,
    FinishReason,
    GenerationRequest,
    Message,
    ModelConfig,
    OutOfMemory,
    SamplingParams,
)
from model_service.engines.glm4v_engine import GLM4VEngine
from model_service.engines.load import load_engine
from model_service.engines.runtime.batch import Batch, Row
from model_service.engines.runtime.runner import ModelRunner
from model_service.engines.runtime.sampling import Sampler
from model_service.types import PictureRef
from tests.model_service.engines.answers import card
from tests.model_service.engines.newer import BEGINS_THOUGHT, ID, write_checkpoint
from tests.model_service.engines.test_newer_parity import drawn

BOUND, ANSWER = 10, 7
PICTURE = PictureRef(drawn(300, 170, 1), Detail(40))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint whose prompts begin a thought."""
    made = tmp_path_factory.mktemp("thinking")
    write_checkpoint(made, "glm4v", BEGINS_THOUGHT)
    return made


@pytest.fixture(params=[False, True], ids=["host first", "device ahead"])
def engine(folder: Path, request: pytest.FixtureRequest) -> Iterator[GLM4VEngine]:
    """One that never ends a thought of itself, nor an answer."""
    made = load_engine(ModelConfig(name=str(folder), quantize="none", together=4, device="cpu"))
    made._batch.ahead = request.param
    made._allowed[[ID["<think>"], ID["</think>"], *made._stop]] = False
    yield made
    made.close()


def asked(chat: str = "c", *, thinking: int = BOUND, seen: bool = True, **sampling: float | int) -> GenerationRequest:
    """A question about a picture, or none."""
    messages = (Message("user", f"What is {chat}?", (PICTURE,) if seen else ()),)
    return GenerationRequest("r", chat, messages, SamplingParams(ANSWER, **sampling), thinking=thinking)  # type: ignore[arg-type]


def ids_of(engine: GLM4VEngine, request: GenerationRequest) -> tuple[list[int], list[EngineStep]]:
    """The ids that the model chose, those that were put behind them too, and the steps."""
    found, decode = list[int](), engine._tokenizer.decode_bytes

    def noting(token: int) -> bytes:
        found.append(token)
        return decode(token)

    engine._tokenizer.decode_bytes = noting  # type: ignore[method-assign]
    steps = [step for step in engine.generate(request) if not step.pause]
    engine._tokenizer.decode_bytes = decode  # type: ignore[method-assign]
    return found, steps


def behind(engine: GLM4VEngine, request: GenerationRequest, ids: list[int], count: int) -> list[int]:
    """What is said behind the request's prompt and further ids, read as one new prompt."""
    runner = ModelRunner(engine._runner._model, engine._hardware, ModelConfig(), engine._allowed)
    batch = Batch(runner, ahead=False)
    prompt = engine._fitting_prompt(request)
    whole = replace(prompt, ids=(*prompt.ids, *ids))
    plans = engine._plans(request)
    views = [engine._view_of(picture, plan) for picture, plan in zip(request.pictures, plans, strict=True)]
    with torch.inference_mode():
        work = runner.prefill("new", whole, next(iter(views), None), count)
        while True:
            try:
                next(work)
            except StopIteration as done:
                sequence, logits = done.value
                break
        row = batch.join(sequence, logits, sampler(engine, request), count)
        found = [batch.next_id(row) for _ in range(count)]
    assert None not in found
    return [token for token in found if token is not None]


def sampler(engine: GLM4VEngine, request: GenerationRequest) -> Sampler:
    """How the request's ids are chosen."""
    return Sampler(request.sampling, engine._allowed)


@pytest.mark.parametrize("seen", [True, False])
@pytest.mark.parametrize("sampling", [{}, {"temperature": 0.9, "seed": 3}], ids=["greedy", "drawn"])
def test_what_follows_is_as_behind_a_fresh_prompt(engine: GLM4VEngine, seen: bool, sampling: dict[str, Any]) -> None:
    """Id by id: through the cache nothing of what was chosen beyond the bound is left."""
    request = asked(seen=seen, **sampling)
    found, steps = ids_of(engine, request)
    thought, end, answer = found[:BOUND], found[BOUND], found[BOUND + 1 :]
    assert end == ID["</think>"]
    assert len(answer) == ANSWER
    assert answer == behind(engine, request, [*thought, end], ANSWER)
    assert steps[-1].finish_reason is FinishReason.LENGTH
    assert "".join(step.text for step in steps)
    assert len(steps) == BOUND + ANSWER


def text_of(steps: list[EngineStep]) -> str:
    """The answer."""
    return "".join(step.text for step in steps)


def test_several_at_once_end_their_thoughts_as_alone(engine: GLM4VEngine) -> None:
    """Each at a bound of its own, drawn or not, beside one that does not think, whoever asks first."""
    asks = [
        asked("a"),
        asked("b", thinking=BOUND + 3, temperature=0.9, seed=4),
        asked("d", thinking=1, seen=False),
        asked("e", thinking=0, seen=False),
    ]
    alone = [text_of(ids_of(engine, each)[1]) for each in asks]
    for each in asks:
        engine.forget(each.chat)
    begun = [engine.generate(each) for each in asks]
    found = [""] * len(asks)
    going = list(range(len(asks)))
    turn = 0
    while going:
        for index in going[turn % len(going) :] + going[: turn % len(going)]:
            for step in begun[index]:
                found[index] += step.text
                if not step.pause:
                    break
            else:
                going.remove(index)
        turn += 1
    assert found == alone


def test_a_follow_up_is_as_in_a_chat_that_is_new(engine: GLM4VEngine) -> None:
    """What is kept of a thought that was ended is what its ids make."""
    request = asked()
    found, steps = ids_of(engine, request)
    prefix = engine._runner._prefixes.find("c")
    assert prefix is not None
    prompt = engine._fitting_prompt(request)
    assert list(prefix.ids) == [*prompt.ids, *found][: len(prefix.ids)]
    assert len(prefix.ids) >= len(prompt.ids) + len(found) - 1
    messages = (*request.messages, Message("assistant", text_of(steps)), Message("user", "And then?"))
    following = replace(request, messages=messages)
    behind_prefix = ids_of(engine, following)[0]
    engine.forget("c")
    assert behind_prefix == ids_of(engine, following)[0]


def test_a_thought_that_ended_by_itself_is_left_alone(engine: GLM4VEngine) -> None:
    """Just before its bound, or at it; and an answer that is longer than the bound."""
    request, end = asked(), ID["</think>"]
    extended = list[list[int]]()
    engine._runner.extend = lambda sequence, ids: extended.append(ids)  # type: ignore[method-assign,assignment,return-value]
    for at in (1, BOUND - 1, BOUND):
        chosen, said = engine._batch.next_id, list[int]()

        def next_id(row: Row, at: int = at, said: list[int] = said, chosen: Any = chosen) -> int | None:
            token: int | None = chosen(row)
            said.append(0)
            return end if len(said) == at else token

        engine._batch.next_id = next_id  # type: ignore[method-assign]
        steps = [step for step in engine.generate(request) if not step.pause]
        engine._batch.next_id = chosen  # type: ignore[method-assign]
        assert text_of(steps)
    assert not extended


def test_where_there_is_little_room_the_answer_has_its_part(engine: GLM4VEngine) -> None:
    """A thought takes half of what the context leaves, if that is less than both want."""
    request = asked("long " * 40, thinking=2000, seen=False)
    request = replace(request, sampling=replace(request.sampling, max_tokens=2000))
    engine._config = replace(engine._config, seq_length=len(engine._fitting_prompt(request).ids) + 41)
    found, steps = ids_of(engine, request)
    assert found.index(ID["</think>"]) == 20
    assert len(found) == 41
    assert steps[-1].finish_reason is FinishReason.LENGTH
    assert text_of(steps)


def written_by_turns(engine: GLM4VEngine, asks: list[GenerationRequest]) -> list[str]:
    """Answers that are read a step each in turn, to their ends."""
    begun, found = [engine.generate(each) for each in asks], [""] * len(asks)
    going = list(range(len(asks)))
    for _ in range(1000):
        for index in list(going):
            step = next(begun[index], None)
            if step is None:
                going.remove(index)
            else:
                found[index] += step.text
    assert not going
    return found


@pytest.mark.parametrize("room", [1, 2])
def test_on_a_card_with_room_for_few_each_says_what_it_says_alone(engine: GLM4VEngine, room: int) -> None:
    """Whoever is parked meanwhile."""
    asks = [asked("a"), asked("b", thinking=BOUND + 1, seen=False), asked("d", thinking=2, seen=False)]
    alone = [text_of(ids_of(engine, each)[1]) for each in asks]
    for each in asks:
        engine.forget(each.chat)
    with card(engine._batch, room) as small:
        assert written_by_turns(engine, asks) == alone
        assert small.refused


def test_where_memory_is_short_at_the_bound_others_come_first(engine: GLM4VEngine) -> None:
    """The row takes no part until it is tried again; then the thought is ended as always."""
    asks = [asked("a", thinking=3, seen=False), asked("b", thinking=0, seen=False)]
    alone = [text_of(ids_of(engine, each)[1]) for each in asks]
    for each in asks:
        engine.forget(each.chat)
    amend, amended = engine._batch.amend, list[bool]()
    with card(engine._batch, room=4) as small:

        def short_at_first(row: Row, ids: list[int], sampler: Sampler) -> bool:
            small.failing = 0 if amended else 2
            amended.append(amend(row, ids, sampler))
            return amended[-1]

        engine._batch.amend = short_at_first  # type: ignore[method-assign]
        assert written_by_turns(engine, asks) == alone
    assert amended == [False, True]


def test_an_answer_that_cannot_go_on_alone_fails(engine: GLM4VEngine) -> None:
    """In a sentence, and the next one is as always."""
    request = asked()
    wanted = ids_of(engine, request)[0]
    extend = engine._runner._extend

    def failing(*_: object) -> Tensor:
        raise torch.OutOfMemoryError("no memory")

    engine._runner._extend = failing  # type: ignore[method-assign,assignment]
    with pytest.raises(OutOfMemory):
        ids_of(engine, request)
    assert len(engine._batch) == 0
    engine._runner._extend = extend  # type: ignore[method-assign]
    assert ids_of(engine, request)[0] == wanted


def test_nothing_is_put_behind_what_a_model_writes_that_cannot_think(engine: GLM4VEngine) -> None:
    """Even if it begins a thought, and a request has a bound for that."""
    engine._end_of_thought = ()
    found, steps = ids_of(engine, asked())
    assert len(found) == BOUND + ANSWER
    assert ID["</think>"] not in found
    assert steps[-1].finish_reason is FinishReason.LENGTH
