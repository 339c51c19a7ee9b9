"""The language model of the family: GLM-4V's, with two norms more a layer, on a branch before it is added."""

from collections.abc import Sequence

from torch import Tensor, nn

from model_service.engines.glm4v import language as glm4v
from model_service.engines.glm46v.config import GLM46VConfig
from model_service.engines.glm46v.rotary import Rotary
from model_service.engines.kernels import dispatch
from model_service.engines.model import Cache


class DecoderLayer(nn.Module):
    """A block with a norm before and behind each branch."""

    def __init__(self, config: GLM46VConfig, layer: int) -> None:
        super().__init__()
        width, eps = config.hidden_size, config.layernorm_epsilon
        self.input_layernorm = nn.RMSNorm(width, eps)
        self.self_attention = glm4v.SelfAttention(config, layer, config.biased)
        self.post_self_attn_layernorm = nn.RMSNorm(width, eps)
        self.post_attention_layernorm = nn.RMSNorm(width, eps)
        self.mlp = glm4v.MLP(config)
        self.post_mlp_layernorm = nn.RMSNorm(width, eps)

    def forward(self, x: Tensor, table: Tensor, caches: Sequence[Cache], last: bool = False) -> Tensor:
        """(B, T, hidden) -> (B, T, hidden); with `last`, (B, 1, hidden) of the last position."""
        mixed = self.post_self_attn_layernorm(self.self_attention(self.input_layernorm(x), table, caches, last))
        norm = self.post_attention_layernorm
        x, seen = dispatch.add_norm(x[:, -1:] if last else x, mixed, norm.weight, norm.eps or 0.0)
        return x + self.post_mlp_layernorm(self.mlp(seen))  # type: ignore[no-any-return]


class Decoder(glm4v.Decoder):
    """The stack of these blocks, at (B, T) positions or, of time, row and column, (B, T, 3)."""

    rotary_type, layer_type = Rotary, DecoderLayer
