"""What is shown as the model's view is what the engine gives it."""

import io
from collections.abc import Iterator

import pytest
import torch
from PIL import Image
from torch import Tensor

from model_service import (
    GLM4V_DIAL,
    Detail,
    GenerationRequest,
    Message,
    ModelConfig,
    PictureRef,
    Region,
    as_seen,
    with_pictures,
)
from model_service.engines.glm4v.image import MEAN, STD
from model_service.engines.glm4v_engine import GLM4VEngine
from model_service.engines.load import load_engine
from tests.model_service.engines.tiny import write_checkpoint

CORNER = Region(0.6, 0.5, 1.0, 1.0)
SPECK = Region(0.5, 0.5, 0.5001, 0.5001)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GLM4VEngine]:
    """The tiny one."""
    loaded = load_engine(ModelConfig(name=str(write_checkpoint(tmp_path_factory.mktemp("seen") / "t")), device="cpu"))
    yield loaded
    loaded.close()


def noise(width: int, height: int, orientation: int = 1) -> bytes:
    """Return a JPEG in which no two places are alike; an EXIF orientation turns it."""
    exif, out = Image.Exif(), io.BytesIO()
    exif[0x0112] = orientation
    channels = [Image.effect_noise((width, height), 90) for _ in range(3)]
    Image.merge("RGB", channels).save(out, "JPEG", exif=exif)
    return out.getvalue()


@pytest.mark.parametrize("region", [None, CORNER, SPECK])
@pytest.mark.parametrize("tokens", [16, 200, 1600])
@pytest.mark.parametrize("orientation", [1, 6])
def test_it_is_the_engines_own(engine: GLM4VEngine, tokens: int, region: Region | None, orientation: int) -> None:
    """The plan, and every pixel of what the vision tower gets: of a region, of a photo that lies on its side too."""
    data, seen = noise(300, 200, orientation), list[Tensor]()
    picture = PictureRef(data, Detail(tokens), region)
    request = GenerationRequest("1", "chat", with_pictures([Message("user", "?")], picture))
    vision = engine._runner._model.transformer.vision  # type: ignore[attr-defined]
    hook = vision.patch_embedding.register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    list(engine.generate(request))
    hook.remove()
    plan, png = as_seen(data, engine.info.dial, Detail(tokens), region, engine.info.max_visual_tokens)
    image = Image.open(io.BytesIO(png))
    assert plan == engine.plan(request)
    assert (image.format, image.mode, image.size) == ("PNG", "RGB", (plan.width, plan.height))
    restored = (seen[0][0].permute(1, 2, 0) * torch.tensor(STD) + torch.tensor(MEAN)).mul(255).round().byte()
    assert restored.numpy().tobytes() == image.tobytes()


def test_memory_may_allow_fewer_tokens() -> None:
    """As for the engine's plan."""
    plan, _ = as_seen(noise(300, 200), GLM4V_DIAL, Detail(1600), cap=128)
    assert plan.tokens <= 128
