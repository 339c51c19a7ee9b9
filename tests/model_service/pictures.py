"""Pictures made in memory for the tests."""

import io
from typing import Any

import numpy as np
from PIL import Image

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


def encode(image: Image.Image, kind: str, **options: Any) -> bytes:
    """The picture as a file of that kind."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def corners(width: int = 60, height: int = 40) -> Image.Image:
    """White, with a red quarter at the top left and a blue one at the bottom right."""
    image = Image.new("RGB", (width, height), WHITE)
    image.paste(RED, (0, 0, width // 2, height // 2))
    image.paste(BLUE, (width // 2, height // 2, width, height))
    return image


def noise(width: int = 120, height: int = 80) -> Image.Image:
    """Something that does not compress away."""
    random = np.random.default_rng(7)
    return Image.fromarray(random.integers(0, 256, (height, width, 3), dtype=np.uint8))


def near(image: Image.Image, where: tuple[int, int], colour: tuple[int, int, int], tolerance: int = 12) -> bool:
    """Whether the pixel there has about that colour."""
    pixel = image.getpixel(where)
    assert isinstance(pixel, tuple)
    return all(abs(is_ - should) <= tolerance for is_, should in zip(pixel, colour, strict=True))
