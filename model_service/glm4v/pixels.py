"""A picture as the numbers that the vision tower was trained on."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from PIL import Image
from torch import Tensor

MEAN = (0.48145466, 0.4578275, 0.40821073)
STD = (0.26862954, 0.26130258, 0.27577711)


def to_pixels(image: Image.Image, width: int, height: int, device: torch.device | str = "cpu") -> Tensor:
    """(1, 3, height, width) fp32: resized with Pillow's antialiased bicubic filter, scaled to 0..1, normalised.

    At 1120x1120 this is bit for bit what the original's torchvision transform yields. The three colours are resized
    side by side. The bytes go to the device, a quarter of what the numbers take, and become numbers there.
    """

    def resized(colour: Image.Image) -> np.ndarray:
        return np.asarray(colour.resize((width, height), Image.Resampling.BICUBIC))

    image = image if image.mode == "RGB" else image.convert("RGB")
    with ThreadPoolExecutor(3) as threads:
        colours = np.stack(list(threads.map(resized, image.split())))
    values = torch.from_numpy(colours).to(device).to(torch.float32)
    # Even 255 is a tensor: by a plain number a GPU divides less exactly.
    most, mean, std = (torch.tensor(numbers, device=device).view(-1, 1, 1) for numbers in (255.0, MEAN, STD))
    return values.div_(most).sub_(mean).div_(std)[None]
