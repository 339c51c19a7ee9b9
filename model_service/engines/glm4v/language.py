"""The language model of GLM-4V, written for decoding; module names are the original checkpoint's."""

from collections.abc import Sequence
from typing import ClassVar

import torch
from torch import Tensor, nn

from model_service.engines.glm4v import attention
from model_service.engines.glm4v.rotary import Rotary, rotate
from model_service.engines.kernels import dispatch
from model_service.engines.model import Cache, Paused, Sizes, at_once

MLP_AT_ONCE, MLP_PART = 2048, 1024
"""Positions that the MLP takes at once, and the size of the parts where there are more.

Each part unpacks the weights again; up to 2048 positions, a picture at max and a question, that is not paid.
"""


class SelfAttention(nn.Module):
    """Causal attention with fused q, k, v and shared key-value groups."""

    def __init__(self, config: Sizes, layer: int, biased: bool = True) -> None:
        super().__init__()
        self.layer = layer
        self.heads, self.groups, self.head_dim = (
            config.num_attention_heads,
            config.multi_query_group_num,
            config.kv_channels,
        )
        width = self.heads * self.head_dim
        self.query_key_value = nn.Linear(config.hidden_size, width + 2 * self.groups * self.head_dim, biased)
        self.dense = nn.Linear(width, config.hidden_size, bias=False)

    def forward(self, x: Tensor, table: Tensor, caches: Sequence[Cache], last: bool = False) -> Tensor:
        """(B, T, hidden) -> (B, T, hidden); with a cache for each of B, T new positions behind those it holds.

        With `last`, (B, 1, hidden): all positions are attended to, by the last one only.
        """
        qkv = self.query_key_value(x)
        if len(caches) == 1 and dispatch.applies(qkv):
            (cache,) = caches
            query, key, value = dispatch.rotate_into_cache(
                qkv, table, cache.keys, cache.values, self.layer, cache.length
            )
            mixed = attention.causal(query[:, :, -1:] if last else query, key, value)
        else:
            query, key, value = self._rotate(qkv, table)
            mixed = self._attend(query[:, :, -1:] if last else query, key, value, caches)
        return self.dense(mixed.transpose(1, 2).flatten(2))  # type: ignore[no-any-return]

    def _attend(self, query: Tensor, key: Tensor, value: Tensor, caches: Sequence[Cache]) -> Tensor:
        """Attention to what each of B caches holds, new keys and values included, or without caches to these alone."""
        if not caches:
            return attention.causal(query, key, value)
        if len(caches) == 1:
            return attention.causal(query, *caches[0].extend(self.layer, key, value))
        rows = zip(*(torch.split(each, 1) for each in (query, key, value)), caches, strict=True)
        return torch.cat([attention.causal(one, *cache.extend(self.layer, k, v)) for one, k, v, cache in rows])

    def _rotate(self, qkv: Tensor, table: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Rotated queries and keys, and values."""
        batch, new, _ = qkv.shape
        heads = qkv.reshape(batch, new, self.heads + 2 * self.groups, self.head_dim)
        query, key, value = torch.split(heads.transpose(1, 2), [self.heads, self.groups, self.groups], dim=1)
        return rotate(query, table), rotate(key, table), value


class MLP(nn.Module):
    """SwiGLU with gate and up fused: the first half of the rows is the gate."""

    def __init__(self, config: Sizes) -> None:
        super().__init__()
        self.dense_h_to_4h = nn.Linear(config.hidden_size, 2 * config.ffn_hidden_size, bias=False)
        self.dense_4h_to_h = nn.Linear(config.ffn_hidden_size, config.hidden_size, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """(B, T, hidden) -> (B, T, hidden); many positions are taken in parts, as what is held of each is wide."""
        if x.shape[1] > MLP_AT_ONCE:
            return torch.cat([self._taken_at_once(part) for part in torch.split(x, MLP_PART, dim=1)], dim=1)
        return self._taken_at_once(x)

    def _taken_at_once(self, x: Tensor) -> Tensor:
        return self.dense_4h_to_h(dispatch.swiglu(self.dense_h_to_4h(x)))  # type: ignore[no-any-return]


class DecoderLayer(nn.Module):
    """A pre-norm block."""

    def __init__(self, config: Sizes, layer: int) -> None:
        super().__init__()
        self.input_layernorm = nn.RMSNorm(config.hidden_size, config.layernorm_epsilon)
        self.self_attention = SelfAttention(config, layer)
        self.post_attention_layernorm = nn.RMSNorm(config.hidden_size, config.layernorm_epsilon)
        self.mlp = MLP(config)

    def forward(self, x: Tensor, table: Tensor, caches: Sequence[Cache], last: bool = False) -> Tensor:
        """(B, T, hidden) -> (B, T, hidden); with `last`, (B, 1, hidden) of the last position."""
        mixed = self.self_attention(self.input_layernorm(x), table, caches, last)
        norm = self.post_attention_layernorm
        x, seen = dispatch.add_norm(x[:, -1:] if last else x, mixed, norm.weight, norm.eps or 0.0)
        return x + self.mlp(seen)  # type: ignore[no-any-return]


class Decoder(nn.Module):
    """The stack of blocks and the final norm."""

    rotary_type: ClassVar[type] = Rotary
    layer_type: ClassVar[type[nn.Module]] = DecoderLayer

    def __init__(self, config: Sizes) -> None:
        super().__init__()
        self.rotary = self.rotary_type(config)
        self.layers = nn.ModuleList(self.layer_type(config, layer) for layer in range(config.num_layers))
        self.final_layernorm = nn.RMSNorm(config.hidden_size, config.layernorm_epsilon)

    def forward(self, x: Tensor, positions: Tensor, cache: Cache | None = None, last: bool = False) -> Tensor:
        """(B, T, hidden) at (B, T) positions -> (B, T, hidden), normalised.

        With `last`, (B, 1, hidden) of the last position: the last layer does for the others only what the cache keeps.
        """
        return at_once(self.by_layer(x, positions, () if cache is None else (cache,), last))

    def by_layer(
        self, x: Tensor, positions: Tensor, caches: Sequence[Cache] = (), last: bool = False
    ) -> Paused[Tensor]:
        """The same, with a cache for each of B or none, pausing after each layer."""
        table = self.rotary.table(positions, x.dtype)
        with attention.kinds():
            for layer in self.layers:
                x = layer(x, table, caches, last and layer is self.layers[-1])
                yield
        for cache in caches:
            cache.advance(positions.shape[1])
        return self.final_layernorm(x)  # type: ignore[no-any-return]
