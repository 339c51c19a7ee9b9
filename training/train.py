"""Train the pocket model: `torchrun --nproc-per-node N -m training.train --steps 14000 --out runs/pocket`.

One process a GPU. Seeds are fixed and step s always draws the same pages; `--resume` goes on from the last state.
"""

import argparse
import json
import math
import os
import time
from contextlib import nullcontext
from pathlib import Path

import torch
import torch.distributed as dist
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader

from training.batches import Batch, Batches, Plan
from training.export import byte_tokenizer, export
from training.fonts import favour_old_figures, find_families, find_words
from training.four_bits import FourBits
from training.learner import Learner, new_model
from training.optimizers import load_states, make_optimizers, schedule, take_step

LOSSES = {"answers": 1.0, "characters": 0.5, "marks": 0.5, "place": 0.2, "pointing": 0.3}
"""The names of the learner's losses, in their order, and their weights."""

SAVE_EVERY_SECONDS = 60.0
LOG_EVERY = 50
AGREE_EVERY = 20
SETTLING = 150
"""Steps in which new heads learn beside a model that was given."""

HEADS = "heads.safetensors"


def main() -> None:
    """Parse the arguments and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--tokens", type=int, default=32_000, help="visual and text tokens in one process's batch")
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=15)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--resume", action="store_true", help="go on from the state kept in --out")
    parser.add_argument("--weights", type=Path, help="begin with a checkpoint's weights, where no state was kept")
    parser.add_argument("--first", type=int, default=0, help="the step to begin with")
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--four-bits", type=float, default=0.7, help="the share of training after which it is for NF4")
    parser.add_argument("--seconds", type=float, default=math.inf, help="end by then, however many steps are left")
    parser.add_argument(
        "--pause", type=float, default=math.inf, help="seconds until this command stops; --resume goes on"
    )
    parser.add_argument("--printed", type=float, default=0.0, help="share of pictures from the corpus of printed pages")
    arguments = parser.parse_args()
    rank, size = int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))
    if size > 1:
        dist.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
    try:
        Training(arguments, rank, size).run()
    finally:
        if size > 1:
            dist.destroy_process_group()


class Training:
    """One process's part of a training run."""

    def __init__(self, arguments: argparse.Namespace, rank: int, size: int) -> None:
        self.arguments, self.rank, self.size = arguments, rank, size
        local = int(os.environ.get("LOCAL_RANK", "0"))
        self.device = torch.device("cuda", local) if torch.cuda.is_available() else torch.device("cpu")
        if self.device.type == "cuda":
            torch.cuda.set_device(self.device)
            torch.set_float32_matmul_precision("high")
            # cuDNN builds a plan for every shape that it has not seen, and every batch has a grid of its own.
            torch.backends.cuda.enable_cudnn_sdp(False)
        self.tokenizer = byte_tokenizer()
        self.learner = Learner(new_model(arguments.seed)).to(self.device)
        self.fresh_heads = bool(arguments.weights) and not (arguments.weights.parent / HEADS).exists()
        if arguments.weights:
            load_weights(self.learner, arguments.weights)
        self.four_bits, self.packed = FourBits(self.learner.model), False
        torch.manual_seed(arguments.seed + rank)
        self.optimizers = make_optimizers(self.learner, arguments.lr)
        self.spent = 0.0
        self.step: int = self._restore() if arguments.resume else arguments.first
        if arguments.compile:
            self.learner.compile_parts()
        self.parallel: nn.Module = self.learner
        if size > 1:
            self.parallel = DistributedDataParallel(self.learner, gradient_as_bucket_view=True, broadcast_buffers=False)

    def run(self) -> None:
        """Run the remaining steps, or until the time is up."""
        arguments = self.arguments
        arguments.out.mkdir(parents=True, exist_ok=True)
        began = saved = time.monotonic()
        seen, first, waited, asked, elapsed, before = 0, self.step, 0.0, began, self.spent, self.spent
        for batch in self._loader():
            waited += time.monotonic() - asked
            if (self.step - first) % AGREE_EVERY == 0:
                elapsed = self._agreed(before + time.monotonic() - began)
            if elapsed > arguments.seconds or elapsed - before > arguments.pause:
                break
            share = max(self.step / arguments.steps, elapsed / arguments.seconds)
            self.packed = share > arguments.four_bits
            self.learner.settling = self.fresh_heads and self.step - arguments.first < SETTLING
            losses = self._learn(batch.to(self.device), schedule(self.step - arguments.first, share))
            self.step += 1
            self.spent = elapsed
            seen += len(batch.ids)
            now = time.monotonic()
            if self.step % LOG_EVERY == 0 and self.rank == 0:
                self._log(losses, seen, now - began, waited)
            if now - saved > SAVE_EVERY_SECONDS and self.rank == 0:
                self._save()
                saved = time.monotonic()
            asked = time.monotonic()
        if self.rank == 0:
            self._save()

    def _agreed(self, seconds: float) -> float:
        """Share the first process's clock: else one would end, or slow down, while the others wait for it."""
        if self.size == 1:
            return seconds
        clock = torch.tensor(seconds, dtype=torch.float64, device=self.device)
        dist.broadcast(clock, 0)
        return clock.item()

    def _loader(self) -> DataLoader[Batch]:
        arguments = self.arguments
        plan = Plan(arguments.steps, self.step, arguments.tokens, arguments.seed, self.rank, arguments.printed)
        data = Batches(plan, self.tokenizer, favour_old_figures(find_families()), find_words())
        gpu = self.device.type == "cuda"
        return DataLoader(data, batch_size=None, num_workers=arguments.workers, pin_memory=gpu)

    def _learn(self, batch: Batch, rate: float) -> Tensor:
        """Step all optimizers once; return the losses, on the device."""
        with self.four_bits.rounded() if self.packed else nullcontext():
            losses = self._differentiate(batch)
        take_step(self.optimizers, self.learner.parameters(), self.arguments.lr * rate)
        return losses

    def _differentiate(self, batch: Batch) -> Tensor:
        """Return the losses, and compute the gradients of their sum."""
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.device.type == "cuda"):
            losses: tuple[Tensor, ...] = self.parallel(batch)
        total = torch.stack([weight * loss for weight, loss in zip(LOSSES.values(), losses, strict=True)]).sum()
        total.backward()  # type: ignore[no-untyped-call]
        return torch.stack(losses).detach()

    def _log(self, losses: Tensor, seen: int, seconds: float, waited: float) -> None:
        line = {
            "step": self.step,
            "seconds": round(seconds, 1),
            "waited": round(waited, 1),
            **{name: round(loss, 4) for name, loss in zip(LOSSES, losses.tolist(), strict=True)},
            "pictures": seen,
            "pictures_per_second": round(seen / seconds, 1),
        }
        with (self.arguments.out / "log.jsonl").open("a") as file:
            file.write(json.dumps(line) + "\n")
        print(line, flush=True)

    def _save(self) -> None:
        """Save the state for --resume, and the weights as a checkpoint."""
        optimizers = [optimizer.state_dict() for optimizer in self.optimizers]
        state = {"learner": self.learner.state_dict(), "optimizers": optimizers, "step": self.step, "spent": self.spent}
        part = self.arguments.out / "state.part"
        torch.save(state, part)
        part.replace(self.arguments.out / "state.pt")
        packed = self.four_bits.packed() if self.packed else {}
        export(self.learner.model, self.arguments.out / "checkpoint", packed)
        heads = {name: tensor for name, tensor in self.learner.state_dict().items() if not name.startswith("model.")}
        save_file(heads, self.arguments.out / HEADS)

    def _restore(self) -> int:
        state = torch.load(self.arguments.out / "state.pt", map_location=self.device)
        self.learner.load_state_dict(state["learner"])
        load_states(self.optimizers, state["optimizers"])
        self.spent = state["spent"]
        return int(state["step"])


def load_weights(learner: Learner, folder: Path) -> None:
    """Fill a learner with a checkpoint folder's weights, and the heads' if they are there and fit."""
    for shard in sorted(folder.glob("*.safetensors")):
        learner.model.load_state_dict(load_file(shard), strict=False)
    heads = folder.parent / HEADS
    if heads.exists():
        mine = learner.state_dict()
        kept = {name: tensor for name, tensor in load_file(heads).items() if tensor.shape == mine[name].shape}
        learner.load_state_dict(kept, strict=False)


if __name__ == "__main__":
    main()
