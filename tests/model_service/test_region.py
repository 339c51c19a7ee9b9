"""The part of a picture that is looked at."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model_service import Region

QUARTER = Region(0.0, 0.0, 0.5, 0.5)


def test_fractions_become_pixels() -> None:
    """Left, upper, right and lower edge, as Pillow takes them."""
    assert QUARTER.box(200, 100) == (0, 0, 100, 50)
    assert Region(0.25, 0.5, 1.0, 1.0).size(400, 200) == (300, 100)


@pytest.mark.parametrize("edges", [(0.5, 0, 0.5, 1), (0, 0, 1.1, 1), (-0.1, 0, 1, 1), (0, 0.9, 1, 0.1)])
def test_what_is_no_part_is_refused(edges: tuple[float, float, float, float]) -> None:
    """Nothing empty, and nothing outside of the picture."""
    with pytest.raises(ValueError, match="no part"):
        Region(*edges)


FRACTION = st.floats(0, 1, allow_nan=False)


@given(st.integers(2, 5000), st.integers(2, 5000), st.tuples(FRACTION, FRACTION), st.tuples(FRACTION, FRACTION))
def test_a_part_is_within_the_picture_and_never_empty(
    width: int, height: int, across: tuple[float, float], down: tuple[float, float]
) -> None:
    """However small the picture and the part are."""
    (left, right), (top, bottom) = sorted(across), sorted(down)
    if left == right or top == bottom:
        return
    x0, y0, x1, y1 = Region(left, top, right, bottom).box(width, height)
    assert 0 <= x0 <= x1 - 2 and x1 <= width
    assert 0 <= y0 <= y1 - 2 and y1 <= height
