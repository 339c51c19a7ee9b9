"""Judge from its print which way up a picture is: small pieces of it vote, and only a clear vote turns it.

A piece is a square of `PIECE` pixels cut from the picture at one of several sizes, where dark and light change most in
both directions. A small convolutional network says of each how likely it stands in each of the four ways; pieces that
show no print say nothing, since to them all four are alike. `training.upright` trains the network.
"""

import functools
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from PIL import Image, ImageChops

WEIGHTS = Path(__file__).with_name("upright.safetensors")

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]

PIECE = 40
"""The side of a piece in pixels: letters of 6 to 14 pixels are judged best."""

CELL = 8
"""The step, in pixels, at which pieces are looked for."""

MOST_PIXELS = 1_400_000
"""The area that a larger picture is shrunk to before pieces are cut."""

STEP = 0.7
"""The size of the picture from one look to the next, so that large letters become small ones."""

LOOKS = 8
TILES = 5
"""The tiles along each side of the picture, each of which has its pieces: print may fill a small part only."""

MOST_IN_TILE = 2

LEAST_CHANGE = 2.0
"""The mean change from pixel to pixel, of 255, from which on a piece may show print."""

COARSEST, FINEST = 0.5, 0.95
"""The change from pixel to pixel, of a piece's standard deviation, where letters fill it: not too large or small."""

WAYS = 4
"""Upright, turned by 90 degrees clockwise, upside down, turned by 270 degrees."""

LAYERS = ((16, 5, 2), (32, 3, 2), (48, 3, 1), (64, 3, 1), (96, 1, 1))
"""Each convolution's channels, side of the kernel, and stride."""

AT_ONCE = 32
"""The pieces that are judged at a time: most pictures are known to stand upright after a few."""

MOST_JUDGED = 160

CERTAIN = 2.5
"""The most that one piece can say for a way rather than another, in natural logarithms of how likely they are."""

LEAST_MORE = 8.0
"""How much more all pieces have to say for a way than for each other one before a picture is turned."""

LEAST_MEAN = 0.5
"""How much more a piece has to say for it in the mean: many that say little may all err alike."""

ENOUGH = 4.0
"""How much more they have to say for "upright" to be asked no further."""

MOST_ACROSS = 0.05
"""What pieces may say for lines that run across those of the others, as a share of what the others say."""

EDGE = 24
"""The change to the next pixel, of 255, from which on it may belong to a line."""

LONG_LINE = 0.35
"""The share of a side from which on a straight line may be an axis or a frame."""

MARGIN = 0.12
"""The share of each side in which labels may stand."""

LEAST_IN_HALF = 0.1
"""The share of what pieces say that each half of a framed picture has to have."""


def cut_pieces(image: Image.Image, most: int = MOST_IN_TILE) -> Iterator[tuple[float, Bytes, NDArray[np.intp]]]:
    """Yield for each size at which a picture is looked at: the scale, n pieces, and their places.

    Pieces are (n, PIECE, PIECE) uint8; places (n, 2) are the x and y of their corners in pixels of the scaled picture.
    A tile has at most `most` of a size.
    """
    grey = _shrunk(image)
    for _ in range(LOOKS):
        if min(grey.size) <= 2 * PIECE:
            return
        places = _places(grey, most)
        if len(places):
            pieces = sliding_window_view(np.asarray(grey), (PIECE, PIECE))[places[:, 1], places[:, 0]]
            fit = _are_fit(pieces)
            yield grey.width / image.width, pieces[fit], places[fit]
        grey = grey.resize((round(grey.width * STEP), round(grey.height * STEP)), Image.Resampling.BILINEAR)


def _shrunk(image: Image.Image) -> Image.Image:
    """Return a picture in grey, of at most `MOST_PIXELS`."""
    scale = min(1.0, (MOST_PIXELS / (image.width * image.height)) ** 0.5)
    grey = image.convert("L")
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    return grey if scale == 1 else grey.resize(size, Image.Resampling.BILINEAR)


def _are_fit(pieces: Bytes) -> NDArray[np.bool_]:
    """Return (n,): whether there are so many edges in pieces as in lines of letters of a readable size."""
    levels = pieces.astype(np.int16)
    change = sum(np.abs(np.diff(levels, axis=axis)).mean((1, 2)) for axis in (1, 2)) / (levels.std((1, 2)) + 1)
    return np.asarray((change >= COARSEST) & (change <= FINEST))


def _places(grey: Image.Image, most: int) -> NDArray[np.intp]:
    """Return (n, 2): x and y of the squares in which most changes both across and down, a few in each tile."""
    changes = np.minimum(_change(grey, 1, 0), _change(grey, 0, 1))
    side = PIECE // CELL
    rows, columns = changes.shape[0] // side, changes.shape[1] // side
    if not rows or not columns:
        return np.zeros((0, 2), np.intp)
    cells = changes[: rows * side, : columns * side].reshape(rows, side, columns, side)
    blocks = cells.transpose(0, 2, 1, 3).reshape(rows, columns, side * side)
    best, value = blocks.argmax(-1), blocks.max(-1).ravel()  # The best square that begins in each block.
    down = np.arange(rows)[:, None] * side + best // side
    across = np.arange(columns) * side + best % side
    tiles = (np.arange(rows) * TILES // rows)[:, None] * TILES + np.arange(columns) * TILES // columns
    order = np.lexsort((-value, tiles.ravel()))
    order = order[value[order] >= LEAST_CHANGE]
    ordered = tiles.ravel()[order]
    chosen = order[np.arange(len(order)) - np.searchsorted(ordered, ordered) < most]
    return np.stack((across.ravel()[chosen], down.ravel()[chosen]), axis=1) * CELL


def _change(grey: Image.Image, across: int, down: int) -> Floats:
    """Return the mean change to the next pixel, across or down, in each square of cells, by its upper left cell."""
    width, height = ((length - 1) // CELL * CELL for length in grey.size)
    here, there = grey.crop((0, 0, width, height)), grey.crop((across, down, width + across, height + down))
    cells = np.asarray(ImageChops.difference(here, there).reduce(CELL), np.int32)
    side = PIECE // CELL
    sums = np.pad(cells.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    squares = sums[side:, side:] - sums[:-side, side:] - sums[side:, :-side] + sums[:-side, :-side]
    return np.asarray(squares / side**2, np.float32)


def judge_pieces(pieces: Bytes) -> Floats:
    """Return (n, 4): the logarithm of how likely each piece stands in each of the `WAYS`.

    Each is looked at as it would stand if it were turned back from the way: the network only says how upright it looks.
    """
    turned = np.concatenate([np.rot90(pieces, way, (1, 2)) for way in range(WAYS)])
    scores = _scores(turned).reshape(WAYS, -1).T
    scores = scores - scores.max(1, keepdims=True)
    said: Floats = scores - np.log(np.exp(scores).sum(1, keepdims=True))
    return said


def _scores(pieces: Bytes) -> Floats:
    """Return (n,): how upright pieces look."""
    weights = _weights()
    flat = pieces.reshape(len(pieces), -1).astype(np.float32)
    flat -= flat.mean(1, keepdims=True)
    flat /= np.sqrt(np.square(flat).mean(1, keepdims=True)) + 1
    seen = flat.reshape(-1, PIECE, PIECE, 1)
    for number, (_, kernel, stride) in enumerate(LAYERS):
        seen = _convolved(seen, weights[f"conv{number}"], kernel, stride)
        seen += weights[f"conv{number}.bias"]
        np.maximum(seen, 0, out=seen)
    scores: Floats = (seen.mean((1, 2)) @ weights["last"] + weights["last.bias"])[:, 0]
    return scores


def _convolved(seen: Floats, kernels: Floats, side: int, stride: int) -> Floats:
    """Convolve (n, height, width, in) with (side, side, in, out), without padding."""
    windows = sliding_window_view(seen, (side, side), (1, 2))[:, ::stride, ::stride]  # (n, h, w, in, side, side)
    shape = windows.shape[:3]
    across = windows.transpose(0, 1, 2, 4, 5, 3).reshape(-1, side * side * seen.shape[-1])
    convolved: Floats = (across @ kernels.reshape(across.shape[1], -1)).reshape(*shape, -1)
    return convolved


@functools.cache
def _weights() -> Mapping[str, Floats]:
    from safetensors.numpy import load_file  # Only a picture needs it.

    return {name: weight.astype(np.float32) for name, weight in load_file(WEIGHTS).items()}


def quarter_turns(image: Image.Image) -> int:
    """Return by how many quarter turns clockwise a picture has to be turned to stand upright; 0 where it is unsure."""
    pieces, places = _in_any_order(image)
    said = np.zeros((0, WAYS), np.float32)
    for start in range(0, len(pieces), AT_ONCE):
        said = np.concatenate((said, judge_pieces(pieces[start : start + AT_ONCE])))
        if _more_for(0, said) > ENOUGH:
            return 0
    way = max(range(1, WAYS), key=lambda way: _more_for(way, said))
    if _more_for(way, said) < max(LEAST_MORE, LEAST_MEAN * len(said)) or _crossed(way, said):
        return 0
    if way % 2 and _is_framed(image) and not _is_all_over(places, np.clip(said[:, way] - said[:, 0], 0, CERTAIN)):
        return 0
    return WAYS - way


def _more_for(way: int, said: Floats) -> float:
    """Return how much more pieces say for a way than for each other one, at least."""
    more = np.clip(said[:, [way]] - said, -CERTAIN, CERTAIN).sum(0)
    return float(np.delete(more, way).min())


def _crossed(way: int, said: Floats) -> bool:
    """Whether too much of the print runs across the rest: a chart's labels are often turned, its figures are not."""
    likely = np.exp(said)
    along = np.log(likely[:, way] + likely[:, way - 2] + 1e-6) - np.log(likely[:, way - 1] + likely[:, way - 3] + 1e-6)
    along = np.clip(along, -3, 3)
    return bool(-along[along < 0].sum() > MOST_ACROSS * along[along > 0].sum())


def _is_framed(image: Image.Image) -> bool:
    """Whether there are long straight lines in both directions: in a chart, most print may be turned labels."""
    grey = np.asarray(_shrunk(image), np.int16)
    return all((np.abs(np.diff(grey, axis=axis)) > EDGE).mean(1 - axis).max() > LONG_LINE for axis in (0, 1))


def _is_all_over(places: Floats, more: Floats) -> bool:
    """Whether what pieces say comes from all halves of the picture, its margin left out: a chart's labels do not.

    `places` (n, 2) are from 0 to 1.
    """
    inner = more * ((places > MARGIN) & (places < 1 - MARGIN)).all(1)
    halves = [inner[half].sum() for axis in (0, 1) for half in (places[:, axis] < 0.5, places[:, axis] >= 0.5)]
    return bool(min(halves) >= LEAST_IN_HALF * more.sum())


def _in_any_order(image: Image.Image) -> tuple[Bytes, Floats]:
    """Return pieces of all sizes, not too many, and their middles (n, 2), each from 0 to 1.

    They are in an order that has some of each size soon; the same every time.
    """
    found, middles = [np.zeros((0, PIECE, PIECE), np.uint8)], [np.zeros((0, 2))]
    for scale, pieces, places in cut_pieces(image):
        found.append(pieces)
        middles.append((places + PIECE / 2) / scale / image.size)
    every = np.concatenate(found)
    order = np.random.default_rng(0).permutation(len(every))[:MOST_JUDGED]
    return every[order], np.concatenate(middles)[order].astype(np.float32)
