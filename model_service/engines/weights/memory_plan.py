"""What a memory plan needs on the device at each level of detail, by arithmetic, and which plan fits."""

from dataclasses import dataclass

import torch

from model_service.config import Memory
from model_service.detail import LEVEL_TOKENS, Level
from model_service.engines import kernels
from model_service.engines.glm4v.config import NINE_BILLION, GLM4VConfig
from model_service.engines.glm4v.language import MLP_AT_ONCE, MLP_PART
from model_service.engines.hardware import GIB, Hardware
from model_service.engines.weights.layout import Layout, Plan, device_bytes
from model_service.errors import CheckpointError

CONVERSATION = 2000
"""Tokens of text, answer included, that are to fit beside a picture."""

WORKSPACE = 184 * 1024**2
"""What the libraries take for themselves, and the allocator leaves unused between blocks.

Once loaded, an H100 held up to 0.19 GiB more than the weights, the steps included. cuBLAS alone keeps 32 MiB for each
stream there, and 8 on older cards.
"""

STEPS = 24 * 1024**2
"""What the captured steps compute with, in memory of their own: the allocator takes it in blocks of 2 and 20 MiB."""

CONTEXT = 600 * 1024**2
"""What a card's driver takes of its memory for a process, and a screen may; no tensor can have it."""


@dataclass(frozen=True, slots=True)
class MemoryPlan:
    """A layout, and the most visual tokens that fit beside it."""

    layout: Layout
    max_visual_tokens: int


def kv_bytes(config: GLM4VConfig, positions: int, dtype: torch.dtype) -> int:
    """The KV cache of so many positions."""
    return 2 * config.num_layers * config.multi_query_group_num * config.kv_channels * positions * dtype.itemsize


def vision_bytes(config: GLM4VConfig, tokens: int, layout: Layout) -> int:
    """What the vision tower computes with for so many visual tokens, at its height: in attention or in the MLP."""
    width, inner = config.vision.hidden_size, config.vision.intermediate_size
    positions = 4 * tokens + 1
    unpacked = width * inner if layout.packed else 0
    return (positions * max(8 * width, 4 * width + 2 * inner) + unpacked) * layout.dtype.itemsize


def prefill_bytes(config: GLM4VConfig, positions: int, layout: Layout) -> int:
    """What the language model computes with for so many positions at once, at its height: in the MLP."""
    width, inner = config.hidden_size, config.ffn_hidden_size
    unpacked = min(2 * width * inner, kernels.UNPACKED) if layout.packed else 0
    at_once = positions if positions <= MLP_AT_ONCE else MLP_PART
    before = at_once * 2 * inner + unpacked
    after = at_once * 4 * inner
    return (positions * 4 * width + max(before, after)) * layout.dtype.itemsize


def needed_bytes(config: GLM4VConfig, layout: Layout, tokens: int, conversation: int = CONVERSATION) -> int:
    """The most that the device holds while a picture of so many visual tokens is read and talked about."""
    positions = tokens + 2 + conversation
    lengths = (positions, min(positions, MLP_AT_ONCE))  # What is taken at once can need more than all of it in parts.
    reading = max(prefill_bytes(config, most, layout) + kv_bytes(config, most, layout.dtype) for most in lengths)
    return device_bytes(config, layout) + max(vision_bytes(config, tokens, layout), reading) + STEPS + WORKSPACE


def choose_plan(config: GLM4VConfig, packed: bool, hardware: Hardware, wanted: Memory) -> MemoryPlan:
    """The plan that is set; left to itself, of those that allow the most visual tokens the one that streams least.

    Raises:
        CheckpointError: the device is too small for it, or for any.
    """
    layouts = [Layout(plan, packed, hardware.dtype) for plan in Plan if wanted in {"auto", plan}]
    free = hardware.free_bytes()
    if free is None:
        return MemoryPlan(layouts[0], config.max_visual_tokens)
    most, layout = max(((_fitting(config, layout, free), layout) for layout in layouts), key=lambda pair: pair[0])
    if most == 0:
        least = min(needed_bytes(config, layout, min(LEVEL_TOKENS.values())) for layout in layouts)
        raise CheckpointError(
            f"{hardware.device} has {free / GIB:.1f} GiB free, and this model needs {least / GIB:.1f} GiB at least"
            f" (model.memory is {wanted})"
        )
    return MemoryPlan(layout, most)


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
