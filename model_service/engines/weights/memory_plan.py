"""Memory plans: the bytes each needs on the device at each level of detail, by arithmetic, and which plan fits."""

from dataclasses import dataclass

import torch

from model_service.config import Memory
from model_service.detail import LEVEL_TOKENS, Level
from model_service.engines import kernels
from model_service.engines.glm4v.config import NINE_BILLION
from model_service.engines.glm4v.language import MLP_AT_ONCE, MLP_PART
from model_service.engines.hardware import GIB, Hardware
from model_service.engines.weights.families import FAMILIES, Config
from model_service.engines.weights.layout import Layout, Plan, device_bytes
from model_service.errors import CheckpointError

CONVERSATION = 2000
"""Tokens of text, answer included, that are to fit next to a picture."""

LIBRARIES = 34 * 1024**2
"""Bytes of the peak that belong to no picture and no answer: 32 MiB are cuBLAS's, which it keeps for a stream on Hopper
(8 on older cards), the rest tables of positions and of ids."""

APART = 268 * 1024**2
"""Bytes that have to be free beside the peak: what captured steps compute with, which nobody else can have, and holes
between tensors that the allocator cannot give back.

An H200 held to less memory went through with 204 MiB beside the peak, with the plan `tiny` with 262, and not with 64
less.
"""

PATCHES, POSITIONS = (512, 1024, 1025), (192, 256, 320, 384)
"""Sizes for which layers are captured: of a picture, at the levels low and standard, with the one position before its
patches; and of a prompt with such a picture and some text."""

TOGETHER = (16, 8, 4, 2, 1)
"""Answers that are written together at most: as many of these as memory allows."""

CONTEXT = 600 * 1024**2
"""Bytes that a card's driver takes of its memory for a process, and a screen may; no tensor can have it."""


@dataclass(frozen=True, slots=True)
class MemoryPlan:
    """A layout, the most visual tokens that fit with it, and how many answers are written together.

    With `captured`, there is room for graphs by which small pictures are seen and read. So many `pictures` of as many
    tokens can be read in one prompt.
    """

    layout: Layout
    max_visual_tokens: int
    together: int = 1
    captured: bool = False
    pictures: int = 1


def kv_bytes(config: Config, positions: int, dtype: torch.dtype) -> int:
    """Return the bytes of a KV cache of `positions`."""
    return 2 * config.num_layers * config.multi_query_group_num * config.kv_channels * positions * dtype.itemsize


def vision_bytes(config: Config, positions: int, layout: Layout) -> int:
    """Return the vision tower's peak bytes for patches and the position before them: in attention or in the MLP."""
    unpacked = config.vision.widest if layout.packed else 0
    return (positions * config.vision.held + unpacked) * layout.dtype.itemsize


def prefill_bytes(config: Config, positions: int, layout: Layout) -> int:
    """Return the language model's peak bytes for a number of positions at once: in the MLP."""
    width, inner = config.hidden_size, config.ffn_hidden_size
    unpacked = min(2 * width * inner, kernels.UNPACKED) if layout.packed else 0
    parts = [(0, positions)]
    if positions > MLP_AT_ONCE:  # Beside a part there is what was made of those before it.
        whole, rest = divmod(positions, MLP_PART)
        parts = [((whole - 1) * MLP_PART, MLP_PART), (whole * MLP_PART, rest)]
    most = max(done * width + max(part * 2 * inner + unpacked, part * 4 * inner) for done, part in parts)
    return (positions * 4 * width + most) * layout.dtype.itemsize


def captured_bytes(config: Config, layout: Layout) -> tuple[int, int]:
    """Return the bytes that captured layers hold, and those besides with which they compute."""
    patches, positions, size = PATCHES[-1], POSITIONS[-1], layout.dtype.itemsize
    held = (patches * config.vision.hidden_size + positions * config.hidden_size) * size
    held += kv_bytes(config, positions, layout.dtype) + LIBRARIES  # cuBLAS keeps memory for their stream, too.
    return held, max(vision_bytes(config, patches, layout), prefill_bytes(config, positions, layout))


def work_bytes(config: Config, layout: Layout, tokens: int, conversation: int = CONVERSATION) -> int:
    """Return the most bytes besides with which a picture of `tokens` visual tokens is seen, read, and talked about."""
    positions = tokens + 2 + conversation
    lengths = (positions, min(positions, MLP_AT_ONCE))  # What is taken at once can need more than all of it in parts.
    reading = max(prefill_bytes(config, most, layout) + kv_bytes(config, most, layout.dtype) for most in lengths)
    features = (tokens + 2) * config.hidden_size * layout.dtype.itemsize
    return max(vision_bytes(config, 4 * tokens + 1, layout), features + reading)


def step_bytes(config: Config, layout: Layout, together: int, *, captured: bool) -> int:
    """Return the bytes that steps of up to `together` answers hold, and captured layers."""
    logits = 2 * (together + 1) * config.padded_vocab_size * layout.dtype.itemsize  # Of each: 1 row, 2, 4, and so on.
    return logits + (captured_bytes(config, layout)[0] if captured else 0)


def peak_bytes(
    config: Config,
    layout: Layout,
    tokens: int,
    *,
    conversation: int = CONVERSATION,
    together: int = 1,
    captured: bool = False,
) -> int:
    """Return the most bytes of tensors on the device while a picture of `tokens` visual tokens is talked about.

    Meanwhile others' answers are written, `together` in all, each behind as much.
    """
    others = (together - 1) * kv_bytes(config, tokens + 2 + conversation, layout.dtype)
    held = device_bytes(config, layout) + LIBRARIES + step_bytes(config, layout, together, captured=captured)
    return held + others + work_bytes(config, layout, tokens, conversation)


def needed_bytes(
    config: Config,
    layout: Layout,
    tokens: int,
    *,
    conversation: int = CONVERSATION,
    together: int = 1,
    captured: bool = False,
) -> int:
    """Return the bytes that have to be free on the device for that: the peak, and what nobody can have beside it."""
    peak = peak_bytes(config, layout, tokens, conversation=conversation, together=together, captured=captured)
    return peak + APART + (captured_bytes(config, layout)[1] if captured else 0)


def choose_plan(
    config: Config, packed: bool, hardware: Hardware, wanted: Memory, together: int | None = None
) -> MemoryPlan:
    """The plan that is set; left to itself, of those that allow the most visual tokens the one that streams least.

    As many answers are written together as memory allows then, `together` at most; on a CPU one, if nothing is set.

    Raises:
        CheckpointError: the device is too small for it, or for any.
    """
    layouts = [Layout(plan, packed, hardware.dtype) for plan in Plan if wanted in {"auto", plan}]
    free = hardware.free_bytes()
    if free is None:
        return MemoryPlan(layouts[0], config.max_visual_tokens, together or 1, pictures=pictures_of(config))
    most, layout = max(((_fitting(config, layout, free), layout) for layout in layouts), key=lambda pair: pair[0])
    if most == 0:
        least = min(needed_bytes(config, layout, min(LEVEL_TOKENS.values())) for layout in layouts)
        raise CheckpointError(
            f"{hardware.device} has {free / GIB:.1f} GiB free, and this model needs {least / GIB:.1f} GiB at least"
            f" (model.memory is {wanted})"
        )
    fitting = (count for count in counts(together) if needed_bytes(config, layout, most, together=count) <= free)
    chosen = next(fitting, 1)
    captured = may_capture(layout) and needed_bytes(config, layout, most, together=chosen, captured=True) <= free
    albums = (  # In a prompt, what a picture takes more is text, as it were: each is seen by itself.
        count
        for count in range(pictures_of(config), 1, -1)
        if needed_bytes(
            config, layout, most, conversation=CONVERSATION + (count - 1) * most, together=chosen, captured=captured
        )
        <= free
    )
    return MemoryPlan(layout, most, chosen, captured, next(albums, 1))


def counts(together: int | None) -> list[int]:
    """Return how many answers may be written together, the most first: `together` at most, if so much is set."""
    return [count for count in TOGETHER if count <= (together or TOGETHER[0])]


def may_capture(layout: Layout) -> bool:
    """Whether graphs of layers are any use: where the tower is streamed, that takes longer than launches."""
    return layout.packed and layout.plan is not Plan.TINY


def pictures_of(config: Config) -> int:
    """Return how many pictures a model takes in one prompt."""
    return FAMILIES[config.model_type].pictures


def holds_nine_billion(hardware: Hardware) -> bool:
    """Whether the device is a GPU on which the 9B, packed, reads a picture at the standard level under some plan."""
    total = hardware.total_bytes()
    if total is None:
        return False
    layout = Layout(Plan.TINY, True, hardware.dtype)
    return needed_bytes(NINE_BILLION, layout, LEVEL_TOKENS[Level.STANDARD]) + CONTEXT <= total


def _fitting(config: Config, layout: Layout, free: int) -> int:
    """The tokens of the highest level that fits, or as many as the model makes use of; 0 where none fits."""
    levels = {min(tokens, config.max_visual_tokens) for tokens in LEVEL_TOKENS.values()}
    return max((tokens for tokens in levels if needed_bytes(config, layout, tokens) <= free), default=0)
