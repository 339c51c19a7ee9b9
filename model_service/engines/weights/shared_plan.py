"""Memory plans of a model and a reader beside it on one device: both counted before either is loaded."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

from model_service.config import Memory
from model_service.detail import LEVEL_TOKENS, MAX_TOKENS
from model_service.engines.hardware import GIB, Hardware
from model_service.engines.weights.families import Config
from model_service.engines.weights.layout import Layout, Plan, device_bytes
from model_service.engines.weights.memory_plan import (
    APART,
    CONVERSATION,
    LIBRARIES,
    MemoryPlan,
    captured_bytes,
    counts,
    kv_bytes,
    may_capture,
    needed_bytes,
    pictures_of,
    step_bytes,
    work_bytes,
)
from model_service.errors import CheckpointError

TABLES = 2 * 1024**2
"""Bytes of a second model's tables of positions and of ids; what the libraries keep serves both."""

SEVERAL = 4
"""Answers together for which a reader is rather packed; more of them are not worth that."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A model in a layout, the bytes of its weights there, and whether its layers are captured."""

    config: Config
    layout: Layout
    weights: int
    captured: bool = False

    def sees(self, tokens: int) -> int:
        """Return how many visual tokens it spends where there is room for so many."""
        return min(tokens, self.config.max_visual_tokens)

    def row_bytes(self, tokens: int, conversation: int) -> int:
        """Return the bytes of an answer behind a picture and a conversation."""
        return kv_bytes(self.config, self.sees(tokens) + 2 + conversation, self.layout.dtype)

    def work_bytes(self, tokens: int, conversation: int) -> int:
        """Return the bytes with which a picture is seen, read, and talked about."""
        return work_bytes(self.config, self.layout, self.sees(tokens), conversation)


Both = tuple[Placed, Placed]
"""The model, and its reader."""


def placed(config: Config, layout: Layout, *, captured: bool = False) -> Placed:
    """Weigh a model in a layout."""
    return Placed(config, layout, device_bytes(config, layout), captured)


def peak_of_both(both: Both, tokens: int, *, conversation: int = CONVERSATION, together: int = 1) -> int:
    """Return the most bytes of tensors on the device while either has a picture of `tokens` visual tokens.

    One picture is read at a time, by whichever; meanwhile others' answers are written, `together` in all, by either.
    Only the model has a longer `conversation`.
    """
    lengths = conversation, CONVERSATION
    held = sum(each.weights + step_bytes(each.config, each.layout, together, captured=each.captured) for each in both)
    rows = max(each.row_bytes(tokens, length) for each, length in zip(both, lengths, strict=True))
    work = max(each.work_bytes(tokens, length) for each, length in zip(both, lengths, strict=True))
    return held + LIBRARIES + TABLES + (together - 1) * rows + work


def needed_by_both(both: Both, tokens: int, *, conversation: int = CONVERSATION, together: int = 1) -> int:
    """Return the bytes that have to be free for that: the peak, and what each keeps for itself beside it."""
    beside = sum(APART + (captured_bytes(each.config, each.layout)[1] if each.captured else 0) for each in both)
    return peak_of_both(both, tokens, conversation=conversation, together=together) + beside


def choose_plans(
    model: tuple[Config, bool],
    reader: tuple[Config, Sequence[bool]],
    hardware: Hardware,
    wanted: Memory,
    together: int | None = None,
) -> tuple[MemoryPlan, MemoryPlan]:
    """Plan for a model, packed or not, and a reader, in whichever of these ways, the best first.

    Of the plans that fit, the ones that allow the most visual tokens; of these the model that streams least, then
    several answers together, then captured layers of the model, then the best reader. Up to as many answers as are
    planned are written together by both.

    Raises:
        CheckpointError: the device is too small for both, under the plan that is set or under any.
    """
    pairs = _pairs(model, reader, hardware, wanted)
    free = hardware.free_bytes()
    if free is None:
        first, second = pairs[0]
        rows, most = together or 1, MAX_TOKENS
        return _plan(first, most, rows, pictures_of(first.config)), _plan(second, most, rows)
    fitted = [_fitted(pair, level, free, together) for pair in pairs if (level := _level(pair, free))]
    if not fitted:
        raise CheckpointError(_too_small(pairs, hardware, free, wanted))
    best = max(fitted, key=_worth)
    albums = (
        count
        for count in range(pictures_of(best.both[0].config), 1, -1)
        if needed_by_both(
            best.both, best.level, conversation=CONVERSATION + (count - 1) * best.level, together=best.together
        )
        <= free
    )
    first, second = best.both
    return _plan(first, best.level, best.together, next(albums, 1)), _plan(second, best.level, best.together)


@dataclass(frozen=True, slots=True)
class _Fitted:
    """Two models as they fit: the visual tokens of a picture, and how many answers are written together."""

    both: Both
    level: int
    together: int


def _pairs(
    model: tuple[Config, bool], reader: tuple[Config, Sequence[bool]], hardware: Hardware, wanted: Memory
) -> list[Both]:
    """Return all ways to place the two, the best first; a reader that is not packed lies on the device whole."""
    (config, packed), (reading, packings) = model, reader
    layouts = [Layout(plan, packed, hardware.dtype) for plan in Plan if wanted in {"auto", plan}]
    ways = [Layout(Plan.FULL, each, hardware.dtype) for each in packings]
    if True in packings:
        ways += [Layout(plan, True, hardware.dtype) for plan in Plan if plan is not Plan.FULL]
    return list(product([placed(config, each) for each in layouts], [placed(reading, each) for each in ways]))


def _level(pair: Both, free: int) -> int:
    """Return the tokens of the highest level that fits; 0 where none fits."""
    return max((tokens for tokens in LEVEL_TOKENS.values() if needed_by_both(pair, tokens) <= free), default=0)


def _fitted(pair: Both, level: int, free: int, together: int | None) -> _Fitted:
    """Fit in as many answers as there is room for, `together` at most, then captured layers: the model's first."""
    rows = next((count for count in counts(together) if needed_by_both(pair, level, together=count) <= free), 1)
    for number in (0, 1):
        each = [*pair]
        each[number] = replace(each[number], captured=may_capture(each[number].layout))
        captured = each[0], each[1]
        pair = captured if needed_by_both(captured, level, together=rows) <= free else pair
    return _Fitted(pair, level, rows)


def _worth(fitted: _Fitted) -> tuple[int, int, int, bool, bool, int]:
    """Return what a way to place the two is worth, to be compared."""
    (model, reader), ranks = fitted.both, list(Plan)
    whole = -ranks.index(model.layout.plan), -ranks.index(reader.layout.plan)
    return fitted.level, whole[0], min(SEVERAL, fitted.together), model.captured, not reader.layout.packed, whole[1]


def _plan(one: Placed, level: int, together: int, pictures: int = 1) -> MemoryPlan:
    return MemoryPlan(one.layout, one.sees(level), together, one.captured, pictures)


def _too_small(pairs: Sequence[Both], hardware: Hardware, free: int, wanted: Memory) -> str:
    """Say what the device has, what both need, and what the model needs alone."""
    lowest = min(LEVEL_TOKENS.values())
    least = min(needed_by_both(pair, lowest) for pair in pairs)
    alone = min(needed_bytes(model.config, model.layout, model.sees(lowest)) for model, _ in pairs)
    return (
        f"{hardware.device} has {free / GIB:.1f} GiB free, and this model with the reader of model.reader beside it"
        f" needs {least / GIB:.1f} GiB at least, {alone / GIB:.1f} without a reader (model.memory is {wanted}):"
        ' choose a smaller model, or model.reader = "rapidocr", which takes none of it'
    )
