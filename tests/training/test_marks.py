"""Marks are code points and come back from them."""

import numpy as np
import pytest

from training.fonts import ALPHABET
from training.marks import KINDS, bearing, mark, read_marks

EVERY = [name for names in KINDS.values() for name in names]


def test_every_mark_comes_back() -> None:
    """Each kind's last mark alone, and all kinds at once; letters bear none."""
    assert len(set(EVERY)) == len(EVERY)
    last = [names[-1] for names in KINDS.values()]
    codes = np.array([*(mark(name) for name in last), mark(*last), *map(ord, ALPHABET)], np.int32)
    numbers = [len(names) for names in KINDS.values()]
    assert read_marks(codes)[: len(KINDS)].tolist() == np.diag(numbers).tolist()
    assert read_marks(codes)[len(KINDS)].tolist() == numbers
    assert not read_marks(codes)[len(KINDS) + 1 :].any()
    assert max(codes.tolist()) < 0x110000


@pytest.mark.parametrize(("names", "found"), [(("red",), [0, 1]), (("red", "star"), [1]), (("blue",), [])])
def test_a_place_bears_all_of_its_marks(names: tuple[str, ...], found: list[int]) -> None:
    """And none that it was not given."""
    codes = np.array([mark("circle", "red"), mark("red", "star", "body"), ord("r")], np.int32)
    assert np.flatnonzero(bearing(codes, names)).tolist() == found
