"""GLM-4V as a PreTrainedModel: original shards load without conversion."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from model_service.engines.glm4v.config import GLM4VConfig
from model_service.engines.glm4v.language import Decoder
from model_service.engines.glm4v.vision import VisionModel
from model_service.engines.model import Cache, Paused, Sizes, at_once

PLACEHOLDERS = 3
"""A prompt holds three ids for a picture: begin of image, one placeholder, end of image."""


class Embedding(nn.Module):
    """The text embeddings, under the original's name; the table may lie in host memory."""

    def __init__(self, config: Sizes) -> None:
        super().__init__()
        self.word_embeddings = nn.Embedding(config.padded_vocab_size, config.hidden_size)

    def forward(self, ids: Tensor, device: torch.device) -> Tensor:
        """(B, T), wherever they are -> (B, T, hidden) on a device, which is waited for only if ids come from there."""
        rows: Tensor = self.word_embeddings(ids.to(self.word_embeddings.weight.device, non_blocking=not ids.is_cuda))
        if rows.device == device:
            return rows
        return (rows.pin_memory() if device.type == "cuda" else rows).to(device, non_blocking=True)


class Transformer(nn.Module):
    """Everything under the checkpoint's prefix `transformer.`; of another family other types, by the same names."""

    encoder_type: type[nn.Module] = Decoder
    vision_type: type[nn.Module] = VisionModel
    encoder: Any
    vision: Any

    def __init__(self, config: Sizes) -> None:
        super().__init__()
        self.embedding = Embedding(config)
        self.encoder = self.encoder_type(config)
        self.output_layer = nn.Linear(config.hidden_size, config.padded_vocab_size, bias=False)
        self.vision = self.vision_type(config)


class PicturesAndText:
    """What the models of all families do with their parts: a tower, embeddings, a decoder and a head."""

    transformer: Any
    placeholders: int

    def see(self, pixels: Tensor) -> Paused[Tensor]:
        """(1, 3, height, width) -> the picture's (1, places, hidden) embeddings; pauses after each layer."""
        return self.transformer.vision.by_layer(pixels)  # type: ignore[no-any-return]

    def embed(self, ids: Tensor, image: Tensor | None = None, begin: int = 0) -> Tensor:
        """(B, T) ids -> (B, T', hidden) embeddings, on the device of the image, or else of the ids.

        With `image`, what the tower made of a picture, the placeholders from `begin` on give way to it. So in GLM-4V
        even the begin and end of image are the tower's own vectors, not rows of the text table.
        """
        embeds: Tensor = self.transformer.embedding(ids, ids.device if image is None else image.device)
        if image is None:
            return embeds
        return torch.cat((embeds[:, :begin], image.to(embeds.dtype), embeds[:, begin + self.placeholders :]), dim=1)

    def forward(self, embeds: Tensor, positions: Tensor, cache: Cache | None = None, last: bool = False) -> Tensor:
        """Logits, (B, T, vocabulary) for (B, T, hidden) at as many positions; with `last`, of the last position only.

        Positions are (B, T), or (B, T, 3) where they are of time, row and column.
        """
        hidden = self.transformer.encoder(embeds, positions, cache, last)
        return self.transformer.output_layer(hidden)  # type: ignore[no-any-return]

    def read(self, embeds: Tensor, positions: Tensor, cache: Cache) -> Paused[Tensor]:
        """The (vocabulary,) logits of the last of (1, T, hidden) at as many positions; pauses after each layer."""
        hidden = yield from self.transformer.encoder.by_layer(embeds, positions, (cache,), last=True)
        return self.transformer.output_layer(hidden)[0, -1]  # type: ignore[no-any-return]

    def decode(self, ids: Tensor, positions: Tensor, caches: Sequence[Cache]) -> Tensor:
        """(B, vocabulary) logits of (B,) ids at (B,) positions, each put behind what a cache of its own holds."""
        hidden = at_once(self.transformer.encoder.by_layer(self.embed(ids[:, None]), positions[:, None], caches))
        return self.transformer.output_layer(hidden)[:, 0]  # type: ignore[no-any-return]


class GLM4VForConditionalGeneration(PicturesAndText, PreTrainedModel):  # type: ignore[no-untyped-call]
    """Pictures and text in, logits out."""

    transformer: Transformer
    placeholders = PLACEHOLDERS

    config: GLM4VConfig
    config_class = GLM4VConfig
    base_model_prefix = ""
    main_input_name = "ids"
    _supports_sdpa = True
    _no_split_modules = ["DecoderLayer", "VisionLayer"]  # noqa: RUF012
    _keys_to_ignore_on_load_unexpected = [r"rotary_pos_emb\.inv_freq"]  # noqa: RUF012

    def __init__(self, config: GLM4VConfig) -> None:
        super().__init__(config)
        self.transformer = Transformer(config)
        self.post_init()  # type: ignore[no-untyped-call]

    def get_input_embeddings(self) -> nn.Module:
        """The text embeddings."""
        return self.transformer.embedding.word_embeddings

    def get_output_embeddings(self) -> nn.Module:
        """The head, which transformers leaves out of quantisation by default."""
        return self.transformer.output_layer

    def extent(self, rows: int, columns: int) -> tuple[int, int]:
        """How many places of a cache, and positions, a picture on a grid takes more than its placeholders."""
        return rows * columns + 2 - PLACEHOLDERS, 0

    def positions(self, length: int, begin: int | None, grid: tuple[int, int] | None, device: torch.device) -> Tensor:
        """Positions of a prompt of `length` ids whose picture, on a grid, begins at `begin`."""
        return image_positions(length, begin, 0 if grid is None else grid[0] * grid[1], device)


def image_positions(length: int, begin: int | None, visual_tokens: int, device: torch.device) -> Tensor:
    """(1, T') positions of a prompt of `length` ids whose picture begins at `begin`.

    All visual tokens share ONE position, so a picture of any size moves the text behind it by the same three places.
    """
    if begin is None:
        return torch.arange(length, device=device)[None]
    places = torch.arange(length + visual_tokens - 1, device=device)  # No number is written: that waits for a GPU.
    return (places.clamp(max=begin + 1) + (places - begin - visual_tokens).clamp(min=0))[None]
