"""NF4 matrices unpacked in memory, for products with many rows."""

import struct

import triton
import triton.language as tl
from torch import Tensor

from model_service.engines.kernels.nf4 import BLOCK, CODES, codes_in
from model_service.engines.kernels.strides import one_piece

TILE, PARTS = 128, 4
"""Words that a program unpacks at once, one a thread, and how many such parts it reads before it writes the first."""


def exact_lookup() -> str:
    """PTX that turns a word ($8) into its eight codes ($0 to $7), the very floats, by byte permutes.

    `prmt` picks four of eight bytes by the nibbles of a selector. So it looks up one byte of four codes at once: in
    codes 0-7 and in 8-15 by three bits of each nibble, and the fourth bit picks between the two. The codes are put
    together from four such bytes each.
    """
    lines = [
        ".reg .b32 three, fourth, low, high, p0, p1, p2, p3, a, b, c, d;",
        "and.b32 three, $8, 0x77777777;",
        "shr.u32 fourth, $8, 1;",
        "and.b32 fourth, fourth, 0x44444444;",
        "or.b32 fourth, fourth, 0x32103210;",
    ]
    for half in range(2):
        if half:
            lines += ["shr.u32 three, three, 16;", "shr.u32 fourth, fourth, 16;"]
        for place in range(4):
            table = _bytes_of_codes(place)
            lines += [
                f"prmt.b32 low, {table[0]:#010x}, {table[1]:#010x}, three;",
                f"prmt.b32 high, {table[2]:#010x}, {table[3]:#010x}, three;",
                f"prmt.b32 p{place}, low, high, fourth;",
            ]
        lines += ["prmt.b32 a, p0, p1, 0x5140;", "prmt.b32 b, p0, p1, 0x7362;"]
        lines += ["prmt.b32 c, p2, p3, 0x5140;", "prmt.b32 d, p2, p3, 0x7362;"]
        for nibble, (lower, upper) in enumerate((("a", "c"), ("a", "c"), ("b", "d"), ("b", "d"))):
            # A byte's first weight is its higher nibble.
            selector = "0x7632" if nibble % 2 else "0x5410"
            lines.append(f"prmt.b32 ${4 * half + (nibble ^ 1)}, {lower}, {upper}, {selector};")
    return "{" + " ".join(lines) + "}"


def _bytes_of_codes(place: int) -> list[int]:
    """One byte of each of the 16 codes as fp32, four in a word."""
    chosen = [struct.pack("<f", code)[place] for code in CODES]
    return [int.from_bytes(bytes(chosen[start : start + 4]), "little") for start in range(0, 16, 4)]


LOOKUP = tl.constexpr(exact_lookup())


@triton.jit
def _word_in_rows(word, BLOCKS: tl.constexpr):
    """Which word of the matrix, row after row, a word of the groups is: of 8 bytes half, and of lane and output."""
    output = word // (BLOCKS * 128) * 16 + word // 2 % 2 * 8 + word // 16 % 8
    return output * (BLOCKS * 8) + word // 128 % BLOCKS * 8 + word % 2 * 4 + word // 4 % 4


@triton.jit
def _unpack(
    words_ptr,
    absmax_ptr,
    scale_ptr,
    offset_ptr,
    code_ptr,
    absmax_code_ptr,
    weight_ptr,
    count,
    BLOCKS: tl.constexpr,
    TILE: tl.constexpr,
    PARTS: tl.constexpr,
):
    words_ptr = words_ptr.to(tl.pointer_type(tl.int32))
    kind = weight_ptr.dtype.element_ty
    first = tl.program_id(0) * (TILE * PARTS) + tl.arange(0, TILE)
    offset = tl.load(offset_ptr)
    held = ()
    for part in tl.static_range(PARTS):  # All of them are under way before the first is used.
        word = first + part * TILE
        inside = word < count
        row_word = _word_in_rows(word, BLOCKS) if BLOCKS else word
        absmax = word // 128 * 16 + word // 16 % 8 * 2 + word // 2 % 2 if BLOCKS else word // 8
        scale = tl.load(absmax_code_ptr + tl.load(absmax_ptr + absmax, mask=inside, other=0).to(tl.int32))
        scale = scale * tl.load(scale_ptr + row_word // 2048, mask=inside, other=0.0) + offset
        held = held + ((tl.load(words_ptr + word, mask=inside, other=0), scale),)  # type: ignore[assignment]  # noqa: RUF005
    for part in tl.static_range(PARTS):
        word = first + part * TILE
        words, scale = held[part]  # type: ignore[var-annotated]
        a, b, c, d, e, f, g, h = codes_in(words, code_ptr, LOOKUP)
        even = tl.join(
            tl.join((a * scale).to(kind), (e * scale).to(kind)), tl.join((c * scale).to(kind), (g * scale).to(kind))
        )
        odd = tl.join(
            tl.join((b * scale).to(kind), (f * scale).to(kind)), tl.join((d * scale).to(kind), (h * scale).to(kind))
        )
        weights = tl.reshape(tl.join(even, odd), (TILE, 8))
        row_word = _word_in_rows(word, BLOCKS) if BLOCKS else word
        places = row_word[:, None] * 8 + tl.arange(0, 8)[None, :]
        tl.store(weight_ptr + places, weights, mask=(word < count)[:, None])


def unpack(
    packed: Tensor,
    scales: tuple[Tensor, Tensor, Tensor],
    codes: tuple[Tensor, Tensor],
    weight: Tensor,
    grouped: bool = False,
) -> Tensor:
    """Fill an (out, in) matrix of any float dtype, and return it; `scales` and `codes` as for the product.

    The packed weights are in rows, or in groups (`nf4.grouped`).
    """
    one_piece(packed, *scales, *codes, weight)
    count = weight.numel() // 8
    _unpack[(triton.cdiv(count, TILE * PARTS),)](
        packed, *scales, *codes, weight, count, BLOCKS=weight.shape[1] // BLOCK if grouped else 0, TILE=TILE,
        PARTS=PARTS, num_warps=TILE // 32,
    )  # fmt: skip
    return weight
