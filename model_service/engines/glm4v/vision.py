"""The vision tower of GLM-4V on any even grid of patches; module names are the original checkpoint's."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from model_service.engines.glm4v import attention
from model_service.engines.glm4v.config import GLM4VConfig, VisionConfig
from model_service.engines.glm4v.image import bicubic_weights
from model_service.engines.kernels import dispatch
from model_service.engines.model import Paused, at_once


class PatchEmbedding(nn.Module):
    """Pixels to patch embeddings with learned positions; row 0 of the position table is the CLS token's."""

    def __init__(self, config: VisionConfig) -> None:
        super().__init__()
        self.native_side = config.native_side
        self.proj = nn.Conv2d(config.in_channels, config.hidden_size, config.patch_size, stride=config.patch_size)
        self.cls_embedding = nn.Parameter(torch.zeros(1, config.hidden_size))
        self.position_embedding = nn.Embedding(config.num_positions, config.hidden_size)

    def forward(self, pixels: Tensor) -> Tensor:
        """(B, 3, H, W) -> (B, 1 + H/14 * W/14, hidden): CLS first, then the patches row by row."""
        rows, columns = (side // self.proj.stride[0] for side in pixels.shape[-2:])
        patches = _tiles(self.proj, pixels)
        cls = self.cls_embedding.expand(len(patches), 1, -1)
        return torch.cat((cls, patches), dim=1) + self.positions(rows, columns)

    def positions(self, rows: int, columns: int) -> Tensor:
        """The table for a grid of patches, (1 + rows * columns, hidden).

        Interpolated in fp32 from the native square grid, on which it is the identity; the CLS row is kept.
        """
        table: Tensor = self.position_embedding.weight
        side = self.native_side
        if (rows, columns) == (side, side):
            return table
        square = table[1:].float().view(side, side, -1)
        grid = _by_products(square, rows, columns) if table.is_cuda else _bicubic(square, rows, columns)
        return torch.cat((table[:1], grid.flatten(0, 1).to(table.dtype)))


def _tiles(conv: nn.Conv2d, x: Tensor) -> Tensor:
    """A convolution by tiles that lie side by side: (B, C, H, W) -> (B, tiles, out), row by row."""
    return _tiles_by_product(conv, x) if x.is_cuda else conv(x).flatten(2).transpose(1, 2)


def _tiles_by_product(conv: nn.Conv2d, x: Tensor) -> Tensor:
    """The same for CUDA, where a convolution of each new shape takes some milliseconds to be prepared."""
    batch, channels, height, width = x.shape
    side = conv.kernel_size[0]
    tiles = x.reshape(batch, channels, height // side, side, width // side, side).permute(0, 2, 4, 1, 3, 5)
    return F.linear(tiles.flatten(3).flatten(1, 2), conv.weight.flatten(1), conv.bias)


def _bicubic(square: Tensor, rows: int, columns: int) -> Tensor:
    """(side, side, N) -> (rows, columns, N)."""
    grid = F.interpolate(square.permute(2, 0, 1)[None], (rows, columns), mode="bicubic", align_corners=False)
    return grid[0].permute(1, 2, 0)


def _by_products(square: Tensor, rows: int, columns: int) -> Tensor:
    """Compute `_bicubic` for CUDA, where that takes 16 ms: one thread goes through all N of a place.

    Each direction is a product by itself.
    """
    side = len(square)
    down, across = (bicubic_weights(side, length, square.device).T for length in (rows, columns))
    return across @ (down @ square.flatten(1)).view(rows, side, -1)


class Attention(nn.Module):
    """Full (not causal) attention with fused q, k and v."""

    def __init__(self, config: VisionConfig) -> None:
        super().__init__()
        self.heads, self.head_dim = config.num_heads, config.head_dim
        self.query_key_value = nn.Linear(config.hidden_size, 3 * config.hidden_size)
        self.dense = nn.Linear(config.hidden_size, config.hidden_size)

    def forward(self, x: Tensor, seen: Tensor | None = None) -> Tensor:
        """(B, L, hidden) -> (B, L, hidden)."""
        batch, length, _ = x.shape
        qkv = self.query_key_value(x).reshape(batch, length, 3, self.heads, self.head_dim)
        query, key, value = qkv.permute(2, 0, 3, 1, 4).unbind(0)
        mixed = attention.full(query, key, value, seen)
        return self.dense(mixed.transpose(1, 2).reshape(batch, length, -1))  # type: ignore[no-any-return]


class MLP(nn.Module):
    """Two linear layers around an exact GELU."""

    def __init__(self, config: VisionConfig) -> None:
        super().__init__()
        self.fc1 = nn.Linear(config.hidden_size, config.intermediate_size)
        self.fc2 = nn.Linear(config.intermediate_size, config.hidden_size)

    def forward(self, x: Tensor) -> Tensor:
        """(B, L, hidden) -> (B, L, hidden)."""
        return self.fc2(self._gelu(x))  # type: ignore[no-any-return]

    def _gelu(self, x: Tensor) -> Tensor:
        if not dispatch.applies(x) or self.fc1.bias is None:
            x = self.fc1(x)
            # In place: nothing else in the tower is as wide.
            return torch.ops.aten.gelu_(x) if torch.is_inference_mode_enabled() else F.gelu(x)
        packed = not isinstance(self.fc1, nn.Linear)
        weight = self.fc1.unpacked() if packed else self.fc1.weight  # type: ignore[operator]
        return dispatch.linear_gelu(x, weight, self.fc1.bias)


class VisionLayer(nn.Module):
    """A post-norm block: each sublayer's output is normalised, then added."""

    def __init__(self, config: VisionConfig) -> None:
        super().__init__()
        self.input_layernorm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.attention = Attention(config)
        self.mlp = MLP(config)
        self.post_attention_layernorm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)

    def forward(self, x: Tensor, seen: Tensor | None = None) -> Tensor:
        """(B, L, hidden) -> (B, L, hidden); perhaps only to some positions is attended (`attention.full`)."""
        x = _norm_add(x, self.attention(x, seen), self.input_layernorm)
        return _norm_add(x, self.mlp(x), self.post_attention_layernorm)


def _norm_add(x: Tensor, y: Tensor, norm: nn.LayerNorm) -> Tensor:
    return dispatch.norm_add(x, y, norm.weight, norm.bias, norm.eps)


class VisionTransformer(nn.Module):
    """The stack of blocks; no norm before or after."""

    def __init__(self, config: VisionConfig) -> None:
        super().__init__()
        self.layers = nn.ModuleList(VisionLayer(config) for _ in range(config.num_hidden_layers))

    def by_layer(self, x: Tensor) -> Paused[Tensor]:
        """(B, L, hidden) -> (B, L, hidden)."""
        for layer in self.layers:
            x = layer(x)
            yield
        return x


class GLUAdapter(nn.Module):
    """Merged patches to the language model's width."""

    def __init__(self, config: GLM4VConfig) -> None:
        super().__init__()
        width, inner = config.hidden_size, config.ffn_hidden_size
        self.linear_proj = nn.Linear(width, width, bias=False)
        self.norm1 = nn.LayerNorm(width)
        self.gate_proj = nn.Linear(width, inner, bias=False)
        self.dense_h_to_4h = nn.Linear(width, inner, bias=False)
        self.dense_4h_to_h = nn.Linear(inner, width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """(B, N, width) -> (B, N, width)."""
        x = F.gelu(self.norm1(self.linear_proj(x)))
        return self.dense_4h_to_h(F.silu(self.gate_proj(x)) * self.dense_h_to_4h(x))  # type: ignore[no-any-return]


class VisionModel(nn.Module):
    """Pixels to visual tokens, framed by the learned begin and end of image."""

    def __init__(self, config: GLM4VConfig) -> None:
        super().__init__()
        vision = config.vision
        self.patch_size, self.scaling_factor = vision.patch_size, vision.scaling_factor
        self.patch_embedding = PatchEmbedding(vision)
        self.transformer = VisionTransformer(vision)
        self.conv = nn.Conv2d(vision.hidden_size, config.hidden_size, kernel_size=2, stride=2)
        self.linear_proj = GLUAdapter(config)
        self.boi = nn.Parameter(torch.zeros(1, 1, config.hidden_size))
        self.eoi = nn.Parameter(torch.zeros(1, 1, config.hidden_size))

    def forward(self, pixels: Tensor) -> Tensor:
        """(B, 3, H, W), both sides multiples of 28 -> (B, H/28 * W/28 + 2, width).

        Pixels are cast to the model's own dtype, whatever they come in.
        """
        return at_once(self.by_layer(pixels))

    def by_layer(self, pixels: Tensor) -> Paused[Tensor]:
        """The same, pausing after each layer."""
        (x,) = self.begin(pixels)
        with attention.kinds(x.shape[1] - 1):
            x = yield from self.transformer.by_layer(x)
        return self.end(x, pixels)

    def begin(self, pixels: Tensor) -> tuple[Tensor]:
        """What the layers take, (B, 1 + H/14 * W/14, hidden), with nothing beside it."""
        height, width = pixels.shape[-2:]
        if height % (2 * self.patch_size) or width % (2 * self.patch_size):
            raise ValueError(f"{width}x{height} pixels: both sides must be multiples of {2 * self.patch_size}")
        return (self.patch_embedding(pixels.to(self.conv.weight.dtype)),)

    def end(self, x: Tensor, pixels: Tensor) -> Tensor:
        """What becomes of what the layers made of these pixels."""
        rows, columns = (side // self.patch_size for side in pixels.shape[-2:])
        x = self.linear_proj(_tiles(self.conv, x[:, 1:].transpose(1, 2).reshape(len(x), -1, rows, columns)))
        frame = (self.boi.expand(len(x), -1, -1), x, self.eoi.expand(len(x), -1, -1))
        return torch.cat(frame, dim=1) / self.scaling_factor
