"""What layers do between their matrix products: by torch, or under inference on an NVIDIA GPU by kernels of our own.

The kernels overwrite their inputs where that saves memory: an argument that is taken is not to be used again.
"""

from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from model_service.glm4v import kernels
from model_service.glm4v.agreement import agree
from model_service.glm4v.cache import KVCache

if TYPE_CHECKING:
    from model_service.glm4v.nf4 import NF4Linear


def applies(x: Tensor) -> bool:
    """Whether the kernels are used for what is computed of `x` now."""
    return x.is_cuda and not torch.compiler.is_compiling() and torch.is_inference_mode_enabled() and agree(x.dtype)


def norm_add(x: Tensor, y: Tensor, norm: nn.LayerNorm) -> Tensor:
    """The sum x + norm(y), all (B, T, width); `y` is taken."""
    if not applies(x):
        return x + norm(y)  # type: ignore[no-any-return]
    from model_service.glm4v.kernels import fused

    return fused.norm_add(x.contiguous(), y, norm.weight, norm.bias, norm.eps)


def add_norm(x: Tensor, delta: Tensor, norm: nn.RMSNorm) -> tuple[Tensor, Tensor]:
    """The sum x + delta, and its norm, all (B, T, width); `delta` is taken."""
    if not applies(x):
        total = x + delta
        return total, norm(total)
    from model_service.glm4v.kernels import fused

    return fused.add_norm(x.contiguous(), delta, norm.weight, norm.eps or 0.0)


def linear_gelu(x: Tensor, linear: "nn.Linear | NF4Linear") -> Tensor:
    """The exact GELU of a linear layer, of (B, T, width).

    On a GPU the product ends with it, by its formula with tanh: a twentieth of what rounding to bf16 does, and what is
    between the two need not be written and read again.
    """
    if not applies(x) or linear.bias is None:
        return F.gelu(linear(x))
    weight = linear.weight if isinstance(linear, nn.Linear) else kernels.unpacked(linear)
    flat = x.reshape(-1, x.shape[-1])
    return torch._addmm_activation(linear.bias, flat, weight.T, use_gelu=True).view(*x.shape[:-1], -1)


def swiglu(x: Tensor) -> Tensor:
    """(B, T, 2 width) -> (B, T, width): silu of the first half times the second."""
    if not applies(x):
        gate, up = x.chunk(2, dim=-1)
        return F.silu(gate) * up
    from model_service.glm4v.kernels import fused

    return fused.swiglu(x)


def turn(qkv: Tensor, table: Tensor, cache: KVCache, layer: int) -> tuple[Tensor, Tensor, Tensor]:
    """Rotate queries and keys of (1, T, (heads + 2 groups) dim) by the (1, T, pairs, 2) table; `qkv` is taken.

    Only where the kernels apply. The queries, (1, heads, T, dim), and all keys and values of the layer in the cache,
    behind which the new ones have been put.
    """
    from model_service.glm4v.kernels import fused

    _, groups, _, dim = cache.keys.shape
    fused.turn(qkv, table, cache.keys, cache.values, layer, cache.length)
    stop = cache.length + qkv.shape[1]
    query = qkv.view(1, qkv.shape[1], -1, dim).transpose(1, 2)[:, : -2 * groups]
    return query, cache.keys[layer : layer + 1, :, :stop], cache.values[layer : layer + 1, :, :stop]
