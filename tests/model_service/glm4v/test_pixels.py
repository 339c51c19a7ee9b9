"""A picture as numbers."""

import numpy as np
import pytest
import torch
from PIL import Image

from model_service.glm4v.pixels import MEAN, STD, to_pixels


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


@pytest.mark.parametrize("mode", ["L", "P", "CMYK", "RGBA", "1"])
def test_any_mode_becomes_three_channels(mode: str) -> None:
    """What is not RGB is converted."""
    assert to_pixels(Image.new(mode, (30, 30)), 28, 28).shape == (1, 3, 28, 28)
