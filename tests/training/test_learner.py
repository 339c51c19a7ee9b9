"""The learner trains every weight, and the engine loads what it exports."""

import math
from pathlib import Path

import pytest
import torch

from model_service.config import ModelConfig
from model_service.engines.glm4v.model import GLM4VForConditionalGeneration
from model_service.engines.hardware import Hardware
from model_service.engines.weights.checkpoint import load_tokenizer
from model_service.engines.weights.loading import load_checkpoint
from tests.training.test_batches import batches
from training.export import byte_tokenizer, export
from training.learner import Learner, characters_loss, new_model
from training.optimizers import make_optimizers


@pytest.fixture(scope="module")
def model() -> GLM4VForConditionalGeneration:
    """A pocket model with its first weights."""
    return new_model(seed=1)


def test_every_weight_learns(model: GLM4VForConditionalGeneration) -> None:
    """One step reaches all parameters, and both optimizers share them out without a rest."""
    learner = Learner(model)
    torch.stack(learner(batches().batch(20))).sum().backward()  # type: ignore[no-untyped-call]
    assert all(
        bool(parameter.grad.isfinite().all()) for parameter in learner.parameters() if parameter.grad is not None
    )
    without = [name for name, parameter in learner.named_parameters() if parameter.grad is None]
    assert without == []
    optimizers = make_optimizers(learner, 1e-3)
    grouped = [parameter for optimizer in optimizers for parameter in optimizer.param_groups[0]["params"]]
    assert len(grouped) == len({id(parameter) for parameter in grouped}) == len(list(learner.parameters()))


def test_empty_slots_count_half() -> None:
    """The sum over the empty slots, halved, and that over the filled ones are divided by the count of the filled."""
    logits = torch.zeros(1, 2, 6 * 4)
    slots = torch.zeros(1, 2, 6, dtype=torch.long)
    assert characters_loss(logits, slots).item() == pytest.approx(0.5 * 12 * math.log(4))
    slots[0, 1, 0] = 3
    assert characters_loss(logits, slots).item() == pytest.approx((1 + 0.5 * 11) * math.log(4))
    logits[0, 1, 3] = 50.0
    assert characters_loss(logits, slots).item() == pytest.approx(0.5 * 11 * math.log(4))


def test_export_is_what_the_engine_loads(model: GLM4VForConditionalGeneration, tmp_path: Path) -> None:
    """An exported checkpoint comes back with the same weights, rounded to bf16, in small files."""
    export(model, tmp_path / "checkpoint")
    hardware = Hardware(torch.device("cpu"), torch.float32)
    loaded, _ = load_checkpoint(tmp_path / "checkpoint", ModelConfig(), hardware)
    for name, tensor in model.state_dict().items():
        assert torch.equal(loaded.state_dict()[name], tensor.to(torch.bfloat16).float()), name
    tokenizer = load_tokenizer(tmp_path / "checkpoint", loaded.config)
    assert tokenizer.encode("é?") == byte_tokenizer().encode("é?")
    assert max(file.stat().st_size for file in (tmp_path / "checkpoint").iterdir()) <= 16 * 1024**2
