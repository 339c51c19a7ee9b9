"""Tokens are written one step ahead of who reads them, and nobody can tell."""

from itertools import islice

import pytest
import torch

from model_service.engines.glm4v.model import GLM4VForConditionalGeneration
from model_service.engines.runtime.decoding import generate_ids
from model_service.engines.runtime.prefix_cache import Sequence
from model_service.engines.runtime.runner import ModelRunner
from model_service.engines.runtime.sampling import Sampler
from model_service.types import SamplingParams
from tests.model_service.engines.reading import Work, cold, prompt, read, view

pytestmark = pytest.mark.usefixtures("inference")

GREEDY = SamplingParams()
DRAWN = SamplingParams(temperature=1.0, top_p=0.95, seed=5)
LIMIT = 8


def begin(runner: ModelRunner, model: GLM4VForConditionalGeneration, params: SamplingParams, ahead: bool):  # type: ignore[no-untyped-def]
    """A sequence, and the ids that are written behind it."""
    sequence, logits = runner.prefill("chat", prompt(1), view(1), LIMIT)
    sampler = Sampler(params, torch.ones(model.config.padded_vocab_size, dtype=torch.bool))
    return sequence, generate_ids(runner, sequence, logits, sampler, limit=LIMIT, ahead=ahead)


def kept(sequence: Sequence) -> list[int]:
    """The ids behind the prompt whose keys and values the cache holds."""
    return sequence.ids[len(prompt(1).ids) :]


@pytest.mark.parametrize("params", [GREEDY, DRAWN])
def test_ahead_or_not_the_ids_are_the_same(
    model: GLM4VForConditionalGeneration, runner: ModelRunner, work: Work, params: SamplingParams
) -> None:
    """And neither computes a step more than the ids of a full answer need: the last one is not put in."""
    answers = []
    for ahead in (False, True):
        sequence, ids = begin(runner, model, params, ahead)
        work.positions.clear()
        answers.append(list(ids))
        assert work.positions == [1] * (LIMIT - 1)
        assert kept(sequence) == answers[-1][:-1]
    assert answers[0] == answers[1]
    assert len(set(answers[0])) > 1


@pytest.mark.parametrize("ahead", [False, True])
@pytest.mark.parametrize("read_ids", [1, 3, LIMIT])
def test_whoever_stops_reading_leaves_a_right_prefix(
    model: GLM4VForConditionalGeneration, runner: ModelRunner, ahead: bool, read_ids: int
) -> None:
    """A step that nobody took is no part of what a follow-up takes over."""
    sequence, ids = begin(runner, model, GREEDY, ahead)
    found = list(islice(ids, read_ids))
    runner.keep(sequence)
    assert kept(sequence) == found[: read_ids if ahead and read_ids < LIMIT else read_ids - 1]
    asked = prompt(1, *found, 2)
    assert torch.allclose(read(runner, asked, view(1)), cold(model, asked, view(1)), atol=1e-4)


def test_a_step_that_fails_leaves_a_right_prefix(model: GLM4VForConditionalGeneration, runner: ModelRunner) -> None:
    """Out of memory behind a step, while the token is chosen: the sequence ends before it."""
    sequence, ids = begin(runner, model, GREEDY, ahead=True)
    first = next(ids)
    hook = model.transformer.output_layer.register_forward_hook(out_of_memory)
    with pytest.raises(torch.OutOfMemoryError):
        next(ids)
    hook.remove()
    runner.keep(sequence)
    assert kept(sequence) == [first]
    asked = prompt(1, first, 2)
    assert torch.allclose(read(runner, asked, view(1)), cold(model, asked, view(1)), atol=1e-4)


def out_of_memory(*_: object) -> None:
    """A hook."""
    raise torch.OutOfMemoryError("no memory")
