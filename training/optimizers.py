"""The optimizers of a training run: Muon for the matrices inside the blocks, AdamW for everything else."""

import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import torch
from torch import Tensor, nn

WARM_UP = 250
MOST_NORM = 1.0
BLOCKS = ("vision.transformer.layers", "encoder.layers", "vision.linear_proj")


class BatchedMuon(torch.optim.Muon):
    """torch's Muon with all matrices of one shape taken together: a fifth of the kernels, the same steps.

    The learning rate is one for AdamW. As torch's fused optimizers do, it skips a step where `found_inf`, a scalar on
    the device, is 1.
    """

    found_inf: Tensor | None = None

    def __init__(self, matrices: list[nn.Parameter], rate: float, weight_decay: float) -> None:
        super().__init__(matrices, lr=rate, weight_decay=weight_decay, adjust_lr_fn="match_rms_adamw")

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]
        """Take one step; a closure is not supported, and every parameter must have a gradient."""
        if closure is not None:
            raise ValueError("BatchedMuon takes no closure")
        for group in self.param_groups:
            for alike in _by_shape(group["params"]):
                self._step_together(alike, group)

    def _step_together(self, matrices: list[Tensor], group: dict[str, Any]) -> None:
        gradients = torch.stack([matrix.grad for matrix in matrices])  # type: ignore[misc]
        taken = 1.0 - (gradients.new_zeros(()) if self.found_inf is None else self.found_inf)
        gradients = torch.where(taken > 0, gradients, 0.0)
        buffers = [self._momentum(matrix) for matrix in matrices]
        momentum = torch.stack(buffers).lerp(gradients, (1 - group["momentum"]) * taken)
        torch._foreach_copy_(buffers, list(momentum.unbind()))
        update = orthogonalise(
            gradients.lerp(momentum, group["momentum"]), group["ns_coefficients"], group["ns_steps"], group["eps"]
        )
        rate = 0.2 * max(matrices[0].shape) ** 0.5 * group["lr"]
        torch._foreach_mul_(matrices, 1 - group["lr"] * group["weight_decay"] * taken)
        torch._foreach_sub_(matrices, list((update.to(momentum.dtype) * (rate * taken)).unbind()))

    def _momentum(self, matrix: Tensor) -> Tensor:
        state = self.state[matrix]
        if "momentum_buffer" not in state:
            state["momentum_buffer"] = torch.zeros_like(matrix)
        buffer: Tensor = state["momentum_buffer"]
        return buffer


def orthogonalise(matrices: Tensor, coefficients: tuple[float, float, float], steps: int, eps: float) -> Tensor:
    """Turn (n, rows, columns) into the same in bf16 with all singular values near 1, by Newton-Schulz iterations."""
    a, b, c = coefficients
    tall = matrices.shape[1] > matrices.shape[2]
    x = matrices.bfloat16()
    x = x.mT if tall else x
    x = x / x.norm(dim=(1, 2), keepdim=True).clamp(min=eps)
    for _ in range(steps):
        gram = x @ x.mT
        x = torch.baddbmm(x, torch.baddbmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return x.mT if tall else x


def make_optimizers(learner: nn.Module, rate: float) -> list[torch.optim.Optimizer]:
    """Create Muon for the matrices inside the blocks, AdamW for everything else."""
    matrices: list[nn.Parameter] = []
    others: list[nn.Parameter] = []
    for name, parameter in learner.named_parameters():
        inside = parameter.ndim == 2 and any(block in name for block in BLOCKS)
        (matrices if inside else others).append(parameter)
    muon = BatchedMuon(matrices, rate, weight_decay=0.02)
    adamw = torch.optim.AdamW(others, lr=rate, betas=(0.9, 0.98), weight_decay=0.0, fused=True)
    return [muon, adamw]


def take_step(optimizers: list[torch.optim.Optimizer], parameters: Iterable[nn.Parameter], rate: float) -> None:
    """Step all optimizers at a learning rate, the gradient clipped; skip the step if it is not finite.

    The host never waits for the device to learn which.
    """
    norm = nn.utils.clip_grad_norm_(parameters, MOST_NORM)
    found_inf = (~norm.isfinite()).float()
    for optimizer in optimizers:
        optimizer.found_inf = found_inf  # type: ignore[attr-defined]
        for group in optimizer.param_groups:
            group["lr"] = rate
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)


def load_states(optimizers: list[torch.optim.Optimizer], states: list[dict[str, Any]]) -> None:
    """Load the states from `state_dict` of each; the settings stay the code's, whatever was kept."""
    for optimizer, kept in zip(optimizers, states, strict=True):
        optimizer.load_state_dict({"state": kept["state"], "param_groups": optimizer.state_dict()["param_groups"]})


def schedule(step: int, share: float) -> float:
    """Return the learning rate's factor: a linear rise, then a cosine to a fiftieth as `share` goes from 0 to 1."""
    return min(1.0, (step + 1) / WARM_UP) * (0.02 + 0.98 * (1 + math.cos(math.pi * min(1.0, share))) / 2)


def _by_shape(matrices: list[Tensor]) -> Iterator[list[Tensor]]:
    """Group the matrices by shape."""
    shapes: dict[torch.Size, list[Tensor]] = {}
    for matrix in matrices:
        shapes.setdefault(matrix.shape, []).append(matrix)
    yield from shapes.values()
