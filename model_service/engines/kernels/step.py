"""The work of one step between its matrix products, in six kernels. Each computes what `language.py` computes.

The KV caches are reached by address: STATE holds, on the device, all that differs from step to step, so that a captured
step serves whichever sequences are put there. A row is a token of a sequence, of its own or the next of one before.
Rows that get no token compute what nobody reads, and leave the caches alone. What a row computes does not depend on
how many there are.
"""

import torch
import triton
import triton.language as tl
from torch import Tensor

from model_service.engines.kernels import SPLITS, overlap
from model_service.engines.kernels.strides import one_piece

POSITION, LENGTH, ACTIVE, KEYS, VALUES, CAPACITY, TOKEN = range(7)
"""The int64 fields of a row of STATE: the token's rotary position, the positions that the KV cache holds before it,
whether there is a token (1 or 0), the cache's buffers' addresses and capacity, and the id."""

FIELDS = 7

POSITIONS = 32
"""Positions that a program of attention reads at a time."""

COLUMNS = 32
"""Elements of a head that a program joins from its parts."""


@triton.jit
def _place(row, column, WIDTH: tl.constexpr, FRAGMENTS: tl.constexpr):
    """Where an element of rows goes: row after row, or as the NF4 product wants it (`weights.nf4.in_fragments`)."""
    if FRAGMENTS:
        return (row // 8 * WIDTH + column // 32 * 32) * 8 + row % 8 * 32 + column % 32
    return row * WIDTH + column


@triton.jit
def _embed(state_ptr, table_ptr, x_ptr, WIDTH: tl.constexpr, TILE: tl.constexpr):
    row = tl.program_id(1)
    token = tl.load(state_ptr + row * 7 + 6)
    column = tl.program_id(0) * TILE + tl.arange(0, TILE)
    inside = column < WIDTH
    tl.store(x_ptr + row * WIDTH + column, tl.load(table_ptr + token * WIDTH + column, mask=inside), mask=inside)


@triton.jit
def _add_norm(
    x_ptr,
    delta_ptr,
    post_ptr,
    weight_ptr,
    y_ptr,
    eps,
    ADD: tl.constexpr,
    POST: tl.constexpr,
    FRAGMENTS: tl.constexpr,
    WIDTH: tl.constexpr,
    TILE: tl.constexpr,
    OVERLAP: tl.constexpr,
):
    overlap.let_next_begin(OVERLAP)
    row = tl.program_id(0) * WIDTH
    column = tl.arange(0, TILE)
    inside = column < WIDTH
    weight = tl.load(weight_ptr + column, mask=inside, other=0.0).to(tl.float32)
    if POST:
        post = tl.load(post_ptr + column, mask=inside, other=0.0).to(tl.float32)
    overlap.wait_for_input(OVERLAP)
    x = tl.load(x_ptr + row + column, mask=inside, other=0.0)
    if ADD:
        delta = tl.load(delta_ptr + row + column, mask=inside, other=0.0).to(tl.float32)
        if POST:
            delta = post * (delta * tl.rsqrt(tl.sum(delta * delta) / WIDTH + eps))
            delta = delta.to(x_ptr.dtype.element_ty).to(tl.float32)
        wide = x.to(tl.float32) + delta
        x = wide.to(x_ptr.dtype.element_ty)
        tl.store(x_ptr + row + column, x, mask=inside)
    wide = x.to(tl.float32)
    wide = wide * tl.rsqrt(tl.sum(wide * wide) / WIDTH + eps)
    y = weight * wide
    place = _place(tl.program_id(0), column, WIDTH, FRAGMENTS)
    tl.store(y_ptr + place, y.to(y_ptr.dtype.element_ty), mask=inside)


@triton.jit(do_not_specialize=["layer"])
def _turn(
    state_ptr,
    qkv_ptr,
    rotary_ptr,
    query_ptr,
    layer,
    HEADS: tl.constexpr,
    GROUPS: tl.constexpr,
    DIM: tl.constexpr,
    PAIRS: tl.constexpr,
    TILE: tl.constexpr,
    OVERLAP: tl.constexpr,
):
    overlap.let_next_begin(OVERLAP)
    overlap.wait_for_input(OVERLAP)
    head, row = tl.program_id(0), tl.program_id(1)
    state_ptr += row * 7
    if tl.load(state_ptr + 2) == 0:
        return
    column = tl.arange(0, TILE)
    inside = column < DIM
    kind = query_ptr.dtype.element_ty
    qkv_ptr += row * (HEADS + 2 * GROUPS) * DIM
    x = tl.load(qkv_ptr + head * DIM + column, mask=inside, other=0.0).to(tl.float32)
    if head < HEADS + GROUPS:
        pair = tl.load(state_ptr) * PAIRS + column // 2
        turned = column < 2 * PAIRS
        cos = tl.load(rotary_ptr + 2 * pair, mask=turned, other=1.0).to(tl.float32)
        sin = tl.load(rotary_ptr + 2 * pair + 1, mask=turned, other=0.0).to(tl.float32)
        partner = tl.load(qkv_ptr + head * DIM + (column ^ 1), mask=turned, other=0.0).to(tl.float32)
        x = x * cos + tl.where(column % 2 == 0, -partner, partner) * sin
    if head < HEADS:
        tl.store(query_ptr + (row * HEADS + head) * DIM + column, x.to(kind), mask=inside)
    else:
        group = (head - HEADS) % GROUPS
        length, capacity = tl.load(state_ptr + 1), tl.load(state_ptr + 5)
        buffer = tl.load(state_ptr + 3) if head < HEADS + GROUPS else tl.load(state_ptr + 4)
        place = (layer * GROUPS + group) * capacity + length
        tl.store(buffer.to(tl.pointer_type(kind)) + place * DIM + column, x.to(kind), mask=inside)


@triton.jit
def _keys_and_values(keys, values, start, stop, DIM: tl.constexpr, TILE_N: tl.constexpr, TILE_D: tl.constexpr):
    """The keys and the values of some positions, up to `stop`."""
    seen, column = start + tl.arange(0, TILE_N), tl.arange(0, TILE_D)
    there = (seen < stop)[:, None] & (column < DIM)[None, :]
    places = seen[:, None] * DIM + column[None, :]
    return tl.load(keys + places, mask=there, other=0.0), tl.load(values + places, mask=there, other=0.0)


@triton.jit(do_not_specialize=["layer"])
def _attend(
    state_ptr,
    query_ptr,
    part_ptr,
    peak_ptr,
    sum_ptr,
    layer,
    scale,
    APART: tl.constexpr,
    GROUPS: tl.constexpr,
    SHARING: tl.constexpr,
    DIM: tl.constexpr,
    SPLITS: tl.constexpr,
    TILE_N: tl.constexpr,
    TILE_H: tl.constexpr,
    TILE_D: tl.constexpr,
    OVERLAP: tl.constexpr,
):
    overlap.let_next_begin(OVERLAP)
    if not APART:
        overlap.wait_for_input(OVERLAP)
    group, split, row = tl.program_id(0), tl.program_id(1), tl.program_id(2)
    state_ptr += row * 7
    kind = query_ptr.dtype.element_ty
    held, capacity = tl.load(state_ptr + 1), tl.load(state_ptr + 5)
    first = (layer * GROUPS + group) * capacity
    keys = tl.multiple_of(tl.load(state_ptr + 3), 16).to(tl.pointer_type(kind)) + first * DIM
    values = tl.multiple_of(tl.load(state_ptr + 4), 16).to(tl.pointer_type(kind)) + first * DIM
    share = tl.cdiv(tl.cdiv(held + 1, SPLITS), TILE_N) * TILE_N
    begin, end = split * share, tl.minimum(split * share + share, held + 1)
    # What the KV cache held before this step is read before the kernels that are still at work here have ended.
    key, value = _keys_and_values(keys, values, begin, tl.minimum(end, held), DIM, TILE_N, TILE_D)
    if APART:
        overlap.wait_for_input(OVERLAP)
    if tl.load(state_ptr + 2) == 0:
        return
    head, column = tl.arange(0, TILE_H), tl.arange(0, TILE_D)
    sharing = head < SHARING
    mine = sharing[:, None] & (column < DIM)[None, :]
    head += (row * GROUPS + group) * SHARING
    query = tl.load(query_ptr + head[:, None] * DIM + column[None, :], mask=mine, other=0.0)
    new = (begin + tl.arange(0, TILE_N) == held)[:, None] & (column < DIM)[None, :]
    place = (held * DIM + column)[None, :]
    key, value = key + tl.load(keys + place, new, other=0.0), value + tl.load(values + place, new, other=0.0)
    peak, total = tl.full((TILE_H,), float("-inf"), tl.float32), tl.zeros((TILE_H,), tl.float32)
    mixed = tl.zeros((TILE_H, TILE_D), tl.float32)
    for start in tl.range(begin, end, TILE_N, num_stages=1):
        seen = start + tl.arange(0, TILE_N)
        scores = tl.dot(query, tl.trans(key), input_precision="ieee") * scale
        scores = tl.where((seen < end)[None, :], scores, float("-inf"))
        higher = tl.maximum(peak, tl.max(scores, axis=1))
        weights = tl.exp(scores - higher[:, None])
        fading = tl.exp(peak - higher)
        mixed = mixed * fading[:, None] + tl.dot(weights.to(kind), value, input_precision="ieee")
        total = total * fading + tl.sum(weights, axis=1)
        peak = higher
        key, value = _keys_and_values(keys, values, start + TILE_N, end, DIM, TILE_N, TILE_D)
    part = head * SPLITS + split
    tl.store(part_ptr + part[:, None] * DIM + column[None, :], mixed, mask=mine)
    tl.store(peak_ptr + part, peak, mask=sharing)
    tl.store(sum_ptr + part, total, mask=sharing)


@triton.jit
def _join(
    part_ptr,
    peak_ptr,
    sum_ptr,
    y_ptr,
    FRAGMENTS: tl.constexpr,
    WIDTH: tl.constexpr,
    DIM: tl.constexpr,
    SPLITS: tl.constexpr,
    TILE: tl.constexpr,
    OVERLAP: tl.constexpr,
):
    overlap.let_next_begin(OVERLAP)
    overlap.wait_for_input(OVERLAP)
    row = tl.program_id(1)
    head = row * (WIDTH // DIM) + tl.program_id(0)
    split, column = tl.arange(0, SPLITS), tl.program_id(2) * TILE + tl.arange(0, TILE)
    places = (head * SPLITS + split)[:, None] * DIM + column[None, :]
    parts = tl.load(part_ptr + places, mask=(column < DIM)[None, :], other=0.0)
    peak, total = tl.load(peak_ptr + head * SPLITS + split), tl.load(sum_ptr + head * SPLITS + split)
    share = tl.exp(peak - tl.max(peak, axis=0))
    y = tl.sum(parts * share[:, None], axis=0) / tl.sum(share * total, axis=0)
    place = _place(row, tl.program_id(0) * DIM + column, WIDTH, FRAGMENTS)
    tl.store(y_ptr + place, y.to(y_ptr.dtype.element_ty), mask=column < DIM)


@triton.jit
def _gate(x_ptr, y_ptr, FRAGMENTS: tl.constexpr, WIDTH: tl.constexpr, TILE: tl.constexpr, OVERLAP: tl.constexpr):
    overlap.let_next_begin(OVERLAP)
    overlap.wait_for_input(OVERLAP)
    row = tl.program_id(1)
    column = tl.program_id(0) * TILE + tl.arange(0, TILE)
    inside = column < WIDTH
    gate = tl.load(x_ptr + 2 * row * WIDTH + column, mask=inside, other=0.0).to(tl.float32)
    up = tl.load(x_ptr + (2 * row + 1) * WIDTH + column, mask=inside, other=0.0).to(tl.float32)
    open_ = (gate * tl.sigmoid(gate)).to(y_ptr.dtype.element_ty).to(tl.float32)
    place = _place(row, column, WIDTH, FRAGMENTS)
    tl.store(y_ptr + place, (open_ * up).to(y_ptr.dtype.element_ty), mask=inside)


def embed(state: Tensor, table: Tensor) -> Tensor:
    """The (rows, hidden) embeddings of the tokens in (rows, fields) STATE; `table` may lie in pinned host memory."""
    one_piece(state, table)
    rows, width = state.shape[0], table.shape[1]
    x = torch.empty(rows, width, dtype=table.dtype, device=state.device)
    _embed[(triton.cdiv(width, 1024), rows)](state, table, x, WIDTH=width, TILE=1024)
    return x


def add_norm(
    x: Tensor, delta: Tensor | None, weight: Tensor, eps: float, fragments: bool, post: Tensor | None = None
) -> Tensor:
    """The (rows, width) root mean square norm of x + delta, which takes the place of x; perhaps in fragments.

    With `post`, the weight of a norm of its own, `delta` is normalised before it is added.
    """
    one_piece(x, delta, weight, post)
    rows, width = x.shape
    y = _room(x, width, fragments)
    _add_norm[(rows,)](
        x, x if delta is None else delta, weight if post is None else post, weight, y, eps, ADD=delta is not None,
        POST=delta is not None and post is not None, FRAGMENTS=fragments, WIDTH=width,
        TILE=triton.next_power_of_2(width), num_warps=8, **overlap.options(x),
    )  # fmt: skip
    return y


def attend(
    state: Tensor, qkv: Tensor, rotary: Tensor, layer: int, shape: tuple[int, int, int], fragments: bool, apart: bool
) -> Tensor:
    """Causal attention of new positions: (rows, (heads + 2 groups) dim) -> (rows, heads dim), perhaps in fragments.

    Their keys and values go into the KV caches behind what is there. `rotary` is the (positions, pairs, 2) table,
    and `shape` (heads, groups, dim). `apart`: each row has a cache of its own, so that all that is there before the
    step can be read early.
    """
    one_piece(state, qkv, rotary)
    heads, groups, dim = shape
    rows, tile = qkv.shape[0], triton.next_power_of_2(dim)
    query = torch.empty(rows, heads * dim, dtype=qkv.dtype, device=qkv.device)
    _turn[(heads + 2 * groups, rows)](
        state, qkv, rotary, query, layer, HEADS=heads, GROUPS=groups, DIM=dim, PAIRS=rotary.shape[1],
        TILE=tile, num_warps=1, **overlap.options(qkv),
    )  # fmt: skip
    part = torch.empty(rows, heads, SPLITS, dim, dtype=torch.float32, device=qkv.device)
    peak, total = torch.empty(2, rows, heads, SPLITS, dtype=torch.float32, device=qkv.device)
    sharing = heads // groups
    _attend[(groups, SPLITS, rows)](
        state, query, part, peak, total, layer, dim**-0.5, APART=apart, GROUPS=groups, SHARING=sharing,
        DIM=dim, SPLITS=SPLITS, TILE_N=POSITIONS, TILE_H=max(16, triton.next_power_of_2(sharing)),
        TILE_D=max(16, tile), **overlap.options(qkv),
    )  # fmt: skip
    y = _room(qkv, heads * dim, fragments)
    columns = min(COLUMNS, tile)
    _join[(heads, rows, triton.cdiv(dim, columns))](
        part, peak, total, y, FRAGMENTS=fragments, WIDTH=heads * dim, DIM=dim, SPLITS=SPLITS, TILE=columns,
        num_warps=1, **overlap.options(qkv),
    )  # fmt: skip
    return y


def gate(x: Tensor, fragments: bool) -> Tensor:
    """SwiGLU: (rows, 2 width) -> (rows, width), silu of the first half times the second; perhaps in fragments."""
    one_piece(x)
    rows, width = x.shape[0], x.shape[1] // 2
    y = _room(x, width, fragments)
    _gate[(triton.cdiv(width, 1024), rows)](x, y, FRAGMENTS=fragments, WIDTH=width, TILE=1024, **overlap.options(x))
    return y


def _room(x: Tensor, width: int, fragments: bool) -> Tensor:
    """An empty tensor for as many rows as x has; in fragments, for whole eights of them."""
    rows = -(-x.shape[0] // 8) * 8 if fragments else x.shape[0]
    return torch.empty(rows, width, dtype=x.dtype, device=x.device)
