"""What layers do between their matrix products: by torch, or under inference on an NVIDIA GPU by kernels of our own.

The kernels overwrite their inputs where that saves memory: an argument that is taken is not to be used again.
"""

import logging
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from model_service.glm4v import kernels
from model_service.glm4v.cache import KVCache
from model_service.glm4v.rotary import rotate

if TYPE_CHECKING:
    from model_service.glm4v.language import RMSNorm
    from model_service.glm4v.nf4 import NF4Linear

logger = logging.getLogger(__name__)


def applies(x: Tensor) -> bool:
    """Whether the kernels are used for what is computed of `x` now."""
    return x.is_cuda and not torch.compiler.is_compiling() and torch.is_inference_mode_enabled() and _usable(x.dtype)


def norm_add(x: Tensor, y: Tensor, norm: nn.LayerNorm) -> Tensor:
    """The sum x + norm(y), all (B, T, width); `y` is taken."""
    if not applies(x):
        return x + norm(y)  # type: ignore[no-any-return]
    from model_service.glm4v.kernels import fused

    return fused.norm_add(x.contiguous(), y, norm.weight, norm.bias, norm.eps)


def add_norm(x: Tensor, delta: Tensor, norm: "RMSNorm") -> tuple[Tensor, Tensor]:
    """The sum x + delta, and its norm, all (B, T, width); `delta` is taken."""
    if not applies(x):
        total = x + delta
        return total, norm(total)
    from model_service.glm4v.kernels import fused

    return fused.add_norm(x.contiguous(), delta, norm.weight, norm.eps)


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


@lru_cache
def _usable(dtype: torch.dtype) -> bool:
    """Whether the kernels compute what torch computes: tried once, at the shapes of the 9B, which compiles them."""
    if not kernels.usable("cuda"):
        return False
    try:
        errors = [float((ours - theirs).norm() / theirs.norm()) for ours, theirs in both(torch.device("cuda"), dtype)]
    except Exception as reason:  # A card or a driver that nobody tried: slower, but it works.
        logger.warning("pictures and questions are read without kernels of our own: %r", reason, exc_info=True)
        return False
    right = all(error <= kernels.MOST_ERROR for error in errors)  # Not so if one is not a number.
    if not right:
        logger.warning("pictures and questions are read without kernels of our own, which are off by %s here", errors)
    return right


def both(device: torch.device, dtype: torch.dtype, small: bool = False) -> Iterator[tuple[Tensor, Tensor]]:
    """Pairs of what the kernels and what torch computes of random numbers, in fp32."""
    from model_service.glm4v.kernels import fused

    wide, wider, inner, pairs = (80, 72, 88, 4) if small else (1792, 4096, 13696, 32)
    heads, groups, dim = 4 if small else 32, 2, 4 * pairs
    random = torch.Generator(device).manual_seed(0)

    def some(*shape: int) -> Tensor:
        return torch.randn(shape, generator=random, device=device).to(dtype)

    x, y, weight, bias = some(1, 3, wide), some(1, 3, wide), some(wide), some(wide)
    wanted = x + F.layer_norm(y, (wide,), weight, bias, 1e-6)
    yield fused.norm_add(x, y, weight, bias, 1e-6).float(), wanted.float()
    x, y, weight = some(1, 3, wider), some(1, 3, wider), some(wider)
    total = x + y
    found = fused.add_norm(x, y, weight, 1e-7)
    for ours, theirs in zip(found, (total, F.rms_norm(total, (wider,), weight, 1e-7)), strict=True):
        yield ours.float(), theirs.float()
    x = some(1, 3, 2 * inner)
    yield fused.swiglu(x).float(), (F.silu(x[..., :inner]) * x[..., inner:]).float()
    yield from _both_turned(some(1, 19, (heads + 2 * groups) * dim), some(1, 19, pairs, 2), groups, dim)


def _both_turned(qkv: Tensor, table: Tensor, groups: int, dim: int) -> Iterator[tuple[Tensor, Tensor]]:
    from model_service.glm4v.kernels import fused

    heads = qkv.view(1, qkv.shape[1], -1, dim).transpose(1, 2).float()
    wanted = torch.cat((rotate(heads[:, :-groups], table.float()), heads[:, -groups:]), dim=1)
    buffers = qkv.new_zeros(2, 2, groups, 25, dim)  # Two layers, and six positions that are there already.
    fused.turn(qkv, table, buffers[0], buffers[1], 1, 6)
    found = qkv.view(1, qkv.shape[1], -1, dim).transpose(1, 2)[:, : -2 * groups]
    yield torch.cat((found, *buffers[:, 1:, :, 6:]), dim=1).float(), wanted
    yield buffers[:, :, :, :6].float().norm()[None] + 1, torch.ones(1, device=qkv.device)
