"""A picture as the numbers that the vision tower was trained on."""

import numpy as np
import torch
from PIL import Image
from torch import Tensor

MEAN = (0.48145466, 0.4578275, 0.40821073)
STD = (0.26862954, 0.26130258, 0.27577711)


def to_pixels(image: Image.Image, width: int, height: int) -> Tensor:
    """(1, 3, height, width) fp32: resized with Pillow's antialiased bicubic filter, scaled to 0..1, normalised.

    At 1120x1120 this is bit for bit what the original's torchvision transform yields.
    """
    resized = image.convert("RGB").resize((width, height), Image.Resampling.BICUBIC)
    values = torch.from_numpy(np.array(resized)).permute(2, 0, 1).float().div(255)
    return values.sub(torch.tensor(MEAN)[:, None, None]).div(torch.tensor(STD)[:, None, None])[None]
