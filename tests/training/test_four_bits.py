"""Training sees the weights that four bits hold, and packing hardly changes what it exports."""

import pytest
import torch
from torch import nn

from model_service.engines.weights.nf4 import NF4Linear
from training.four_bits import FourBits, settled


@pytest.fixture
def weight() -> torch.Tensor:
    """Return a (96, 128) matrix of normal numbers."""
    return torch.randn(96, 128, generator=torch.Generator().manual_seed(0))


def linear(weight: torch.Tensor) -> nn.Linear:
    """A layer with this weight."""
    layer = nn.Linear(weight.shape[1], weight.shape[0])
    layer.weight.data.copy_(weight)
    return layer


def difference(one: torch.Tensor, other: torch.Tensor) -> float:
    """Return the relative difference, in the 2-norm."""
    one, other = one.detach().float(), other.detach().float()
    return float((one - other).norm() / other.norm())


def test_weights_are_rounded_inside_and_exact_again(weight: torch.Tensor) -> None:
    """Inside they are as the service unpacks them, and gradients are taken there; unpacked weights stay."""
    layer, norm, x = linear(weight), nn.LayerNorm(96), torch.ones(1, 128)
    model = nn.Sequential(layer, norm)

    def gradient() -> torch.Tensor:
        (found,) = torch.autograd.grad(model(x)[0, 0], [layer.weight])
        return found

    with FourBits(model).rounded():
        assert difference(layer.weight, weight) > 0.05
        assert difference(layer.weight, NF4Linear.quantize(weight).dequantize()) < 0.005
        assert torch.equal(norm.weight, torch.ones(96))
        there = gradient()
    assert torch.equal(layer.weight, weight)
    assert difference(gradient(), there) > 0.001


def test_weights_are_exact_again_after_a_failure(weight: torch.Tensor) -> None:
    """Even after an exception inside."""
    layer = linear(weight)
    with pytest.raises(RuntimeError), FourBits(nn.Sequential(layer)).rounded():
        raise RuntimeError
    assert torch.equal(layer.weight, weight)


def test_settled_weights_can_be_packed_without_loss(weight: torch.Tensor) -> None:
    """Packing changes them less than 16 bits do."""
    assert difference(NF4Linear.quantize(weight).dequantize(), weight) > 0.05
    found = settled(weight)
    assert found.dtype == torch.bfloat16
    assert difference(NF4Linear.quantize(found).dequantize(), found) < 2**-8
    assert difference(found, weight) < 0.12


def test_only_what_the_service_packs_is_rounded(weight: torch.Tensor) -> None:
    """The head stays as it is, as in the plan `full`."""
    transformer = nn.Module()
    transformer.output_layer, transformer.dense = nn.Linear(64, 64), nn.Linear(64, 64)
    model = nn.Module()
    model.transformer = transformer
    assert set(FourBits(model).packed()) == {"transformer.dense.weight"}
