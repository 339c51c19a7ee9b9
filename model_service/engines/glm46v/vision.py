"""The vision tower of the family, on any even grid of patches."""

from functools import lru_cache

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from model_service.engines.glm4v import attention
from model_service.engines.glm4v.image import bicubic_weights
from model_service.engines.glm46v.config import GLM46VConfig, VisionConfig
from model_service.engines.kernels import dispatch
from model_service.engines.model import Paused, at_once

FRAMES = 2
"""Pictures that a patch sees at once: of a still one the same twice."""


def patches(pixels: Tensor, side: int) -> Tensor:
    """(1, 3, H, W) -> (1, H/side * W/side, 3 * 2 * side * side), row by row, each doubled in time."""
    batch, channels, height, width = pixels.shape
    cut = pixels.reshape(batch, channels, height // side, side, width // side, side).permute(0, 2, 4, 1, 3, 5)
    return cut.unsqueeze(4).expand(-1, -1, -1, -1, FRAMES, -1, -1).flatten(3).flatten(1, 2)


class PatchEmbedding(nn.Module):
    """Patches to their embeddings; in GLM-4.1V and 4.6V normalised, and with a learned table of positions."""

    def __init__(self, config: VisionConfig) -> None:
        super().__init__()
        side = config.patch_size
        self.side, self.native_side = side, config.native_side
        self.proj = nn.Conv3d(3, config.hidden_size, (FRAMES, side, side), (FRAMES, side, side))
        self.norm, self.position_embedding = None, None
        if config.native_side:
            self.norm = nn.RMSNorm(config.hidden_size, config.layer_norm_eps)
            self.position_embedding = nn.Embedding(config.native_side**2, config.hidden_size)

    def forward(self, pixels: Tensor) -> Tensor:
        """(1, 3, H, W) -> (1, patches, hidden), row by row; a convolution whose steps do not overlap is a product."""
        x = F.linear(patches(pixels, self.side), self.proj.weight.flatten(1), self.proj.bias)
        if self.norm is None or self.position_embedding is None:
            return x
        rows, columns = (length // self.side for length in pixels.shape[-2:])
        normed: Tensor = self.norm(x)
        return normed + self._positions(self.position_embedding.weight, rows, columns)

    def _positions(self, table: Tensor, rows: int, columns: int) -> Tensor:
        """The table for a grid of patches, (rows * columns, hidden): interpolated in fp32, one direction at a time."""
        side = self.native_side
        if (rows, columns) == (side, side):
            return table
        down, across = (_weights(side, length, table.device) for length in (rows, columns))
        square = (down @ table.float().view(side, -1)).view(rows, side, -1)
        return (across @ square).flatten(0, 1).to(table.dtype)


@lru_cache(maxsize=128)
def _weights(side: int, length: int, device: torch.device) -> Tensor:
    """The (length, side) matrix that interpolates; kept, as it is made by kernels that take longer than the product."""
    with torch.inference_mode(False):
        return bicubic_weights(side, length, device).T.contiguous()


class Attention(nn.Module):
    """Full attention with positions of two directions, turned in halves of a head; GLM-OCR normalises q and k first."""

    def __init__(self, config: VisionConfig) -> None:
        super().__init__()
        width, eps = config.hidden_size, config.layer_norm_eps
        self.heads, self.head_dim = config.num_heads, config.head_dim
        self.qkv = nn.Linear(width, 3 * width, bias=config.bias)
        self.proj = nn.Linear(width, width, bias=config.bias and config.norms)
        self.q_norm, self.k_norm = (nn.RMSNorm(self.head_dim, eps) if config.norms else None for _ in range(2))

    def forward(self, x: Tensor, table: Tensor, seen: Tensor | None = None) -> Tensor:
        """(1, L, hidden), turned by a (L, pairs, 2) table -> (1, L, hidden)."""
        batch, length, _ = x.shape
        qkv = self.qkv(x).view(batch, length, 3, self.heads, self.head_dim)
        norms = None if self.q_norm is None or self.k_norm is None else (self.q_norm.weight, self.k_norm.weight)
        qkv = dispatch.turn_halves(qkv, table, norms, 0.0 if self.q_norm is None else self.q_norm.eps or 0.0)
        query, key, value = qkv.permute(2, 0, 3, 1, 4).unbind(0)
        mixed = attention.to_all(query, key, value, seen)
        return self.proj(mixed.transpose(1, 2).reshape(batch, length, -1))  # type: ignore[no-any-return]


class MLP(nn.Module):
    """SwiGLU with gate and up joined: the first half of the rows is the gate."""

    def __init__(self, width: int, inner: int, bias: bool) -> None:
        super().__init__()
        self.gate_up_proj = nn.Linear(width, 2 * inner, bias=bias)
        self.down_proj = nn.Linear(inner, width, bias=bias)

    def forward(self, x: Tensor) -> Tensor:
        """(1, L, width) -> (1, L, width)."""
        return self.down_proj(dispatch.swiglu(self.gate_up_proj(x)))  # type: ignore[no-any-return]


class VisionLayer(nn.Module):
    """A pre-norm block."""

    def __init__(self, config: VisionConfig) -> None:
        super().__init__()
        self.norm1 = nn.RMSNorm(config.hidden_size, config.layer_norm_eps)
        self.attn = Attention(config)
        self.norm2 = nn.RMSNorm(config.hidden_size, config.layer_norm_eps)
        self.mlp = MLP(config.hidden_size, config.inner, config.bias and config.norms)

    def forward(self, x: Tensor, table: Tensor, seen: Tensor | None = None) -> Tensor:
        """(1, L, hidden) -> (1, L, hidden); perhaps only to some positions is attended (`attention.full`)."""
        x, y = dispatch.add_norm(x, self.attn(self.norm1(x), table, seen), self.norm2.weight, self.norm2.eps or 0.0)
        return x + self.mlp(y)  # type: ignore[no-any-return]


class VisionTransformer(nn.Module):
    """The stack of blocks."""

    def __init__(self, config: VisionConfig) -> None:
        super().__init__()
        self.layers = nn.ModuleList(VisionLayer(config) for _ in range(config.num_hidden_layers))

    def by_layer(self, x: Tensor, table: Tensor) -> Paused[Tensor]:
        """(1, L, hidden) -> (1, L, hidden)."""
        for layer in self.layers:
            x = layer(x, table)
            yield
        return x


class Merger(nn.Module):
    """Merged patches within the language model's width."""

    def __init__(self, width: int, inner: int) -> None:
        super().__init__()
        self.proj = nn.Linear(width, width, bias=False)
        self.post_projection_norm = nn.LayerNorm(width)
        self.mlp = MLP(width, inner, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """(1, N, width) -> (1, N, width)."""
        return self.mlp(F.gelu(self.post_projection_norm(self.proj(x))))  # type: ignore[no-any-return]


class VisionModel(nn.Module):
    """Pixels to visual tokens."""

    def __init__(self, config: GLM46VConfig) -> None:
        super().__init__()
        vision = config.vision
        self.patch_size, self.pairs, self.theta = vision.patch_size, vision.head_dim // 2, vision.theta
        self.patch_embedding = PatchEmbedding(vision)
        self.transformer = VisionTransformer(vision)
        self.post_layernorm = nn.RMSNorm(vision.hidden_size, vision.layer_norm_eps)
        self.conv = nn.Conv2d(vision.hidden_size, config.hidden_size, kernel_size=2, stride=2)
        self.merger = Merger(config.hidden_size, vision.merger)

    def forward(self, pixels: Tensor) -> Tensor:
        """(1, 3, H, W), both sides multiples of 28 -> (1, H/28 * W/28, width), in the model's own dtype."""
        return at_once(self.by_layer(pixels))

    def by_layer(self, pixels: Tensor) -> Paused[Tensor]:
        """The same, pausing after each layer."""
        x, table = self.begin(pixels)
        with attention.kinds(x.shape[1]):
            x = yield from self.transformer.by_layer(x, table)
        return self.end(x, pixels)

    def begin(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """What the layers take: (1, H/14 * W/14, hidden), and the table by which their queries and keys are turned."""
        height, width = pixels.shape[-2:]
        if height % (2 * self.patch_size) or width % (2 * self.patch_size):
            raise ValueError(f"{width}x{height} pixels: both sides must be multiples of {2 * self.patch_size}")
        x = self.patch_embedding(pixels.to(self.conv.weight.dtype))
        return x, self.table(height // self.patch_size, width // self.patch_size, pixels.device)

    def table(self, rows: int, columns: int, device: torch.device) -> Tensor:
        """(rows * columns, pairs, 2) fp32 cosines and sines: the first half of the pairs turn by row."""
        half = self.pairs // 2
        frequencies = 1.0 / self.theta ** (torch.arange(half, device=device, dtype=torch.float32) / half)
        down, across = (torch.arange(length, device=device)[:, None] * frequencies for length in (rows, columns))
        both = down[:, None].expand(-1, columns, -1), across[None].expand(rows, -1, -1)
        angles = torch.cat(both, dim=-1).flatten(0, 1)
        return torch.stack((angles.cos(), angles.sin()), dim=-1)

    def end(self, x: Tensor, pixels: Tensor) -> Tensor:
        """What becomes of what the layers made of these pixels."""
        rows, columns = (side // self.patch_size // 2 for side in pixels.shape[-2:])
        fours = self.post_layernorm(x).view(len(x), rows, 2, columns, 2, -1).permute(0, 1, 3, 5, 2, 4)
        merged = F.linear(fours.flatten(3).flatten(1, 2), self.conv.weight.flatten(1), self.conv.bias)
        return self.merger(merged)  # type: ignore[no-any-return]
