"""Memory plans: the bytes each needs on the device at each level of detail, by arithmetic, and which plan fits."""

from dataclasses import dataclass

import torch

from model_service.config import Memory
from model_service.detail import LEVEL_TOKENS, Level
from model_service.engines import kernels
from model_service.engines.glm4v.config import NINE_BILLION, GLM4VConfig
from model_service.engines.glm4v.language import MLP_AT_ONCE, MLP_PART
from model_service.engines.hardware import GIB, Hardware
from model_service.engines.kernels import SPLITS
from model_service.engines.weights.layout import Layout, Plan, device_bytes
from model_service.errors import CheckpointError

CONVERSATION = 2000
"""Tokens of text, answer included, that are to fit next to a picture."""

WORKSPACE = 184 * 1024**2
"""Bytes that the libraries take for themselves, and that the allocator leaves unused between blocks.

Once loaded, an H100 held up to 0.19 GiB more than the weights, the steps included. cuBLAS alone keeps 32 MiB for each
stream there, and 8 on older cards.
"""

STEPS = 24 * 1024**2
"""Bytes that the captured steps of one answer, and of a text, compute with: the allocator takes them in blocks."""

TOGETHER = (16, 8, 4, 2, 1)
"""Answers that are written together at most: as many of these as memory allows."""

CONTEXT = 600 * 1024**2
"""Bytes that a card's driver takes of its memory for a process, and a screen may; no tensor can have it."""


@dataclass(frozen=True, slots=True)
class MemoryPlan:
    """A layout, the most visual tokens that fit with it, and how many answers are written together."""

    layout: Layout
    max_visual_tokens: int
    together: int = 1


def kv_bytes(config: GLM4VConfig, positions: int, dtype: torch.dtype) -> int:
    """Return the bytes of a KV cache of `positions`."""
    return 2 * config.num_layers * config.multi_query_group_num * config.kv_channels * positions * dtype.itemsize


def vision_bytes(config: GLM4VConfig, tokens: int, layout: Layout) -> int:
    """Return the vision tower's peak bytes for a number of visual tokens: in attention or in the MLP."""
    width, inner = config.vision.hidden_size, config.vision.intermediate_size
    positions = 4 * tokens + 1
    unpacked = width * inner if layout.packed else 0
    return (positions * max(8 * width, 4 * width + 2 * inner) + unpacked) * layout.dtype.itemsize


def prefill_bytes(config: GLM4VConfig, positions: int, layout: Layout) -> int:
    """Return the language model's peak bytes for a number of positions at once: in the MLP."""
    width, inner = config.hidden_size, config.ffn_hidden_size
    unpacked = min(2 * width * inner, kernels.UNPACKED) if layout.packed else 0
    at_once = positions if positions <= MLP_AT_ONCE else MLP_PART
    before = at_once * 2 * inner + unpacked
    after = at_once * 4 * inner
    return (positions * 4 * width + max(before, after)) * layout.dtype.itemsize


def step_bytes(config: GLM4VConfig, rows: int, dtype: torch.dtype) -> int:
    """Return the bytes that a captured step of some rows computes with, and the logits that it leaves."""
    attention = config.num_attention_heads * SPLITS * (config.kv_channels + 2) * 4
    return rows * (attention + (3 * config.ffn_hidden_size + 2 * config.padded_vocab_size) * dtype.itemsize)


def needed_bytes(
    config: GLM4VConfig, layout: Layout, tokens: int, conversation: int = CONVERSATION, together: int = 1
) -> int:
    """Return the peak bytes on the device while a picture of `tokens` visual tokens is read and talked about.

    Meanwhile others' answers are written, `together` in all, each behind as much.
    """
    positions = tokens + 2 + conversation
    lengths = (positions, min(positions, MLP_AT_ONCE))  # What is taken at once can need more than all of it in parts.
    reading = max(prefill_bytes(config, most, layout) + kv_bytes(config, most, layout.dtype) for most in lengths)
    others = (together - 1) * kv_bytes(config, positions, layout.dtype)
    if together > 1:
        others += step_bytes(config, 2 * together, layout.dtype)  # The smaller steps leave logits too.
    return (
        device_bytes(config, layout) + max(vision_bytes(config, tokens, layout), reading) + others + STEPS + WORKSPACE
    )


def choose_plan(
    config: GLM4VConfig, packed: bool, hardware: Hardware, wanted: Memory, together: int | None = None
) -> MemoryPlan:
    """The plan that is set; left to itself, of those that allow the most visual tokens the one that streams least.

    As many answers are written together as memory allows then, `together` at most; on a CPU one, if nothing is set.

    Raises:
        CheckpointError: the device is too small for it, or for any.
    """
    layouts = [Layout(plan, packed, hardware.dtype) for plan in Plan if wanted in {"auto", plan}]
    free = hardware.free_bytes()
    if free is None:
        return MemoryPlan(layouts[0], config.max_visual_tokens, together or 1)
    most, layout = max(((_fitting(config, layout, free), layout) for layout in layouts), key=lambda pair: pair[0])
    if most == 0:
        least = min(needed_bytes(config, layout, min(LEVEL_TOKENS.values())) for layout in layouts)
        raise CheckpointError(
            f"{hardware.device} has {free / GIB:.1f} GiB free, and this model needs {least / GIB:.1f} GiB at least"
            f" (model.memory is {wanted})"
        )
    counts = [count for count in TOGETHER if count <= (together or TOGETHER[0])]
    fitting = (count for count in counts if needed_bytes(config, layout, most, together=count) <= free)
    return MemoryPlan(layout, most, next(fitting, 1))


def holds_nine_billion(hardware: Hardware) -> bool:
    """Whether the device is a GPU on which the 9B, packed, reads a picture at the standard level under some plan."""
    total = hardware.total_bytes()
    if total is None:
        return False
    layout = Layout(Plan.TINY, True, hardware.dtype)
    return needed_bytes(NINE_BILLION, layout, LEVEL_TOKENS[Level.STANDARD]) + CONTEXT <= total


def _fitting(config: GLM4VConfig, layout: Layout, free: int) -> int:
    """The tokens of the highest level that fits, or as many as the model makes use of; 0 where none fits."""
    levels = {min(tokens, config.max_visual_tokens) for tokens in LEVEL_TOKENS.values()}
    return max((tokens for tokens in levels if needed_bytes(config, layout, tokens) <= free), default=0)
