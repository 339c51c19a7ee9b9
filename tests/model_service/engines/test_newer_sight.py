"""How the newer models look at pictures: their dial, the processor's rule, memory, layers by a launch, what is kept."""

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
import torch
from PIL import Image
from transformers import Glm4vConfig
from transformers.models.glm46v.image_processing_pil_glm46v import smart_resize

from bench.family import shapes
from model_service import Detail, Gauges, Message, ModelConfig, PictureRef, plan_detail
from model_service.detail import LEVEL_TOKENS
from model_service.engines.glm4v.image import MEAN, STD, to_pixels
from model_service.engines.glm46v.config import FLASH, SMALL_READER, GLM46VConfig, parse
from model_service.engines.glm46v.dial import GLM46V_DIAL
from model_service.engines.glm46v.model import GLM46VForConditionalGeneration
from model_service.engines.glm46v.vision import patches
from model_service.engines.hardware import GIB, Hardware
from model_service.engines.load import load_engine
from model_service.engines.model import at_once
from model_service.engines.runtime.captured_layers import CapturedLayers
from model_service.engines.runtime.kv_cache import KVCache
from model_service.engines.runtime.warmup import few_layers
from model_service.engines.weights import memory_plan
from model_service.engines.weights.layout import HEAD, Layout, Plan, device_bytes, empty_model, packed_layers
from model_service.engines.weights.loading import FROM_CACHE, load_checkpoint
from model_service.engines.weights.memory_plan import choose_plan, needed_bytes, peak_bytes
from tests.model_service.engines.newer import KINDS, write_checkpoint
from tests.model_service.engines.test_newer_parity import asking, drawn

CPU = Hardware(torch.device("cpu"), torch.float32)
BF16 = torch.bfloat16
MODELS = {"flash": FLASH, "ocr": SMALL_READER}


@pytest.mark.parametrize("level", LEVEL_TOKENS)
@pytest.mark.parametrize("size", [(1280, 960), (960, 1280), (4000, 300), (30, 30), (9, 800), (28, 28), (1, 1)])
def test_the_dial_keeps_the_shape_and_the_budget(size: tuple[int, int], level: str) -> None:
    """Also at max, where GLM-4V makes a square of everything; and however small a picture is, it has 8 tokens."""
    plan = plan_detail(GLM46V_DIAL, Detail(LEVEL_TOKENS[level]), *size)  # type: ignore[index]
    assert 8 <= plan.tokens <= LEVEL_TOKENS[level]  # type: ignore[index]
    assert plan.width % 28 == plan.height % 28 == 0
    if min(size) >= 300 and size[0] < 2000:
        assert abs(math.log(plan.width / plan.height / (size[0] / size[1]))) < 0.15


@pytest.mark.parametrize("size", [(1280, 960), (733, 411), (60, 45), (3000, 200)])
def test_the_originals_processor_would_not_resize_again(size: tuple[int, int]) -> None:
    """Every grid is one that its rule leaves alone: multiples of 28, within its bounds."""
    for tokens in LEVEL_TOKENS.values():
        plan = plan_detail(GLM46V_DIAL, Detail(tokens), *size)
        assert smart_resize(2, plan.height, plan.width) == (plan.height, plan.width)


def test_pixels_and_patches_are_the_processors() -> None:
    """Bicubic, CLIP's mean and deviation; a patch is three colours, two moments, then rows: each value is in its place.

    The original's own processor wants torchvision; this is its formula.
    """
    image = Image.fromarray(np.random.default_rng(0).integers(0, 255, (70, 90, 3), dtype=np.uint8))
    height, width = 56, 84
    pixels = to_pixels(image, width, height)
    resized = np.asarray(image.resize((width, height), Image.Resampling.BICUBIC), dtype=np.float64) / 255
    wanted = ((resized - MEAN) / STD).transpose(2, 0, 1)
    np.testing.assert_allclose(pixels[0].numpy(), wanted, atol=1e-5)
    theirs = torch.tensor(wanted)[None].reshape(1, 3, 2, 2, 14, 3, 2, 14).permute(0, 2, 5, 3, 6, 1, 4, 7)
    theirs = theirs.unsqueeze(6).expand(-1, -1, -1, -1, -1, -1, 2, -1, -1).reshape(24, 1176).float()
    ours = patches(pixels, 14)[0].view(2, 2, 3, 2, -1).permute(0, 2, 1, 3, 4).flatten(0, 3)
    torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=0)


@pytest.mark.parametrize(("name", "full", "lean"), [("flash", 6.70, 4.69), ("ocr", 0.80, 0.50)])
def test_the_weights_take_what_was_counted(name: str, full: float, lean: float) -> None:
    """In four bits, in GiB, all of it, and without the embeddings and with the head packed."""
    sizes = [device_bytes(MODELS[name], Layout(plan, True, BF16)) / GIB for plan in (Plan.FULL, Plan.LEAN)]
    assert sizes == pytest.approx([full, lean], rel=0.02)


@pytest.mark.parametrize("name", MODELS)
def test_matrices_can_lie_as_our_product_reads_them(name: str) -> None:
    """All of the language model are of whole groups of whole blocks; none stays apart in 16 bits but the head."""
    model = empty_model(MODELS[name], Layout(Plan.LEAN, True, BF16, grouped=True))
    layers = packed_layers(model, Layout(Plan.LEAN, True, BF16, grouped=True))
    language = {name: layer for name, layer in layers.items() if "vision" not in name}
    assert len(language) == 4 * MODELS[name].num_layers + 1 and HEAD in language
    assert all(layer.grouped for layer in language.values())


def test_the_model_that_rehearses_has_its_matrices(tmp_path: Path) -> None:
    """Each shape that is packed, but for the head."""
    for config in MODELS.values():
        few = config.few_layers(8192)
        layout = Layout(Plan.FULL, True, BF16)
        real, sample = (
            {
                (layer.out_features, layer.in_features)
                for layer in packed_layers(empty_model(each, layout), layout).values()
            }
            for each in (config, few)
        )
        assert real == sample
    write_checkpoint(tmp_path, "glm4v")
    assert few_layers(tmp_path).num_layers == 1


@pytest.mark.parametrize(
    ("free", "plan", "tokens"), [(6.4, Plan.LEAN, 1600), (9.0, Plan.FULL, 1600), (12.0, Plan.FULL, 1600)]
)
def test_a_plan_fits_the_card(free: float, plan: Plan, tokens: int) -> None:
    """Of GLM-4.6V-Flash; what is chosen fits, answers together and an album too."""
    gpu = Hardware(torch.device("cuda"), BF16)
    with patch.object(Hardware, "free_bytes", lambda _: int(free * GIB)):
        chosen = choose_plan(FLASH, True, gpu, "auto")
    assert (chosen.layout.plan, chosen.max_visual_tokens) == (plan, tokens)
    more = memory_plan.CONVERSATION + (chosen.pictures - 1) * tokens
    asked = {"conversation": more, "together": chosen.together, "captured": chosen.captured}
    assert needed_bytes(FLASH, chosen.layout, tokens, **asked) <= free * GIB  # type: ignore[arg-type]
    assert 1 <= chosen.pictures <= 8


def test_pictures_that_share_memory_share_the_tokens(tmp_path: Path) -> None:
    """Each has its own budget; where memory is short, an equal part of what fits."""
    write_checkpoint(tmp_path, "glm4v")
    engine = load_engine(ModelConfig(name=str(tmp_path), quantize="none"))
    large, small = (PictureRef(drawn(800, 600, seed), Detail(tokens)) for seed, tokens in ((1, 300), (2, 40)))
    request = asking(Message("user", "?", (large, small)))
    assert [plan.tokens > 250 for plan in engine._plans(request)] == [True, False]
    engine._info = replace(engine.info, all_visual_tokens=128)
    assert all(plan.tokens <= 64 for plan in engine._plans(request))
    assert engine.plan(request) == engine._plans(request)[0]
    engine.close()


@torch.inference_mode()
@pytest.mark.parametrize("name", ["Flash", "OCR"])
def test_captured_layers_see_and_read_as_the_model(name: str) -> None:
    """What a graph computes, padded, is what the model does; here its launches one by one."""
    config = shapes(tiny=True)[name]
    model = filled(config)
    layers = CapturedLayers(model, CPU, (40, 120), (20, 60))
    pixels = torch.randn(1, 3, 112, 140)
    at_once(layers.see(torch.randn(1, 3, 140, 168)))  # It leaves something behind.
    torch.testing.assert_close(at_once(layers.see(pixels)), at_once(model.see(pixels)), atol=1e-4, rtol=1e-4)
    image = at_once(model.see(pixels))
    embeds = model.embed(torch.randint(0, 256, (1, 12)), image, 4)
    positions = model.positions(12, 4, (4, 5), CPU.device)
    one, other = (KVCache(model.config, 50, CPU.device, torch.float32) for _ in range(2))
    wanted = at_once(model.read(embeds, positions, one))
    torch.testing.assert_close(at_once(layers.read(embeds, positions, other)), wanted, atol=1e-4, rtol=1e-4)
    assert other.length == one.length == 31


def filled(config: GLM46VConfig) -> Any:
    """A model with random weights."""
    model = GLM46VForConditionalGeneration(config)
    generator = torch.Generator().manual_seed(0)
    for parameter in model.parameters():
        parameter.data.normal_(0, 0.1, generator=generator)
    return model.eval()


@pytest.mark.parametrize("kind", KINDS)
def test_the_tower_can_stay_in_host_memory(tmp_path: Path, kind: str) -> None:
    """By the plan tiny its layers are streamed, and see the same."""
    write_checkpoint(tmp_path, kind)
    pixels = torch.randn(1, 3, 56, 84, generator=torch.Generator().manual_seed(1))
    seen = []
    for plan in (Plan.FULL, Plan.TINY):
        model, _ = load_checkpoint(tmp_path, ModelConfig(quantize="nf4"), CPU, Layout(plan, True, torch.float32))
        with torch.inference_mode():
            seen.append(at_once(model.see(pixels)))
    torch.testing.assert_close(*seen)


def test_packed_weights_are_kept_and_found_again(tmp_path: Path) -> None:
    """The second start reads what the first one packed, and the weights are the same."""
    write_checkpoint(tmp_path / "model", "glm_ocr")
    config = ModelConfig(name=str(tmp_path / "model"), quantize="nf4", cache=tmp_path / "cache")
    first = load_engine(config)
    assert first._writer is not None
    first._writer.join()
    weights = dict(first._runner._model.state_dict())  # type: ignore[attr-defined]
    first.close()
    gauges = Gauges()
    again = load_engine(config, gauges)
    assert FROM_CACHE in gauges.stages
    for name, tensor in again._runner._model.state_dict().items():  # type: ignore[attr-defined]
        assert torch.equal(tensor, weights[name]), name
    again.close()


def test_peaks_grow_with_pictures_and_answers() -> None:
    """By arithmetic alone: more tokens, more answers, more pictures, more bytes."""
    layout = Layout(Plan.FULL, True, BF16)
    for config in MODELS.values():
        peaks = [peak_bytes(config, layout, tokens) for tokens in (256, 512, 1600)]
        assert peaks == sorted(peaks) and len(set(peaks)) == 3
        assert peak_bytes(config, layout, 256, together=2) > peaks[0]


def test_what_the_hub_says_is_what_is_known_beforehand(tmp_path: Path) -> None:
    """The shapes that plans are calculated with are the configuration's defaults, where those are the model's."""
    told = json.loads(Glm4vConfig().to_json_string(use_diff=False)) | {"image_token_id": FLASH.image_token_id}
    told["text_config"] |= {"max_position_embeddings": 131072, "eos_token_id": [*FLASH.eos_token_id]}
    told["text_config"]["rope_parameters"] = {
        "rope_type": "default",
        "rope_theta": FLASH.theta,
        "partial_rotary_factor": 0.5,
        "mrope_section": [8, 12, 12],
    }
    assert parse(told) == FLASH
