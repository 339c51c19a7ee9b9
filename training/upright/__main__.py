"""Train the network that judges which way up print is: `python -m training.upright --out FILE`."""

import argparse
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import torch
from safetensors.numpy import save_file

from model_service.upright import WEIGHTS
from training.upright.examples import Examples, cut_sheets, joined
from training.upright.learning import learn
from training.upright.sheets import open_case

AT_ONCE = 100
"""The sheets that a process draws before it hands over their pieces."""


def main() -> None:
    """Draw sheets, cut them into pieces, and train; the same for the same seed, typefaces and photographs."""
    parser = argparse.ArgumentParser(prog="python -m training.upright", description=main.__doc__)
    parser.add_argument("--sheets", type=int, default=6000)
    parser.add_argument("--steps", type=int, default=2600)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    asked = parser.parse_args()
    examples = draw(asked.seed, asked.sheets, asked.processes)
    print(f"{len(examples.pieces)} pieces, {examples.printed.mean():.0%} of them with print", flush=True)
    torch.set_num_threads(asked.processes)
    save_file(dict(learn(examples, asked.steps, asked.seed).weights()), asked.out)
    print(f"{asked.out}: {asked.out.stat().st_size / 1000:.0f} kB")


def draw(seed: int, sheets: int, processes: int) -> Examples:
    """Draw sheets in several processes; return their pieces in order."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, spawn, initializer=torch.set_num_threads, initargs=(1,)) as pool:
        return joined(list(pool.map(partial(_draw, seed, sheets), range(0, sheets, AT_ONCE))))


def _draw(seed: int, sheets: int, first: int) -> Examples:
    return cut_sheets(open_case("train"), seed, first, min(sheets, first + AT_ONCE))


if __name__ == "__main__":
    main()
