"""Photograph a drawn page as a phone would: bent, on a table, unevenly lit, blurred, noisy, compressed."""

import io
import random

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn.functional import grid_sample, interpolate

from training.camera.bending import NODES, Floats, Margins, choose_bend, choose_creases, follow, reach
from training.camera.surfaces import choose_light, grain, lay_on_table, print_on_paper, spread
from training.pages import Glyphs
from training.phrasing import Wording

BORDER = 0.12
ON_TABLE = 0.6
OVERSAMPLING = 1.25
NOISE = 12.0


def photograph(
    rng: random.Random,
    image: Image.Image,
    glyphs: Glyphs,
    size: tuple[int, int],
    *,
    strength: float,
    split: Wording = "train",
) -> tuple[Image.Image, Glyphs]:
    """Take an RGB picture of `size` (width, height) of all of a canvas; return it with its glyphs in its pixels.

    Deterministic by `rng`. `strength` runs from 0, a clean resize, to 1, a careless snapshot; `split` "test" lays the
    page on grounds and under light that "train" and "plain" never show.
    """
    width, height = size
    if strength <= 0:
        return Image.fromarray(_scaled(image, size).numpy()), _moved(glyphs, image.size, size)
    creases = choose_creases(rng, strength)
    margins = _choose_margins(rng, strength)
    bend = choose_bend(rng, image.width / image.height, margins, creases, strength)
    page = _scaled(image, _working_size(image.size, size)).permute(2, 0, 1).contiguous().float()
    print_on_paper(rng, page, creases, strength)
    scene, left, top = lay_on_table(rng, page, reach(bend), split) if any(margins) else (page, 0, 0)
    places = bend * np.array([page.shape[2], page.shape[1]])[:, None, None] + np.array([left, top])[:, None, None]
    picture = _look_at(scene, places, size)
    light, colour = choose_light(rng, strength, split)
    if (light != 1).any():
        picture *= spread(light, height, width)
    picture *= colour
    _blur(rng, picture, strength)
    if rng.random() < 0.7 * strength:
        _add_noise(rng, picture, NOISE * strength * rng.random())
    return _compress(rng, _to_image(picture), strength), _bent(glyphs, image.size, bend, size)


def _choose_margins(rng: random.Random, strength: float) -> Margins:
    """Choose how much of the table is seen at each side: mostly of one width, or none at all."""
    if rng.random() >= ON_TABLE * strength:
        return (0.0, 0.0, 0.0, 0.0)
    left, top, right, bottom = (rng.random() * BORDER * strength for _ in range(4))
    return left, top, right, bottom


def _working_size(canvas: tuple[int, int], size: tuple[int, int]) -> tuple[int, int]:
    """Return the canvas' size, or less if that is far more than the picture shows."""
    width, height = (min(drawn, round(OVERSAMPLING * seen)) for drawn, seen in zip(canvas, size, strict=True))
    return width, height


def _scaled(image: Image.Image, size: tuple[int, int]) -> Tensor:
    """Resize (height, width, 3) uint8; bicubic with antialiasing, as Pillow's but several times faster."""
    pixels = torch.from_numpy(np.array(image))[None].permute(0, 3, 1, 2)
    if image.size != size:
        pixels = interpolate(pixels, (size[1], size[0]), mode="bicubic", antialias=True)
    return pixels[0].permute(1, 2, 0)


def _look_at(scene: Tensor, places: Floats, size: tuple[int, int]) -> Tensor:
    """Sample (3, height, width) of the scene (3, H, W) at places (2, n, n), in its pixels, that span the picture."""
    width, height = size
    extent = np.array([scene.shape[2], scene.shape[1]])[:, None, None]
    grid = spread(torch.from_numpy(places / extent * 2 - 1).float(), height, width).permute(1, 2, 0)
    return grid_sample(scene[None], grid[None], mode="bilinear", padding_mode="border", align_corners=False)[0]


def _moved(glyphs: Glyphs, canvas: tuple[int, int], size: tuple[int, int]) -> Glyphs:
    x, y = glyphs.x * (size[0] / canvas[0]), glyphs.y * (size[1] / canvas[1])
    return Glyphs(glyphs.codes, x.astype(np.float32), y.astype(np.float32))


def _bent(glyphs: Glyphs, canvas: tuple[int, int], bend: Floats, size: tuple[int, int]) -> Glyphs:
    """Move the glyphs with the bend: its first and last nodes are in the middle of the picture's outermost pixels."""
    x, y = glyphs.x.astype(float) / canvas[0], glyphs.y.astype(float) / canvas[1]
    across, down = follow(bend, x, y)
    column, row = 0.5 + across / (NODES - 1) * (size[0] - 1), 0.5 + down / (NODES - 1) * (size[1] - 1)
    return Glyphs(glyphs.codes, column.astype(np.float32), row.astype(np.float32))


def _blur(rng: random.Random, picture: Tensor, strength: float) -> None:
    """Blur out of focus up to a sigma of 1.1 pixels, or by motion up to 3 pixels, or not; in place."""
    draw = rng.random()
    if draw < 0.35 * strength:
        variance = (1.1 * strength * rng.uniform(0.3, 1)) ** 2
        for plane in picture:
            for axis in (0, 1) * 3:
                _smooth(plane, axis, variance / 3)
    elif draw < 0.5 * strength:
        length = 1 + 2 * strength * rng.random()
        axis = rng.choice((0, 1))
        for plane in picture:
            _smooth(plane, axis, (length**2 - 1) / 12)


def _smooth(plane: Tensor, axis: int, variance: float) -> None:
    """Mix each pixel with its two neighbours along an axis so that the kernel has this variance, at most 0.67."""
    side, count = min(variance, 2 / 3) / 2, plane.shape[axis]
    sharp = torch.cat((plane.narrow(axis, 0, 1), plane, plane.narrow(axis, count - 1, 1)), axis)
    plane *= 1 - 2 * side
    plane.add_(sharp.narrow(axis, 0, count), alpha=side).add_(sharp.narrow(axis, 2, count), alpha=side)


def _add_noise(rng: random.Random, picture: Tensor, sigma: float) -> None:
    """Add the sensor's noise, the same in all channels or different in each; in place."""
    _, height, width = picture.shape
    if rng.random() < 0.5:
        picture.add_(grain(rng, height, width), alpha=sigma)
    else:
        for plane in picture:
            plane.add_(grain(rng, height, width), alpha=sigma)


def _to_image(picture: Tensor) -> Image.Image:
    """Convert (3, height, width), rounded in place, to an RGB picture."""
    planes = picture.round_().clamp_(0, 255).numpy().astype(np.uint8)
    return Image.merge("RGB", [Image.fromarray(plane) for plane in planes])


def _compress(rng: random.Random, picture: Image.Image, strength: float) -> Image.Image:
    if rng.random() >= 0.3 + 0.4 * strength:
        return picture
    packed = io.BytesIO()
    picture.save(packed, "JPEG", quality=round(rng.uniform(95 - 55 * strength, 95)))
    unpacked = Image.open(packed)
    unpacked.load()
    return unpacked
