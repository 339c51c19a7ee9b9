"""The product of an NF4 matrix with 1 to 32 rows on tensor cores, which unpacks each weight once for all rows.

A warp takes 16 outputs. `mma` multiplies 16 rows of A, two to each quad of lanes (quad g has rows g and g + 8), with 8
columns of B, one to each quad. Here A is a block of 64 weights of each output: a quad has that block of two outputs,
sixteen weights of either to a lane. B is that block of eight rows of x: a quad has one row, sixteen elements to a lane.
Of the 16 x 8 sums a lane holds those of its quad's two outputs with rows 2 t and 2 t + 1: it is lane t of the quad.

The warps of a program have the same outputs, and take turns at their blocks, however many are read at a time. What is
added up in which order is the same for any number of rows, so a row comes to the same, to the bit, alone or among
others.
"""

import torch
import triton
import triton.language as tl
from torch import Tensor

from model_service.engines.kernels import overlap
from model_service.engines.kernels.nf4 import BLOCK, IN_REGISTERS, Codes, Scales
from model_service.engines.kernels.nf4_ptx import READING, multiplying_code, unpacking_code
from model_service.engines.kernels.strides import one_piece

EIGHT_PAIRS = tl.constexpr(",".join(["=r"] * 8) + ",l,r,r")
EIGHT_OF_X = tl.constexpr(",".join(["=r"] * 8) + ",l,r")
FOUR_SUMS = tl.constexpr(",".join(["=&f"] * 4 + ["r"] * 24))
OF_QUAD = tl.constexpr("shfl.sync.idx.b32 $0, $1, $2, 0x1c1f, 0xffffffff;")


@triton.jit
def _pairs(word, zero, table, UNPACK: tl.constexpr):
    return tl.inline_asm_elementwise(
        UNPACK, EIGHT_PAIRS, [word, zero, table], dtype=(tl.int32,) * 8, is_pure=True, pack=1
    )


@triton.jit
def _of_quad(value, number):
    """What one lane of each quad has, for all four."""
    if IN_REGISTERS:
        return tl.inline_asm_elementwise(OF_QUAD, "=r,r,r", [value, number], dtype=value.dtype, is_pure=True, pack=1)
    return tl.reshape(tl.broadcast_to(_quads(value, number)[:, None], (value.shape[0] // 4, 4)), value.shape)


@triton.jit
def _quads(value, number):
    """What one lane of each quad has: what the interpreter does."""
    held = tl.reshape(value, (value.shape[0] // 4, 4))
    return tl.sum(tl.where(tl.arange(0, 4)[None, :] == number, held, 0), axis=1)


@triton.jit
def _sum(word, x_ptr, there, code_ptr):
    """What each quad's block of an output comes to, times the same block of x: what the interpreter does."""
    total = tl.zeros(word.shape, tl.float32)
    for lane in tl.static_range(4):
        held = _of_quad(word, lane)
        for number in tl.static_range(16):
            code = tl.load(code_ptr + ((held >> (number // 2 * 8 + (1 - number % 2) * 4)) & 15))
            place = lane * 8 + number % 8 + number // 8 * 256
            total += code * tl.load(x_ptr + place, mask=there, other=0.0).to(tl.float32)
    return total


@triton.jit
def _x(x_ptr, there, READ: tl.constexpr):
    """The lane's sixteen elements of a block of x, in pairs; undefined where there is no such row."""
    if not IN_REGISTERS:
        return ()
    return tl.inline_asm_elementwise(
        READ,
        EIGHT_OF_X,
        [x_ptr, there.to(tl.int32)],
        dtype=(tl.int32,) * 8,
        is_pure=False,  # What it reads is there only behind `wait_for_input`.
        pack=1,
    )


@triton.jit
def _tile(sums, one, other, x, scale, scale_2, MULTIPLY: tl.constexpr):
    """Add a block's products with eight rows, on tensor cores."""
    a, b, c, d, e, f, g, h = one
    i, j, k, l, m, n, o, p = other  # noqa: E741
    q, r, s, t, u, v, w, y = x
    sum_1, sum_2, sum_3, sum_4 = tl.inline_asm_elementwise(
        MULTIPLY,
        FOUR_SUMS,
        [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, y],
        dtype=(tl.float32,) * 4,
        is_pure=True,
        pack=1,
    )
    return (
        sums[0] + sum_1 * scale,
        sums[1] + sum_2 * scale,
        sums[2] + sum_3 * scale_2,
        sums[3] + sum_4 * scale_2,
    )


@triton.jit
def _block(
    total, word, word_2, x, x_ptr, row, rows, scale, scale_2, zero, table, code_ptr,
    WIDTH: tl.constexpr, TILES: tl.constexpr, UNPACK: tl.constexpr, READ: tl.constexpr, MULTIPLY: tl.constexpr,
):  # fmt: skip
    """Add a block's products to `total`, four sums for each eight rows; `row` is the lane's in B, `x` its first."""
    added = ()
    if IN_REGISTERS:
        one, other = _pairs(word, zero, table, UNPACK), _pairs(word_2, zero, table, UNPACK)
        for tile in tl.static_range(TILES):
            part = x if tile == 0 else _x(x_ptr + tile * 8 * WIDTH, row + 8 * tile < rows, READ)
            sums = _tile(total[tile], one, other, part, scale, scale_2, MULTIPLY)
            added = added + (sums,)  # type: ignore[assignment]  # noqa: RUF005
    else:
        for tile in tl.static_range(TILES):
            sums = ()
            for number in tl.static_range(4):
                column = 2 * (tl.arange(0, word.shape[0]) & 3) + number % 2
                held, factor = (word, scale) if number < 2 else (word_2, scale_2)
                there = x_ptr + (tile * 8 * WIDTH + (column - row) * 32)
                part = _sum(held, there, column + 8 * tile < rows, code_ptr)
                sums = sums + (total[tile][number] + part * factor,)  # noqa: RUF005
            added = added + (sums,)  # type: ignore[assignment]  # noqa: RUF005
    return added


@triton.jit
def _read(
    words_ptr, absmax_ptr, nested_ptr, block, own, output,
    BLOCKS: tl.constexpr, WARPS: tl.constexpr, AHEAD: tl.constexpr,
):  # fmt: skip
    """Some blocks' words for two outputs, from a block on, and what the scales of the lane's own are made of."""
    words = ()
    for number in tl.static_range(AHEAD):
        place = (block + number * WARPS)[:, None]
        both = tl.load(words_ptr + place * 64, place < BLOCKS, other=0, eviction_policy="evict_first")
        words = words + (tl.split(both),)  # type: ignore[assignment]  # noqa: RUF005
    block += own * WARPS
    inside = block < BLOCKS
    absmax = tl.load(absmax_ptr + block * 8, mask=inside, other=0).to(tl.int32)
    nested = tl.load(nested_ptr + ((output * BLOCKS + block) >> 8), mask=inside, other=0.0)
    nested_2 = tl.load(nested_ptr + (((output + 8) * BLOCKS + block) >> 8), mask=inside, other=0.0)
    return words, (absmax, nested, nested_2, inside)


@triton.jit
def _scales(parts, offset, absmax_code_ptr):
    """The two scales of the lane's own block: nothing behind the last block."""
    absmax, nested, nested_2, inside = parts
    scale = tl.load(absmax_code_ptr + (absmax & 255)) * nested + offset
    scale_2 = tl.load(absmax_code_ptr + ((absmax >> 8) & 255)) * nested_2 + offset
    return tl.where(inside, scale, 0.0), tl.where(inside, scale_2, 0.0)


@triton.jit(do_not_specialize=["rows"])
def _product(
    x_ptr,
    words_ptr,
    absmax_ptr,
    nested_ptr,
    offset_ptr,
    code_ptr,
    absmax_code_ptr,
    bias_ptr,
    y_ptr,
    outputs,
    rows,
    BLOCKS: tl.constexpr,
    HAS_BIAS: tl.constexpr,
    TILES: tl.constexpr,
    WARPS: tl.constexpr,
    AHEAD: tl.constexpr,
    OVERLAP: tl.constexpr,
    UNPACK: tl.constexpr,
    READ: tl.constexpr,
    MULTIPLY: tl.constexpr,
):
    overlap.let_next_begin(OVERLAP)
    WIDTH: tl.constexpr = BLOCKS * 64  # noqa: N806
    ROUND: tl.constexpr = WARPS * AHEAD  # noqa: N806
    thread = tl.arange(0, WARPS * 32)
    quad, lane = (thread >> 2) & 7, thread & 3
    own = thread & (AHEAD - 1)  # Of some blocks' scales a quad has one to a lane.
    group = tl.program_id(0)
    output, warp = group * 16 + quad, thread >> 5
    pair = ((thread & 31) * 2)[:, None] + tl.arange(0, 2)[None, :]
    words_ptr += tl.max_contiguous(tl.multiple_of(group * (BLOCKS * 64) + pair, [1, 2]), [1, 2])
    absmax_ptr += group * (BLOCKS * 8) + quad
    words, parts = _read(words_ptr, absmax_ptr, nested_ptr, warp, own, output, BLOCKS, WARPS, AHEAD)
    words_n, parts_n = _read(words_ptr, absmax_ptr, nested_ptr, warp + ROUND, own, output, BLOCKS, WARPS, AHEAD)
    offset = tl.load(offset_ptr)
    zero = tl.load(code_ptr + 7 + thread * 0).to(tl.int32, bitcast=True)
    table = zero
    if IN_REGISTERS:
        table = tl.load(code_ptr + (thread & 15)).to(y_ptr.dtype.element_ty).to(tl.int16, bitcast=True).to(tl.int32)
    nothing = tl.zeros((WARPS * 32,), tl.float32)
    total = ((nothing, nothing, nothing, nothing),) * TILES
    x_ptr += quad * 32 + lane * (8 if IN_REGISTERS else 0)
    scale, scale_2 = _scales(parts, offset, absmax_code_ptr)
    bias = 0.0
    if HAS_BIAS:
        bias = tl.load(bias_ptr + _outputs()).to(tl.float32)
    overlap.wait_for_input(OVERLAP)
    for start in tl.range(0, BLOCKS, ROUND, num_stages=1):
        words_m, parts_m = _read(
            words_ptr, absmax_ptr, nested_ptr, warp + (start + 2 * ROUND), own, output, BLOCKS, WARPS, AHEAD
        )
        xs = ()
        for number in tl.static_range(AHEAD):  # All of them are under way before the first is used.
            block = warp + (start + number * WARPS)
            # Blocks behind the last are the last of x, times nothing.
            place = x_ptr + (tl.minimum(block, BLOCKS - 1) if BLOCKS % ROUND else block) * 512
            xs = xs + ((place, _x(place, quad < rows, READ)),)  # type: ignore[assignment]  # noqa: RUF005
        for number in tl.static_range(AHEAD):
            one, other = words[number]
            place, x = xs[number]  # type: ignore[var-annotated]
            total = _block(
                total, one, other, x, place, quad, rows, _of_quad(scale, number), _of_quad(scale_2, number),
                zero, table, code_ptr, WIDTH, TILES, UNPACK, READ, MULTIPLY,
            )  # fmt: skip
        scale, scale_2 = _scales(parts_n, offset, absmax_code_ptr)  # What it is made of has come meanwhile.
        words, words_n, parts_n = words_n, words_m, parts_m
    for tile in tl.static_range(TILES):
        _put(total[tile], tile * 8, bias, y_ptr, outputs, rows, WARPS)


@triton.jit
def _outputs():
    """The outputs of which a lane of the program's 32 has sums, (32, 1, 2)."""
    return tl.program_id(0) * 16 + (tl.arange(0, 32)[:, None, None] >> 2) + 8 * tl.arange(0, 2)[None, None, :]


@triton.jit
def _put(sums, first, bias, y_ptr, outputs, rows, WARPS: tl.constexpr):
    """Add up what the warps have for eight rows, and write it."""
    held = tl.join(tl.join(sums[0], sums[1]), tl.join(sums[2], sums[3]))
    y = tl.sum(tl.reshape(held, (WARPS, 32, 2, 2)), axis=0) + bias
    row = first + 2 * (tl.arange(0, 32)[:, None, None] & 3) + tl.arange(0, 2)[None, :, None]
    tl.store(y_ptr + row * outputs + _outputs(), y.to(y_ptr.dtype.element_ty), mask=row < rows)


def tile(in_features: int, out_features: int, rows: int) -> dict[str, int]:
    """Warps that share a program's outputs, blocks that each reads at a time, and quarters that are `shuffled`.

    The warps are the same for any number of rows; where there are few outputs, more of them share each. The more rows,
    the more registers, so the fewer blocks at a time.
    """
    if out_features >= 8192:
        return {"num_warps": 4, "AHEAD": 4 if rows <= 8 else 1, "shuffled": 2}
    if out_features > in_features:
        return {"num_warps": 4, "AHEAD": 4 if rows <= 8 else 2, "shuffled": 2}
    return {"num_warps": 8, "AHEAD": 4 if rows <= 8 else 2 if rows <= 16 else 1, "shuffled": 2}


def product(
    x: Tensor,
    rows: int,
    packed: Tensor,
    scales: Scales,
    codes: Codes,
    bias: Tensor | None,
    shape: tuple[int, int],
    tiling: dict[str, int] | None = None,
) -> Tensor:
    """The product x W^T + b for 1 to 32 rows of `x`, in fragments and in x's dtype, bf16 or fp16: (rows, out).

    `packed` holds an (out, in) matrix in groups (`nf4.grouped`), and so does the first of `scales`: absmax,
    absmax_scale and absmax_offset. `codes` are the 16 values of a weight and the 256 of an absmax.
    """
    one_piece(x, packed, *scales, *codes, bias)
    out_features, in_features = shape
    blocks = in_features // BLOCK
    y = torch.empty(rows, out_features, dtype=x.dtype, device=x.device)
    chosen = dict(tiling or tile(in_features, out_features, rows))
    shuffled, kind = chosen.pop("shuffled"), "bf16" if x.dtype == torch.bfloat16 else "f16"
    deep = 8 if x.is_cuda and torch.cuda.get_device_capability(x.device) < (8, 0) else 16
    _product[(out_features // 16,)](
        x,
        packed.view(torch.int64),
        scales[0].view(torch.int16),
        *scales[1:],
        *codes,
        y if bias is None else bias,
        y,
        out_features,
        rows,
        BLOCKS=blocks,
        HAS_BIAS=bias is not None,
        TILES=1 if rows <= 8 else 2 if rows <= 16 else 4,
        WARPS=chosen["num_warps"],
        UNPACK=unpacking_code(kind, shuffled),
        READ=READING,
        MULTIPLY=multiplying_code(kind, deep),
        **chosen,
        **overlap.options(x),
    )
    return y
