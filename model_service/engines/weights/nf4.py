"""Linear layers in four bits: NF4 with double quantisation, as bitsandbytes packs it."""

from collections.abc import Iterator
from typing import Self, cast

import bitsandbytes.functional as bnb
import torch
import torch.nn.functional as F
from bitsandbytes.autograd._functions import matmul_4bit
from torch import Tensor, nn

from model_service.engines import kernels
from model_service.engines.kernels import dispatch

BLOCK = 64
"""Weights that share a scale."""

NESTED = 256
"""Scales that share a scale of their own."""

MOST_ROWS = 32
"""Rows that our product takes at most."""

GROUP = 16
"""Outputs whose weights lie together, for our product."""

SLAB = 64 * 1024**2
"""Weights that are unpacked on the device at a time while a layer is packed."""


class NF4Linear(nn.Module):
    """y = x W^T + b, with W as indices into 16 normal quantiles, a scale every 64 weights, row after row.

    W[i] = code[packed 4 bits of i] * s[i // 64], the first of two weights in a byte's high half, and
    s[j] = absmax_code[absmax[j]] * absmax_scale[j // 256] + absmax_offset.
    `dtype` is that of W once unpacked, and of the bias.
    """

    packed: Tensor
    absmax: Tensor
    absmax_scale: Tensor
    absmax_offset: Tensor
    code: Tensor
    absmax_code: Tensor

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        device: torch.device | str | None = None,
        dtype: torch.dtype = torch.float32,
    ) -> None:
        """Room for a layer, not filled; `quantize` makes one from weights."""
        super().__init__()
        self.in_features, self.out_features, self.dtype = in_features, out_features, dtype
        self.grouped = False
        """Whether the weights are in the order in which our product reads them, which bitsandbytes does not know."""
        weights = in_features * out_features
        blocks = -(-weights // BLOCK)
        buffers = {
            "packed": (((weights + 1) // 2,), torch.uint8),
            "absmax": ((blocks,), torch.uint8),
            "absmax_scale": ((-(-blocks // NESTED),), torch.float32),
            "absmax_offset": ((), torch.float32),
            "code": ((16,), torch.float32),
            "absmax_code": ((256,), torch.float32),
        }
        for name, (shape, kind) in buffers.items():
            self.register_buffer(name, torch.empty(shape, dtype=kind, device=device))
        self.bias: nn.Parameter | None = None
        if bias:
            self.bias = nn.Parameter(torch.empty(out_features, dtype=dtype, device=device), requires_grad=False)

    @classmethod
    def quantize(cls, weight: Tensor, bias: Tensor | None = None) -> Self:
        """Pack an (out, in) weight, on its device and for its dtype; an (out,) bias is kept as it is."""
        out_features, in_features = weight.shape
        made = cls(in_features, out_features, bias is not None, "meta", weight.dtype)
        made.pack(weight, weight.device)
        if bias is not None:
            made.bias = nn.Parameter(bias, requires_grad=False)
        return made

    def pack(self, weight: Tensor, device: torch.device) -> None:
        """Put in an (out, in) weight, of whatever dtype and device; it is packed on this one, slab by slab."""
        rows = max(1, SLAB // (self.in_features * BLOCK)) * BLOCK  # A slab ends where a block does.
        slabs = [
            bnb.quantize_4bit(slab.to(device, self.dtype).contiguous(), blocksize=BLOCK, quant_type="nf4")
            for slab in torch.split(weight, rows)
        ]
        absmax = torch.cat([state.absmax for _, state in slabs])
        self.packed, self.code = torch.cat([packed.flatten() for packed, _ in slabs]), slabs[0][1].code
        self.absmax_offset = absmax.mean()
        self.absmax, nested = bnb.quantize_blockwise(absmax - self.absmax_offset, blocksize=NESTED)
        self.absmax_scale, self.absmax_code = nested.absmax, nested.code
        if self.grouped:
            self.packed, self.absmax = grouped(self.packed, self.absmax, self._shape)

    @property
    def _shape(self) -> tuple[int, int]:
        return self.out_features, self.in_features

    @property
    def can_be_grouped(self) -> bool:
        """Whether there are whole groups, of whole blocks."""
        return self.out_features % GROUP == 0 and self.in_features % BLOCK == 0

    def group(self) -> None:
        """Bring the weights into the order in which our product reads them."""
        if not self.grouped:
            self.packed, self.absmax = grouped(self.packed, self.absmax, self._shape)
            self.grouped = True

    def ungroup(self) -> None:
        """Bring the weights back in order, row after row."""
        if self.grouped:
            self.packed, self.absmax = in_rows(self.packed, self.absmax, self._shape)
            self.grouped = False

    @property
    def quant_state(self) -> bnb.QuantState:
        """The same, in the words of bitsandbytes; views of the buffers as they are now."""
        nested = bnb.QuantState(  # type: ignore[no-untyped-call]
            absmax=self.absmax_scale, blocksize=NESTED, code=self.absmax_code, dtype=torch.float32
        )
        return bnb.QuantState(  # type: ignore[no-untyped-call]
            absmax=self.absmax,
            shape=torch.Size((self.out_features, self.in_features)),
            code=self.code,
            blocksize=BLOCK,
            quant_type="nf4",
            dtype=self.dtype,
            offset=self.absmax_offset,
            state2=nested,
        )

    def dequantize(self) -> Tensor:
        """The (out, in) weight that this layer stands for, in its dtype."""
        packed, state = self.packed, self.quant_state
        if self.grouped:
            packed, state.absmax = in_rows(packed, self.absmax, self._shape)
        return bnb.dequantize_4bit(packed.view(-1, 1), state)

    def unpacked(self) -> Tensor:
        """The same, by our kernel."""
        return unpacked(self)

    def forward(self, x: Tensor) -> Tensor:
        """(..., in) -> (..., out)."""
        rows = x.numel() // self.in_features
        if self.grouped and rows <= MOST_ROWS and dispatch.unpacks(x):
            return nf4_product(self, x.reshape(rows, -1)).view(*x.shape[:-1], -1)
        if rows > 1 and dispatch.unpacks(x):
            return self._by_parts(x) if self._is_large else F.linear(x, unpacked(self), self.bias)
        if self.grouped:
            return F.linear(x, unpacked(self), self.bias)
        # On a CPU bitsandbytes misreads anything that is not contiguous.
        return matmul_4bit(x.contiguous(), self.packed.view(-1, 1), self.quant_state, bias=self.bias)  # type: ignore[no-any-return]

    @property
    def _is_large(self) -> bool:
        return self.bias is None and self.in_features * self.out_features > kernels.UNPACKED

    def _by_parts(self, x: Tensor) -> Tensor:
        """The product with a large matrix, of which only some rows are unpacked at a time, a multiple of 256."""
        at_once = max(1, kernels.UNPACKED // (self.in_features * NESTED)) * NESTED
        rows, y = x.reshape(-1, self.in_features), x.new_empty(*x.shape[:-1], self.out_features)
        for begin in range(0, self.out_features, at_once):
            part = range(begin, min(begin + at_once, self.out_features))
            torch.mm(rows, unpacked(self, part).T, out=y.view(-1, self.out_features)[:, begin : part.stop])
        return y

    def extra_repr(self) -> str:
        """As nn.Linear says it."""
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"


def grouped(packed: Tensor, absmax: Tensor, shape: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """The packed weights and the absmax of an (out, in) matrix in the order in which the product reads them.

    Of 16 outputs each block of 64 weights is together, 512 bytes, so that a warp reads them at once: lane 4 g + t has
    two words of output g, t and t + 4, and next to them those of output g + 8. Their absmax are in pairs too.
    """
    groups, blocks = shape[0] // GROUP, shape[1] // BLOCK
    words = packed.view(groups, 2, 8, blocks, 2, 4, 4)  # group, output's half, g, block, word's half, t, byte
    pairs = absmax.view(groups, 2, 8, blocks)
    return words.permute(0, 3, 2, 5, 1, 4, 6).flatten(), pairs.permute(0, 3, 2, 1).flatten()


def in_rows(packed: Tensor, absmax: Tensor, shape: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """The other way round: row after row, as bitsandbytes has them."""
    groups, blocks = shape[0] // GROUP, shape[1] // BLOCK
    words = packed.view(groups, blocks, 8, 4, 2, 2, 4)
    pairs = absmax.view(groups, blocks, 8, 2)
    return words.permute(0, 4, 2, 1, 5, 3, 6).flatten(), pairs.permute(0, 3, 2, 1).flatten()


def products(device: torch.device) -> Iterator[tuple[Tensor, Tensor]]:
    """Pairs of what our kernels and what torch computes: a random matrix's products with rows; its rows; and itself.

    A row comes to the very same alone and among others; where it does not, a pair has NaN.
    """
    generator = torch.Generator(device).manual_seed(0)
    weight = torch.randn(208, 512, generator=generator, device=device, dtype=torch.float16)
    x = torch.randn(MOST_ROWS, 512, generator=generator, device=device, dtype=torch.float16)
    layer = NF4Linear.quantize(weight)
    wanted = layer.dequantize().float()
    yield unpacked(layer), wanted
    layer.group()
    all_rows = nf4_product(layer, x)
    yield all_rows, x.float() @ wanted.T
    for rows in (1, 8, 16):
        found = nf4_product(layer, x[:rows])
        yield torch.where(found == all_rows[:rows], found, torch.nan), x[:rows].float() @ wanted.T
    yield unpacked(layer), wanted


def in_fragments(x: Tensor) -> Tensor:
    """(rows, in) -> (tiles, blocks, 2, 8, 32): eight rows of half a block together, as tensor cores take them."""
    rows, width = x.shape
    padded = F.pad(x, (0, 0, 0, -rows % 8))
    return padded.view(-1, 8, width // BLOCK, 2, 32).permute(0, 2, 3, 1, 4).contiguous()


def nf4_product(layer: NF4Linear, x: Tensor, tiling: dict[str, int] | None = None) -> Tensor:
    """A 4-bit layer in groups, of 1 to 32 rows: (rows, in) -> (rows, out)."""
    return product_of_fragments(layer, in_fragments(x), len(x), tiling)


def product_of_fragments(layer: NF4Linear, x: Tensor, rows: int, tiling: dict[str, int] | None = None) -> Tensor:
    """The same, of rows in the order in which tensor cores take them (`in_fragments`)."""
    from model_service.engines.kernels import nf4_product

    shape = layer.out_features, layer.in_features
    return nf4_product.product(x, rows, layer.packed, *_tables(layer), layer.bias, shape, tiling)


def unpacked(layer: NF4Linear, rows: range | None = None) -> Tensor:
    """The (out, in) weight that a 4-bit layer stands for, in its dtype; or some rows of it.

    `rows` begin and end at multiples of 256, or at the ends of the matrix.
    """
    from model_service.engines.kernels import unpack

    packed, (absmax, scale, offset), codes = layer.packed, *_tables(layer)
    if rows is not None:
        first = rows.start * layer.in_features
        packed, absmax, scale = packed[first // 2 :], absmax[first // BLOCK :], scale[first // (BLOCK * NESTED) :]
    count = layer.out_features if rows is None else len(rows)
    out = torch.empty(count, layer.in_features, dtype=layer.dtype, device=packed.device)
    return unpack.unpack(packed, (absmax, scale, offset), codes, out, layer.grouped)


def _tables(layer: NF4Linear) -> tuple[tuple[Tensor, Tensor, Tensor], tuple[Tensor, Tensor]]:
    held = cast(dict[str, Tensor], layer._buffers)  # As attributes they would take longer than adding two tensors.
    return (held["absmax"], held["absmax_scale"], held["absmax_offset"]), (held["code"], held["absmax_code"])
