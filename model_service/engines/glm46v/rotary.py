"""Positions in three directions (M-RoPE): a text goes on in all three at once, a picture's rows and columns apart."""

import torch
from torch import Tensor

from model_service.engines.glm46v.config import GLM46VConfig


class Rotary:
    """Rotary positions over adjacent pairs of a head, some of which turn by time, some by row, some by column.

    Not a module: a buffer would be rounded when the model is cast to 16 bits.
    """

    def __init__(self, config: GLM46VConfig) -> None:
        self.pairs, self.theta = config.rotary_pairs, config.theta
        self.sections = config.sections

    def table(self, positions: Tensor, dtype: torch.dtype) -> Tensor:
        """(B, T) positions, or (B, T, 3) of time, row and column -> (B, T, pairs, 2): cosine and sine."""
        exponents = torch.arange(self.pairs, device=positions.device, dtype=torch.float32) / self.pairs
        frequencies = 1.0 / self.theta**exponents
        if positions.dim() == 2:
            angles = positions[..., None].float() * frequencies
        else:
            parts = zip(positions.float().unbind(-1), torch.split(frequencies, [*self.sections]), strict=True)
            angles = torch.cat([each[..., None] * part for each, part in parts], dim=-1)
        return torch.stack((angles.cos(), angles.sin()), dim=-1).to(dtype)


def positions_of(length: int, begin: int | None, grid: tuple[int, int] | None, device: torch.device) -> Tensor:
    """(1, T, 3) positions of `length` ids, in place of one of which, that at `begin`, stands a picture of a grid.

    Its tokens have the time of its beginning, and rows and columns from there on; what follows it goes on behind the
    longer of its sides. Nothing waits for the device.
    """
    if begin is None or grid is None:
        return torch.arange(length, device=device)[None, :, None].expand(1, -1, 3)
    rows, columns = grid
    down = torch.arange(begin, begin + rows, device=device)[:, None].expand(rows, columns)
    across = torch.arange(begin, begin + columns, device=device)[None].expand(rows, columns)
    time = torch.full((rows, columns), begin, device=device)
    behind = begin + max(rows, columns)
    text = torch.arange(behind, behind + length - begin - 1, device=device)[:, None].expand(-1, 3)
    before = torch.arange(begin, device=device)[:, None].expand(-1, 3)
    return torch.cat((before, torch.stack((time, down, across), dim=-1).flatten(0, 1), text))[None]
