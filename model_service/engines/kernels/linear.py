"""The product of a 16-bit matrix with 1 to 32 rows, as fast as the matrix is read: of the head, above all.

Rows are padded to 16, what tensor cores take at the least, and more than 16 are multiplied 16 at a time with each part
of the matrix. So a row comes to the same, to the bit, alone or among others.
"""

import torch
import triton
import triton.language as tl
from torch import Tensor

from model_service.engines.kernels import overlap
from model_service.engines.kernels.strides import one_piece

AT_ONCE = 16


@triton.jit(do_not_specialize=["rows"])
def _product(
    x_ptr,
    weight_ptr,
    bias_ptr,
    y_ptr,
    outputs,
    rows,
    WIDTH: tl.constexpr,
    HAS_BIAS: tl.constexpr,
    MANY: tl.constexpr,
    TILE_O: tl.constexpr,
    TILE_K: tl.constexpr,
    STAGES: tl.constexpr,
    OVERLAP: tl.constexpr,
):
    overlap.let_next_begin(OVERLAP)
    output = tl.program_id(0) * TILE_O + tl.arange(0, TILE_O)
    column, row = tl.arange(0, TILE_K), tl.arange(0, 16)
    inside = (output < outputs)[:, None]
    weight_ptr += output.to(tl.int64)[:, None] * WIDTH + column[None, :]
    x_ptr += row[None, :] * WIDTH + column[:, None]
    first = tl.zeros((TILE_O, 16), tl.float32)
    second = tl.zeros((TILE_O, 16), tl.float32)
    overlap.wait_for_input(OVERLAP)
    for start in tl.range(0, WIDTH, TILE_K, num_stages=STAGES):
        here = (WIDTH % TILE_K == 0) | (column < WIDTH - start)
        weight = tl.load(weight_ptr + start, mask=inside & here[None, :], other=0.0, eviction_policy="evict_first")
        x = tl.load(x_ptr + start, mask=(row < rows)[None, :] & here[:, None], other=0.0)
        first = tl.dot(weight, x, first)
        if MANY:
            x = tl.load(x_ptr + (start + 16 * WIDTH), mask=(row + 16 < rows)[None, :] & here[:, None], other=0.0)
            second = tl.dot(weight, x, second)
    if HAS_BIAS:
        bias = tl.load(bias_ptr + output, mask=output < outputs, other=0.0).to(tl.float32)[:, None]
        first, second = first + bias, second + bias
    place = y_ptr + row[None, :] * outputs + output[:, None]
    tl.store(place, first.to(y_ptr.dtype.element_ty), mask=inside & (row < rows)[None, :])
    if MANY:
        tl.store(place + 16 * outputs, second.to(y_ptr.dtype.element_ty), mask=inside & (row + 16 < rows)[None, :])


def tile() -> dict[str, int]:
    """Outputs and inputs that a program takes at a time, loads under way at once, and warps."""
    return {"TILE_O": 64, "TILE_K": 128, "STAGES": 3, "num_warps": 4}


def product(x: Tensor, weight: Tensor, bias: Tensor | None = None, tiling: dict[str, int] | None = None) -> Tensor:
    """The product x W^T + b of 1 to 32 rows, bf16 or fp16: (rows, in) and (out, in) -> (rows, out)."""
    one_piece(x, weight, bias)
    (rows, width), outputs = x.shape, weight.shape[0]
    y = torch.empty(rows, outputs, dtype=x.dtype, device=x.device)
    chosen = tiling or tile()
    _product[(triton.cdiv(outputs, chosen["TILE_O"]),)](
        x, weight, y if bias is None else bias, y, outputs, rows, WIDTH=width, HAS_BIAS=bias is not None,
        MANY=rows > AT_ONCE, **chosen, **overlap.options(x),
    )  # fmt: skip
    return y
