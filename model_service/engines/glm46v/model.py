"""GLM-4.1V, GLM-4.6V-Flash and GLM-OCR: pictures and ids in, logits out, as the runtime wants it."""

import torch
from torch import Tensor, nn

from model_service.engines.glm4v import model as glm4v
from model_service.engines.glm46v.config import GLM46VConfig
from model_service.engines.glm46v.language import Decoder
from model_service.engines.glm46v.rotary import positions_of
from model_service.engines.glm46v.vision import VisionModel

PLACEHOLDERS = 1
"""A prompt holds one id for a picture; what stands around it are ids like any."""


class Transformer(glm4v.Transformer):
    """The parts, by the names of GLM-4V's: so the runtime finds them."""

    encoder_type, vision_type = Decoder, VisionModel


class GLM46VForConditionalGeneration(glm4v.PicturesAndText, nn.Module):
    """Pictures and text in, logits out."""

    placeholders = PLACEHOLDERS

    def __init__(self, config: GLM46VConfig) -> None:
        super().__init__()
        self.config = config
        self.transformer = Transformer(config)

    def extent(self, rows: int, columns: int) -> tuple[int, int]:
        """How many places of a cache, and positions, a picture on a grid takes more than its placeholder."""
        return rows * columns - 1, max(rows, columns) - 1

    def positions(self, length: int, begin: int | None, grid: tuple[int, int] | None, device: torch.device) -> Tensor:
        """(1, T', 3) positions of `length` ids with a picture on a grid at `begin`."""
        return positions_of(length, begin, grid, device)
