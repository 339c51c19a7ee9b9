"""Time the products of NF4 matrices and of the head in many tilings, for 1 to 32 rows, with random weights."""

import multiprocessing
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import cycle, product

import torch
import torch.nn.functional as F

from bench.card import captured_seconds
from bench.record import Record
from model_service.engines.kernels.self_check import relative_error
from model_service.engines.weights import nf4
from model_service.engines.weights.nf4 import NF4Linear

SHAPES = {
    "query, key, value": (4608, 4096, True),
    "attention's output": (4096, 4096, False),
    "gate and up": (27392, 4096, False),
    "down": (4096, 13696, False),
}
"""Outputs, inputs, and whether there is a bias."""

ROWS = (1, 8, 16, 32)
COPIES = 40
"""Matrices of a shape, as the model has layers: none is found in the card's cache."""

TILINGS = [
    {"num_warps": warps, "AHEAD": ahead, "shuffled": shuffled}
    for warps, ahead, shuffled in product((4, 8), (1, 2, 4), (1, 2))
]
HEAD = (151552, 4096)
HEAD_TILINGS = [
    {"TILE_O": outputs, "TILE_K": inputs, "STAGES": stages, "num_warps": warps}
    for outputs, inputs, stages, warps in product((64, 128), (64, 128), (3, 4, 6), (4, 8))
]
WORKERS = 14
"""Processes that compile."""


def measure(record: Record, device: torch.device, tiny: bool) -> None:
    """Note the microseconds of each tiling, and whether it is right and a row comes to the same among others."""
    shapes = {"tiny": (96, 512, True)} if tiny else SHAPES
    tilings = TILINGS[:4] if tiny else TILINGS
    with record.section("compiling") as found:
        wanted = {(inputs, bias) for _, inputs, bias in shapes.values()}
        jobs = [(*which, each) for which in wanted for each in _fitting(tilings, which[0])]
        with ProcessPoolExecutor(WORKERS, multiprocessing.get_context("spawn")) as pool:
            found["tilings"] = len(list(pool.map(compile_one, jobs)))
    for name, (outputs, inputs, bias) in shapes.items():
        with record.section(name) as found:
            found.update(_measured(outputs, inputs, bias, _fitting(tilings, inputs), device))
            print(name, found["best"], flush=True)

    with record.section("head") as found:
        found.update(_head(*((512, 256) if tiny else HEAD), HEAD_TILINGS[: 1 if tiny else None], device))
        print("head", found["best"], flush=True)


def _fitting(tilings: Iterable[dict[str, int]], inputs: int) -> list[dict[str, int]]:
    return list(tilings)


def _layer(outputs: int, inputs: int, bias: bool, device: torch.device | str) -> NF4Linear:
    weight = torch.randn(outputs, inputs, device=device, dtype=torch.bfloat16) * inputs**-0.5
    layer = NF4Linear.quantize(weight, weight[:, 0].clone() if bias else None)
    layer.group()
    return layer


def compile_one(job: tuple[int, bool, dict[str, int]]) -> None:
    """Compile a tiling for every number of rows; Triton keeps it on the disk."""
    inputs, bias, tiling = job
    layer = _layer(256, inputs, bias, "cuda")
    for rows in ROWS:
        nf4.nf4_product(layer, torch.zeros(rows, inputs, device="cuda", dtype=torch.bfloat16), tiling)


def _measured(
    outputs: int, inputs: int, bias: bool, tilings: list[dict[str, int]], device: torch.device
) -> dict[str, object]:
    layers = [_layer(outputs, inputs, bias, device) for _ in range(COPIES)]
    x = torch.randn(max(ROWS), inputs, device=device, dtype=torch.bfloat16)
    wanted = x.float() @ layers[0].dequantize().float().T
    wanted = wanted if layers[0].bias is None else wanted + layers[0].bias.float()
    took: dict[str, list[float]] = {}
    wrong = []
    for tiling in tilings:
        name = "{num_warps} warps, {AHEAD} ahead, {shuffled} shuffled".format(**tiling)
        every = nf4.nf4_product(layers[0], x, tiling)
        same = all(torch.equal(nf4.nf4_product(layers[0], x[:rows], tiling), every[:rows]) for rows in ROWS)
        if not same or relative_error(every, wanted) > 0.01:
            wrong.append(name)
        took[name] = [round(_microseconds(layers, x[:rows], tiling, device), 2) for rows in ROWS]
    return {"wrong, or not the same among other rows": wrong, "best": _best(took), "microseconds by rows": took}


def _best(took: dict[str, list[float]]) -> dict[int, dict[str, float]]:
    """The four fastest for each number of rows."""
    return {
        rows: dict(sorted(((name, each[place]) for name, each in took.items()), key=lambda pair: pair[1])[:4])
        for place, rows in enumerate(ROWS)
    }


def _head(outputs: int, inputs: int, tilings: list[dict[str, int]], device: torch.device) -> dict[str, object]:
    from triton.runtime.errors import OutOfResources

    from model_service.engines.kernels import linear

    weight = torch.randn(outputs, inputs, device=device, dtype=torch.bfloat16) * inputs**-0.5
    x = torch.randn(max(ROWS), inputs, device=device, dtype=torch.bfloat16)
    wanted, wrong, took = F.linear(x, weight), [], {}
    took["torch"] = [round(captured_seconds(partial(F.linear, x[:rows], weight), device, 4) * 1e6, 1) for rows in ROWS]
    for tiling in tilings:
        name = "{TILE_O} x {TILE_K}, {STAGES} stages, {num_warps} warps".format(**tiling)
        try:
            every = linear.product(x, weight, None, tiling)
        except OutOfResources:
            continue
        same = all(torch.equal(linear.product(x[:rows], weight, None, tiling), every[:rows]) for rows in ROWS)
        if not same or relative_error(every, wanted) > 0.01:
            wrong.append(name)
        work = [partial(linear.product, x[:rows], weight, None, tiling) for rows in ROWS]
        took[name] = [round(captured_seconds(each, device, 4) * 1e6, 1) for each in work]
    return {"wrong, or not the same among other rows": wrong, "best": _best(took), "microseconds by rows": took}


def _microseconds(layers: list[NF4Linear], x: torch.Tensor, tiling: dict[str, int], device: torch.device) -> float:
    following, rows, x = cycle(layers), len(x), nf4.in_fragments(x)
    work = lambda: nf4.product_of_fragments(next(following), x, rows, tiling)  # noqa: E731
    return captured_seconds(work, device, len(layers)) * 1e6
