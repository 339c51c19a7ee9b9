"""Whether the kernels that do what lies between matrix products compute what torch computes, on the card at hand."""

import logging
from collections.abc import Iterator
from functools import lru_cache

import torch
import torch.nn.functional as F
from torch import Tensor

from model_service.glm4v import kernels
from model_service.glm4v.rotary import rotate

logger = logging.getLogger(__name__)


@lru_cache
def agree(dtype: torch.dtype) -> bool:
    """Whether the kernels compute what torch computes: tried once, at the shapes of the 9B, which compiles them."""
    if not kernels.usable("cuda"):
        return False
    try:
        errors = kernels.disagreement(both(torch.device("cuda"), dtype))
    except Exception as reason:  # A card or a driver that nobody tried: slower, but it works.
        logger.warning("pictures and questions are read without kernels of our own: %r", reason, exc_info=True)
        return False
    if errors:
        logger.warning("pictures and questions are read without kernels of our own, which are off by %s here", errors)
    return not errors


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
    yield _both_attended(some(1, 70, heads, dim).transpose(1, 2), *some(2, 1, groups, 140, dim))
    yield _both_apart(*some(1, 70, 3, 4, wide // 16).permute(2, 0, 3, 1, 4))


def _both_turned(qkv: Tensor, table: Tensor, groups: int, dim: int) -> Iterator[tuple[Tensor, Tensor]]:
    from model_service.glm4v.kernels import fused

    heads = qkv.view(1, qkv.shape[1], -1, dim).transpose(1, 2).float()
    wanted = torch.cat((rotate(heads[:, :-groups], table.float()), heads[:, -groups:]), dim=1)
    buffers = qkv.new_zeros(2, 2, groups, 25, dim)  # Two layers, and six positions that are there already.
    fused.turn(qkv, table, buffers[0], buffers[1], 1, 6)
    found = qkv.view(1, qkv.shape[1], -1, dim).transpose(1, 2)[:, : -2 * groups]
    yield torch.cat((found, *buffers[:, 1:, :, 6:]), dim=1).float(), wanted
    yield buffers[:, :, :, :6].float().norm()[None] + 1, torch.ones(1, device=qkv.device)


def _both_attended(query: Tensor, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
    from model_service.glm4v.kernels import attention

    (heads, new), (groups, held) = query.shape[1:3], key.shape[1:3]
    seen = torch.ones(new, held, dtype=torch.bool, device=query.device).tril(held - new)
    keys, values = (x.float().repeat_interleave(heads // groups, dim=1) for x in (key, value))
    wanted = F.scaled_dot_product_attention(query.float(), keys, values, seen)
    return attention.attend(query, key, value).float(), wanted


def _both_apart(query: Tensor, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
    from model_service.glm4v.kernels import attention

    if attention.by_cudnn(query, key, value):
        found = attention.first_apart(query, key, value)
    else:
        score = query.float() @ key[:, :, 1:].float().mT / query.shape[-1] ** 0.5
        mixed = (score.softmax(-1) @ value[:, :, 1:].float()).to(query.dtype)
        mixed = mixed.transpose(1, 2).contiguous().transpose(1, 2)
        log_sum = score.logsumexp(-1, keepdim=True)
        found = attention.add_key(mixed, log_sum, query, key[:, :, :1], value[:, :, :1])
    return found.float(), F.scaled_dot_product_attention(query.float(), key.float(), value.float())
