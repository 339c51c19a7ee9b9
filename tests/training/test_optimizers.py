"""Muon over stacks of matrices takes the steps of torch's, and skips a step that is not finite."""

from copy import deepcopy

import pytest
import torch
from torch import nn

from training.optimizers import BatchedMuon, load_states, make_optimizers, schedule, take_step

SHAPES = ((24, 16), (16, 24), (24, 16), (16, 16), (24, 16), (16, 16))
RATE, DECAY = 0.02, 0.1


class Small(nn.Module):
    """Two matrices for Muon, by their names, and parameters for AdamW."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Module()
        self.encoder.layers = nn.Sequential(nn.Linear(8, 12), nn.Linear(12, 8))
        self.head = nn.Linear(8, 4)


def matrices(seed: int) -> list[nn.Parameter]:
    """Return some of several shapes, the same for one seed."""
    generator = torch.Generator().manual_seed(seed)
    return [nn.Parameter(torch.randn(shape, generator=generator)) for shape in SHAPES]


def torchs_muon(parameters: list[nn.Parameter]) -> torch.optim.Optimizer:
    """Return the Muon that takes matrix by matrix."""
    return torch.optim.Muon(parameters, lr=RATE, weight_decay=DECAY, adjust_lr_fn="match_rms_adamw")


def give_gradients(parameters: list[nn.Parameter], seed: int) -> None:
    """Set random gradients, the same for one seed."""
    generator = torch.Generator().manual_seed(seed)
    for parameter in parameters:
        parameter.grad = torch.randn(parameter.shape, generator=generator)


def small_at(step: int) -> tuple[Small, list[torch.optim.Optimizer]]:
    """Return a small learner and its optimizers after some steps."""
    torch.manual_seed(0)
    learner = Small()
    optimizers = make_optimizers(learner, 0.01)
    for number in range(step):
        advance(learner, optimizers, number)
    return learner, optimizers


def advance(learner: Small, optimizers: list[torch.optim.Optimizer], seed: int) -> None:
    """Take one step with random gradients."""
    give_gradients(list(learner.parameters()), seed)
    take_step(optimizers, learner.parameters(), 0.01)


def test_muon_takes_the_steps_of_torchs() -> None:
    """After several steps the matrices differ by no more than the rounding of bf16 allows."""
    ours, theirs = matrices(1), matrices(1)
    batched = BatchedMuon(ours, RATE, DECAY)
    single = torchs_muon(theirs)
    for step in range(4):
        give_gradients(ours, step)
        give_gradients(theirs, step)
        batched.step()
        single.step()
    for mine, other, first in zip(ours, theirs, matrices(1), strict=True):
        moved = (other - first).norm()
        assert moved > 0.1
        assert (mine - other).norm() < 0.01 * moved


def test_muon_goes_on_from_torchs_state() -> None:
    """A run's state from torch's own Muon can be resumed."""
    theirs, ours = matrices(1), matrices(1)
    single, batched = torchs_muon(theirs), BatchedMuon(ours, RATE, DECAY)
    give_gradients(theirs, 1)
    single.step()
    load_states([batched], [single.state_dict()])
    for mine, other in zip(ours, theirs, strict=True):
        assert torch.equal(batched.state[mine]["momentum_buffer"], single.state[other]["momentum_buffer"])


@pytest.mark.parametrize("broken", [float("nan"), float("inf")])
def test_a_step_that_is_not_finite_is_left_out(broken: float) -> None:
    """Neither weights nor momentum nor the count of steps change, and the next step is as if it had never happened."""
    learner, optimizers = small_at(2)
    before = [parameter.detach().clone() for parameter in learner.parameters()]
    give_gradients(list(learner.parameters()), 7)
    gradient = learner.head.weight.grad
    assert gradient is not None
    gradient[0, 0] = broken
    take_step(optimizers, learner.parameters(), 0.01)
    assert all(torch.equal(parameter, kept) for parameter, kept in zip(learner.parameters(), before, strict=True))
    advance(learner, optimizers, 2)
    for parameter, expected in zip(learner.parameters(), small_at(3)[0].parameters(), strict=True):
        assert torch.equal(parameter, expected)


def test_optimizers_go_on_from_their_states() -> None:
    """A run that was stopped and resumed takes the same steps as one that was not."""
    learner, optimizers = small_at(3)
    resumed, fresh = small_at(0)
    resumed.load_state_dict(learner.state_dict())
    load_states(fresh, deepcopy([optimizer.state_dict() for optimizer in optimizers]))
    advance(learner, optimizers, 3)
    advance(resumed, fresh, 3)
    for mine, other in zip(resumed.parameters(), learner.parameters(), strict=True):
        assert torch.equal(mine, other)


def test_learning_rate_rises_and_falls() -> None:
    """It warms up after every start and ends at a fiftieth."""
    assert schedule(0, 0.0) < 0.01
    assert schedule(1000, 0.0) == pytest.approx(1.0)
    assert schedule(1000, 1.0) == pytest.approx(0.02)
