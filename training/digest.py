"""Tell whether two machines draw the same pictures to learn from: `python -m training.digest`.

Where typefaces, corpus and photographs are the same, so is what it prints.
"""

import argparse
import hashlib

from training.batches import Batches, Plan
from training.export import byte_tokenizer
from training.fonts import favour_old_figures, find_families, find_words


def digest(batches: Batches, count: int, first: int = 0) -> str:
    """Return a SHA-256, in hexadecimal, of `count` pictures from a step on: their pixels, letters and conversations."""
    found, step, left = hashlib.sha256(), first, count
    while left > 0:
        batch = batches.batch(step)
        for part in (batch.pictures, batch.slots, batch.ids):
            found.update(repr(tuple(part[:left].shape)).encode())
            found.update(part[:left].contiguous().numpy().tobytes())
        left -= len(batch.pictures)
        step += 1
    return found.hexdigest()


def main() -> None:
    """Print a hash of the first pictures that a training run draws on this machine."""
    parser = argparse.ArgumentParser(prog="python -m training.digest", description=main.__doc__)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--first", type=int, default=0, help="the step to begin with")
    parser.add_argument("--steps", type=int, default=16_000)
    parser.add_argument("--tokens", type=int, default=32_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--printed", type=float, default=0.0, help="as of training.train")
    told = parser.parse_args()
    plan = Plan(told.steps, told.first, told.tokens, told.seed, printed=told.printed)
    batches = Batches(plan, byte_tokenizer(), favour_old_figures(find_families()), find_words())
    print(digest(batches, told.count, told.first))


if __name__ == "__main__":
    main()
