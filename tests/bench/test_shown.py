"""What would be shown of a picture is a strip around the row that is attended to."""

import numpy as np
import pytest

from bench.shown import attended_row, is_inside


@pytest.mark.parametrize(
    ("row", "heights", "inside"),
    [
        (10, [0.5, 0.55], True),
        (10, [0.5, 0.7], False),
        (10, [0.3], False),
        (0, [0.01, 0.24], True),
        (0, [0.26], False),
        (19, [0.76, 0.99], True),
    ],
)
def test_an_answer_is_inside_if_all_of_it_is(row: int, heights: list[float], *, inside: bool) -> None:
    """At the edges of a picture the part begins or ends there."""
    attention = np.full((20, 12), 0.01)
    attention[row, 3] = 1.0
    assert is_inside(attended_row(attention), np.array(heights), 0.25) is inside


def test_a_strip_that_is_higher_than_the_picture_is_all_of_it() -> None:
    """A page of two lines."""
    assert is_inside(0.1, np.array([0.0, 1.0]), 2.5)
