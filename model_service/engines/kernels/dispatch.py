"""The work of layers between their matrix products: by torch, or under inference on an NVIDIA GPU by our kernels.

The kernels overwrite their inputs where that saves memory: an argument that is taken is not to be used again.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from model_service.engines.kernels.self_check import NONE, Checked

_checked: dict[int, Checked] = {}
"""What was found right, by the number of the card: a fact of the process."""


def use(checked: Checked, device: torch.device) -> None:
    """Use the kernels that were found to be right on a card, from now on."""
    _checked[torch.cuda.current_device() if device.index is None else device.index] = checked


def applies(x: Tensor) -> bool:
    """Whether the kernels are used for what is computed of `x` now."""
    return (
        x.is_cuda
        and x.dtype is _found(x).layers
        and not torch.compiler.is_compiling()
        and torch.is_inference_mode_enabled()
    )


def unpacks(x: Tensor) -> bool:
    """Whether NF4 matrices are unpacked by our kernels for a product with `x`."""
    return x.is_cuda and _found(x).products


def _found(x: Tensor) -> Checked:
    return _checked.get(x.get_device(), NONE)


def norm_add(x: Tensor, y: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
    """The sum x + layer_norm(y), all (B, T, width); `y` is taken."""
    if not applies(x):
        return x + F.layer_norm(y, weight.shape, weight, bias, eps)
    from model_service.engines.kernels import fused

    return fused.norm_add(x.contiguous(), y, weight, bias, eps)


def add_norm(x: Tensor, delta: Tensor, weight: Tensor, eps: float) -> tuple[Tensor, Tensor]:
    """The sum x + delta, and its root mean square norm, all (B, T, width); `delta` is taken."""
    if not applies(x):
        total = x + delta
        return total, F.rms_norm(total, weight.shape, weight, eps)
    from model_service.engines.kernels import fused

    return fused.add_norm(x.contiguous(), delta, weight, eps)


def linear_gelu(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """The GELU of x W^T + b, of (B, T, width). Only where the kernels apply.

    The product ends with it, by its formula with tanh: a twentieth of what rounding to bf16 does, and what is between
    the two need not be written and read again.
    """
    flat = x.reshape(-1, x.shape[-1])
    return torch._addmm_activation(bias, flat, weight.T, use_gelu=True).view(*x.shape[:-1], -1)


def swiglu(x: Tensor) -> Tensor:
    """(B, T, 2 width) -> (B, T, width): silu of the first half times the second."""
    if not applies(x):
        gate, up = x.chunk(2, dim=-1)
        return F.silu(gate) * up
    from model_service.engines.kernels import fused

    return fused.swiglu(x)


def turn_halves(qkv: Tensor, table: Tensor, norms: tuple[Tensor, Tensor] | None, eps: float) -> Tensor:
    """Turn the halves of queries and keys of (1, L, 3, heads, dim) by a (L, dim / 2, 2) fp32 table; `qkv` is taken.

    With `norms`, (dim,) each, a query and a key are normalised by its root mean square first.
    """
    if applies(qkv):
        from model_service.engines.kernels import fused

        return fused.turn_halves(qkv, table, norms, eps)
    both, value = qkv[:, :, :2], qkv[:, :, 2:]
    if norms is not None:
        dim = (qkv.shape[-1],)
        parts = (F.rms_norm(part, dim, norm, eps) for part, norm in zip(both.unbind(2), norms, strict=True))
        both = torch.stack(tuple(parts), dim=2)
    first, second = both.float().chunk(2, dim=-1)
    cos, sin = table[None, :, None, None].unbind(-1)
    turned = torch.cat((first * cos - second * sin, second * cos + first * sin), dim=-1)
    return torch.cat((turned.to(qkv.dtype), value), dim=2)


def rotate_into_cache(
    qkv: Tensor, table: Tensor, keys: Tensor, values: Tensor, layer: int, length: int
) -> tuple[Tensor, Tensor, Tensor]:
    """Rotate queries and keys of (1, T, (heads + 2 groups) dim) by the (1, T, pairs, 2) table; `qkv` is taken.

    Only where the kernels apply. The queries, (1, heads, T, dim), and all keys and values of the layer in the (layers,
    groups, capacity, dim) buffers, of which `length` positions were filled, behind which the new ones have been put.
    """
    from model_service.engines.kernels import fused

    groups, dim = keys.shape[1], keys.shape[3]
    fused.rotate_into_cache(qkv, table, keys, values, layer, length)
    stop = length + qkv.shape[1]
    query = qkv.view(1, qkv.shape[1], -1, dim).transpose(1, 2)[:, : -2 * groups]
    return query, keys[layer : layer + 1, :, :stop], values[layer : layer + 1, :, :stop]
