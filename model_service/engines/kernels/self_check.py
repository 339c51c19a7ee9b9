"""Whether the kernels compute what torch computes, on the card at hand."""

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec

import torch
import torch.nn.functional as F
from torch import Tensor

MOST_ERROR = 0.01
"""Relative error in the 2-norm up to which a kernel agrees; rounding is a third of that."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Checked:
    """Which kernels are used: those for NF4 products; those between products, for tensors of dtype `layers`."""

    products: bool = False
    layers: torch.dtype | None = None


NONE = Checked()
"""No kernels: there is no such GPU, or nothing was checked yet."""


def check(dtype: torch.dtype, products: Callable[[], Iterable[tuple[Tensor, Tensor]]]) -> Checked:
    """Try the kernels on the CUDA device, which compiles them: those for NF4 by `products`, pairs of found and wanted.

    Triton comes with torch for CUDA on Linux, and wants a C compiler and a card of 2017 or later.
    """
    if torch.version.hip is not None or find_spec("triton") is None:
        logger.warning("without Triton for CUDA there are no kernels of our own here: answers come more slowly")
        return NONE
    if not _agree("the kernels for NF4", products):
        return NONE
    at_hand = torch.device("cuda")
    agree = _agree("the kernels for reading pictures and questions", lambda: both(at_hand, dtype))
    return Checked(True, dtype if agree else None)


def _agree(which: str, pairs: Callable[[], Iterable[tuple[Tensor, Tensor]]]) -> bool:
    try:
        errors = disagreement(pairs())
    except Exception as reason:  # A card or a driver that nobody tried: slower, but it works.
        logger.warning("%s cannot be used here: %r", which, reason, exc_info=True)
        return False
    if errors:
        logger.warning("%s are off by %s here, and are not used", which, errors)
    return not errors


def disagreement(pairs: Iterable[tuple[Tensor, Tensor]]) -> list[float]:
    """The relative errors of (found, wanted), if one of them is above `MOST_ERROR` or not a number; else none."""
    errors = [relative_error(found, wanted) for found, wanted in pairs]
    return [] if all(error <= MOST_ERROR for error in errors) else errors


def relative_error(found: Tensor, wanted: Tensor) -> float:
    """In the 2-norm, computed in fp32."""
    wanted = wanted.float()
    return float((found.float() - wanted).norm() / wanted.norm())


def both(device: torch.device, dtype: torch.dtype, small: bool = False) -> Iterator[tuple[Tensor, Tensor]]:
    """Pairs of what the kernels and what torch computes of random numbers, in fp32."""
    from model_service.engines.kernels import fused

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
    yield from _both_rotated(some(1, 19, (heads + 2 * groups) * dim), some(1, 19, pairs, 2), groups, dim)
    for norms in (None, (some(2 * pairs), some(2 * pairs))):
        yield _both_turned_in_halves(some(1, 19, 3, 2, 2 * pairs), some(19, pairs, 2).float(), norms)
    yield _both_attended(some(1, 70, heads, dim).transpose(1, 2), *some(2, 1, groups, 140, dim))
    yield _both_apart(*some(1, 70, 3, 4, wide // 16).permute(2, 0, 3, 1, 4))


def _both_rotated(qkv: Tensor, table: Tensor, groups: int, dim: int) -> Iterator[tuple[Tensor, Tensor]]:
    from model_service.engines.kernels import fused

    heads = qkv.view(1, qkv.shape[1], -1, dim).transpose(1, 2).float()
    wanted = torch.cat((_rotated(heads[:, :-groups], table.float()), heads[:, -groups:]), dim=1)
    buffers = qkv.new_zeros(2, 2, groups, 25, dim)  # Two layers, and six positions that are there already.
    fused.rotate_into_cache(qkv, table, buffers[0], buffers[1], 1, 6)
    found = qkv.view(1, qkv.shape[1], -1, dim).transpose(1, 2)[:, : -2 * groups]
    yield torch.cat((found, *buffers[:, 1:, :, 6:]), dim=1).float(), wanted
    yield buffers[:, :, :, :6].float().norm()[None] + 1, torch.ones(1, device=qkv.device)


def _both_turned_in_halves(qkv: Tensor, table: Tensor, norms: tuple[Tensor, Tensor] | None) -> tuple[Tensor, Tensor]:
    from model_service.engines.kernels import fused

    both, dim = qkv[:, :, :2].float(), qkv.shape[-1]
    if norms is not None:
        both = torch.stack([F.rms_norm(both[:, :, n], (dim,), norms[n].float(), 1e-5) for n in range(2)], 2)
    pairs = torch.complex(*both.chunk(2, dim=-1)) * torch.view_as_complex(table)[:, None, None]
    turned = torch.cat((pairs.real, pairs.imag), dim=-1)
    wanted = torch.cat((turned, qkv[:, :, 2:].float()), dim=2)
    return fused.turn_halves(qkv, table, norms, 1e-5).float(), wanted


def _rotated(x: Tensor, table: Tensor) -> Tensor:
    """Rotate the first pairs of (1, heads, T, dim) by the (1, T, pairs, 2) table, as complex numbers."""
    count = 2 * table.shape[2]
    pairs = torch.view_as_complex(x[..., :count].reshape(*x.shape[:-1], -1, 2))
    rotated = torch.view_as_real(pairs * torch.view_as_complex(table)[:, None])
    return torch.cat((rotated.flatten(-2), x[..., count:]), dim=-1)


def _both_attended(query: Tensor, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
    from model_service.engines.kernels import attention

    (heads, new), (groups, held) = query.shape[1:3], key.shape[1:3]
    seen = torch.ones(new, held, dtype=torch.bool, device=query.device).tril(held - new)
    keys, values = (x.float().repeat_interleave(heads // groups, dim=1) for x in (key, value))
    wanted = F.scaled_dot_product_attention(query.float(), keys, values, seen)
    return attention.attend(query, key, value).float(), wanted


def _both_apart(query: Tensor, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
    from model_service.engines.kernels import attention

    if attention.by_cudnn(query, key, value):
        found = attention.first_apart(query, key, value)
    else:
        score = query.float() @ key[:, :, 1:].float().mT / query.shape[-1] ** 0.5
        mixed = (score.softmax(-1) @ value[:, :, 1:].float()).to(query.dtype)
        mixed = mixed.transpose(1, 2).contiguous().transpose(1, 2)
        log_sum = score.logsumexp(-1, keepdim=True)
        found = attention.add_key(mixed, log_sum, query, key[:, :, :1], value[:, :, :1])
    return found.float(), F.scaled_dot_product_attention(query.float(), key.float(), value.float())
