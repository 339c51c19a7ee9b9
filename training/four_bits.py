"""Training for four bits: see the weights that the service packs into NF4 as they will be once packed.

The gradient is taken at the rounded weights and moves the exact ones (the straight-through estimator), so that all
other weights make up for the loss. The checkpoint then holds the rounded weights: packing them changes next to
nothing, and 16 bits read what 4 bits read.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import bitsandbytes.functional as bnb
import torch
from torch import Tensor, nn

from model_service.engines.weights.layout import Layout, Plan
from model_service.engines.weights.nf4 import BLOCK, NF4Linear

ROUNDS = 8
"""The most rounds of packing and unpacking a weight: scales are packed too, and settle a little later."""

SERVED = Layout(Plan.FULL, packed=True, dtype=torch.bfloat16)


class FourBits:
    """Round the weights of a model that the service packs as NF4 rounds them, and restore them."""

    def __init__(self, model: nn.Module) -> None:
        self._weights: dict[str, Tensor] = {
            f"{name}.weight": module.weight
            for name, module in model.named_modules()
            if type(module) is nn.Linear and SERVED.packs(name)
        }

    @contextmanager
    def rounded(self) -> Iterator[None]:
        """Round each weight to four bits within the block; its scales are exact, which packed ones nearly are."""
        weights = list(self._weights.values())
        exact = torch.cat([weight.detach().flatten() for weight in weights])
        packed = bnb.quantize_4bit(exact, blocksize=BLOCK, quant_type="nf4")
        self._fill(weights, bnb.dequantize_4bit(*packed).flatten())
        try:
            yield
        finally:
            self._fill(weights, exact)

    def packed(self) -> dict[str, Tensor]:
        """Return by the model's names each weight in bf16 as the service unpacks it, settled under repeated packing."""
        return {name: settled(weight.detach()) for name, weight in self._weights.items()}

    @torch.no_grad()
    def _fill(self, weights: list[Tensor], values: Tensor) -> None:
        parts = torch.split(values, [weight.numel() for weight in weights])
        torch._foreach_copy_(weights, [part.view_as(weight) for part, weight in zip(parts, weights, strict=True)])


def settled(weight: Tensor) -> Tensor:
    """Pack and unpack an (out, in) weight in bf16 until that changes nothing more, or eight times."""
    weight = weight.to(torch.bfloat16)
    for _ in range(ROUNDS):
        unpacked = NF4Linear.quantize(weight).dequantize()
        if torch.equal(unpacked, weight):
            break
        weight = unpacked
    return weight
