"""The work of a pass over many positions between its matrix products: a kernel each, where torch takes several.

Each rounds where torch does, except the rotation, which is rounded once.
"""

import torch
import triton
import triton.language as tl
from torch import Tensor

from model_service.engines.kernels.strides import one_piece


@triton.jit
def _norm_add(x_ptr, y_ptr, weight_ptr, bias_ptr, eps, WIDTH: tl.constexpr, TILE: tl.constexpr):
    column = tl.arange(0, TILE)
    inside = column < WIDTH
    place = tl.program_id(0).to(tl.int64) * WIDTH + column
    kind = y_ptr.dtype.element_ty
    y = tl.load(y_ptr + place, mask=inside, other=0.0).to(tl.float32)
    x = tl.load(x_ptr + place, mask=inside, other=0.0).to(tl.float32)
    y = tl.where(inside, y - tl.sum(y) / WIDTH, 0.0)
    y = y * tl.rsqrt(tl.sum(y * y) / WIDTH + eps)
    y = y * tl.load(weight_ptr + column, mask=inside, other=0.0).to(tl.float32)
    y += tl.load(bias_ptr + column, mask=inside, other=0.0).to(tl.float32)
    tl.store(y_ptr + place, (x + y.to(kind).to(tl.float32)).to(kind), mask=inside)


@triton.jit
def _add_norm(x_ptr, delta_ptr, weight_ptr, y_ptr, eps, WIDTH: tl.constexpr, TILE: tl.constexpr):
    column = tl.arange(0, TILE)
    inside = column < WIDTH
    place = tl.program_id(0).to(tl.int64) * WIDTH + column
    kind = y_ptr.dtype.element_ty
    x = tl.load(x_ptr + place, mask=inside, other=0.0).to(tl.float32)
    x = (x + tl.load(delta_ptr + place, mask=inside, other=0.0).to(tl.float32)).to(kind)
    tl.store(delta_ptr + place, x, mask=inside)
    wide = x.to(tl.float32)
    wide = wide * tl.rsqrt(tl.sum(wide * wide) / WIDTH + eps)
    y = tl.load(weight_ptr + column, mask=inside, other=0.0).to(tl.float32) * wide
    tl.store(y_ptr + place, y.to(kind), mask=inside)


@triton.jit
def _swiglu(x_ptr, y_ptr, WIDTH: tl.constexpr, TILE: tl.constexpr):
    row = tl.program_id(0).to(tl.int64)
    column = tl.program_id(1) * TILE + tl.arange(0, TILE)
    inside = column < WIDTH
    kind = y_ptr.dtype.element_ty
    gate = tl.load(x_ptr + row * (2 * WIDTH) + column, mask=inside, other=0.0).to(tl.float32)
    up = tl.load(x_ptr + row * (2 * WIDTH) + WIDTH + column, mask=inside, other=0.0).to(tl.float32)
    opened = (gate * tl.sigmoid(gate)).to(kind).to(tl.float32)
    tl.store(y_ptr + row * WIDTH + column, (opened * up).to(kind), mask=inside)


@triton.jit(do_not_specialize=["rows", "layer", "length", "capacity"])
def _rotate_into_cache(
    qkv_ptr,
    table_ptr,
    keys_ptr,
    values_ptr,
    rows,
    layer,
    length,
    capacity,
    HEADS: tl.constexpr,
    GROUPS: tl.constexpr,
    DIM: tl.constexpr,
    PAIRS: tl.constexpr,
    TILE_R: tl.constexpr,
    TILE_D: tl.constexpr,
):
    head = tl.program_id(1)
    row = tl.program_id(0) * TILE_R + tl.arange(0, TILE_R)[:, None]
    column, pair = tl.arange(0, TILE_D)[None, :], tl.arange(0, TILE_D // 2)[None, :]
    inside = (row < rows) & (column < DIM)
    kind = qkv_ptr.dtype.element_ty
    qkv = qkv_ptr + (row * (HEADS + 2 * GROUPS) + head) * DIM + column
    x = tl.load(qkv, mask=inside, other=0.0)
    if head < HEADS + GROUPS:
        rotated = (row < rows) & (pair < PAIRS)
        angle = table_ptr + (row * PAIRS + pair) * 2
        cos = tl.load(angle, mask=rotated, other=1.0).to(tl.float32)
        sin = tl.load(angle + 1, mask=rotated, other=0.0).to(tl.float32)
        first, second = tl.split(tl.reshape(x, (TILE_R, TILE_D // 2, 2)))
        first, second = first.to(tl.float32), second.to(tl.float32)
        both = tl.join(first * cos - second * sin, second * cos + first * sin)
        x = tl.reshape(both, (TILE_R, TILE_D)).to(kind)
    place = ((layer * GROUPS + (head - HEADS) % GROUPS) * capacity + length + row) * DIM + column
    if head < HEADS:
        tl.store(qkv, x, mask=inside)
    elif head < HEADS + GROUPS:
        tl.store(keys_ptr + place, x, mask=inside)
    else:
        tl.store(values_ptr + place, x, mask=inside)


@triton.jit(do_not_specialize=["length"])
def _turn_halves(
    qkv_ptr,
    table_ptr,
    query_norm_ptr,
    key_norm_ptr,
    length,
    eps,
    HEADS: tl.constexpr,
    HALF: tl.constexpr,
    NORM: tl.constexpr,
    TILE_R: tl.constexpr,
    TILE_H: tl.constexpr,
):
    head = tl.program_id(1)
    row, column = tl.program_id(0) * TILE_R + tl.arange(0, TILE_R)[:, None], tl.arange(0, TILE_H)[None, :]
    inside = (row < length) & (column < HALF)
    kind = qkv_ptr.dtype.element_ty
    place = qkv_ptr + (row * (3 * HEADS) + head).to(tl.int64) * (2 * HALF) + column
    first = tl.load(place, mask=inside, other=0.0).to(tl.float32)
    second = tl.load(place + HALF, mask=inside, other=0.0).to(tl.float32)
    if NORM:
        squares = tl.sum(first * first, axis=1) + tl.sum(second * second, axis=1)
        shrunk = tl.rsqrt(squares / (2 * HALF) + eps)[:, None]
        norm_ptr = query_norm_ptr if head < HEADS else key_norm_ptr
        first = first * shrunk * tl.load(norm_ptr + column, mask=column < HALF, other=0.0).to(tl.float32)
        second = second * shrunk * tl.load(norm_ptr + HALF + column, mask=column < HALF, other=0.0).to(tl.float32)
        first, second = first.to(kind).to(tl.float32), second.to(kind).to(tl.float32)
    angle = table_ptr + (row * HALF + column) * 2
    cos, sin = tl.load(angle, mask=inside, other=1.0), tl.load(angle + 1, mask=inside, other=0.0)
    tl.store(place, (first * cos - second * sin).to(kind), mask=inside)
    tl.store(place + HALF, (second * cos + first * sin).to(kind), mask=inside)


def norm_add(x: Tensor, y: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
    """The sum x + layer_norm(y) of (..., width), which takes the place of `y`."""
    one_piece(x, y, weight, bias)
    width = y.shape[-1]
    tile = triton.next_power_of_2(width)
    _norm_add[(y.numel() // width,)](x, y, weight, bias, eps, WIDTH=width, TILE=tile, num_warps=_warps(tile))
    return y


def add_norm(x: Tensor, delta: Tensor, weight: Tensor, eps: float) -> tuple[Tensor, Tensor]:
    """The sum x + delta of (..., width), which takes the place of `delta`, and its root mean square norm."""
    one_piece(x, delta, weight)
    width = x.shape[-1]
    tile = triton.next_power_of_2(width)
    y = torch.empty_like(delta)
    _add_norm[(x.numel() // width,)](x, delta, weight, y, eps, WIDTH=width, TILE=tile, num_warps=_warps(tile))
    return delta, y


def swiglu(x: Tensor) -> Tensor:
    """(..., 2 width) -> (..., width): silu of the first half times the second."""
    one_piece(x)
    width = x.shape[-1] // 2
    y = torch.empty(*x.shape[:-1], width, dtype=x.dtype, device=x.device)
    _swiglu[(y.numel() // width, triton.cdiv(width, 1024))](x, y, WIDTH=width, TILE=1024, num_warps=4)
    return y


def rotate_into_cache(qkv: Tensor, table: Tensor, keys: Tensor, values: Tensor, layer: int, length: int) -> None:
    """Rotate the queries of (1, T, (heads + 2 groups) dim) in place by the (1, T, pairs, 2) table.

    Rotated keys, and values, go behind the `length` positions that (layers, groups, capacity, dim) buffers hold.
    """
    one_piece(qkv, table, keys, values)
    _, groups, capacity, dim = keys.shape
    rows, heads = qkv.shape[1], qkv.shape[2] // dim
    _rotate_into_cache[(triton.cdiv(rows, 16), heads)](
        qkv, table, keys, values, rows, layer, length, capacity, HEADS=heads - 2 * groups, GROUPS=groups, DIM=dim,
        PAIRS=table.shape[2], TILE_R=16, TILE_D=triton.next_power_of_2(dim), num_warps=4,
    )  # fmt: skip


def turn_halves(qkv: Tensor, table: Tensor, norms: tuple[Tensor, Tensor] | None, eps: float) -> Tensor:
    """Turn the halves of each query and key of (1, L, 3, heads, dim) against each other, in place; return it.

    By a (L, dim / 2, 2) fp32 table; with `norms`, (dim,) each, a query and a key are normalised by its root mean square
    first.

    Raises:
        ValueError: `qkv` or the table does not lie in one piece.
    """
    one_piece(qkv, table)
    length, heads, half = qkv.shape[1], qkv.shape[3], qkv.shape[4] // 2
    of_query, of_key = norms or (qkv, qkv)
    _turn_halves[(triton.cdiv(length, 16), 2 * heads)](
        qkv, table, of_query, of_key, length, eps, HEADS=heads, HALF=half, NORM=norms is not None, TILE_R=16,
        TILE_H=triton.next_power_of_2(half), num_warps=4,
    )  # fmt: skip
    return qkv


def _warps(tile: int) -> int:
    """Choose as many warps that each thread reads 8 elements, 16 bytes of 16 bits, once or twice."""
    return min(8, max(1, tile // 512))
