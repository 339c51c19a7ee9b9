"""The choice of the next token."""

import torch
from torch import Tensor

from model_service.types import SamplingParams


class Sampler:
    """Greedy at temperature 0, else temperature and nucleus (top-p) sampling with its own seeded generator.

    `allowed` is a (vocabulary,) mask: ids outside it, special tokens above all, can never be chosen.
    """

    def __init__(self, params: SamplingParams, allowed: Tensor) -> None:
        self._params = params
        self._forbidden = ~allowed
        self._generator = torch.Generator(allowed.device)
        if params.seed is None:
            self._generator.seed()
        else:
            self._generator.manual_seed(params.seed)

    def choose(self, logits: Tensor) -> int:
        """The next token for (vocabulary,) logits."""
        logits = logits.float().masked_fill(self._forbidden, float("-inf"))
        if self._params.temperature <= 0:
            return int(logits.argmax())
        probabilities = torch.softmax(logits / self._params.temperature, dim=-1)
        ordered, ids = probabilities.sort(descending=True)
        before = ordered.cumsum(-1) - ordered
        nucleus = ordered.masked_fill(before > self._params.top_p, 0.0)
        return int(ids[torch.multinomial(nucleus, 1, generator=self._generator)])
