"""What the tests of GLM-4V share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from model_service import ModelConfig
from model_service.engines.glm4v.model import GLM4VForConditionalGeneration
from model_service.engines.glm4v.tokenizer import Tokenizer
from model_service.engines.runtime.runner import ModelRunner
from tests.model_service.engines.reading import CPU, Work
from tests.model_service.engines.tiny import SHARED, tiny_model, tokenizer_lines, write_checkpoint


@pytest.fixture(scope="package")
def model() -> GLM4VForConditionalGeneration:
    """A tiny random model; tests leave it as it is."""
    return tiny_model()


@pytest.fixture
def inference() -> Iterator[None]:
    """No gradients."""
    with torch.inference_mode():
        yield


@pytest.fixture
def work(model: GLM4VForConditionalGeneration) -> Iterator[Work]:
    """Watches the model."""
    seen = Work()

    def passed(module: nn.Module, given: tuple[Tensor, ...]) -> None:
        rows, positions, _ = given[0].shape
        seen.rows.append(rows)
        seen.positions.append(positions)

    def looked(module: nn.Module, given: tuple[Tensor, ...]) -> None:
        seen.pictures += 1

    hooks = (
        model.transformer.encoder.layers[0].register_forward_pre_hook(passed),
        model.transformer.vision.transformer.layers[0].register_forward_pre_hook(looked),
    )
    yield seen
    for hook in hooks:
        hook.remove()


@pytest.fixture
def runner(model: GLM4VForConditionalGeneration) -> ModelRunner:
    """With both caches, empty."""
    return ModelRunner(model, CPU, ModelConfig())


@pytest.fixture
def tokenizer(tmp_path: Path) -> Tokenizer:
    """A tokenizer of single bytes."""
    file = tmp_path / "tokenizer.model"
    file.write_text(tokenizer_lines())
    return Tokenizer.load(file)


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    """A small complete checkpoint, for a test to break."""
    return write_checkpoint(tmp_path / "checkpoint")


@pytest.fixture
def reference() -> Path:
    """The tiny checkpoint with what the original code computed for it."""
    folder = SHARED / "parity" / "tiny"
    if not folder.is_dir():
        pytest.skip("the reference of the original code is not on this machine")
    return folder


@pytest.fixture
def golden() -> Path:
    """The real vocabulary, with ids that the original tokenizer made."""
    folder = SHARED / "glm4v"
    if not (folder / "tokenizer_golden.json").is_file():
        pytest.skip("the original's vocabulary is not on this machine")
    return folder
