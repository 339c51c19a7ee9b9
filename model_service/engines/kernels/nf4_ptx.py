"""PTX of the NF4 product on tensor cores: what turns words into codes, and what multiplies these."""

import struct
from functools import lru_cache

from model_service.engines.kernels.nf4 import CODES


def _table(kind: str) -> tuple[list[int], list[int]]:
    """The low and the high bytes of the codes in a dtype, bf16 or f16, four of them in a word."""
    halves = [_bits(code, kind) for code in CODES]
    words = [halves[start : start + 4] for start in range(0, 16, 4)]
    low = [int.from_bytes(bytes(half & 0xFF for half in word), "little") for word in words]
    high = [int.from_bytes(bytes(half >> 8 for half in word), "little") for word in words]
    return low, high


def _bits(code: float, kind: str) -> int:
    if kind == "f16":
        return int.from_bytes(struct.pack("<e", code), "little")
    bits = int.from_bytes(struct.pack("<f", code), "little")
    return (bits + 0x7FFF + (bits >> 16 & 1)) >> 16


@lru_cache
def unpacking_code(kind: str, shuffled: int) -> str:
    """PTX that turns two words ($8) into their sixteen codes in pairs ($0 to $7), without memory.

    `prmt` picks four of eight bytes by the four nibbles of a selector, so it looks up four weights at once, once in
    codes 0-7 and once in 8-15, by three bits of each nibble; the fourth bit then picks between the two. $9 is a zero
    that the compiler does not know, so that it keeps the tables in registers. The last `shuffled` quarters are looked
    up by `shfl` instead, in the codes that sixteen lanes hold ($10): that is work for another unit.
    """
    low, high = _table(kind)
    lines = [
        ".reg .b32 word0, word1, three, fourth, first, second, low, high, low0, low1, high0, high1;",
        "mov.b64 {word0, word1}, $8;",
        f"or.b32 low0, $9, {low[0]:#010x};",
        f"or.b32 low1, $9, {low[2]:#010x};",
        f"or.b32 high0, $9, {high[0]:#010x};",
        f"or.b32 high1, $9, {high[2]:#010x};",
    ]
    for part in range(4):
        lines += _shuffles(part) if part >= 4 - shuffled else _permutes(part, low, high)
    return "{" + " ".join(lines) + "}"


def _permutes(part: int, low: list[int], high: list[int]) -> list[str]:
    """A quarter of two words, four weights, by byte permutes."""
    if part % 2:
        lines = ["shr.u32 three, three, 16;", "shr.u32 fourth, fourth, 16;"]
    else:
        lines = [
            f"and.b32 three, word{part // 2}, 0x77777777;",
            f"shr.u32 fourth, word{part // 2}, 1;",
            "and.b32 fourth, fourth, 0x44444444;",
            "or.b32 fourth, fourth, 0x32103210;",
        ]
    for name, table in (("low", low), ("high", high)):
        lines += [
            f"prmt.b32 first, {name}0, {table[1]:#010x}, three;",
            f"prmt.b32 second, {name}1, {table[3]:#010x}, three;",
            f"prmt.b32 {name}, first, second, fourth;",
        ]
    return [  # A byte's first weight is its higher nibble.
        *lines,
        f"prmt.b32 ${2 * part}, low, high, 0x4051;",
        f"prmt.b32 ${2 * part + 1}, low, high, 0x6273;",
    ]


def _shuffles(part: int) -> list[str]:
    """A quarter of two words, four weights, by shuffles: of an index four bits count."""
    lines = []
    for pair in range(2):
        for name, nibble in (("first", 4 * (part % 2) + 2 * pair + 1), ("second", 4 * (part % 2) + 2 * pair)):
            lines += [
                f"shr.u32 three, word{part // 2}, {4 * nibble};",
                f"shfl.sync.idx.b32 {name}, $10, three, 0x101f, 0xffffffff;",
            ]
        lines.append(f"prmt.b32 ${2 * part + pair}, first, second, 0x5410;")
    return lines


READING = (
    "{ .reg .pred there; setp.ne.b32 there, $9, 0; "
    "@there ld.global.v4.b32 {$0, $1, $2, $3}, [$8]; @there ld.global.v4.b32 {$4, $5, $6, $7}, [$8 + 512]; }"
)
"""PTX that reads sixteen elements of x, in pairs ($0 to $7), from an address ($8) where there is such a row ($9)."""


@lru_cache
def multiplying_code(kind: str, deep: int) -> str:
    """PTX for what a tile of 16 outputs by 8 rows adds up to over 64 weights, by `mma` of 16 or 8 of them at a time.

    Of an output's codes ($4 to $11), of another's ($12 to $19) and of x ($20 to $27) to the sums $0, $1 of one output
    and $2, $3 of the other, each with two rows. What a row that is not there comes to is undefined.
    """
    lines = [".reg .f32 none;", "mov.f32 none, 0f00000000;"]
    sums, before = "{$0, $1, $2, $3}", "{none, none, none, none}"
    for first in range(0, 8, deep // 8):
        parts = range(first, first + deep // 8)
        codes = ", ".join(f"${4 + part}, ${12 + part}" for part in parts)
        x = ", ".join(f"${20 + part}" for part in parts)
        lines.append(
            f"mma.sync.aligned.m16n8k{deep}.row.col.f32.{kind}.{kind}.f32 {sums}, {{{codes}}}, {{{x}}}, {before};"
        )
        before = sums
    return "{" + " ".join(lines) + "}"
