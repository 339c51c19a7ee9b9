"""What is free goes back to the system, although something that is in use lies behind it."""

import subprocess
import sys

import pytest

PROGRAM = """
import sys
from pathlib import Path
from assistant.pictures.memory import give_back, keep_little

if sys.argv[1] == "little":
    keep_little()

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

size, before = 24 * 2**20, resident()
for _ in range(3):  # From a block that it has seen freed glibc learns to take such ones out of its arena.
    large = b"x" * size
    del large
large, in_use = b"x" * size, [b"y" * 100_000 for _ in range(9)]
del large
if sys.argv[1] == "trim":
    give_back()
print((resident() - before) / size)
"""


def left_of_a_large_block(how: str) -> float:
    """Return the share of it that the process still holds."""
    done = subprocess.run([sys.executable, "-c", PROGRAM, how], capture_output=True, text=True, timeout=60, check=True)  # noqa: S603
    return float(done.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc, and means glibc")
def test_a_large_block_is_given_back_at_once() -> None:
    """And it would not be by itself: the test can fail."""
    assert left_of_a_large_block("as it is") > 0.8
    assert left_of_a_large_block("little") < 0.2


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc, and means glibc")
def test_what_glibc_kept_is_given_back() -> None:
    """Where nothing was said to it beforehand, too."""
    assert left_of_a_large_block("trim") < 0.2
