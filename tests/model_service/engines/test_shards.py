"""Reading a checkpoint's tensors one at a time."""

from pathlib import Path

import pytest
import torch

from model_service.engines.glm4v.model import GLM4VForConditionalGeneration
from model_service.engines.weights import shards


@pytest.mark.parametrize("mapped", [1, 10_000, 10**9])
def test_opened_anew_a_file_goes_on_where_it_was(
    checkpoint: Path, model: GLM4VForConditionalGeneration, monkeypatch: pytest.MonkeyPatch, mapped: int
) -> None:
    """Each tensor once and to the bit, however often that is; the share of bytes grows up to all of them."""
    monkeypatch.setattr(shards, "MAPPED", mapped)
    told: list[float] = []
    found = [(name, tensor.clone()) for name, tensor in shards.read_tensors(shards.shards(checkpoint), told.append)]
    tensors = dict(found)
    assert len(tensors) == len(found)
    assert all(torch.equal(tensors[name], tensor) for name, tensor in model.state_dict().items())
    assert told == sorted(told)
    assert 0.9 < told[-1] <= 1.0
