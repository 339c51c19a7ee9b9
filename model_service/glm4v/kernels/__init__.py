"""Kernels of our own for NVIDIA GPUs; everything else in this package does without them."""

import logging
from collections.abc import Iterable
from functools import lru_cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, cast

import torch
from torch import Tensor

if TYPE_CHECKING:
    from model_service.glm4v.nf4 import NF4Linear

MOST_ERROR = 0.01
"""Relative error in the 2-norm up to which a kernel agrees with bitsandbytes; rounding is a third of that."""

UNPACKED = 60 * 1024**2
"""Weights that are unpacked at a time for a product with many rows: half of the 9B's widest matrix."""

logger = logging.getLogger(__name__)


@lru_cache
def usable(kind: str) -> bool:
    """Whether they run on this kind of device and compute what bitsandbytes computes: tried once, on a small matrix.

    Triton comes with torch for CUDA on Linux, and wants a C compiler and a card of 2017 or later.
    """
    if kind != "cuda":
        return False
    if torch.version.hip is not None or find_spec("triton") is None:
        logger.warning("without Triton for CUDA there are no kernels of our own here: answers come more slowly")
        return False
    try:
        return agree(torch.device(kind))
    except Exception as reason:  # A card or a driver that nobody tried: slower, but it works.
        logger.warning("the kernels for NF4 cannot be used here: %r", reason, exc_info=True)
        return False


def agree(device: torch.device) -> bool:
    """Whether product and unpacking agree with bitsandbytes on a random matrix."""
    from model_service.glm4v.nf4 import NF4Linear

    generator = torch.Generator(device).manual_seed(0)
    weight = torch.randn(200, 512, generator=generator, device=device, dtype=torch.float16)
    x = torch.randn(1, 512, generator=generator, device=device, dtype=torch.float16)
    layer = NF4Linear.quantize(weight)
    wanted = layer.dequantize().float()
    product = nf4_product(layer, arranged(layer, x)), x.float() @ wanted.T
    errors = disagreement((product, (unpacked(layer), wanted)))
    if errors:
        logger.warning("the kernels for NF4 are off by %.3g and %.3g here, and are not used", *errors)
    return not errors


def disagreement(pairs: Iterable[tuple[Tensor, Tensor]]) -> list[float]:
    """The relative errors of (found, wanted), if one of them is above `MOST_ERROR` or not a number; else none."""
    errors = [relative_error(found, wanted) for found, wanted in pairs]
    return [] if all(error <= MOST_ERROR for error in errors) else errors


def relative_error(found: Tensor, wanted: Tensor) -> float:
    """In the 2-norm, computed in fp32."""
    wanted = wanted.float()
    return float((found.float() - wanted).norm() / wanted.norm())


def nf4_product(layer: "NF4Linear", x: Tensor, tiling: dict[str, int] | None = None) -> Tensor:
    """A 4-bit layer of (rows, in), as `arranged`: (rows, out). Many rows are a power of two."""
    from model_service.glm4v.kernels import nf4, nf4_mma, rows

    shape = layer.out_features, layer.in_features
    if not in_eighths(layer, x.shape[0]):
        product = nf4_mma.product
    else:
        product = nf4.product if x.shape[0] < rows.LEAST else rows.product
    return product(x, layer.packed, *_tables(layer), layer.bias, shape, tiling)


def in_eighths(layer: "NF4Linear", rows: int) -> bool:
    """Whether the product with so many rows wants them as `nf4.in_eighths` makes them, or in order."""
    from model_service.glm4v.kernels.rows import LEAST

    return rows >= LEAST or not _has_mma(layer.packed.device, layer.dtype)


def arranged(layer: "NF4Linear", x: Tensor) -> Tensor:
    """(rows, in) in the order that the product wants."""
    from model_service.glm4v.kernels import nf4

    return nf4.in_eighths(x) if in_eighths(layer, x.shape[0]) else x


@lru_cache
def _has_mma(device: torch.device, dtype: torch.dtype) -> bool:
    """Whether `nf4_mma` works there; what interprets it can always do so."""
    known = dtype in (torch.float16, torch.bfloat16)
    return known and (device.type != "cuda" or torch.cuda.get_device_capability(device) >= (8, 0))


def unpacked(layer: "NF4Linear", rows: range | None = None) -> Tensor:
    """The (out, in) weight that a 4-bit layer stands for, in its dtype; or some rows of it.

    `rows` begin and end at multiples of 256, or at the ends of the matrix.
    """
    from model_service.glm4v.kernels import unpack

    packed, (absmax, scale, offset), codes = layer.packed, *_tables(layer)
    if rows is not None:
        from model_service.glm4v.nf4 import BLOCK, NESTED

        first = rows.start * layer.in_features
        packed, absmax, scale = packed[first // 2 :], absmax[first // BLOCK :], scale[first // (BLOCK * NESTED) :]
    count = layer.out_features if rows is None else len(rows)
    out = torch.empty(count, layer.in_features, dtype=layer.dtype, device=packed.device)
    return unpack.unpack(packed, (absmax, scale, offset), codes, out)


def _tables(layer: "NF4Linear") -> tuple[tuple[Tensor, Tensor, Tensor], tuple[Tensor, Tensor]]:
    held = cast("dict[str, Tensor]", layer._buffers)  # As attributes they would take longer than adding two tensors.
    return (held["absmax"], held["absmax_scale"], held["absmax_offset"]), (held["code"], held["absmax_code"])
