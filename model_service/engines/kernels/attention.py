"""Causal attention of many positions at once, in which groups of heads share keys and values; and one key more.

The online softmax of FlashAttention (Dao et al., 2022), for lengths as they come: nothing is prepared for a length.
"""

import math
from functools import lru_cache

import torch
import triton
import triton.language as tl
from torch import Tensor
from torch.nn.attention import SDPBackend

from model_service.engines.kernels.strides import heads_together, one_piece, positions_together

TILE, WARPS, STAGES = 64, 4, 3
"""Queries of a program, and keys that it takes at a time; how many such parts are under way."""

LOG2_E = math.log2(math.e)


@triton.jit
def _add(score, value, most, total, mixed):
    """Put further keys' scores, in powers of two, and their values to what is mixed so far."""
    higher = tl.maximum(most, tl.max(score, 1))
    share, faded = tl.exp2(score - higher[:, None]), tl.exp2(most - higher)
    mixed = tl.dot(share.to(value.dtype), value, mixed * faded[:, None], input_precision="ieee")
    return higher, total * faded + tl.sum(share, 1), mixed


@triton.jit(do_not_specialize=["new", "held"])
def _attend(
    query_ptr,
    keys_ptr,
    values_ptr,
    mixed_ptr,
    new,
    held,
    apart,
    apart_shared,
    scale,
    HEADS: tl.constexpr,
    SHARED_BY: tl.constexpr,
    DIM: tl.constexpr,
    TILE: tl.constexpr,
    STAGES: tl.constexpr,
):
    block, head = tl.num_programs(0) - 1 - tl.program_id(0), tl.program_id(1)  # The longest first.
    row, column, dim = block * TILE + tl.arange(0, TILE), tl.arange(0, TILE), tl.arange(0, DIM)
    there = (row < new)[:, None]
    query = tl.load(query_ptr + row[:, None] * apart + head * DIM + dim[None, :], there, other=0.0)
    shared = (head // SHARED_BY) * apart_shared
    keys = keys_ptr + shared + column[None, :] * DIM + dim[:, None]
    values = values_ptr + shared + column[:, None] * DIM + dim[None, :]
    most = tl.full((TILE,), float("-inf"), tl.float32)
    total = tl.zeros((TILE,), tl.float32)
    mixed = tl.zeros((TILE, DIM), tl.float32)
    seen_by_all = (held + block * TILE + 1) // TILE * TILE
    for start in tl.range(0, seen_by_all, TILE, num_stages=STAGES):
        score = tl.dot(query, tl.load(keys + start * DIM), input_precision="ieee") * scale
        most, total, mixed = _add(score, tl.load(values + start * DIM), most, total, mixed)
    for start in tl.range(seen_by_all, tl.minimum(held + (block + 1) * TILE, held + new), TILE, num_stages=1):
        inside = start + column < held + new
        key = tl.load(keys + start * DIM, mask=inside[None, :], other=0.0)
        score = tl.dot(query, key, input_precision="ieee") * scale
        score = tl.where(start + column[None, :] <= held + row[:, None], score, float("-inf"))
        value = tl.load(values + start * DIM, mask=inside[:, None], other=0.0)
        most, total, mixed = _add(score, value, most, total, mixed)
    place = mixed_ptr + (row[:, None] * HEADS + head) * DIM + dim[None, :]
    tl.store(place, (mixed / total[:, None]).to(query.dtype), there)


@triton.jit(do_not_specialize=["length"])
def _add_key(
    query_ptr,
    key_ptr,
    value_ptr,
    log_sum_ptr,
    mixed_ptr,
    length,
    apart,
    scale,
    HEADS: tl.constexpr,
    DIM: tl.constexpr,
    TILE: tl.constexpr,
    TILE_D: tl.constexpr,
):
    head, dim = tl.program_id(1), tl.arange(0, TILE_D)
    row = tl.program_id(0) * TILE + tl.arange(0, TILE)
    there = (row < length)[:, None] & (dim < DIM)[None, :]
    key = tl.load(key_ptr + head * DIM + dim, dim < DIM, other=0.0).to(tl.float32)
    value = tl.load(value_ptr + head * DIM + dim, dim < DIM, other=0.0).to(tl.float32)
    query = tl.load(query_ptr + row[:, None] * apart + head * DIM + dim[None, :], there, other=0.0).to(tl.float32)
    place = mixed_ptr + (row[:, None] * HEADS + head) * DIM + dim[None, :]
    mixed = tl.load(place, there, other=0.0).to(tl.float32)
    log_sum = tl.load(log_sum_ptr + head * length + row, row < length, other=0.0)
    share = tl.sigmoid(tl.sum(query * key[None, :], 1) * scale - log_sum)[:, None]
    tl.store(place, (mixed + share * (value[None, :] - mixed)).to(mixed_ptr.dtype.element_ty), there)


def attend(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """(1, heads, T, dim) queries of the last T positions, (1, groups, S, dim) of all -> (1, heads, T, dim).

    A position's heads, or a group's positions, are neighbours; `dim` is a power of two from 16 on. Scale 1/sqrt(dim).

    Raises:
        ValueError: they are not.
    """
    heads_together(query)
    positions_together(key, value)
    _, heads, new, dim = query.shape
    _, groups, held, _ = key.shape
    mixed = torch.empty(1, new, heads, dim, dtype=query.dtype, device=query.device)
    _attend[(triton.cdiv(new, TILE), heads)](
        query, key, value, mixed, new, held - new, query.stride(2), key.stride(1), LOG2_E / math.sqrt(dim),
        HEADS=heads, SHARED_BY=heads // groups, DIM=dim, TILE=TILE, STAGES=_stages(query), num_warps=WARPS,
    )  # fmt: skip
    return mixed.transpose(1, 2)


def add_key(mixed: Tensor, log_sum: Tensor, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """Put what one more key adds to attention, all (1, heads, L, dim), into `mixed`; `key` and `value` of L = 1.

    `log_sum`, (1, heads, L, 1) fp32, is the logarithm of the sum that the softmax of `mixed` was divided by. A
    position's heads are neighbours. Scale 1/sqrt(dim).

    Raises:
        ValueError: they are not.
    """
    heads_together(query, mixed, key, value)
    one_piece(log_sum, mixed.transpose(1, 2))
    _, heads, length, dim = query.shape
    _add_key[(triton.cdiv(length, TILE), heads)](
        query, key, value, log_sum, mixed, length, query.stride(2), 1 / math.sqrt(dim),
        HEADS=heads, DIM=dim, TILE=TILE, TILE_D=triton.next_power_of_2(dim), num_warps=8,
    )  # fmt: skip
    return mixed


def by_cudnn(query: Tensor, key: Tensor, value: Tensor) -> bool:
    """Whether torch would choose cuDNN for attention without a mask."""
    return query.is_cuda and torch._fused_sdp_choice(query, key, value) == SDPBackend.CUDNN_ATTENTION.value


def first_apart(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """Attention without a mask, (1, heads, L, dim) each: cuDNN's to all positions but the first, which is added."""
    others = key[:, :, 1:], value[:, :, 1:]
    mixed, log_sum, *_ = torch.ops.aten._scaled_dot_product_cudnn_attention(query, *others, None, True)
    return add_key(mixed, log_sum, query, key[:, :, :1], value[:, :, :1])


def _stages(query: Tensor) -> int:
    """As many as the card has shared memory for."""
    if not query.is_cuda:
        return 1
    tile = TILE * query.shape[-1] * query.itemsize
    return max(1, min(STAGES, (_shared_memory(query.device) - tile) // (2 * tile)))


@lru_cache
def _shared_memory(device: torch.device) -> int:
    """Bytes that a program may have."""
    index = torch.cuda.current_device() if device.index is None else device.index
    return int(triton.runtime.driver.active.utils.get_device_properties(index)["max_shared_mem"])
