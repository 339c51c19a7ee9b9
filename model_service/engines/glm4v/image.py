"""A picture as the numbers that the vision tower was trained on."""

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from model_service.seen import resized

MEAN = (0.48145466, 0.4578275, 0.40821073)
STD = (0.26862954, 0.26130258, 0.27577711)

LARGEST = 2560
"""The longest side, in pixels, of what is resized on a GPU: there it takes 0.2 GB, less than the reading behind it."""

COEFFICIENT = 2**22
"""Pillow's weights are whole parts of one by this."""


def to_pixels(image: Image.Image, width: int, height: int, device: torch.device | str = "cpu") -> Tensor:
    """(1, 3, height, width) fp32: resized with Pillow's antialiased bicubic filter, scaled to 0..1, normalised.

    At 1120x1120 this is bit for bit what the original's torchvision transform yields. On a GPU it is resized there, to
    the same bytes but for one in 50,000. The bytes go to the device, a quarter of what the numbers take, and become
    numbers there.
    """
    image = image if image.mode == "RGB" else image.convert("RGB")
    if torch.device(device).type == "cpu" or max(image.size) > LARGEST:
        values = torch.from_numpy(resized(image, width, height)).to(device, torch.float32)
    else:
        values = resized_by_products(torch.tensor(np.asarray(image), device=device), width, height)
    # Even 255 is a tensor: by a plain number a GPU divides less exactly. And it is not waited for.
    numbers = (torch.tensor(each).view(-1, 1, 1) for each in (255.0, MEAN, STD))
    most, mean, std = (each.to(device, non_blocking=True) for each in numbers)
    return values.div_(most).sub_(mean).div_(std)[None]


def resized_by_products(picture: Tensor, width: int, height: int) -> Tensor:
    """`resized` in fp32, of (H, W, 3) bytes on their device: one product across and one down, each rounded to bytes.

    So did Pillow before 13, which may go down first where the height shrinks. For GPUs: on a CPU Pillow is faster.
    """
    values = picture.permute(2, 0, 1).float()
    if width != values.shape[2]:
        values = _to_byte(values @ _weights(values.shape[2], width, values.device))
    if height != values.shape[1]:
        values = _to_byte(_weights(values.shape[1], height, values.device).T @ values)
    return values.contiguous()


def _weights(length: int, target: int, device: torch.device) -> Tensor:
    """`bicubic_weights` as Pillow rounds them."""
    weights = bicubic_weights(length, target, device, torch.float64, antialias=True)
    return (weights * COEFFICIENT).round().div(COEFFICIENT).float()


def _to_byte(values: Tensor) -> Tensor:
    return values.add_(0.5).floor_().clamp_(0, 255)


def bicubic_weights(
    length: int, target: int, device: torch.device, dtype: torch.dtype = torch.float32, antialias: bool = False
) -> Tensor:
    """Return the (length, target) resampling matrix: what becomes of unit vectors becomes of everything."""
    units = torch.eye(length, dtype=dtype, device=device)[None, None]
    return F.interpolate(units, (length, target), mode="bicubic", align_corners=False, antialias=antialias)[0, 0]
