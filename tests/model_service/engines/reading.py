"""What the tests of the runner share: prompts, pictures of noise, and what was computed for them."""

from dataclasses import dataclass, field

import torch
from torch import Tensor

from model_service import ModelConfig
from model_service.engines.glm4v.model import GLM4VForConditionalGeneration
from model_service.engines.hardware import Hardware
from model_service.engines.model import Prompt, at_once
from model_service.engines.runtime.prefix_cache import Sequence
from model_service.engines.runtime.runner import ModelRunner, View
from model_service.engines.runtime.sampling import Sampler
from model_service.types import SamplingParams

CPU = Hardware(torch.device("cpu"), torch.float32)
COLD = ModelConfig(feature_cache_mib=0, prefix_cache_mib=0)
PLACEHOLDERS = (266, 256, 267)
LOOK = 8
"""The positions of a picture of 2x3 visual tokens with its begin and end."""


@dataclass
class Work:
    """What the model did: sequences in each pass of the language model, and positions of each; and pictures seen."""

    rows: list[int] = field(default_factory=list)
    positions: list[int] = field(default_factory=list)
    pictures: int = 0


def noise(seed: int) -> Tensor:
    """A picture of 2x3 visual tokens."""
    return torch.randn(1, 3, 56, 84, generator=torch.Generator().manual_seed(seed))


def view(seed: int) -> View:
    """That picture on its grid."""
    return View((bytes([seed]), 2, 3), lambda: noise(seed))


def prompt(*ids: int, seen: bool = True, before: int = 2) -> Prompt:
    """`before` ids, the picture's three if there is one, and these."""
    head = tuple(range(100, 100 + before))
    return Prompt(head + (PLACEHOLDERS if seen else ()) + ids, before if seen else None)


def cold(model: GLM4VForConditionalGeneration, asked: Prompt, look: View | None) -> Tensor:
    """The logits of one pass over everything."""
    _, logits = prefill(ModelRunner(model, CPU, COLD), "chat", asked, look, 0)
    return logits


def prefill(runner: ModelRunner, chat: str, asked: Prompt, look: View | None, room: int) -> tuple[Sequence, Tensor]:
    """A prompt's sequence and logits, read without a pause."""
    return at_once(runner.prefill(chat, asked, look, room))


def read(runner: ModelRunner, asked: Prompt, look: View | None, *tokens: int, chat: str = "chat") -> Tensor:
    """The logits behind a prompt and `tokens`; the sequence is kept."""
    sequence, logits = prefill(runner, chat, asked, look, len(tokens))
    for token in tokens:
        logits = put(runner, sequence, token)
    runner.keep(sequence)
    return logits


def put(runner: ModelRunner, sequence: Sequence, token: int) -> Tensor:
    """The logits behind a sequence with this token behind it."""
    seen = Seen(SamplingParams(), torch.ones(runner._model.config.padded_vocab_size, dtype=torch.bool))
    runner.decode([sequence], [torch.tensor([token])], [seen])
    sequence.ids.append(token)
    return seen.logits


class Seen(Sampler):
    """Shows the logits that it was to choose from."""

    def choose(self, logits: Tensor) -> Tensor:
        """Choose as always."""
        self.logits = logits
        return super().choose(logits)
