"""The choice of the next token."""

import pytest
import torch
from torch import Tensor

from model_service.engines.runtime.sampling import PARTS, Sampler, rated
from model_service.types import SamplingParams

CHI_SQUARED = (0.0, 10.83, 13.82, 16.27, 18.47, 20.52, 22.46, 24.32)
"""The 99.9 % points, by degrees of freedom."""

ALL = torch.ones(8, dtype=torch.bool)


def logits(*probabilities: float) -> Tensor:
    """Logits of these probabilities, for a vocabulary of 8."""
    return torch.tensor([*probabilities, *[0.0] * (8 - len(probabilities))]).log()


def draws(params: SamplingParams, scores: Tensor, allowed: Tensor = ALL, count: int = 200) -> list[int]:
    """That many draws with one sampler."""
    sampler = Sampler(params, allowed)
    return [int(sampler.choose(scores)) for _ in range(count)]


def test_temperature_zero_takes_the_likeliest() -> None:
    """Greedy, each time."""
    assert set(draws(SamplingParams(), logits(0.3, 0.4, 0.3), count=10)) == {1}


def test_greedy_never_takes_a_forbidden_id() -> None:
    """The likeliest of those that are allowed."""
    allowed = torch.tensor([True, False, True, True, True, True, True, True])
    assert draws(SamplingParams(), logits(0.1, 0.6, 0.3), allowed, count=1) == [2]


def test_a_forbidden_id_is_never_drawn() -> None:
    """However likely it is and however high the temperature."""
    allowed = torch.tensor([False, True, True, False, True, True, True, True])
    params = SamplingParams(temperature=5.0, top_p=1.0, seed=1)
    drawn = set(draws(params, logits(0.9, 0.02, 0.02, 0.02, 0.01, 0.01, 0.01, 0.01), allowed))
    assert drawn == {1, 2, 4, 5, 6, 7}


def test_top_p_keeps_the_nucleus() -> None:
    """The smallest set of the likeliest ids that reaches top_p, and nothing beyond it."""
    scores = logits(0.4, 0.3, 0.2, 0.1)
    assert set(draws(SamplingParams(temperature=1.0, top_p=0.6, seed=2), scores)) == {0, 1}
    assert set(draws(SamplingParams(temperature=1.0, top_p=0.8, seed=2), scores)) == {0, 1, 2}
    assert set(draws(SamplingParams(temperature=1.0, top_p=0.1, seed=2), scores)) == {0}
    assert set(draws(SamplingParams(temperature=1.0, top_p=1.0, seed=2), scores)) == {0, 1, 2, 3}


def test_a_seed_repeats_the_draws() -> None:
    """The same seed, the same draws; none of it depends on torch's global generator."""
    params = SamplingParams(temperature=1.0, top_p=1.0, seed=3)
    scores = logits(*[0.125] * 8)
    torch.manual_seed(0)
    first = draws(params, scores)
    torch.manual_seed(1)
    assert draws(params, scores) == first
    assert draws(SamplingParams(temperature=1.0, top_p=1.0, seed=4), scores) != first
    assert draws(SamplingParams(temperature=1.0, top_p=1.0), scores) != first


def test_half_precision_logits_are_fine() -> None:
    """Logits come in the model's dtype."""
    assert draws(SamplingParams(temperature=0.7, seed=1), logits(0.0, 1.0).bfloat16(), count=3) == [1, 1, 1]


@pytest.mark.parametrize(("temperature", "top_p"), [(1.0, 1.0), (0.7, 0.9), (2.0, 0.6)])
def test_the_draws_follow_the_distribution(temperature: float, top_p: float) -> None:
    """As often as tempered, truncated and rescaled probabilities say: chi-squared, 99.9 %, of a fixed seed."""
    scores = logits(0.3, 0.05, 0.2, 0.02, 0.25, 0.08, 0.04, 0.06)
    tempered = torch.softmax(scores / temperature, dim=-1)
    likelier = tempered[None, :] > tempered[:, None]
    nucleus = tempered * ((likelier * tempered).sum(1) <= top_p)
    count = 8000
    expected = count * nucleus / nucleus.sum()
    params = SamplingParams(temperature=temperature, top_p=top_p, seed=1)
    found = torch.bincount(torch.tensor(draws(params, scores, count=count)), minlength=8)
    drawn = expected > 0
    assert not found[~drawn].any()
    assert ((found - expected)[drawn] ** 2 / expected[drawn]).sum() < CHI_SQUARED[int(drawn.sum()) - 1]


@pytest.mark.parametrize("number", [0.0, 1 - 2**-24])
def test_no_number_draws_what_is_forbidden(monkeypatch: pytest.MonkeyPatch, number: float) -> None:
    """The least of the random numbers draws the likeliest id, the greatest the least likely of those allowed."""
    monkeypatch.setattr(torch, "rand", lambda *shape, generator: torch.full(shape, number))
    generator = torch.Generator().manual_seed(2)
    allowed = ALL.clone()
    allowed[[0, 5]] = False
    for _ in range(200):
        scores = torch.randn(8, generator=generator)
        (drawn,) = draws(SamplingParams(temperature=1.0, top_p=1.0), scores, allowed, count=1)
        extreme = min if number else max
        assert drawn == extreme((1, 2, 3, 4, 6, 7), key=lambda id_: float(scores[id_]))


def test_an_id_comes_with_its_own_probability_and_that_of_the_likeliest_other() -> None:
    """In millionths, whichever was chosen: the likeliest, or a less likely one."""
    scores = torch.stack([logits(0.5, 0.3, 0.2), logits(0.1, 0.7, 0.2), logits(0.1, 0.7, 0.2)])
    found = rated(scores, torch.tensor([0, 1, 2]))
    assert found.tolist() == [[0, 500_000, 300_000], [1, 700_000, 200_000], [2, 200_000, 700_000]]


@pytest.mark.parametrize("temperature", [0.0, 3.0])
def test_probabilities_are_of_what_may_be_chosen_and_untempered(temperature: float) -> None:
    """A forbidden id has no share, and a high temperature makes the model no less sure."""
    allowed = torch.tensor([True, False, True, True, True, True, True, True])
    sampler = Sampler(SamplingParams(temperature=temperature, top_p=0.1), allowed)
    assert sampler.choose_rated(logits(0.3, 0.6, 0.1)).tolist() == [[0, PARTS * 3 // 4, PARTS // 4]]
