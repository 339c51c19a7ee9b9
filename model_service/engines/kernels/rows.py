"""NF4 matrices: their product with some tens of vectors, for which each weight is unpacked once, in registers."""

import torch
import triton
import triton.language as tl
from torch import Tensor

from model_service.engines.kernels.nf4 import BLOCK, LOOKUP, Codes, Scales, codes_in, scales_of

LEAST = 16
"""Rows that a card multiplies at once at the least."""


@triton.jit
def _eighth(total, code, scale, x_ptr, row, word, here, WORDS: tl.constexpr):
    """What the weights at one place of every word add to a tile of outputs, for each row."""
    x = tl.load(x_ptr + row[:, None] * (WORDS * 8) + word[None, :], mask=here[None, :], other=0.0)
    weight = tl.reshape((code * scale).to(x.dtype), (total.shape[0], word.shape[0]))
    return tl.dot(weight, tl.trans(x), total, input_precision="ieee")


@triton.jit
def _product(
    x_ptr,
    words_ptr,
    absmax_ptr,
    scale_ptr,
    offset_ptr,
    code_ptr,
    absmax_code_ptr,
    bias_ptr,
    y_ptr,
    outputs,
    BLOCKS: tl.constexpr,
    HAS_BIAS: tl.constexpr,
    ROWS: tl.constexpr,
    TILE_O: tl.constexpr,
    TILE_B: tl.constexpr,
    STAGES: tl.constexpr,
):
    WORDS: tl.constexpr = BLOCKS * 8  # noqa: N806
    output = tl.program_id(0) * TILE_O + tl.arange(0, TILE_O)
    row = tl.arange(0, ROWS)
    offset = tl.load(offset_ptr)
    total = tl.zeros((TILE_O, ROWS), tl.float32)
    for start in tl.range(0, BLOCKS, TILE_B, num_stages=STAGES):
        block = start + tl.arange(0, TILE_B)
        inside = (output[:, None] < outputs) & (block[None, :] < BLOCKS)
        place = output[:, None] * BLOCKS + block[None, :]
        word = start * 8 + tl.arange(0, TILE_B * 8)
        here = word < WORDS
        words = tl.load(
            words_ptr + place[:, :, None] * 8 + tl.arange(0, 8)[None, None, :], mask=inside[:, :, None], other=0
        )
        scale = scales_of(place, inside, absmax_ptr, scale_ptr, offset, absmax_code_ptr)
        scale = scale[:, :, None]
        a, b, c, d, e, f, g, h = codes_in(words, code_ptr, LOOKUP)
        total = _eighth(total, a, scale, x_ptr, row, word, here, WORDS)
        total = _eighth(total, b, scale, x_ptr + WORDS, row, word, here, WORDS)
        total = _eighth(total, c, scale, x_ptr + WORDS * 2, row, word, here, WORDS)
        total = _eighth(total, d, scale, x_ptr + WORDS * 3, row, word, here, WORDS)
        total = _eighth(total, e, scale, x_ptr + WORDS * 4, row, word, here, WORDS)
        total = _eighth(total, f, scale, x_ptr + WORDS * 5, row, word, here, WORDS)
        total = _eighth(total, g, scale, x_ptr + WORDS * 6, row, word, here, WORDS)
        total = _eighth(total, h, scale, x_ptr + WORDS * 7, row, word, here, WORDS)
    if HAS_BIAS:
        total += tl.load(bias_ptr + output, mask=output < outputs, other=0.0).to(tl.float32)[:, None]
    places = row[None, :] * outputs + output[:, None]
    tl.store(y_ptr + places, total.to(y_ptr.dtype.element_ty), mask=(output < outputs)[:, None])


def tile(in_features: int, out_features: int) -> dict[str, int]:
    """Outputs and blocks that one program works on at a time, loads under way at once, and warps.

    With fewer outputs than inputs a program takes fewer of them, so that there are enough programs.
    """
    if out_features > in_features:
        return {"TILE_O": 64, "TILE_B": 4, "STAGES": 3, "num_warps": 4}
    return {"TILE_O": 16, "TILE_B": 8, "STAGES": 2, "num_warps": 2}


def product(
    x: Tensor,
    packed: Tensor,
    scales: Scales,
    codes: Codes,
    bias: Tensor | None,
    shape: tuple[int, int],
    tiling: dict[str, int] | None = None,
) -> Tensor:
    """As `nf4.product`; the number of rows is a power of two, LEAST at least."""
    out_features, in_features = shape
    y = torch.empty(x.shape[0], out_features, dtype=x.dtype, device=x.device)
    chosen = tiling or tile(in_features, out_features)
    _product[(triton.cdiv(out_features, chosen["TILE_O"]),)](
        x,
        packed.view(torch.int32),
        *scales,
        *codes,
        y if bias is None else bias,
        y,
        out_features,
        BLOCKS=in_features // BLOCK,
        HAS_BIAS=bias is not None,
        ROWS=x.shape[0],
        **chosen,
    )
    return y
