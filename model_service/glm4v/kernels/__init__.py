"""Kernels of our own for one decode step on an NVIDIA GPU; everything else in this package does without them."""

from importlib.util import find_spec
from typing import TYPE_CHECKING

import torch
from torch import Tensor

if TYPE_CHECKING:
    from model_service.glm4v.nf4 import NF4Linear


def usable(device: torch.device) -> bool:
    """Whether they run there: Triton comes with torch for CUDA on Linux, and wants a card of 2017 or later."""
    if device.type != "cuda" or torch.version.hip is not None or find_spec("triton") is None:
        return False
    return torch.cuda.get_device_capability(device) >= (7, 0)


def nf4_product(layer: "NF4Linear", x: Tensor) -> Tensor:
    """A 4-bit layer of (rows, in), in eighths as `nf4.in_eighths` makes them: (rows, out)."""
    from model_service.glm4v.kernels import nf4

    scales = (layer.absmax, layer.absmax_scale, layer.absmax_offset)
    codes = (layer.code, layer.absmax_code)
    return nf4.product(x, layer.packed, scales, codes, layer.bias, (layer.out_features, layer.in_features))
