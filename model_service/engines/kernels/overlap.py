"""Kernels of a step that begin while those before them end: programmatic dependent launch, from Hopper on.

A kernel launched with `options()` allows the next one to begin, and waits for the one before it ahead of reading what
that wrote, or writing what that reads. What nobody writes, as weights, it can read before it waits.
"""

import torch
import triton
import triton.language as tl
from torch import Tensor
from triton.language.extra import cuda


def options(tensor: Tensor) -> dict[str, bool]:
    """Arguments of a launch that works on this tensor's device; the kernel takes OVERLAP."""
    if not (tensor.is_cuda and torch.cuda.get_device_capability(tensor.device) >= (9, 0)):
        return {"OVERLAP": False}
    return {"OVERLAP": True, "launch_pdl": True}


@triton.jit
def wait_for_input(OVERLAP: tl.constexpr):
    """What the kernels before have written is there from here on."""
    if OVERLAP:
        cuda.gdc_wait()


@triton.jit
def let_next_begin(OVERLAP: tl.constexpr):
    """The kernel behind this one can begin once all programs have been here."""
    if OVERLAP:
        cuda.gdc_launch_dependents()
