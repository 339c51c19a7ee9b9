"""Resampling by products of matrices, for GPUs: what becomes of unit vectors becomes of everything."""

import torch
import torch.nn.functional as F
from torch import Tensor


def bicubic_weights(
    length: int, target: int, device: torch.device, dtype: torch.dtype = torch.float32, antialias: bool = False
) -> Tensor:
    """(length, target): what each of so many places in a line counts for in each of those that they become."""
    units = torch.eye(length, dtype=dtype, device=device)[None, None]
    return F.interpolate(units, (length, target), mode="bicubic", align_corners=False, antialias=antialias)[0, 0]
