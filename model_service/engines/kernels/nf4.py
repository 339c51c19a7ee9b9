"""NF4 matrices: their product with one vector, or a few, for which weights are unpacked in registers.

A 32-bit word holds eight weights, so `x` is wanted in eighths: x[8 i + j] at place j * (in / 8) + i. Then neighbouring
threads, which hold neighbouring words, read neighbouring elements of it.
"""

import os
import struct

import torch
import triton
import triton.language as tl
from torch import Tensor

BLOCK = 64
"""Weights that share a scale; a row of the matrix is a whole number of blocks."""

CODES = (
    *(-1.0, -0.6961928, -0.52507305, -0.3949175, -0.28444138, -0.18477343, -0.091050036, 0.0),
    *(0.0795803, 0.1609302, 0.2461123, 0.33791524, 0.44070983, 0.562617, 0.72295684, 1.0),
)
"""The 16 values of NF4 (Dettmers et al. 2023, appendix E)."""


Scales = tuple[Tensor, Tensor, Tensor]
Codes = tuple[Tensor, Tensor]


def _table() -> tuple[list[int], list[int]]:
    """The low and the high bytes of the codes as bf16, four of them in a word.

    A float is made of them by filling its lower half with its sign. For a negative code that adds almost 1 to the
    bf16's last place, so it is stored one lower; both then mean the bf16 of the code to within 2**-24.
    """
    halves = []
    for code in CODES:
        bits = int.from_bytes(struct.pack("<f", code), "little")
        nearest = (bits + 0x7FFF + (bits >> 16 & 1)) >> 16
        halves.append(nearest - 1 if code < 0 else nearest)
    words = [halves[start : start + 4] for start in range(0, 16, 4)]
    low = [int.from_bytes(bytes(half & 0xFF for half in word), "little") for word in words]
    high = [int.from_bytes(bytes(half >> 8 for half in word), "little") for word in words]
    return low, high


def lookup_code() -> str:
    """PTX that turns a word ($8) into its eight codes ($0 to $7) as floats, by byte permutes instead of memory.

    `prmt` picks four of eight bytes by the four nibbles of a selector, so it looks up four weights at once, once in
    codes 0-7 and once in 8-15, by three bits of each nibble; the fourth bit then picks between the two.
    """
    low, high = _table()
    lines = [
        ".reg .b32 three, fourth, first, second, low, high;",
        "and.b32 three, $8, 0x77777777;",
        "shr.u32 fourth, $8, 1;",
        "and.b32 fourth, fourth, 0x44444444;",
        "or.b32 fourth, fourth, 0x32103210;",
    ]
    for half in range(2):
        if half:
            lines += ["shr.u32 three, three, 16;", "shr.u32 fourth, fourth, 16;"]
        for name, table in (("low", low), ("high", high)):
            lines += [
                f"prmt.b32 first, {table[0]:#010x}, {table[1]:#010x}, three;",
                f"prmt.b32 second, {table[2]:#010x}, {table[3]:#010x}, three;",
                f"prmt.b32 {name}, first, second, fourth;",
            ]
        for nibble in range(4):  # A byte's first weight is its higher nibble.
            sign, selector = 0xC + nibble, (4 + nibble) << 12 | nibble << 8
            lines.append(f"prmt.b32 ${4 * half + (nibble ^ 1)}, low, high, {selector | sign << 4 | sign:#06x};")
    return "{" + " ".join(lines) + "}"


LOOKUP = tl.constexpr(lookup_code())
IN_REGISTERS = tl.constexpr(os.environ.get("TRITON_INTERPRET") != "1")
"""Triton's interpreter, which the tests use, knows no PTX."""


@triton.jit
def codes_in(words, code_ptr, LOOKUP: tl.constexpr):
    """The eight codes in each word, by the PTX `LOOKUP`."""
    if IN_REGISTERS:
        return tl.inline_asm_elementwise(
            LOOKUP,
            "=f,=f,=f,=f,=f,=f,=f,=f,r",
            [words],
            dtype=(tl.float32,) * 8,
            is_pure=True,
            pack=1,
        )
    return (
        tl.load(code_ptr + ((words >> 4) & 15)),
        tl.load(code_ptr + (words & 15)),
        tl.load(code_ptr + ((words >> 12) & 15)),
        tl.load(code_ptr + ((words >> 8) & 15)),
        tl.load(code_ptr + ((words >> 20) & 15)),
        tl.load(code_ptr + ((words >> 16) & 15)),
        tl.load(code_ptr + ((words >> 28) & 15)),
        tl.load(code_ptr + ((words >> 24) & 15)),
    )


@triton.jit
def scales_of(place, inside, absmax_ptr, scale_ptr, offset, absmax_code_ptr):
    """The scale of each block, by its place in the matrix."""
    scale = tl.load(absmax_code_ptr + tl.load(absmax_ptr + place, mask=inside, other=0).to(tl.int32))
    return scale * tl.load(scale_ptr + place // 256, mask=inside, other=0.0) + offset


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
    TILE_O: tl.constexpr,
    TILE_B: tl.constexpr,
    STAGES: tl.constexpr,
):
    row = tl.program_id(0)
    output = tl.program_id(1) * TILE_O + tl.arange(0, TILE_O)
    x_ptr += row * BLOCKS * 64
    offset = tl.load(offset_ptr)
    total = tl.zeros((TILE_O, TILE_B, 8), tl.float32)
    for start in tl.range(0, BLOCKS, TILE_B, num_stages=STAGES):
        block = start + tl.arange(0, TILE_B)
        word = block[:, None] * 8 + tl.arange(0, 8)[None, :]
        inside = (output[:, None] < outputs) & (block[None, :] < BLOCKS)
        words = tl.load(
            words_ptr + output[:, None, None] * (BLOCKS * 8) + word[None, :, :], mask=inside[:, :, None], other=0
        )
        place = output[:, None] * BLOCKS + block[None, :]
        scale = scales_of(place, inside, absmax_ptr, scale_ptr, offset, absmax_code_ptr)
        a, b, c, d, e, f, g, h = codes_in(words, code_ptr, LOOKUP)
        here = (block < BLOCKS)[None, :, None]
        x_here = x_ptr + word[None, :, :]
        part = a * tl.load(x_here, mask=here, other=0.0).to(tl.float32)
        part += b * tl.load(x_here + BLOCKS * 8, mask=here, other=0.0).to(tl.float32)
        part += c * tl.load(x_here + BLOCKS * 16, mask=here, other=0.0).to(tl.float32)
        part += d * tl.load(x_here + BLOCKS * 24, mask=here, other=0.0).to(tl.float32)
        part += e * tl.load(x_here + BLOCKS * 32, mask=here, other=0.0).to(tl.float32)
        part += f * tl.load(x_here + BLOCKS * 40, mask=here, other=0.0).to(tl.float32)
        part += g * tl.load(x_here + BLOCKS * 48, mask=here, other=0.0).to(tl.float32)
        part += h * tl.load(x_here + BLOCKS * 56, mask=here, other=0.0).to(tl.float32)
        total += part * scale[:, :, None]
    y = tl.sum(tl.sum(total, axis=2), axis=1)
    if HAS_BIAS:
        y += tl.load(bias_ptr + output, mask=output < outputs, other=0.0).to(tl.float32)
    tl.store(y_ptr + row * outputs + output, y.to(y_ptr.dtype.element_ty), mask=output < outputs)


def tile(in_features: int, out_features: int) -> dict[str, int]:
    """Outputs and blocks that one program works on at a time, warps, and loads under way at once.

    A wide matrix gives every multiprocessor enough programs; of a narrow one each takes fewer outputs.
    """
    outputs = 16 if out_features >= 8192 else 8
    return {"TILE_O": outputs, "TILE_B": 16, "STAGES": 3, "num_warps": 4 if outputs == 16 else 2}


def in_eighths(x: Tensor) -> Tensor:
    """(rows, in) -> the same elements in the order that `product` wants."""
    return x.view(x.shape[0], -1, 8).transpose(1, 2).contiguous()


def product(
    x: Tensor,
    packed: Tensor,
    scales: Scales,
    codes: Codes,
    bias: Tensor | None,
    shape: tuple[int, int],
    tiling: dict[str, int] | None = None,
) -> Tensor:
    """The product x W^T + b for rows of `x` in eighths, in x's dtype: (rows, in) -> (rows, out).

    `packed` holds an (out, in) matrix as bitsandbytes packs it; `scales` are its absmax, absmax_scale and
    absmax_offset, `codes` the 16 values of a weight and the 256 of an absmax.
    """
    out_features, in_features = shape
    rows = x.numel() // in_features
    y = torch.empty(rows, out_features, dtype=x.dtype, device=x.device)
    chosen = tiling or tile(in_features, out_features)
    _product[(rows, triton.cdiv(out_features, chosen["TILE_O"]))](
        x,
        packed.view(torch.int32),
        *scales,
        *codes,
        y if bias is None else bias,
        y,
        out_features,
        BLOCKS=in_features // BLOCK,
        HAS_BIAS=bias is not None,
        **chosen,
    )
    return y
