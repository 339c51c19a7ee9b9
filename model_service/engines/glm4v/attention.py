"""Attention, and what computes it: torch, or under inference on an NVIDIA GPU kernels of our own with cuDNN's."""

from contextlib import AbstractContextManager, nullcontext

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.nn.attention.bias import causal_lower_right

from model_service.engines.kernels import LONG, dispatch

WITHOUT_PLANS = [SDPBackend.FLASH_ATTENTION, SDPBackend.EFFICIENT_ATTENTION, SDPBackend.MATH]
"""The kinds of attention that take a new length as it comes: cuDNN's builds a plan for each, 80 ms."""


def kinds(patches: int = 0) -> AbstractContextManager[None]:
    """Torch's attention inside: by cuDNN only where that is faster and the picture large enough for its plan to pay."""
    return nullcontext() if patches >= LONG else sdpa_kernel(WITHOUT_PLANS)


def causal(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """(B, heads, T, dim) queries of the last T positions, (B, groups, S, dim) of all -> (B, heads, T, dim)."""
    new, all_ = query.shape[2], key.shape[2]
    if dispatch.applies(query) and new > 1:
        from model_service.engines.kernels import attention

        return attention.attend(query, key, value)
    mask = None if new in {1, all_} else causal_lower_right(new, all_)  # Flash knows that one: it is never made.
    return F.scaled_dot_product_attention(query, key, value, mask, is_causal=1 < new == all_, enable_gqa=True)


def full(query: Tensor, key: Tensor, value: Tensor, seen: Tensor | None = None) -> Tensor:
    """Attention of all to all, (B, heads, L, dim) each. In a long picture, to the first position apart where that pays.

    The patches of a large grid are a multiple of what cuDNN takes at a time; with the one position before them it is
    11 % slower. With `seen`, (3,) int32 on the device, all attend to some only: it holds 0, L and how many; B is 1.
    """
    if seen is not None:
        return _padded(query, key, value, seen)
    if dispatch.applies(query) and len(query) == 1 and query.shape[2] > LONG:
        from model_service.engines.kernels import attention

        if attention.by_cudnn(query, key, value):
            return attention.first_apart(query, key, value)
    return F.scaled_dot_product_attention(query, key, value)


def to_all(query: Tensor, key: Tensor, value: Tensor, seen: Tensor | None = None) -> Tensor:
    """The same where no position stands apart."""
    if seen is not None:
        return _padded(query, key, value, seen)
    return F.scaled_dot_product_attention(query, key, value)


def _padded(query: Tensor, key: Tensor, value: Tensor, seen: Tensor) -> Tensor:
    """Attention to the first positions, as many as the device knows: so a captured graph serves many lengths."""
    length = query.shape[2]
    if not query.is_cuda:
        mask = (torch.arange(length, device=query.device) < seen[2])[None].expand(length, -1)
        return F.scaled_dot_product_attention(query, key, value, mask)
    places = (each[0].transpose(0, 1) for each in (query, key, value))
    flash = torch.ops.aten._flash_attention_forward
    mixed, *_ = flash(*places, seen[:2], seen[:2], length, length, 0.0, False, False, seqused_k=seen[2:])
    return mixed.transpose(0, 1)[None]  # type: ignore[no-any-return]
