"""The choice of the likeliest id, and how likely it and the next likeliest are: two kernels that read logits once."""

import torch
import triton
import triton.language as tl
from torch import Tensor

from model_service.engines.kernels.strides import one_piece

TILE = 2048
"""Logits that a program of the first kernel reads."""

FINDINGS = 4
"""What it finds: its greatest logit, the id of that, the next greatest, and the sum of exponentials below the first."""


@triton.jit
def _look(logits_ptr, forbidden_ptr, found_ptr, vocabulary, TILE: tl.constexpr):
    tile, row = tl.program_id(0), tl.program_id(1)
    token = tile * TILE + tl.arange(0, TILE)
    inside = token < vocabulary
    forbidden = tl.load(forbidden_ptr + token, mask=inside, other=1)
    logit = tl.load(logits_ptr + row * vocabulary + token, mask=inside, other=float("-inf")).to(tl.float32)
    logit = tl.where(forbidden == 0, logit, float("-inf"))
    peak = tl.max(logit, axis=0)
    best = tl.min(tl.where(logit == peak, token, vocabulary), axis=0)
    second = tl.max(tl.where(token == best, float("-inf"), logit), axis=0)
    total = tl.sum(tl.where(logit > float("-inf"), tl.exp(logit - peak), 0.0), axis=0)
    found_ptr += (row * tl.num_programs(0) + tile) * 4
    tl.store(found_ptr, peak)
    tl.store(found_ptr + 1, best.to(tl.float32))
    tl.store(found_ptr + 2, second)
    tl.store(found_ptr + 3, total)


@triton.jit
def _decide(found_ptr, chosen_ptr, tiles, parts, TILES: tl.constexpr):
    row = tl.program_id(0)
    tile = tl.arange(0, TILES)
    found_ptr += (row * tiles + tile) * 4
    peak = tl.load(found_ptr, mask=tile < tiles, other=float("-inf"))
    token = tl.load(found_ptr + 1, mask=tile < tiles, other=0.0)
    second = tl.load(found_ptr + 2, mask=tile < tiles, other=float("-inf"))
    total = tl.load(found_ptr + 3, mask=tile < tiles, other=0.0)
    top = tl.max(peak, axis=0)
    first = tl.min(tl.where(peak == top, tile, TILES), axis=0)
    best = tl.sum(tl.where(tile == first, token, 0.0), axis=0)
    other = tl.max(tl.where(tile == first, second, peak), axis=0)
    whole = tl.sum(tl.where(peak > float("-inf"), total * tl.exp(peak - top), 0.0), axis=0)
    chosen_ptr += row * 3
    tl.store(chosen_ptr, best.to(tl.int64))
    tl.store(chosen_ptr + 1, (parts / whole + 0.5).to(tl.int64))
    tl.store(chosen_ptr + 2, (parts * tl.exp(other - top) / whole + 0.5).to(tl.int64))


def choose(logits: Tensor, forbidden: Tensor, chosen: Tensor, parts: int) -> None:
    """Write the likeliest ids that are not forbidden, (vocabulary,), to `chosen`, (rows, 3), for (rows, vocabulary).

    Beside each id stand its probability and that of the next likeliest, in as many parts of 1. Ids are held exactly as
    float32 in between, as vocabularies have far fewer than 2^24.
    """
    one_piece(logits, forbidden, chosen)
    rows, vocabulary = logits.shape
    tiles = triton.cdiv(vocabulary, TILE)
    found = torch.empty(rows, tiles, FINDINGS, dtype=torch.float32, device=logits.device)
    _look[(tiles, rows)](logits, forbidden.view(torch.uint8), found, vocabulary, TILE=TILE)
    _decide[(rows,)](found, chosen, tiles, float(parts), TILES=triton.next_power_of_2(tiles))
