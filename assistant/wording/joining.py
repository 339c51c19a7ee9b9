"""Join the texts of bands that were read one after another, without a doubled or lost line."""

from collections.abc import Sequence
from difflib import SequenceMatcher

ALIKE = 0.75
"""How alike two readings of the same line are, at least."""

MOST_COMMON = 4
"""The most lines that two bands have in common."""

SHORT = 6
"""A line of fewer letters is no sign that a reading repeats itself."""


def without_repeats(text: str, lines: int) -> str:
    """Return a reading up to where it begins again, though all the `lines` that there are were read."""
    found = [line for line in text.splitlines() if line.strip()]
    for number in range(lines, len(found)):
        if any(_repeats(found[number], earlier) for earlier in found[:number]):
            return "\n".join(found[:number])
    return "\n".join(found)


def joined(before: Sequence[str], text: str, *, overlaps: bool) -> list[str]:
    """Return lines with those of the next band behind them, without those that both begin and end with."""
    following = [line for line in text.splitlines() if line.strip()]
    if not overlaps:
        return [*before, *following]
    most = min(MOST_COMMON, len(before), len(following))
    for common in range(most, 0, -1):
        if all(_alike(a, b) for a, b in zip(before[-common:], following[:common], strict=True)):
            return [*before, *following[common:]]
    return [*before, *following]


def _repeats(line: str, earlier: str) -> bool:
    return len(line) >= SHORT and (_alike(line, earlier) or _alike(line, earlier[: len(line)]))


def _alike(one: str, other: str) -> bool:
    one, other = " ".join(one.split()), " ".join(other.split())
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= ALIKE
