"""The pocket model in training: its shape, its first weights and its two losses."""

import json
import math
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from model_service.engines.glm4v.config import GLM4VConfig
from model_service.engines.glm4v.image import MEAN, STD
from model_service.engines.glm4v.model import GLM4VForConditionalGeneration, image_positions
from model_service.engines.glm4v.vision import VisionLayer
from training.batches import CODES, PREFIX, SLOTS, Batch
from training.lists import DATA
from training.marks import KINDS, MOST_OF_A_KIND

ORDINARY = 256
"""The pocket model's vocabulary: every byte is a token, so that a character on the page is a token of the answer."""

CONFIG: dict[str, Any] = json.loads((DATA / "config.json").read_text(encoding="utf-8"))
"""The pocket model's config.json, with the original's keys, and the most visual tokens that it can use."""

MIDDLE = 3
"""The layer of the language model after which it should know the answer's place, so that the rest can read."""

NO_MARK = 6.0
"""The initial advantage, as a logarithm, of an empty cell over one mark."""

WAVES = 6
FEATURE_SCALE = 0.1


class Learner(nn.Module):
    """The model with heads that exist in training only.

    Learning from answers alone never gets as far as reading. So one head asks every visual token for the characters
    in its cell, in order, another for the part of a shape or chart there, and a third one for its place on the page,
    which the language model's one shared position for all visual tokens does not tell. The last one asks the end of
    each question, halfway through the language model, for the cells of its answer, if any.

    While `settling`, these heads learn alone: new ones would unteach a model that reads.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, model: GLM4VForConditionalGeneration) -> None:
        super().__init__()
        self.model = model
        width = model.config.hidden_size
        self.norm = nn.LayerNorm(width)
        self.characters = nn.Linear(width, SLOTS * (len(CODES) + 1))
        self.marks = nn.Linear(width, len(KINDS) * (MOST_OF_A_KIND + 1))
        self.place = nn.Linear(width, 4 * WAVES)
        self.halfway = nn.LayerNorm(width)
        self.question = nn.Linear(width, width, bias=False)
        self.cell = nn.Linear(width, width, bias=False)
        self.settling = False
        self._expect_no_marks()
        self.register_buffer("mean", torch.tensor(MEAN)[:, None, None], persistent=False)
        self.register_buffer("std", torch.tensor(STD)[:, None, None], persistent=False)
        self._pixels, self._answers_loss, self._characters_loss = photographed, answers_loss, characters_loss

    def _expect_no_marks(self) -> None:
        """Start with "nothing there", which is mostly right: else a model that reads would unlearn it at first."""
        nn.init.zeros_(self.marks.weight)
        nn.init.zeros_(self.marks.bias)
        nn.init.constant_(self.marks.bias.view(len(KINDS), -1)[:, 0], NO_MARK)

    def compile_parts(self) -> None:
        """Compile the blocks, once for all of a kind and for grids of any size, and the parts around them."""
        vision, encoder = self.model.transformer.vision, self.model.transformer.encoder
        for part in (*vision.transformer.layers, vision.linear_proj, *encoder.layers):
            part.compile(dynamic=True)
        self._pixels = torch.compile(photographed, dynamic=True)
        self._answers_loss = torch.compile(answers_loss, dynamic=True)
        self._characters_loss = torch.compile(characters_loss, dynamic=True)

    def forward(self, batch: Batch) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """Return the cross-entropies of answers (weighted), characters and marks, of places and of answers' cells.

        Each is a scalar.
        """
        height, width = batch.pictures.shape[1:3]
        image = self.model.transformer.vision(self._pixels(batch.pictures, self.mean, self.std))
        tokens = image.shape[1] - 2
        embeds = self.model.embed(batch.ids, image, PREFIX - 3)
        positions = image_positions(batch.ids.shape[1], PREFIX - 3, tokens, batch.ids.device)
        middle, hidden = self._read(embeds, positions.expand(len(embeds), -1))
        logits = self.model.transformer.output_layer(hidden[:, tokens + PREFIX - 2 : -1])
        answers = self._answers_loss(logits, batch.ids[:, PREFIX:], batch.weights[:, PREFIX:])
        cells = self.norm((image.detach() if self.settling else image)[:, 1:-1] / FEATURE_SCALE)
        found = self.place(cells).float()
        place = F.mse_loss(found, _waves(height // 28, width // 28, found.device).expand_as(found))
        characters = self._characters_loss(self.characters(cells), batch.slots)
        marks = self._characters_loss(self.marks(cells), batch.marks)
        middle = middle.detach() if self.settling else middle
        return answers, characters, marks, place, self._pointing_loss(middle, tokens, batch)

    def _read(self, embeds: Tensor, positions: Tensor) -> tuple[Tensor, Tensor]:
        """Return the language model's hidden states halfway and at its end, (B, T, hidden) each."""
        encoder = self.model.transformer.encoder
        table = encoder.rotary.table(positions, embeds.dtype)
        middle = hidden = embeds
        for number, layer in enumerate(encoder.layers, 1):
            hidden = layer(hidden, table, ())
            middle = hidden if number == MIDDLE else middle
        return middle, encoder.final_layernorm(hidden)

    def _pointing_loss(self, middle: Tensor, tokens: int, batch: Batch) -> Tensor:
        """Return the cross-entropy of the answers' cells; the begin of the image stands for "nowhere"."""
        begin, middle = PREFIX - 3, self.halfway(middle)
        keys = self.cell(torch.cat((middle[:, begin + 1 : begin + 1 + tokens], middle[:, begin : begin + 1]), dim=1))
        places = (batch.asked + tokens - 1).clamp(max=middle.shape[1] - 1)
        ends = middle.gather(1, places[..., None].expand(-1, -1, middle.shape[2]))
        scores = (self.question(ends) @ keys.mT).float() * keys.shape[-1] ** -0.5
        known = batch.found.any(dim=-1)
        right = scores.masked_fill(~(batch.found | ~known[..., None]), float("-inf")).logsumexp(-1)
        loss: Tensor = (scores.logsumexp(-1) - right).sum() / known.sum().clamp(min=1)
        return loss


def answers_loss(logits: Tensor, ids: Tensor, weights: Tensor) -> Tensor:
    """Return the weighted mean of (B, T) ids' cross-entropies, from (B, T, vocabulary) logits; a scalar."""
    losses = F.cross_entropy(logits.flatten(0, 1).float(), ids.flatten(), reduction="none")
    return (losses * weights.flatten()).sum() / weights.sum()


def characters_loss(logits: Tensor, slots: Tensor) -> Tensor:
    """Return the cross-entropy per character, from (B, N, 6 * classes) logits and (B, N, 6) classes; a scalar.

    Each counts as one of the filled slots, or of a hundredth of all where fewer are filled; an empty one counts half.
    """
    losses = F.cross_entropy(logits.reshape(slots.numel(), -1).float(), slots.flatten(), reduction="none")
    filled = slots.flatten() > 0
    full, empty = (losses * filled).sum(), (losses * ~filled).sum()
    return (full + 0.5 * empty) / filled.sum().clamp(min=max(1, slots.numel() // 100))


def new_model(seed: int) -> GLM4VForConditionalGeneration:
    """Create a pocket model with its first weights."""
    torch.manual_seed(seed)
    model = GLM4VForConditionalGeneration(GLM4VConfig(**CONFIG))
    for module in model.modules():
        if isinstance(module, nn.Linear | nn.Conv2d):
            fan_in = module.weight[0].numel()
            nn.init.normal_(module.weight, std=min(0.04, fan_in**-0.5))
            if module.bias is not None:
                nn.init.zeros_(module.bias)
        elif isinstance(module, VisionLayer):
            # A post-norm tower does not start to learn when its blocks drown their input.
            nn.init.constant_(module.input_layernorm.weight, 0.2)
            nn.init.constant_(module.post_attention_layernorm.weight, 0.2)
    transformer = model.transformer
    nn.init.normal_(transformer.embedding.word_embeddings.weight, std=FEATURE_SCALE)
    with torch.no_grad():
        table = transformer.vision.patch_embedding.position_embedding.weight
        table.copy_(torch.cat((torch.zeros(1, table.shape[1]), _sinusoids(80, table.shape[1]))))
    return model


def _sinusoids(side: int, width: int) -> Tensor:
    """Return (side * side, width): half of the width tells the row, half the column, as sines of many wavelengths."""
    rates = torch.exp(torch.linspace(0, math.log(side), width // 4)) * math.pi / side
    angles = (torch.arange(side) + 0.5)[:, None] * rates
    line = torch.cat((angles.sin(), angles.cos()), dim=1) * 0.5
    rows, columns = line[:, None].expand(-1, side, -1), line[None].expand(side, -1, -1)
    return torch.cat((rows, columns), dim=2).flatten(0, 1)


def _waves(rows: int, columns: int, device: torch.device) -> Tensor:
    """Return (rows * columns, 24): the place of each cell's centre as sines and cosines of rising frequency."""
    rates = math.pi * 2.0 ** torch.arange(WAVES, device=device)
    down = ((torch.arange(rows, device=device) + 0.5) / rows)[:, None] * rates
    across = ((torch.arange(columns, device=device) + 0.5) / columns)[:, None] * rates
    down = torch.cat((down.sin(), down.cos()), dim=1)[:, None].expand(-1, columns, -1)
    across = torch.cat((across.sin(), across.cos()), dim=1)[None].expand(rows, -1, -1)
    return torch.cat((down, across), dim=2).flatten(0, 1)


def photographed(pictures: Tensor, mean: Tensor, std: Tensor) -> Tensor:
    """Convert (B, H, W, 3) uint8 to (B, 3, H, W), normalised, with a little of a camera's noise and exposure."""
    values = pictures.permute(0, 3, 1, 2).float() / 255
    shape = (len(values), 1, 1, 1)
    contrast = torch.empty(shape, device=values.device).uniform_(0.7, 1.05)
    lift = torch.empty(shape, device=values.device).uniform_(0, 1) * (1 - contrast).clamp(min=0)
    noise = torch.randn_like(values) * torch.empty(shape, device=values.device).uniform_(0, 0.03)
    return ((values * contrast + lift + noise).clamp(0, 1) - mean) / std
