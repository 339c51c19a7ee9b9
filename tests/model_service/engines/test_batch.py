"""Answers are written together, one step ahead of who reads them, and nobody can tell."""

from dataclasses import replace

import pytest
import torch

from model_service.engines.glm4v.model import GLM4VForConditionalGeneration
from model_service.engines.runtime.batch import Batch, Row
from model_service.engines.runtime.prefix_cache import Sequence
from model_service.engines.runtime.runner import ModelRunner
from model_service.types import SamplingParams
from tests.model_service.engines.answers import (
    GREEDY,
    LIMIT,
    QUESTIONS,
    Asked,
    alone,
    begin,
    card,
    drawn,
    end,
    known,
)
from tests.model_service.engines.reading import Work, cold, prompt, read, view
from tests.model_service.engines.tiny import tiny_model

pytestmark = pytest.mark.usefixtures("inference")

ASKED = Asked("chat", prompt(1))


@pytest.fixture(scope="module")
def model() -> GLM4VForConditionalGeneration:
    """One that does not say the same again and again."""
    return tiny_model(seed=5)


def kept(sequence: Sequence) -> list[int]:
    """The ids behind the prompt whose keys and values the cache holds."""
    return sequence.ids[len(ASKED.prompt.ids) :]


def ids(batch: Batch, row: Row, count: int) -> list[int]:
    """The next ids of a row."""
    return [known(batch.next_id(row)) for _ in range(count)]


@pytest.mark.parametrize("params", [GREEDY, drawn(5)])
def test_ahead_or_not_the_ids_are_the_same(
    model: GLM4VForConditionalGeneration, runner: ModelRunner, work: Work, params: SamplingParams
) -> None:
    """And neither computes a step more than the ids of a full answer need: the last one is not put in."""
    answers = []
    for ahead in (False, True):
        batch = Batch(runner, ahead=ahead)
        row = begin(runner, batch, replace(ASKED, params=params))
        work.positions.clear()
        answers.append(ids(batch, row, LIMIT))
        assert work.positions == [1] * (LIMIT - 1)
        assert kept(row.sequence) == answers[-1][:-1]
        end(runner, batch, row)
    assert answers[0] == answers[1]
    assert len(set(answers[0])) > 1


@pytest.mark.parametrize("ahead", [False, True])
@pytest.mark.parametrize("read_ids", [1, 3, LIMIT])
def test_whoever_stops_reading_leaves_a_right_prefix(
    model: GLM4VForConditionalGeneration, runner: ModelRunner, ahead: bool, read_ids: int
) -> None:
    """A step that nobody took is no part of what a follow-up takes over."""
    batch = Batch(runner, ahead=ahead)
    row = begin(runner, batch, ASKED)
    found = ids(batch, row, read_ids)
    end(runner, batch, row)
    assert len(batch) == 0
    assert kept(row.sequence) == found[: read_ids if ahead and read_ids < LIMIT else read_ids - 1]
    asked = prompt(1, *found, 2)
    assert torch.allclose(read(runner, asked, view(1)), cold(model, asked, view(1)), atol=1e-4)


@pytest.mark.parametrize("ahead", [False, True])
def test_a_step_that_fails_leaves_a_right_prefix(
    model: GLM4VForConditionalGeneration, runner: ModelRunner, ahead: bool
) -> None:
    """Out of memory behind a step, while the token is chosen: the sequence ends before it."""
    batch = Batch(runner, ahead=ahead)
    row = begin(runner, batch, ASKED)
    found = ids(batch, row, 1)
    hook = model.transformer.output_layer.register_forward_hook(out_of_memory)
    if ahead:  # What was computed before it failed is read.
        found += ids(batch, row, 1)
    with pytest.raises(torch.OutOfMemoryError):
        batch.next_id(row)
    hook.remove()
    end(runner, batch, row)
    assert kept(row.sequence) == found[:-1]
    asked = prompt(1, *found, 2)
    assert torch.allclose(read(runner, asked, view(1)), cold(model, asked, view(1)), atol=1e-4)


def out_of_memory(*_: object) -> None:
    """A hook."""
    raise torch.OutOfMemoryError("no memory")


@pytest.mark.parametrize("ahead", [False, True])
def test_one_step_serves_all_who_want_one(
    model: GLM4VForConditionalGeneration, runner: ModelRunner, work: Work, ahead: bool
) -> None:
    """Whoever asks first; each has the ids that it has alone, and who needs none more takes no part."""
    batch = Batch(runner, ahead=ahead)
    rows = [begin(runner, batch, asked) for asked in QUESTIONS]
    work.rows.clear()
    found: list[list[int]] = [[] for _ in rows]
    for count in range(max(asked.limit for asked in QUESTIONS)):
        for asked, row, answer in zip(QUESTIONS, rows, found, strict=True):
            answer.extend(ids(batch, row, 1) if count < asked.limit else [])
    assert found == [alone(model, asked).ids for asked in QUESTIONS]
    assert work.rows[: batch.steps] == [4] * 5 + [3] * 2 + [2] * 2 + [1] * 2
    assert batch.steps == 11


@pytest.mark.parametrize("ahead", [False, True])
def test_who_does_not_read_costs_nothing(runner: ModelRunner, work: Work, ahead: bool) -> None:
    """Others' steps leave it out; later it goes on with what it has at once."""
    batch = Batch(runner, ahead=ahead)
    quiet, other = (begin(runner, batch, asked) for asked in QUESTIONS[:2])
    work.rows.clear()
    ids(batch, other, 6)
    assert work.rows == ([2, 1, 1, 1, 1, 1] if ahead else [1, 1, 1, 1, 1])
    work.rows.clear()
    ids(batch, quiet, 1)
    assert work.rows == []


@pytest.mark.parametrize("ahead", [False, True])
def test_who_asks_gets_an_id(model: GLM4VForConditionalGeneration, runner: ModelRunner, ahead: bool) -> None:
    """Whoever joined or left meanwhile, and whoever's ids are on their way."""
    batch = Batch(runner, ahead=ahead)
    one, two = (begin(runner, batch, asked) for asked in QUESTIONS[:2])
    first, second = ids(batch, one, 2), ids(batch, two, 1)
    first += ids(batch, one, 1)
    three = begin(runner, batch, QUESTIONS[2])
    first += ids(batch, one, 1)
    second += ids(batch, two, 1)
    end(runner, batch, one)
    second += ids(batch, two, 4)
    found = [first, second, ids(batch, three, 3)]
    assert found == [alone(model, asked).ids[: len(part)] for asked, part in zip(QUESTIONS, found, strict=False)]


def test_nobody_waits_for_the_first_id_of_another(
    model: GLM4VForConditionalGeneration, runner: ModelRunner, work: Work
) -> None:
    """It may come late, as a picture is read before it; the step that it takes part in is computed once."""
    batch = Batch(runner, ahead=True)
    one = begin(runner, batch, QUESTIONS[0])
    first = ids(batch, one, 3)
    two = begin(runner, batch, QUESTIONS[1])
    work.rows.clear()
    first += ids(batch, one, 1)
    assert not two.unread and work.rows == [2]
    second = ids(batch, two, 1)
    assert work.rows == [2]
    for _ in range(3):
        first += ids(batch, one, 1)
        second += ids(batch, two, 1)
    assert work.rows == [2] * 4
    found = [first, second]
    assert found == [alone(model, asked).ids[: len(part)] for asked, part in zip(QUESTIONS, found, strict=False)]


def test_the_last_to_come_is_parked(model: GLM4VForConditionalGeneration, runner: ModelRunner) -> None:
    """When memory is short; it goes on once another has left, and nobody notices but by the time."""
    batch = Batch(runner, ahead=False)
    one, two, three = (begin(runner, batch, asked) for asked in QUESTIONS[:3])
    with card(batch, 2) as small:
        found = [ids(batch, row, 1) for row in (one, two, three)]
        for _ in range(4):
            assert batch.next_id(three) is None
            found[0] += ids(batch, one, 1)
            found[1] += ids(batch, two, 1)
        assert three.sequence.cache.parked
        assert [len(step) for step in small.steps] == [2] * 4
        assert small.refused == 2  # Tried again without what was kept; and then not until there is hope.
        end(runner, batch, one)
        found[2] += ids(batch, three, 5)
        found[1] += ids(batch, two, 7)
    assert found == [alone(model, asked).ids[:count] for asked, count in zip(QUESTIONS, (5, 12, 6), strict=False)]
    assert not small.hopeless


def test_who_does_not_read_is_parked_first(model: GLM4VForConditionalGeneration, runner: ModelRunner) -> None:
    """However long it was there; it comes back when it wants a step and another wants none."""
    batch = Batch(runner, ahead=False)
    one, two = (begin(runner, batch, asked) for asked in QUESTIONS[:2])
    first, second = ids(batch, one, 1), ids(batch, two, 2)
    with card(batch, 1):
        second += ids(batch, two, 2)
        assert one.sequence.cache.parked and not two.sequence.cache.parked
        first += ids(batch, one, 1)
        assert batch.next_id(one) is None
        assert two.unread
        first += ids(batch, one, LIMIT - 2)
        assert two.sequence.cache.parked and not one.sequence.cache.parked
        second += ids(batch, two, 8)
    assert (first, second) == (alone(model, QUESTIONS[0]).ids, alone(model, QUESTIONS[1]).ids)


def test_who_fails_alone_fails_alone(model: GLM4VForConditionalGeneration, runner: ModelRunner) -> None:
    """A step for which memory does not suffice even without the others ends one answer, and these go on."""
    batch = Batch(runner, ahead=False)
    one, two = (begin(runner, batch, asked) for asked in QUESTIONS[:2])
    found = ids(batch, two, 1)
    ids(batch, one, 1)
    with card(batch, 2) as small:
        small.failing = 4  # Each is tried again without what was kept.
        assert batch.next_id(two) is None
        assert two.sequence.cache.parked
        with pytest.raises(torch.OutOfMemoryError):
            batch.next_id(one)
        assert small.hopeless[-1] is one.sequence
        end(runner, batch, one)
        found += ids(batch, two, 11)
    assert found == alone(model, QUESTIONS[1]).ids


def test_a_row_that_failed_is_in_nobodys_way(model: GLM4VForConditionalGeneration, runner: ModelRunner) -> None:
    """Before its caller hears of it, another that was parked for it goes on."""
    batch = Batch(runner, ahead=False)
    one, two = (begin(runner, batch, asked) for asked in QUESTIONS[:2])
    found = ids(batch, two, 1)
    ids(batch, one, 1)
    with card(batch, 1) as small:
        small.failing = 4
        assert batch.next_id(two) is None
        found += ids(batch, two, 11)
        with pytest.raises(torch.OutOfMemoryError):
            batch.next_id(one)
    assert found == alone(model, QUESTIONS[1]).ids


def test_parked_rows_for_none_of_which_there_is_room_fail(runner: ModelRunner) -> None:
    """One after the other: whoever waits is told in the end."""
    batch = Batch(runner, ahead=False)
    rows = [begin(runner, batch, asked) for asked in QUESTIONS[:2]]
    for row in rows:
        ids(batch, row, 1)
        row.sequence.cache.park()
    with card(batch, 0):
        assert batch.next_id(rows[1]) is None
        for row in rows:
            with pytest.raises(torch.OutOfMemoryError):
                assert not any(batch.next_id(row) for _ in range(2))
            end(runner, batch, row)


def test_a_lone_parked_row_comes_back(model: GLM4VForConditionalGeneration, runner: ModelRunner) -> None:
    """Nobody has to leave for it."""
    batch = Batch(runner, ahead=False)
    row = begin(runner, batch, ASKED)
    found = ids(batch, row, 2)
    row.sequence.cache.park()
    assert found + ids(batch, row, LIMIT - 2) == alone(model, ASKED).ids


def test_a_parked_answer_that_is_given_up_leaves_a_right_prefix(
    model: GLM4VForConditionalGeneration, runner: ModelRunner
) -> None:
    """Whether there is room for it then or not."""
    for room in (1, 0):
        batch = Batch(runner, ahead=False)
        row = begin(runner, batch, ASKED)
        found = ids(batch, row, 3)
        row.sequence.cache.park()
        with card(batch, room):
            end(runner, batch, row)
        asked = prompt(1, *found, 2)
        assert torch.allclose(read(runner, asked, view(1)), cold(model, asked, view(1)), atol=1e-4)


def test_a_step_is_timed_unless_something_else_computes_meanwhile(runner: ModelRunner) -> None:
    """The pacer goes by it."""
    now = iter([1.0, 1.5, 2.0, 2.25, 3.0])
    batch = Batch(runner, ahead=False, clock=lambda: next(now))
    row = begin(runner, batch, ASKED)
    ids(batch, row, 1)
    assert batch.seconds == 0.5
    ids(batch, row, 1)
    assert batch.seconds == 0.25
    batch.interrupted = True
    ids(batch, row, 1)
    assert batch.seconds == 0.25
