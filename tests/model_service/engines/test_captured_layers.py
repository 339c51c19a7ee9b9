"""Layers for small pictures in padded rows, as they are captured: what they compute is the model's. Launched one by one
here, as there is no card; that a graph repeats what was captured is the card's part.
"""

import logging
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
import torch

from model_service.engines.glm4v.model import GLM4VForConditionalGeneration
from model_service.engines.model import at_once
from model_service.engines.runtime import captured_layers
from model_service.engines.runtime.captured_layers import CapturedLayers, capture_layers
from model_service.engines.runtime.kv_cache import KVCache
from model_service.engines.runtime.runner import ModelRunner
from tests.model_service.engines.reading import CPU, Work, cold, prompt, read, view

pytestmark = pytest.mark.usefixtures("inference")

SIZES = (9, 17, 65), (12, 30, 60)
"""Patches and the position before them, and positions of a prompt."""


@pytest.fixture
def layers(model: GLM4VForConditionalGeneration) -> CapturedLayers:
    """Of the tiny model, two layers in two parts each."""
    with patch.object(captured_layers, "AT_ONCE", 1):
        return CapturedLayers(model, CPU, *SIZES)


@pytest.mark.parametrize("rows, columns", [(2, 4), (4, 2), (4, 4), (8, 6), (8, 8)])
def test_a_picture_is_seen_as_the_model_sees_it(
    model: GLM4VForConditionalGeneration, layers: CapturedLayers, rows: int, columns: int
) -> None:
    """Behind a larger one too, of which nothing is left; each part pauses."""
    pixels = torch.randn(1, 3, 14 * rows, 14 * columns)
    at_once(layers.see(torch.randn(1, 3, 112, 112)))
    assert layers.sees(pixels)
    assert torch.allclose(at_once(layers.see(pixels)), at_once(model.see(pixels)), atol=1e-5)
    assert sum(1 for _ in layers.see(pixels)) == 2


@pytest.mark.parametrize("length", [1, 11, 12, 13, 44, 60])
def test_a_prompt_is_read_as_the_model_reads_it(
    model: GLM4VForConditionalGeneration, layers: CapturedLayers, length: int
) -> None:
    """Its logits, and what the cache holds."""
    positions = torch.arange(length)[None].clamp(max=40)
    embeds = model.embed(torch.randint(0, 256, (1, length)))
    cache, other = (KVCache(model.config, 64, CPU.device, CPU.dtype) for _ in range(2))
    assert layers.reads(embeds, cache)
    found, wanted = at_once(layers.read(embeds, positions, cache)), at_once(model.read(embeds, positions, other))
    assert torch.allclose(found, wanted, atol=1e-4)
    assert cache.length == other.length == length
    assert torch.allclose(cache.keys, other.keys, atol=1e-5) and torch.allclose(cache.values, other.values, atol=1e-5)


def test_what_is_too_large_is_left_to_the_model(model: GLM4VForConditionalGeneration, layers: CapturedLayers) -> None:
    """And what follows something, and what comes while another is being seen."""
    small, cache = torch.zeros(1, 3, 28, 28), KVCache(model.config, 64, CPU.device, CPU.dtype)
    assert not layers.sees(torch.zeros(1, 3, 112, 140))
    assert layers.reads(torch.zeros(1, 60, 64), cache)
    assert not layers.reads(torch.zeros(1, 61, 64), cache)
    cache.length = 1
    assert not layers.reads(torch.zeros(1, 5, 64), cache)
    cache.length = 0
    work = layers.see(small)
    next(work)
    assert not layers.sees(small) and not layers.reads(torch.zeros(1, 5, 64), cache)
    work.close()
    assert layers.sees(small) and layers.reads(torch.zeros(1, 5, 64), cache)


def test_the_runner_reads_by_them(
    model: GLM4VForConditionalGeneration, runner: ModelRunner, layers: CapturedLayers, work: Work
) -> None:
    """A picture and a question, and a follow-up that goes on behind them."""
    runner._layers = layers
    with (
        patch.object(model, "read", side_effect=AssertionError),
        patch.object(model, "see", side_effect=AssertionError),
    ):
        logits = read(runner, prompt(1, 2, 3), view(1))
    assert torch.allclose(logits, cold(model, prompt(1, 2, 3), view(1)), atol=1e-4)
    further = prompt(1, 2, 3, 50, 51, 4, 5)
    assert torch.allclose(read(runner, further, view(1)), cold(model, further, view(1)), atol=1e-4)


class Uncaptured(CapturedLayers):
    """As if a card had captured them."""

    wrong = False

    def capture(self, sharing: Any) -> float:
        """Compare, with other weights in one layer if they are to be wrong."""
        stacks = (*self._towers, *self._readers)
        errors = list(self._errors(stacks))
        return max(errors)

    def _errors(self, stacks: tuple[Any, ...]) -> Iterator[float]:
        for stack in stacks:
            alone = stack.alone
            if self.wrong:
                stack.alone = lambda layer, x, alone=alone: 2 * alone(layer, x)
            yield stack.error()


@pytest.mark.parametrize("wrong", [False, True])
def test_they_are_used_only_where_they_are_right(
    model: GLM4VForConditionalGeneration,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    wrong: bool,
) -> None:
    """Else there is a warning, and the model works."""
    monkeypatch.setattr(captured_layers, "CapturedLayers", Uncaptured)
    monkeypatch.setattr(captured_layers, "PATCHES", SIZES[0])
    monkeypatch.setattr(captured_layers, "POSITIONS", SIZES[1])
    monkeypatch.setattr(Uncaptured, "wrong", wrong)
    with caplog.at_level(logging.WARNING):
        found = capture_layers(model, CPU, sharing=None)  # type: ignore[arg-type]
    assert (found is None) is wrong
    assert ("without CUDA graphs" in caplog.text) is wrong
