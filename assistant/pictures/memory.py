"""Return the memory of large pictures to the system."""

import ctypes
from collections.abc import Callable
from typing import Any


def _found() -> Callable[[int], Any] | None:
    try:
        return ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):
        return None


_trim = _found()
"""glibc's function for this; other C libraries have none, or need none."""


def give_back() -> None:
    """Return unused memory to the system.

    glibc keeps an arena for each thread that allocates, and what is free inside it: after one picture of 50 megapixels
    some 500 MB, for as long as the process lives. Takes a few milliseconds.
    """
    if _trim is not None:
        _trim(0)
