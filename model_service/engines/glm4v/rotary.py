"""Rotary positions, as GLM-4 has them."""

import torch
from torch import Tensor

from model_service.engines.glm4v.config import GLM4VConfig

ROPE_THETA = 10000.0


class Rotary:
    """Rotary positions over the first half of each head, adjacent pairs; tables are computed in fp32.

    Not a module: a buffer would be rounded when the model is cast to 16 bits.
    """

    def __init__(self, config: GLM4VConfig) -> None:
        self.pairs = config.kv_channels // 4
        self.theta = ROPE_THETA * config.rope_ratio

    def table(self, positions: Tensor, dtype: torch.dtype) -> Tensor:
        """(B, T) positions -> (B, T, pairs, 2): cosine and sine."""
        exponents = torch.arange(self.pairs, device=positions.device, dtype=torch.float32) / self.pairs
        angles = positions[..., None].float() / self.theta**exponents
        return torch.stack((angles.cos(), angles.sin()), dim=-1).to(dtype)


def rotate(x: Tensor, table: Tensor) -> Tensor:
    """Turn the first pairs of (B, heads, T, head_dim) by the (B, T, pairs, 2) table; the rest passes through."""
    turned = 2 * table.shape[2]
    pairs = x[..., :turned].reshape(*x.shape[:-1], -1, 2)
    cos, sin = table[:, None, :, :, 0], table[:, None, :, :, 1]
    first, second = pairs[..., 0], pairs[..., 1]
    rotated = torch.stack((first * cos - second * sin, second * cos + first * sin), dim=-1)
    return torch.cat((rotated.flatten(-2), x[..., turned:]), dim=-1)
