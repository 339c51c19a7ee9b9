"""The product of an NF4 matrix with a vector, or a few, on tensor cores: one block of 64 weights to four lanes.

A lane holds two words of a block, sixteen weights. `mma` multiplies 16 rows, two to each quad of lanes (quad g has rows
g and g + 8), with 8 columns, one to each quad, and adds up over the quad. Here a quad's rows are its block of two
outputs, and its column is that block of x, so that what is wanted of the 16 x 8 products is the diagonal: of each quad
one lane holds it. The others are wasted, on units that would be idle.
"""

import torch
import triton
import triton.language as tl
from torch import Tensor

from model_service.engines.kernels import overlap
from model_service.engines.kernels.nf4 import BLOCK, IN_REGISTERS, Codes, Scales
from model_service.engines.kernels.nf4_ptx import multiplying_code, unpacking_code

EIGHT_WORDS = tl.constexpr(",".join(["=r"] * 8) + ",l,r,r")
FOUR_SUMS = tl.constexpr(",".join(["=&f"] * 4 + ["r"] * 16 + ["l"] * 4))


@triton.jit
def _pairs(words, zero, table, UNPACK: tl.constexpr):
    return tl.inline_asm_elementwise(
        UNPACK, EIGHT_WORDS, [words, zero, table], dtype=(tl.int32,) * 8, is_pure=True, pack=1
    )


@triton.jit
def _lane(words, x_ptr, lane, here, code_ptr):
    """What each lane's sixteen codes times x come to: what the interpreter does."""
    total = tl.zeros(words.shape, tl.float32)
    for number in tl.static_range(16):
        code = tl.load(code_ptr + ((words >> (number // 2 * 8 + (1 - number % 2) * 4)) & 15))
        total += code * tl.load(x_ptr + lane * 16 + number, mask=here, other=0.0).to(tl.float32)
    return total


@triton.jit
def _sums(words, others, x_ptr, lane, here, odd, code_ptr, zero, table, UNPACK: tl.constexpr, MULTIPLY: tl.constexpr):
    """The sums of two outputs, where lanes are kept."""
    if not IN_REGISTERS:
        return _lane(words, x_ptr, lane, here, code_ptr), _lane(others, x_ptr, lane, here, code_ptr)
    x_ptr = x_ptr.to(tl.pointer_type(tl.int64)) + lane * 4
    zero, table = tl.broadcast_to(zero, words.shape), tl.broadcast_to(table, words.shape)
    a, b, c, d, e, f, g, h = _pairs(words, zero, table, UNPACK)
    i, j, k, l, m, n, o, p = _pairs(others, zero, table, UNPACK)  # noqa: E741
    q = tl.broadcast_to(tl.load(x_ptr, mask=here, other=0), words.shape)
    r = tl.broadcast_to(tl.load(x_ptr + 1, mask=here, other=0), words.shape)
    s = tl.broadcast_to(tl.load(x_ptr + 2, mask=here, other=0), words.shape)
    t = tl.broadcast_to(tl.load(x_ptr + 3, mask=here, other=0), words.shape)
    one, two, three, four = tl.inline_asm_elementwise(
        MULTIPLY,
        FOUR_SUMS,
        [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t],
        dtype=(tl.float32,) * 4,
        is_pure=True,
        pack=1,
    )
    return tl.where(odd, two, one), tl.where(odd, four, three)


@triton.jit
def _read(words_ptr, absmax_ptr, scale_ptr, place, output, lane, inside, kept, BLOCKS: tl.constexpr):
    """Two words for each lane, and what their scale is made of for those that are kept; from block `place` on."""
    words_ptr += place.to(tl.int64) * 4
    absmax_ptr += place
    words = tl.load(words_ptr + (output * (BLOCKS * 4) + lane), mask=inside, other=0, eviction_policy="evict_first")
    block = output * BLOCKS + (lane >> 2)
    absmax = tl.load(absmax_ptr + block, mask=inside & kept, other=0)
    nested = tl.load(scale_ptr + ((place + block) >> 8), mask=inside & kept, other=0.0)
    return words, absmax, nested


@triton.jit(do_not_specialize_on_alignment=["words_ptr"])  # So that a lane reads 8 bytes, not 16.
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
    TILE_O: tl.constexpr,
    TILE_B: tl.constexpr,
    WHOLE: tl.constexpr,
    OVERLAP: tl.constexpr,
    UNPACK: tl.constexpr,
    MULTIPLY: tl.constexpr,
):
    overlap.let_next_begin(OVERLAP)
    row = tl.program_id(1)
    first = tl.program_id(0) * TILE_O * 2
    output = tl.arange(0, TILE_O)[None, :]
    lane = tl.arange(0, TILE_B * 4)[:, None]
    odd = (lane & 4) != 0
    kept = (((lane >> 3) & 3) == (lane & 3)) | (not IN_REGISTERS)
    x_ptr += row * BLOCKS * 64
    words_ptr = tl.multiple_of(words_ptr.to(tl.int64), 8).to(tl.pointer_type(tl.int64))
    place, place_2 = first * BLOCKS, (first + TILE_O) * BLOCKS
    inside = WHOLE | (first + output < outputs)
    inside_2 = WHOLE | (first + TILE_O + output < outputs)
    here = lane < BLOCKS * 4
    words, absmax, nested = _read(words_ptr, absmax_ptr, scale_ptr, place, output, lane, inside & here, kept, BLOCKS)
    words_2, absmax_2, nested_2 = _read(
        words_ptr, absmax_ptr, scale_ptr, place_2, output, lane, inside_2 & here, kept, BLOCKS
    )
    offset = tl.load(offset_ptr)
    zero = tl.load(code_ptr + 7 + lane * 0, mask=lane < outputs * 1024, other=0.0).to(tl.int32, bitcast=True)
    table = zero
    if IN_REGISTERS:
        table = tl.load(code_ptr + (lane & 15)).to(y_ptr.dtype.element_ty).to(tl.int16, bitcast=True).to(tl.int32)
    total = tl.zeros((TILE_B * 4, TILE_O), tl.float32)
    total_2 = tl.zeros((TILE_B * 4, TILE_O), tl.float32)
    overlap.wait_for_input(OVERLAP)
    for start in tl.range(0, BLOCKS, TILE_B, num_stages=1):
        after = start + TILE_B
        there = lane < (BLOCKS - after) * 4
        words_n, absmax_n, nested_n = _read(
            words_ptr, absmax_ptr, scale_ptr, place + after, output, lane, inside & there, kept, BLOCKS
        )
        words_m, absmax_m, nested_m = _read(
            words_ptr, absmax_ptr, scale_ptr, place_2 + after, output, lane, inside_2 & there, kept, BLOCKS
        )
        scale = tl.load(absmax_code_ptr + absmax.to(tl.int32), mask=kept, other=0.0)
        scale_2 = tl.load(absmax_code_ptr + absmax_2.to(tl.int32), mask=kept, other=0.0)
        here = lane < (BLOCKS - start) * 4
        x = x_ptr + start * 64
        part, part_2 = _sums(words, words_2, x, lane, here, odd, code_ptr, zero, table, UNPACK, MULTIPLY)
        total += part * (scale * nested + offset)
        total_2 += part_2 * (scale_2 * nested_2 + offset)
        words, absmax, nested = words_n, absmax_n, nested_n
        words_2, absmax_2, nested_2 = words_m, absmax_m, nested_m
    _put(tl.where(kept, total, 0.0), first, bias_ptr, y_ptr, row, outputs, HAS_BIAS, TILE_O)
    _put(tl.where(kept, total_2, 0.0), first + TILE_O, bias_ptr, y_ptr, row, outputs, HAS_BIAS, TILE_O)


@triton.jit
def _put(total, first, bias_ptr, y_ptr, row, outputs, HAS_BIAS: tl.constexpr, TILE_O: tl.constexpr):
    output = first + tl.arange(0, TILE_O)
    y = tl.sum(total, axis=0)
    if HAS_BIAS:
        y += tl.load(bias_ptr + output, mask=output < outputs, other=0.0).to(tl.float32)
    tl.store(y_ptr + row * outputs + output, y.to(y_ptr.dtype.element_ty), mask=output < outputs)


def tile(in_features: int, out_features: int) -> dict[str, int]:
    """Pairs of outputs, and blocks, that a program works on at a time, warps, and quarters that are `shuffled`.

    One warp is enough where there are many outputs. Where there are few, more warps share the blocks of each.
    """
    if out_features >= 8192:
        outputs, blocks, warps, shuffled = 2, 8, 1, 2
    elif in_features >= 8192:
        outputs, blocks, warps, shuffled = 4, 32, 4, 3
    elif out_features > in_features:
        outputs, blocks, warps, shuffled = 1, 32, 4, 2
    else:
        outputs, blocks, warps, shuffled = 4, 64, 8, 1
    return {"TILE_O": outputs, "TILE_B": blocks, "num_warps": warps, "shuffled": shuffled}


def product(
    x: Tensor,
    packed: Tensor,
    scales: Scales,
    codes: Codes,
    bias: Tensor | None,
    shape: tuple[int, int],
    tiling: dict[str, int] | None = None,
) -> Tensor:
    """The product x W^T + b for rows of `x`, in x's dtype, bf16 or fp16: (rows, in) -> (rows, out).

    `packed` holds an (out, in) matrix as bitsandbytes packs it; `scales` are its absmax, absmax_scale and
    absmax_offset, `codes` the 16 values of a weight and the 256 of an absmax.
    """
    out_features, in_features = shape
    rows = x.numel() // in_features
    y = torch.empty(rows, out_features, dtype=x.dtype, device=x.device)
    chosen = dict(tiling or tile(in_features, out_features))
    shuffled, kind = chosen.pop("shuffled"), "bf16" if x.dtype == torch.bfloat16 else "f16"
    _product[(triton.cdiv(out_features, 2 * chosen["TILE_O"]), rows)](
        x,
        packed.view(torch.int64),
        *scales,
        *codes,
        y if bias is None else bias,
        y,
        out_features,
        BLOCKS=in_features // BLOCK,
        HAS_BIAS=bias is not None,
        WHOLE=out_features % (2 * chosen["TILE_O"]) == 0,
        UNPACK=unpacking_code(kind, shuffled),
        MULTIPLY=multiplying_code(kind),
        **chosen,
        **overlap.options(x),
    )
    return y
