"""GLM-4.1V, GLM-4.6V-Flash and GLM-OCR: pictures and ids in, logits out, as the runtime wants it."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from model_service.engines.glm4v.model import Embedding
from model_service.engines.glm46v.config import GLM46VConfig
from model_service.engines.glm46v.language import Decoder
from model_service.engines.glm46v.rotary import positions_of
from model_service.engines.glm46v.vision import VisionModel
from model_service.engines.model import Cache, Paused, at_once

PLACEHOLDERS = 1
"""A prompt holds one id for a picture; what stands around it are ids like any."""


class Transformer(nn.Module):
    """The parts, by the names of GLM-4V's: so the runtime finds them."""

    def __init__(self, config: GLM46VConfig) -> None:
        super().__init__()
        self.embedding = Embedding(config)
        self.encoder = Decoder(config)
        self.output_layer = nn.Linear(config.hidden_size, config.padded_vocab_size, bias=False)
        self.vision = VisionModel(config)


class GLM46VForConditionalGeneration(nn.Module):
    """Pictures and text in, logits out."""

    placeholders = PLACEHOLDERS

    def __init__(self, config: GLM46VConfig) -> None:
        super().__init__()
        self.config = config
        self.transformer = Transformer(config)

    def see(self, pixels: Tensor) -> Paused[Tensor]:
        """(1, 3, height, width) -> the visual tokens, (1, N, hidden); pauses after each layer."""
        return self.transformer.vision.by_layer(pixels)

    def extent(self, rows: int, columns: int) -> tuple[int, int]:
        """How many places of a cache, and positions, a picture on a grid takes more than its placeholder."""
        return rows * columns - 1, max(rows, columns) - 1

    def positions(self, length: int, begin: int | None, grid: tuple[int, int] | None, device: torch.device) -> Tensor:
        """(1, T', 3) positions of `length` ids with a picture on a grid at `begin`."""
        return positions_of(length, begin, grid, device)

    def embed(self, ids: Tensor, image: Tensor | None = None, begin: int = 0) -> Tensor:
        """(B, T) ids -> (B, T', hidden) embeddings; the picture takes the place of the id at `begin`."""
        embeds: Tensor = self.transformer.embedding(ids, ids.device if image is None else image.device)
        if image is None:
            return embeds
        return torch.cat((embeds[:, :begin], image.to(embeds.dtype), embeds[:, begin + 1 :]), dim=1)

    def forward(self, embeds: Tensor, positions: Tensor, cache: Cache | None = None, last: bool = False) -> Tensor:
        """Logits, (B, T, vocabulary) for (B, T, hidden) at (B, T) or (B, T, 3) positions; with `last`, of the last."""
        return self.transformer.output_layer(self.transformer.encoder(embeds, positions, cache, last))  # type: ignore[no-any-return]

    def read(self, embeds: Tensor, positions: Tensor, cache: Cache) -> Paused[Tensor]:
        """The (vocabulary,) logits of the last of (1, T, hidden); pauses after each layer."""
        hidden = yield from self.transformer.encoder.by_layer(embeds, positions, (cache,), last=True)
        return self.transformer.output_layer(hidden)[0, -1]  # type: ignore[no-any-return]

    def decode(self, ids: Tensor, positions: Tensor, caches: Sequence[Cache]) -> Tensor:
        """(B, vocabulary) logits of (B,) ids at (B,) positions, each put behind what a cache of its own holds."""
        hidden = at_once(self.transformer.encoder.by_layer(self.embed(ids[:, None]), positions[:, None], caches))
        return self.transformer.output_layer(hidden)[:, 0]  # type: ignore[no-any-return]
