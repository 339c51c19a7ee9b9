"""Learn which way up pieces are."""

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid

from training.upright.examples import Examples
from training.upright.network import Network

BATCH = 256
RATE = 5e-3
DECAY = 0.02
EACH = 50
"""The steps after each of which the loss is printed."""


def learn(examples: Examples, steps: int, seed: int) -> Network:
    """Train a network that finds print more upright than turned print, and all else alike whichever way it stands."""
    torch.manual_seed(seed)
    network = Network()
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    pieces, printed = torch.from_numpy(examples.pieces), torch.from_numpy(examples.printed)
    optimizer = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps, pct_start=0.1)
    order, total = torch.randperm(len(pieces)), 0.0
    for step in range(steps):
        chosen = order[torch.arange(step * BATCH, (step + 1) * BATCH) % len(order)]
        upright = _varied(pieces[chosen])
        scores = network(torch.cat((upright, _turned(upright)))).view(2, -1)
        loss = _loss(scores[0] - scores[1], printed[chosen])
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
        total += loss.item()
        if (step + 1) % EACH == 0:
            print(f"step {step + 1} of {steps}: loss {total / EACH:.3f}", flush=True)
            total = 0.0
    network.eval()
    return network


def _varied(pieces: Tensor) -> Tensor:
    """Make negatives of half of the pieces: light print on dark is as frequent then."""
    dark = torch.rand(len(pieces), 1, 1) < 0.5
    return torch.where(dark, 255 - pieces, pieces)


def _turned(pieces: Tensor) -> Tensor:
    """Turn pieces: three of five upside down, which is hardest to tell, one to each side."""
    ways = torch.tensor([2, 2, 2, 1, 3]).repeat(len(pieces) // 5 + 1)[: len(pieces)]
    turned = torch.empty_like(pieces)
    for way in (1, 2, 3):
        turned[ways == way] = torch.rot90(pieces[ways == way], -way, (1, 2))
    return turned


def _loss(more: Tensor, printed: Tensor) -> Tensor:
    """Return the cross entropy to "more upright than turned" of differences of scores; without print to "alike"."""
    right, alike = logsigmoid(more), (logsigmoid(more) + logsigmoid(-more)) / 2
    return -torch.where(printed, right, alike).mean()
