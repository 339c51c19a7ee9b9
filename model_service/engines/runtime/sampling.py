"""The choice of the next token, on the device."""

from collections.abc import Iterator

import torch
from torch import Tensor

from model_service.types import SamplingParams

DRAWN_AT_ONCE = 256
"""Random numbers that are sent to the device together, one a token."""

PARTS = 1_000_000
"""Probabilities travel with the ids, in whole millionths, so that one copy brings both."""


class Sampler:
    """Greedy at temperature 0, else temperature and nucleus (top-p) sampling with its own seeded generator.

    `allowed` is a (vocabulary,) mask: ids outside it, special tokens above all, can never be chosen.
    """

    def __init__(self, params: SamplingParams, allowed: Tensor) -> None:
        self._params = params
        self._forbidden = ~allowed
        self._draws = _uniforms(params.seed, allowed.device)

    @property
    def is_greedy(self) -> bool:
        """Whether the most likely id is chosen."""
        return self._params.temperature <= 0

    def choose(self, logits: Tensor) -> Tensor:
        """The next id, (1,), for (vocabulary,) logits; nothing waits for the device."""
        logits = logits.float().masked_fill(self._forbidden, float("-inf"))
        if self.is_greedy:
            return logits.argmax(-1, keepdim=True)
        probabilities = torch.softmax(logits / self._params.temperature, dim=-1)
        ordered, ids = probabilities.sort(descending=True)
        reached = ordered.cumsum(-1)
        nucleus = ordered.masked_fill(reached - ordered > self._params.top_p, 0.0).cumsum(-1)
        return ids.gather(0, torch.searchsorted(nucleus, next(self._draws) * nucleus[-1:]))

    def choose_rated(self, logits: Tensor) -> Tensor:
        """The next id as `rated` gives it, (1, 3), for (vocabulary,) logits."""
        return rated(logits.masked_fill(self._forbidden, float("-inf"))[None], self.choose(logits))


def rated(logits: Tensor, ids: Tensor) -> Tensor:
    """(n,) ids with their probabilities and those of the likeliest others, in millionths: (n, vocabulary) -> (n, 3).

    They are the model's own, whatever the temperature: of what may be chosen at all.
    """
    probabilities = torch.softmax(logits.float(), dim=-1)
    chosen = ids[:, None]
    own = probabilities.gather(1, chosen)
    other = probabilities.scatter(1, chosen, 0.0).amax(-1, keepdim=True)
    return torch.cat([chosen, (torch.cat([own, other], 1) * PARTS).round().long()], 1)


def _uniforms(seed: int | None, device: torch.device) -> Iterator[Tensor]:
    """Numbers in [0, 1), (1,) each; the same for a seed on whatever device."""
    generator = torch.Generator()
    if seed is None:
        generator.seed()
    else:
        generator.manual_seed(seed)
    while True:
        yield from torch.rand(DRAWN_AT_ONCE, 1, generator=generator).to(device, non_blocking=True)
