"""A picture as numbers."""

import numpy as np
import pytest
import torch
from PIL import Image

from model_service.engines.glm4v.image import MEAN, STD, resized_by_products, to_pixels
from model_service.seen import resized


@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (12, 200, 99)])
def test_a_plain_colour_is_scaled_and_normalised(colour: tuple[int, int, int]) -> None:
    """Each channel is (value / 255 - mean) / std, everywhere, in fp32."""
    pixels = to_pixels(Image.new("RGB", (50, 30), colour), 84, 56)
    assert pixels.shape == (1, 3, 56, 84)
    assert pixels.dtype == torch.float32
    for channel, value in enumerate(colour):
        wanted = (value / 255 - MEAN[channel]) / STD[channel]
        assert torch.allclose(pixels[0, channel], torch.tensor(wanted), atol=1e-6)


def test_the_resize_is_pillows_bicubic() -> None:
    """Rows stay rows and columns columns, and the filter is the antialiased one that the model was trained with."""
    picture = Image.effect_noise((200, 100), 90).convert("RGB")
    pixels = to_pixels(picture, 56, 84)
    wanted = np.asarray(picture.resize((56, 84), Image.Resampling.BICUBIC), dtype=np.float32) / 255
    restored = pixels[0].permute(1, 2, 0) * torch.tensor(STD) + torch.tensor(MEAN)
    assert np.allclose(restored.numpy(), wanted, atol=1e-6)


def test_the_numbers_are_the_originals_to_the_last_bit() -> None:
    """Every byte, scaled and normalised in fp32 one after the other as torchvision does it."""
    picture = Image.fromarray(np.arange(256, dtype=np.uint8).repeat(49).reshape(112, 112)).convert("RGB")
    scaled = torch.from_numpy(np.array(picture)).permute(2, 0, 1).float().div(255)
    wanted = scaled.sub(torch.tensor(MEAN)[:, None, None]).div(torch.tensor(STD)[:, None, None])
    pixels = to_pixels(picture, 112, 112)
    assert torch.equal(pixels[0], wanted)
    assert pixels.is_contiguous()


@pytest.mark.parametrize("mode", ["L", "P", "CMYK", "RGBA", "1"])
def test_any_mode_becomes_three_channels(mode: str) -> None:
    """What is not RGB is converted."""
    assert to_pixels(Image.new(mode, (30, 30)), 28, 28).shape == (1, 3, 28, 28)


@pytest.mark.parametrize(("size", "target"), [((130, 90), (112, 140)), ((64, 300), (64, 84)), ((64, 40), (140, 84))])
def test_products_resize_as_pillow_does(size: tuple[int, int], target: tuple[int, int]) -> None:
    """Up, down and not at all: next to all values are the same, and the rest, at the edge of rounding, are off by 1."""
    noise = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    found = resized_by_products(torch.from_numpy(noise), *target)
    off = (found - torch.from_numpy(resized(Image.fromarray(noise), *target))).abs()
    assert found.shape == (3, target[1], target[0])
    assert off.max() <= 1
    assert (off > 0).float().mean() < 1e-3
