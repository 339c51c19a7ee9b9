"""Attention, and what computes it: torch, or under inference on an NVIDIA GPU kernels of our own with cuDNN's."""

from contextlib import AbstractContextManager, nullcontext

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


def full(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """Attention of all to all, (B, heads, L, dim) each. In a long picture, to the first position apart where that pays.

    The patches of a large grid are a multiple of what cuDNN takes at a time; with the one position before them it is
    11 % slower.
    """
    if dispatch.applies(query) and len(query) == 1 and query.shape[2] > LONG:
        from model_service.engines.kernels import attention

        if attention.by_cudnn(query, key, value):
            return attention.first_apart(query, key, value)
    return F.scaled_dot_product_attention(query, key, value)
