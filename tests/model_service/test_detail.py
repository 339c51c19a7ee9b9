"""Promises of the dial of detail."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model_service import (
    GLM4V_DIAL,
    LEVEL_TOKENS,
    MAX_TOKENS,
    MIN_TOKENS,
    Detail,
    DetailDial,
    DetailPlan,
    Level,
    UnknownDetail,
    plan_detail,
)
from model_service.detail import USEFUL_ENLARGEMENT, _at_least, _cost

NATIVE_SIDE, TOKEN_PIXELS = GLM4V_DIAL.native_side, GLM4V_DIAL.token_pixels
budgets = st.integers(MIN_TOKENS, MAX_TOKENS)
below_max = st.integers(MIN_TOKENS, MAX_TOKENS - 1)
sides = st.integers(2, 12_000)
large_sides = st.integers(1500, 12_000)
quick = settings(max_examples=60, deadline=None)


def grid_for(detail: Detail, width: int, height: int, cap: int = MAX_TOKENS) -> DetailPlan:
    """By the dial of GLM-4V."""
    return plan_detail(GLM4V_DIAL, detail, width, height, cap)


@quick
@given(budgets, sides, sides, st.integers(1, MAX_TOKENS))
def test_no_grid_goes_over_the_budget_or_the_memory(tokens: int, width: int, height: int, cap: int) -> None:
    """Whatever the picture, the tokens spent stay within the level and within the cap (never below 16)."""
    plan = grid_for(Detail(tokens), width, height, cap)
    assert 1 <= plan.tokens <= min(tokens, max(cap, MIN_TOKENS))
    assert plan.detail.tokens == min(tokens, max(cap, MIN_TOKENS))


@quick
@given(budgets, sides, sides)
def test_both_sides_are_even_in_patches(tokens: int, width: int, height: int) -> None:
    """The model merges 2x2 patches of 14 pixels, so each side is a multiple of 28 pixels."""
    plan = grid_for(Detail(tokens), width, height)
    assert (plan.width // 14) % 2 == 0 == plan.width % 14
    assert (plan.height // 14) % 2 == 0 == plan.height % 14
    assert plan.width * plan.height == plan.tokens * TOKEN_PIXELS**2


@quick
@given(below_max, large_sides, large_sides)
def test_the_shape_is_kept_as_far_as_whole_tokens_can_express_it(tokens: int, width: int, height: int) -> None:
    """The aspect is off by little more than one token on the short side, and at least half of the budget is used."""
    aspect = width / height
    short_side = math.sqrt(tokens / max(aspect, 1 / aspect))
    plan = grid_for(Detail(tokens), width, height)
    assert abs(math.log(plan.columns / plan.rows / aspect)) <= 1.25 / short_side
    assert plan.tokens >= tokens / 2


@quick
@given(below_max, sides, sides)
def test_small_pictures_are_not_blown_up(tokens: int, width: int, height: int) -> None:
    """No side is enlarged beyond the useful factor by more than the rounding to one token."""
    plan = grid_for(Detail(tokens), width, height)
    assert plan.width < width * USEFUL_ENLARGEMENT + TOKEN_PIXELS
    assert plan.height < height * USEFUL_ENLARGEMENT + TOKEN_PIXELS


@quick
@given(below_max, large_sides, large_sides)
def test_turning_the_picture_turns_the_grid(tokens: int, width: int, height: int) -> None:
    """A picture on its side gets as many tokens and as little distortion as the upright one."""
    upright = grid_for(Detail(tokens), width, height)
    turned = grid_for(Detail(tokens), height, width)
    cost = abs(math.log(upright.columns / upright.rows / (width / height))) - upright.tokens / tokens
    turned_cost = abs(math.log(turned.columns / turned.rows / (height / width))) - turned.tokens / tokens
    assert cost == pytest.approx(turned_cost, abs=1e-9)


@pytest.mark.parametrize(("width", "height"), [(448, 448), (1000, 1000), (4000, 4000)])
def test_a_square_at_standard_is_448_pixels(width: int, height: int) -> None:
    """256 tokens are 16x16, 448x448 pixels."""
    plan = grid_for(Detail(256), width, height)
    assert (plan.rows, plan.columns, plan.width, plan.height) == (16, 16, 448, 448)


def test_a_page_of_two_to_three_at_fine_is_672_by_448() -> None:
    """384 tokens on an upright page are 24 rows of 16, and the same on its side when it lies."""
    assert (
        grid_for(Detail(384), 2000, 3000).rows,
        grid_for(Detail(384), 2000, 3000).columns,
    ) == (24, 16)
    assert (
        grid_for(Detail(384), 3000, 2000).rows,
        grid_for(Detail(384), 3000, 2000).columns,
    ) == (16, 24)
    assert grid_for(Detail(384), 2000, 3000).height == 672


@quick
@given(sides, sides)
def test_max_is_the_native_square_for_any_shape(width: int, height: int) -> None:
    """At max alone the picture is squashed to 40x40 tokens, 1120x1120 pixels, as the model was trained."""
    plan = grid_for(Detail(MAX_TOKENS), width, height)
    assert (plan.rows, plan.columns, plan.width, plan.height) == (
        NATIVE_SIDE,
        NATIVE_SIDE,
        1120,
        1120,
    )


def test_max_under_a_cap_keeps_the_shape() -> None:
    """Where memory does not allow 1600 tokens, max becomes an ordinary budget: nothing is squashed."""
    plan = grid_for(Detail(MAX_TOKENS), 2000, 3000, cap=384)
    assert (plan.rows, plan.columns) == (24, 16)


@given(budgets)
def test_a_detail_reads_back_what_it_prints(tokens: int) -> None:
    """`str` gives a level's name where there is one, else the number, and `parse` takes both."""
    detail = Detail(tokens)
    assert Detail.parse(str(detail)) == detail
    assert Detail.parse(f"  {tokens} ") == detail


@pytest.mark.parametrize("level", Level)
def test_every_level_is_known_by_name(level: Level) -> None:
    """Levels are read in any case, and print as their name."""
    assert Detail.parse(level.upper()) == Detail(LEVEL_TOKENS[level])
    assert str(Detail(LEVEL_TOKENS[level])) == level.value


@pytest.mark.parametrize(
    "text", ["", "hihg", "15", "1601", "-256", "256.0", "٢٥٦", "²", "1" * 5000, "high 256", "0x100", "low\0"]
)
def test_anything_else_is_an_unknown_detail(text: str) -> None:
    """Neither a level nor a whole number from 16 to 1600: UnknownDetail, and nothing else."""
    with pytest.raises(UnknownDetail):
        Detail.parse(text)


@given(st.text(max_size=20))
def test_parse_never_raises_anything_else(text: str) -> None:
    """Whatever a person types is a detail or an UnknownDetail."""
    try:
        detail = Detail.parse(text)
    except UnknownDetail:
        return
    assert MIN_TOKENS <= detail.tokens <= MAX_TOKENS


def test_closer_climbs_the_levels_and_ends_at_max() -> None:
    """Looking closer goes to the next level up, also from a number in between."""
    climb = [Detail(16)]
    while (closer := GLM4V_DIAL.closer(climb[-1])) is not None:
        climb.append(closer)
    assert [detail.tokens for detail in climb] == [16, *LEVEL_TOKENS.values()]
    assert GLM4V_DIAL.closer(Detail(300)) == Detail(LEVEL_TOKENS[Level.FINE])


def test_another_dial_looks_otherwise() -> None:
    """A model whose tokens see more, and that was trained on pictures in their own shape, squashes none at max."""
    dial = DetailDial(token_pixels=32, native_side=24, squashes_at_max=False, max_tokens=1024)
    plan = plan_detail(dial, Detail(1600), 2000, 1000)
    assert plan.detail == Detail(1024)
    assert plan.columns > plan.rows
    assert (plan.width, plan.height) == (plan.columns * 32, plan.rows * 32)
    assert plan.tokens <= 1024


@quick
@given(budgets, st.integers(1, 4000), st.integers(1, 4000), st.sampled_from([1, 8, 14]))
def test_of_all_grids_the_cheapest_is_taken(tokens: int, width: int, height: int, fewest: int) -> None:
    """Though not all are tried."""
    dial = DetailDial(token_pixels=28, native_side=24, squashes_at_max=False, fewest=fewest)
    most = _at_least(fewest, *(math.ceil(side * USEFUL_ENLARGEMENT / 28) for side in (height, width)))
    budget = min(tokens, math.prod(most))
    grids = [(rows, columns) for rows in range(1, most[0] + 1) for columns in range(1, most[1] + 1)]
    fitting = [grid for grid in grids if fewest <= math.prod(grid) <= budget]
    cheapest = min(fitting, key=lambda grid: _cost(grid[0], grid[1], budget, width / height))
    plan = plan_detail(dial, Detail(tokens), width, height)
    assert (plan.rows, plan.columns) == cheapest
