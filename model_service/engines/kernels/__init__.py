"""Kernels of our own for NVIDIA GPUs. They take tensors only, and know nothing of the model.

`dispatch` uses them where they apply, `self_check` finds out whether they compute what torch computes.
"""

SPLITS = 32
"""Parts of a sequence that a step attends to at once, by programs of their own."""

UNPACKED = 60 * 1024**2
"""Weights that are unpacked at a time for a product with many rows: half of the 9B's widest matrix."""

LONG = 4096
"""Patches from which on a plan by cuDNN pays at the first picture already, or at the second: it halves attention."""
