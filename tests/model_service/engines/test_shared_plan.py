"""Memory plans of two models on one card, by arithmetic: what is counted, what is chosen, and what is said."""

import json
from collections.abc import Iterator
from functools import cache
from unittest.mock import patch

import pytest
import torch

from model_service.detail import MAX_TOKENS
from model_service.engines.glm46v.config import FLASH, SMALL_READER
from model_service.engines.hardware import GIB, Hardware
from model_service.engines.weights import shared_plan
from model_service.engines.weights.layout import Layout, Plan, device_bytes
from model_service.engines.weights.memory_plan import APART, CONVERSATION, choose_plan, needed_bytes, peak_bytes
from model_service.engines.weights.shared_plan import TABLES, choose_plans, needed_by_both, peak_of_both, placed
from model_service.errors import CheckpointError
from tests.model_service.engines.tiny import ROOT

BF16 = torch.bfloat16
GPU, CPU = Hardware(torch.device("cuda"), BF16), Hardware(torch.device("cpu"), torch.float32)
MEASURED = json.loads((ROOT / "bench" / "results" / "family.json").read_text(encoding="utf-8"))["family"]
FULL = Layout(Plan.FULL, True, BF16)
LARGE = 1575
"""Visual tokens of the picture that was measured with."""


@pytest.fixture(scope="module", autouse=True)
def weighed_once() -> Iterator[None]:
    """Each model is added up once a layout, as it is made for that."""
    configs = {id(config): config for config in (FLASH, SMALL_READER)}
    weigh = cache(lambda which, layout: device_bytes(configs[which], layout))
    with patch.object(shared_plan, "device_bytes", lambda config, layout: weigh(id(config), layout)):
        yield


def plans(free: float, wanted: str = "auto", together: int | None = None, packings: tuple[bool, ...] = (False, True)):  # type: ignore[no-untyped-def]
    """The plans for GLM-4.6V-Flash with GLM-OCR beside it, on a card with so many GiB free."""
    with patch.object(Hardware, "free_bytes", lambda _: int(free * GIB)):
        return choose_plans((FLASH, True), (SMALL_READER, packings), GPU, wanted, together)  # type: ignore[arg-type]


def test_both_take_what_was_measured() -> None:
    """One H200, both whole in four bits, each asked about a large picture: within 2 %."""
    both = placed(FLASH, FULL, captured=True), placed(SMALL_READER, FULL, captured=True)
    measured = MEASURED["Flash and OCR together"]["peak"]
    assert measured <= peak_of_both(both, LARGE, conversation=80) / GIB <= 1.02 * measured


def test_together_they_take_less_than_apart() -> None:
    """One picture is read at a time, and the libraries serve both; but both have their weights."""
    both = placed(FLASH, FULL), placed(SMALL_READER, FULL)
    together, apart = peak_of_both(both, MAX_TOKENS), sum(peak_bytes(one.config, FULL, MAX_TOKENS) for one in both)
    assert sum(one.weights for one in both) < together < apart
    assert together > peak_bytes(FLASH, FULL, MAX_TOKENS) + both[1].weights + TABLES
    assert needed_by_both(both, MAX_TOKENS) == together + 2 * APART
    assert peak_of_both(both, MAX_TOKENS) / GIB <= 8.5


@pytest.mark.parametrize("free", [7.4, 8.0, 9.4, 10.5, 11.4, 15.4, 23.4])
@pytest.mark.parametrize("together", [None, 1, 4])
def test_what_is_chosen_fits(free: float, together: int | None) -> None:
    """Both at the same level, with as many answers together; an album, too."""
    model, reader = plans(free, together=together)
    both = tuple(
        placed(config, plan.layout, captured=plan.captured) for config, plan in ((FLASH, model), (SMALL_READER, reader))
    )
    tokens = model.max_visual_tokens
    longest = CONVERSATION + (model.pictures - 1) * tokens
    needed = needed_by_both(both, tokens, conversation=longest, together=model.together)  # type: ignore[arg-type]
    assert needed <= free * GIB
    assert (reader.max_visual_tokens, reader.together) == (tokens, model.together)
    assert reader.pictures == 1 and model.together <= (together or 16)


def test_a_larger_card_is_never_used_worse() -> None:
    """First the closest look, then the model whole, several answers, captured layers, and the reader in 16 bits."""
    found = [plans(free / 10) for free in range(72, 240, 8)]
    worth = [
        (
            model.max_visual_tokens,
            -list(Plan).index(model.layout.plan),
            min(model.together, shared_plan.SEVERAL),
            model.captured,
            not reader.layout.packed,
        )
        for model, reader in found
    ]
    assert worth == sorted(worth)
    assert worth[0][4] is False and worth[-1] == (MAX_TOKENS, 0, shared_plan.SEVERAL, True, True)


def test_a_reader_costs_the_model_no_detail_where_there_is_room() -> None:
    """On a card of 12 GB both are whole, as the model is alone."""
    with patch.object(Hardware, "free_bytes", lambda _: int(11.4 * GIB)):
        alone = choose_plan(FLASH, True, GPU, "auto")
    model, reader = plans(11.4)
    assert (model.layout, model.max_visual_tokens) == (alone.layout, alone.max_visual_tokens)
    assert reader.layout.plan is Plan.FULL


def test_too_small_a_card_for_both_is_one_sentence() -> None:
    """What it has, what both need, what the model needs alone, and what can be done; here the model alone would fit."""
    alone = needed_bytes(FLASH, Layout(Plan.TINY, True, BF16), 128) / GIB
    with pytest.raises(CheckpointError, match=r"cuda has \d\.\d GiB free, .* needs \d\.\d GiB at least") as refused:
        plans(alone + 0.1)
    said = str(refused.value)
    assert f"{alone:.1f} without a reader" in said and "model.reader" in said and "\n" not in said
    with pytest.raises(CheckpointError, match=r"model\.memory is full"):
        plans(7.0, "full")


def test_what_is_set_holds_for_the_model() -> None:
    """The plan; and whether both are packed."""
    assert plans(23.4, "lean")[0].layout.plan is Plan.LEAN
    assert plans(23.4, packings=(True,))[1].layout.packed
    assert not plans(23.4, packings=(False,))[1].layout.packed


def test_a_cpu_holds_both() -> None:
    """Its memory is not planned."""
    for wanted, together in ((None, 1), (4, 4)):
        both = choose_plans((FLASH, False), (SMALL_READER, (False,)), CPU, "auto", wanted)
        assert [(plan.layout.plan, plan.max_visual_tokens, plan.together) for plan in both] == [
            (Plan.FULL, MAX_TOKENS, together)
        ] * 2
