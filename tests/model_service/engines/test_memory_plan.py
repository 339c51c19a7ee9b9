"""Memory plans by arithmetic: what was measured with the 9B, and which plan a card gets."""

import json
from collections.abc import Iterator
from functools import cache, partial
from typing import Any
from unittest.mock import patch

import pytest
import torch

from model_service.config import Memory
from model_service.detail import LEVEL_TOKENS, MAX_TOKENS, Level
from model_service.engines.glm4v.config import NINE_BILLION, GLM4VConfig
from model_service.engines.hardware import GIB, Hardware
from model_service.engines.weights import memory_plan
from model_service.engines.weights.layout import Layout, Plan, device_bytes, empty_model
from model_service.engines.weights.memory_plan import (
    APART,
    CONTEXT,
    LIBRARIES,
    POSITIONS,
    captured_bytes,
    choose_plan,
    holds_nine_billion,
    kv_bytes,
    needed_bytes,
    peak_bytes,
)
from model_service.engines.weights.picture_memory import picture_memory
from model_service.errors import CheckpointError
from tests.model_service.engines.tiny import ROOT, SHARED, tiny_config

BF16 = torch.bfloat16
MIB = 1024**2
GPU = Hardware(torch.device("cuda"), BF16)
CPU = Hardware(torch.device("cpu"), torch.float32)
FULL, LEAN, TINY = (Layout(plan, True, BF16) for plan in Plan)
MEASURED = json.loads((ROOT / "bench" / "results" / "gpu.json").read_text(encoding="utf-8"))
SEVERAL = json.loads((ROOT / "bench" / "results" / "together.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module", autouse=True)
def weighed_once() -> Iterator[None]:
    """The weights of the 9B are added up once a layout, as it is made for that."""
    of_nine_billion = cache(partial(device_bytes, NINE_BILLION))

    def weigh(config: GLM4VConfig, layout: Layout) -> int:
        return of_nine_billion(layout) if config is NINE_BILLION else device_bytes(config, layout)

    with patch.object(memory_plan, "device_bytes", weigh):
        yield


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """A GPU with this many GiB, all of them free."""
    memory = int(request.param * GIB)
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (memory, memory))


def test_the_shapes_are_the_originals() -> None:
    """The configuration that `auto` calculates with has the tensors of GLM-4V-9B."""
    listed = SHARED / "glm4v" / "tensors.json"
    if not listed.is_file():
        pytest.skip("the original's list of tensors is not on this machine")
    plain = empty_model(NINE_BILLION, Layout(Plan.FULL, False, BF16))
    shapes = {name: list(tensor.shape) for name, tensor in plain.state_dict().items()}
    assert shapes | {"transformer.rotary_pos_emb.inv_freq": [32]} == json.loads(listed.read_text())


def test_the_weights_are_what_was_measured() -> None:
    """2.25 GiB for what sees and 6.25 for what speaks."""
    held = {name: tensor.nbytes / GIB for name, tensor in empty_model(NINE_BILLION, FULL).state_dict().items()}
    vision = sum(size for name, size in held.items() if ".vision." in name)
    assert vision == pytest.approx(2.25, abs=0.03)
    assert sum(held.values()) - vision == pytest.approx(6.25, abs=0.03)
    assert device_bytes(NINE_BILLION, FULL) / GIB == pytest.approx(sum(held.values()))


@pytest.mark.parametrize(("part", "layout"), [("full", FULL), ("full-again", FULL), ("lean", LEAN), ("tiny", TINY)])
def test_a_loaded_model_takes_no_more_than_is_counted(part: str, layout: Layout) -> None:
    """Its weights, and what an H100's libraries took and its allocator lost, then in blocks of fixed size."""
    beside = MEASURED[part]["load"]["loaded_gpu_gib"] - device_bytes(NINE_BILLION, layout) / GIB
    assert 0 <= beside <= (LIBRARIES + APART) / GIB


@pytest.mark.parametrize("layout", [FULL, LEAN, TINY])
@pytest.mark.parametrize("level", Level)
def test_the_work_is_what_was_measured(layout: Layout, level: Level) -> None:
    """What an H100 showed with 64 tokens of text, what was kept of earlier pictures and lost between tensors included:
    no less than the calculated peak, and no more than has to be free.
    """
    measured = MEASURED[layout.plan]["level " + level]
    peak = peak_bytes(NINE_BILLION, layout, measured["tokens"], conversation=64)
    assert peak / GIB <= measured["peak_gpu_gib"] <= (peak + APART) / GIB
    assert needed_bytes(NINE_BILLION, layout, measured["tokens"], conversation=64) == peak + APART


@pytest.mark.parametrize(("layout", "most"), [(FULL, 9.3), (LEAN, 7.0), (TINY, 5.4)])
def test_the_plans_keep_their_promise(layout: Layout, most: float) -> None:
    """At max, with a conversation of 2,000 tokens: as measured, and by arithmetic, with captured layers too."""
    measured = [MEASURED[layout.plan][section]["peak_gpu_gib"] for section in ("level max", "long conversation")]
    needed = needed_bytes(NINE_BILLION, layout, MAX_TOKENS)
    assert max(measured) <= min(most, needed / GIB)
    assert peak_bytes(NINE_BILLION, layout, MAX_TOKENS, captured=layout.plan is not Plan.TINY) / GIB <= most


@pytest.mark.parametrize("layout", [FULL, LEAN, TINY])
def test_a_higher_level_needs_no_less(layout: Layout) -> None:
    """So the highest that fits has room for all below."""
    needed = [needed_bytes(NINE_BILLION, layout, tokens) for tokens in range(16, MAX_TOKENS, 64)]
    assert needed == sorted(needed)


@pytest.mark.parametrize(
    ("card", "plan", "tokens"),
    [
        (24, Plan.FULL, MAX_TOKENS),
        (9.4, Plan.FULL, MAX_TOKENS),
        (7.4, Plan.LEAN, MAX_TOKENS),
        (5.4, Plan.TINY, MAX_TOKENS),
        (5.12, Plan.TINY, LEVEL_TOKENS[Level.HIGH]),
    ],
    indirect=["card"],
)
@pytest.mark.usefixtures("card")
def test_the_card_chooses_the_plan(plan: Plan, tokens: int) -> None:
    """The one that allows the most tokens; of equals the quickest."""
    chosen = choose_plan(NINE_BILLION, True, GPU, "auto")
    assert (chosen.layout.plan, chosen.max_visual_tokens) == (plan, tokens)


@pytest.mark.parametrize(
    ("card", "plan", "together"),
    [
        (24, Plan.FULL, 16),
        (12, Plan.FULL, 16),
        (10, Plan.FULL, 4),
        (9.4, Plan.FULL, 2),
        (8, Plan.LEAN, 4),
        (6, Plan.TINY, 4),
        (5.4, Plan.TINY, 2),
        (5.12, Plan.TINY, 1),
    ],
    indirect=["card"],
)
@pytest.mark.usefixtures("card")
def test_what_memory_is_left_is_for_answers_together(plan: Plan, together: int) -> None:
    """As many as fit, each behind a picture and a long conversation; never in exchange for a coarser look."""
    chosen = choose_plan(NINE_BILLION, True, GPU, "auto")
    assert (chosen.layout.plan, chosen.together) == (plan, together)
    alone = choose_plan(NINE_BILLION, True, GPU, "auto", together=1)
    assert (alone.layout, alone.max_visual_tokens) == (chosen.layout, chosen.max_visual_tokens)
    free, tokens = GPU.free_bytes(), chosen.max_visual_tokens
    assert free is not None
    assert needed_bytes(NINE_BILLION, chosen.layout, tokens, together=together) <= free
    assert together == 16 or needed_bytes(NINE_BILLION, chosen.layout, tokens, together=2 * together) > free


@pytest.mark.parametrize("card", [6 - CONTEXT / GIB], indirect=True)
@pytest.mark.usefixtures("card")
def test_tiny_fits_on_a_card_of_6_gib() -> None:
    """At max, with what the driver takes, with two answers together."""
    for wanted, together in ((None, 2), (1, 1)):
        chosen = choose_plan(NINE_BILLION, True, GPU, "tiny", wanted)
        assert (chosen.max_visual_tokens, chosen.together) == (MAX_TOKENS, together)


@pytest.mark.parametrize(
    ("card", "wanted", "together"), [(24, 1, 1), (24, 4, 4), (24, 6, 4), (24, 99, 16), (8, 16, 4)], indirect=["card"]
)
@pytest.mark.usefixtures("card")
def test_a_setting_bounds_how_many_are_written_together(wanted: int, together: int) -> None:
    """And memory does."""
    assert choose_plan(NINE_BILLION, True, GPU, "auto", wanted).together == together


def test_on_a_cpu_one_answer_is_written_at_a_time_unless_it_is_set() -> None:
    """Its memory is not planned."""
    assert [choose_plan(tiny_config(), False, CPU, "auto", wanted).together for wanted in (None, 4)] == [1, 4]


@pytest.mark.parametrize("layout", [FULL, LEAN, TINY])
def test_an_answer_more_needs_its_kv_cache_and_its_rows_of_the_steps(layout: Layout) -> None:
    """40 KiB a position in bf16, 141 MiB behind a picture at max and a conversation, and little else."""
    needed = [needed_bytes(NINE_BILLION, layout, MAX_TOKENS, together=count) for count in (2, 3, 4)]
    more = needed[2] - needed[1]
    assert more == needed[1] - needed[0]
    assert 0 < more - kv_bytes(NINE_BILLION, MAX_TOKENS + 2 + 2000, BF16) < 4 * 1024**2


@pytest.mark.parametrize("card", [24], indirect=True)
@pytest.mark.usefixtures("card")
def test_a_setting_chooses_the_plan() -> None:
    """Whatever the card has."""
    assert choose_plan(NINE_BILLION, True, GPU, "tiny").layout.plan is Plan.TINY


@pytest.mark.parametrize(("card", "wanted"), [(4, "auto"), (6, "full")], indirect=["card"])
@pytest.mark.usefixtures("card")
def test_too_small_a_card_is_one_sentence(wanted: str, card: None) -> None:
    """What it has, what is needed, and the setting."""
    with pytest.raises(CheckpointError, match=r"cuda has \d\.0 GiB free, and this model needs \d\.\d GiB") as refused:
        choose_plan(NINE_BILLION, True, GPU, "full" if wanted == "full" else "auto")
    assert f"model.memory is {wanted}" in str(refused.value)


def test_a_cpu_holds_everything() -> None:
    """Unless a plan is set, as the tests do."""
    chosen = choose_plan(tiny_config(), False, CPU, "auto")
    assert (chosen.layout.plan, chosen.max_visual_tokens) == (Plan.FULL, MAX_TOKENS)


@pytest.mark.parametrize("card", [24], indirect=True)
@pytest.mark.usefixtures("card")
def test_a_model_may_want_fewer_tokens_than_fit() -> None:
    """Its configuration says so, for whatever device."""
    shape = tiny_config()
    shape.max_visual_tokens = 700
    assert [choose_plan(shape, False, device, "auto").max_visual_tokens for device in (CPU, GPU)] == [700, 700]


@pytest.mark.parametrize(("card", "enough"), [(24, True), (8, True), (6, True), (5, False)], indirect=["card"])
@pytest.mark.usefixtures("card")
def test_auto_takes_the_big_model_where_it_reads(enough: bool) -> None:
    """At the standard level, beside what the driver takes; never on a CPU."""
    assert holds_nine_billion(GPU) is enough
    assert not holds_nine_billion(CPU)


@pytest.mark.parametrize("layout", [FULL, LEAN, TINY])
def test_a_picture_takes_what_the_plans_count_for_it(layout: Layout) -> None:
    """All that is needed without a conversation, but for the weights and what the libraries take."""
    logits = 4 * NINE_BILLION.padded_vocab_size * layout.dtype.itemsize
    others = device_bytes(NINE_BILLION, layout) + LIBRARIES + logits
    taken = picture_memory(NINE_BILLION, layout)
    for tokens in (1, 16, 252, 1000, MAX_TOKENS):
        assert taken.of(tokens) == peak_bytes(NINE_BILLION, layout, tokens, conversation=0) - others


@pytest.mark.parametrize("case", SEVERAL["memory"], ids=lambda case: f"{case['plan']} {case['together']}")
def test_the_peak_is_what_was_measured(case: dict[str, Any]) -> None:
    """On an H200, with a picture at max and long conversations: within 2 %, and never less.

    With no more memory than has to be free the same was done again there, and no allocation failed.
    """
    layout, asked = Layout(Plan(case["plan"]), True, BF16), {key: case[key] for key in ("together", "captured")}
    peak = peak_bytes(NINE_BILLION, layout, MAX_TOKENS, **asked) / MIB
    assert case["peak_mib"] <= peak <= 1.02 * case["peak_mib"]
    assert case["enough_mib"] - 0.01 <= needed_bytes(NINE_BILLION, layout, MAX_TOKENS, **asked) / MIB


@pytest.mark.parametrize(
    ("card", "plan", "captured"),
    [(24, "auto", True), (9.4, "auto", False), (8, "lean", True), (24, "tiny", False)],
    indirect=["card"],
)
@pytest.mark.usefixtures("card")
def test_layers_are_captured_where_memory_is_left(plan: Memory, captured: bool) -> None:
    """For no fewer answers together, and not where the tower is streamed; never on a CPU."""
    chosen, alone = (choose_plan(NINE_BILLION, True, GPU, plan, together) for together in (None, 1))
    assert chosen.captured is captured
    free = GPU.free_bytes()
    assert free is not None
    needed = needed_bytes(NINE_BILLION, chosen.layout, MAX_TOKENS, together=chosen.together, captured=chosen.captured)
    assert needed <= free
    assert alone.layout == chosen.layout
    assert not choose_plan(NINE_BILLION, True, CPU, plan).captured


def test_captured_layers_hold_less_than_they_compute_with() -> None:
    """Their rows, one KV cache and what a library keeps; and beside that what the largest of them needs at its peak."""
    held, beside = captured_bytes(NINE_BILLION, FULL)
    assert kv_bytes(NINE_BILLION, POSITIONS[-1], BF16) + LIBRARIES < held < 72 * MIB
    assert 120 * MIB < beside < 180 * MIB
