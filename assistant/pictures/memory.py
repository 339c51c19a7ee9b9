"""Return the memory of large pictures to the system."""

import ctypes

LARGE_BYTES = 4 * 2**20
"""Blocks of this size are returned as soon as they are free: a decoded picture, what a network computes of a large one.

Asking the system for each costs up to 0.2 s of 4 s of a picture at `max` on a CPU, and nothing that counts below it.
"""

ARENAS = 2
"""Areas of memory for threads that allocate at the same time."""

_MMAP_THRESHOLD, _ARENA_MAX = -3, -8
"""glibc's numbers for these two, of malloc.h."""


def _c_library() -> ctypes.CDLL | None:
    """Return glibc; other C libraries have nothing of this, or need nothing."""
    try:
        library = ctypes.CDLL(None)
        return library if hasattr(library, "malloc_trim") and hasattr(library, "mallopt") else None
    except (OSError, TypeError):
        return None


_glibc = _c_library()


def keep_little() -> None:
    """Have this process keep little memory that is free; call it first, before other threads begin.

    glibc by itself keeps an arena for each thread, and takes more and more of the large blocks out of arenas, where
    what is in use holds what is free: from hour to hour a process at rest then held 30 MB more or less.
    """
    if _glibc is not None:
        _glibc.mallopt(_MMAP_THRESHOLD, LARGE_BYTES)
        _glibc.mallopt(_ARENA_MAX, ARENAS)


def give_back() -> None:
    """Return unused memory to the system.

    What is free inside an arena glibc keeps, for as long as the process lives: after one picture of 50 megapixels some
    500 MB. Takes a few milliseconds.
    """
    if _glibc is not None:
        _glibc.malloc_trim(0)
