"""Memory plans at work: whatever lies where, the model computes the same."""

from pathlib import Path
from typing import Literal

import pytest
import torch
from torch import Tensor

from model_service.config import Memory, ModelConfig
from model_service.engines.glm4v.language import MLP
from model_service.engines.glm4v.model import GLM4VForConditionalGeneration
from model_service.engines.runtime.runner import ModelRunner
from model_service.engines.weights.layout import EMBEDDINGS, HEAD, VISION, Layout, Plan, empty_model, packed_layers
from model_service.engines.weights.loading import load_checkpoint
from model_service.engines.weights.offload import OffloadedTransformer
from model_service.errors import CheckpointError
from tests.model_service.engines.reading import CPU, noise, prompt, read, view
from tests.model_service.engines.tiny import tiny_config

pytestmark = pytest.mark.usefixtures("inference")


def loaded(checkpoint: Path, memory: Memory, packed: bool) -> GLM4VForConditionalGeneration:
    """The checkpoint under a plan."""
    asked = ModelConfig(memory=memory, quantize="nf4" if packed else "none")
    model: GLM4VForConditionalGeneration = load_checkpoint(checkpoint, asked, CPU)[0]
    return model


def answer(model: GLM4VForConditionalGeneration) -> Tensor:
    """The logits behind a prompt with a picture and a few tokens."""
    return read(ModelRunner(model, CPU, ModelConfig()), prompt(1), view(1), 50, 51)


@pytest.mark.parametrize("memory", ["lean", "tiny"])
def test_unpacked_every_plan_computes_the_same(checkpoint: Path, memory: Memory) -> None:
    """To the bit: only the places differ."""
    assert torch.equal(
        answer(loaded(checkpoint, memory, packed=False)), answer(loaded(checkpoint, "full", packed=False))
    )


def test_packed_only_the_head_differs(checkpoint: Path) -> None:
    """Lean and tiny agree to the bit; their head is packed, the full plan's is not."""
    full, lean, tiny = (loaded(checkpoint, plan.value, packed=True) for plan in Plan)
    assert torch.equal(answer(lean), answer(tiny))
    assert type(full.get_submodule(HEAD)) is torch.nn.Linear
    head = lean.get_submodule(HEAD)
    exact = full.get_submodule(HEAD).weight
    assert float((head.dequantize() - exact).norm() / exact.norm()) < 0.12  # type: ignore[operator]
    assert torch.equal(lean.get_parameter(f"{EMBEDDINGS}.weight"), full.get_parameter(f"{EMBEDDINGS}.weight"))


@pytest.mark.parametrize("plan", Plan)
def test_the_language_models_packed_layers_are_in_groups(plan: Plan) -> None:
    """Where the layout says so, but for one that makes no whole groups; the vision tower's never are."""
    shape = tiny_config()
    shape.padded_vocab_size = 296
    for grouped in (False, True):
        layout = Layout(plan, True, torch.float32, grouped)
        layers = packed_layers(empty_model(shape, layout), layout)
        assert any(name.startswith(VISION) for name in layers)
        assert {name for name, layer in layers.items() if layer.grouped} == {
            name for name in layers if grouped and not name.startswith(VISION) and name != HEAD
        }


def test_the_stream_passes_every_layer(checkpoint: Path, model: GLM4VForConditionalGeneration) -> None:
    """Several pictures in turn: the two buffers hold what is computed with, whatever they held before."""
    vision = loaded(checkpoint, "tiny", packed=False).transformer.vision
    assert isinstance(vision.transformer, OffloadedTransformer)
    for seed in (1, 2, 1):
        assert torch.equal(vision(noise(seed)), model.transformer.vision(noise(seed)))


def test_the_buffers_are_no_weights(checkpoint: Path) -> None:
    """What is saved or counted is the model, under the original's names."""
    tiny, full = loaded(checkpoint, "tiny", packed=True), loaded(checkpoint, "lean", packed=True)
    assert {name: tensor.shape for name, tensor in tiny.state_dict().items()} == {
        name: tensor.shape for name, tensor in full.state_dict().items()
    }


def test_layers_share_what_is_allocated_for_them(checkpoint: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One layer an allocation or all in one: the same picture is seen."""
    seen = []
    for size in (1, 10**6):
        monkeypatch.setattr("model_service.engines.weights.offload.ALLOCATION", size)
        vision = loaded(checkpoint, "tiny", packed=True).transformer.vision
        seen.append(vision(noise(1)))
    assert torch.equal(*seen)


def test_many_positions_are_taken_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The MLP's memory is bounded; what it computes is the same."""
    mlp = MLP(tiny_config())
    x = torch.randn(1, 10, 64, generator=torch.Generator().manual_seed(0))
    wanted, widths = mlp(x), []
    monkeypatch.setattr("model_service.engines.glm4v.language.MLP_AT_ONCE", 4)
    monkeypatch.setattr("model_service.engines.glm4v.language.MLP_PART", 3)
    hook = mlp.dense_h_to_4h.register_forward_pre_hook(lambda module, given: widths.append(given[0].shape[1]))
    assert torch.allclose(mlp(x), wanted, atol=1e-5)
    hook.remove()
    assert widths == [3, 3, 3, 1]


def test_without_bitsandbytes_what_is_to_be_packed_is_refused(
    checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a sentence that names the setting and the command; what is not packed is loaded, as in the image for a CPU."""
    monkeypatch.setattr("model_service.engines.weights.loading.find_spec", lambda name: None)
    with pytest.raises(CheckpointError, match=r"model\.quantize.*pip install 'eyeglass\[local\]'"):
        loaded(checkpoint, "full", packed=True)
    unpacked: tuple[Literal["auto", "none"], ...] = ("auto", "none")
    for quantize in unpacked:
        assert load_checkpoint(checkpoint, ModelConfig(quantize=quantize), CPU)[0]
