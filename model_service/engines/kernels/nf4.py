"""NF4 matrices: what the kernels that unpack them share."""

import os

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
