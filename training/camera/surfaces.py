"""Paper, the table under it, and the light on both, as tensors to multiply a picture with."""

import math
import random
from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from training.camera.bending import Crease, Margins
from training.phrasing import Wording

TILE = 1024
COARSE = 24


@lru_cache(maxsize=4)
def _noise(down: int, across: int) -> Tensor:
    """Return `down` by `across` tiles of (1024, 1024) normal noise, always the same."""
    tile = np.random.default_rng(1).standard_normal((TILE, TILE), np.float32)
    return torch.from_numpy(np.tile(tile, (down, across)))


def grain(rng: random.Random, height: int, width: int) -> Tensor:
    """Return (height, width) of normal noise, cut out at random; beyond the size of a tile it repeats."""
    tile = _noise(1 + height // TILE, 1 + width // TILE)
    top, left = rng.randint(0, tile.shape[0] - height), rng.randint(0, tile.shape[1] - width)
    return tile[top : top + height, left : left + width]


def spread(coarse: Tensor, height: int, width: int) -> Tensor:
    """Enlarge (..., h, w) to (..., height, width), linear between, the corners fixed."""
    return _weights(height, coarse.shape[-2]) @ (coarse @ _weights(width, coarse.shape[-1]).T)


@lru_cache(maxsize=512)
def _weights(fine: int, coarse: int) -> Tensor:
    """Return (fine, coarse): the share of each coarse value in each fine one."""
    places = torch.linspace(0, coarse - 1, fine)[:, None]
    return (1 - (places - torch.arange(coarse)).abs()).clamp(min=0)


def _clouds(rng: random.Random, rows: int, columns: int, height: int, width: int) -> Tensor:
    """Return (height, width) of soft noise with `rows` by `columns` blotches."""
    return spread(grain(rng, rows, columns), height, width)


def _places() -> tuple[Tensor, Tensor]:
    down, across = torch.meshgrid(torch.linspace(0, 1, COARSE), torch.linspace(0, 1, COARSE), indexing="ij")
    return across, down


def print_on_paper(rng: random.Random, page: Tensor, creases: Sequence[Crease], strength: float) -> None:
    """Give a page (3, h, w) of 0 to 255 coloured, stained, creased, lined or grainy paper, in place."""
    _, height, width = page.shape
    shade = torch.ones(COARSE, COARSE)
    if rng.random() < 0.4 * strength:
        page *= torch.tensor([1 - rng.random() * 0.3 * strength for _ in range(3)])[:, None, None]
    if rng.random() < 0.25 * strength:
        shade = stain(rng, strength)
    for crease in creases:
        shade *= fold_shade(crease)
    if (shade != 1).any():
        page *= spread(shade, height, width)
    if rng.random() < 0.2 * strength:
        draw_lines(rng, page, strength)
    if rng.random() < 0.4 * strength:
        depth = 0.04 * strength * rng.uniform(0.3, 1)
        page.addcmul_(page, grain(rng, height, width), value=depth)


def stain(rng: random.Random, strength: float) -> Tensor:
    """Return (3, 24, 24): a brownish blot with soft edges."""
    x, y = _places()
    radius = rng.uniform(0.08, 0.3)
    distance = ((x - rng.random()) ** 2 + (y - rng.random()) ** 2).sqrt() / radius
    depth = rng.uniform(0.4, 1) * strength * torch.tensor([0.08, 0.16, 0.28])[:, None, None]
    return 1 - depth * torch.sigmoid((1 - distance) * 8)


def fold_shade(crease: Crease) -> Tensor:
    """Return (24, 24): one side of a fold darker, the other a little lighter."""
    x, y = _places()
    distance = torch.from_numpy(crease.distance(x.double().numpy(), y.double().numpy())).float()
    return 1 - 0.16 * crease.depth * torch.tanh(4 * distance) * torch.exp(-distance.abs())


def draw_lines(rng: random.Random, page: Tensor, strength: float) -> None:
    """Rule or square a page faintly, in place."""
    step = rng.uniform(18, 44) * max(1.0, page.shape[2] / 600)
    tint = 1 - strength * rng.uniform(0.08, 0.22) * torch.tensor([1.0, rng.uniform(0.5, 1), rng.uniform(0.3, 1)])
    rows = torch.arange(rng.uniform(0, step), page.shape[1], step).long()
    page[:, rows] *= tint[:, None, None]
    if rng.random() < 0.5:
        columns = torch.arange(rng.uniform(0, step), page.shape[2], step).long()
        page[:, :, columns] *= tint[:, None, None]


def _wood(rng: random.Random, height: int, width: int) -> Tensor:
    if rng.random() < 0.5:
        return _planks(rng, width, height).T
    return _planks(rng, height, width)


def _planks(rng: random.Random, height: int, width: int) -> Tensor:
    streaks = _clouds(rng, rng.randint(2, 5), rng.randint(50, 110), height, width)
    planks = (torch.arange(width) + rng.randrange(200)) % rng.randint(110, 260) < 2
    return streaks.mul_(0.09).add_(1 - 0.35 * planks)


def _cloth(rng: random.Random, height: int, width: int) -> Tensor:
    pitch = rng.uniform(0.6, 1.6)
    threads, crossing = (0.06 * torch.sin(torch.arange(side) * pitch) for side in (height, width))
    return (1 + threads[:, None] + crossing).add_(grain(rng, height, width), alpha=0.05)


def _plain(rng: random.Random, height: int, width: int) -> Tensor:
    return 1 + 0.015 * grain(rng, height, width)


def _dark(rng: random.Random, height: int, width: int) -> Tensor:
    clouds = _clouds(rng, 6, 6, height, width).mul_(0.03).add_(0.25)
    return clouds.add_(grain(rng, height, width), alpha=0.01)


def _speckled(rng: random.Random, height: int, width: int) -> Tensor:
    noise = grain(rng, height, width)
    clouds = _clouds(rng, 9, 9, height, width).mul_(0.05).add_(1)
    return clouds.add_(noise > 1.4, alpha=-0.3).add_(noise < -1.6, alpha=0.2)


def _checked(rng: random.Random, height: int, width: int) -> Tensor:
    step = rng.randint(24, 60)
    rows, columns = (torch.arange(height) // step) % 2, (torch.arange(width) // step) % 2
    return 1 - 0.2 * rows[:, None] - 0.2 * columns[None]


def _marble(rng: random.Random, height: int, width: int) -> Tensor:
    return 1 - 0.3 * torch.exp(-8 * _clouds(rng, 8, 5, height, width).abs())


Ground = Callable[[random.Random, int, int], Tensor]
GROUNDS: dict[str, Ground] = {
    "wood": _wood,
    "cloth": _cloth,
    "plain": _plain,
    "dark": _dark,
    "speckled": _speckled,
}
HELD_OUT_GROUNDS: dict[str, Ground] = {"checked": _checked, "marble": _marble}
COLOURS = (
    (196, 158, 112),
    (140, 96, 60),
    (186, 186, 182),
    (120, 132, 150),
    (150, 70, 66),
    (96, 120, 92),
    (224, 220, 208),
)


def lay_on_table(rng: random.Random, page: Tensor, margins: Margins, split: Wording) -> tuple[Tensor, int, int]:
    """Lay a page (3, h, w) on a ground with its shadow, (3, H, W); return that, and the page's left and top edges."""
    _, height, width = page.shape
    sides = (width, height, width, height)
    left, top, right, bottom = (math.ceil(share * side) for share, side in zip(margins, sides, strict=True))
    grounds = HELD_OUT_GROUNDS if split == "test" else GROUNDS
    whole = height + top + bottom, width + left + right
    pattern = rng.choice(list(grounds.values()))(rng, *whole)
    pattern *= _shadow_of_page(rng, whole, (left, top, left + width, top + height))
    colour = torch.tensor([float(part + rng.randint(-25, 25)) for part in rng.choice(COLOURS)])
    scene = (pattern * colour[:, None, None]).clamp_(0, 255)
    scene[:, top : top + height, left : left + width] = page
    return scene, left, top


def _shadow_of_page(rng: random.Random, size: tuple[int, int], box: tuple[int, int, int, int]) -> Tensor:
    soft = max(2.0, rng.uniform(0.005, 0.03) * size[1])
    rows, columns = torch.arange(size[0]), torch.arange(size[1])
    across, down = rng.uniform(-1, 1) * soft, rng.uniform(-0.3, 1) * soft
    x = _ramp(columns, box[0] + across, box[2] + across, soft)
    y = _ramp(rows, box[1] + down, box[3] + down, soft)
    return 1 - rng.uniform(0.2, 0.6) * y[:, None] * x[None]


def _ramp(places: Tensor, start: float, end: float, soft: float) -> Tensor:
    outside = torch.maximum(start - places, places - end).clamp(min=0)
    return torch.exp(-outside / soft)


def _gradient(rng: random.Random, depth: float) -> Tensor:
    x, y = _places()
    angle = rng.uniform(0, 2 * np.pi)
    along: Tensor = ((x - 0.5) * np.cos(angle) + (y - 0.5) * np.sin(angle)) / 1.2 + 0.5
    return 1 - depth * along


def _vignette(rng: random.Random, depth: float) -> Tensor:
    x, y = _places()
    squared: Tensor = (x - rng.uniform(0.4, 0.6)) ** 2 + (y - rng.uniform(0.4, 0.6)) ** 2
    return 1 - 1.6 * depth * squared


def _hand(rng: random.Random, depth: float) -> Tensor:
    """Cast the shadow of a hand or a head: one side of a wavy edge."""
    x, y = _places()
    angle, reach = rng.uniform(0, 2 * np.pi), rng.uniform(-0.1, 0.4)
    along = (x - 0.5) * np.cos(angle) + (y - 0.5) * np.sin(angle)
    across = (y - 0.5) * np.cos(angle) - (x - 0.5) * np.sin(angle)
    edge = along - reach + 0.08 * torch.sin(across * rng.uniform(4, 12) + rng.uniform(0, 6))
    return 1 - depth * torch.sigmoid(edge * rng.uniform(10, 40))


def _blinds(rng: random.Random, depth: float) -> Tensor:
    x, y = _places()
    stripes = torch.sin((x * rng.uniform(-0.4, 0.4) + y) * rng.uniform(14, 26))
    return 1 - depth * torch.sigmoid(stripes * 4)


Light = Callable[[random.Random, float], Tensor]
LIGHTS: dict[str, Light] = {"gradient": _gradient, "vignette": _vignette, "hand": _hand}
HELD_OUT_LIGHTS: dict[str, Light] = {"blinds": _blinds}


def choose_light(rng: random.Random, strength: float, split: Wording) -> tuple[Tensor, Tensor]:
    """Choose factors on a picture: (24, 24) for uneven light, and (3, 1, 1) for the exposure and the lamp's colour."""
    light, colour = torch.ones(COARSE, COARSE), torch.ones(3, 1, 1)
    if rng.random() < 0.7 * strength:
        lights = HELD_OUT_LIGHTS if split == "test" else LIGHTS
        light = rng.choice(list(lights.values()))(rng, rng.uniform(0.15, 0.6) * strength)
    if rng.random() < 0.5 * strength:
        colour *= 1 + rng.uniform(-0.45, 0.25) * strength
    if rng.random() < 0.5 * strength:
        colour *= torch.tensor([1 + rng.uniform(-0.12, 0.08) * strength for _ in range(3)])[:, None, None]
    return light, colour
