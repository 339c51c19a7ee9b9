"""Join the texts of bands that were read one after another, without a doubled or lost line."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import product

ALIKE = 0.75
"""How alike two readings of the same line are, at least."""

MOST_COMMON = 4
"""The most lines that two bands have in common."""

TORN, TORN_ALIKE = 1, 0.9
"""The most torn lines at the edge of a band; beside one, what is common has to be more alike than elsewhere."""

TORN_COSTS = 0.02
"""By how much more alike lines have to be for each torn line before or behind them."""

SHORT = 6
"""A line of fewer letters is no sign that a reading repeats itself."""


_LOOP = re.compile(r"([^\n]{4,80}?)\1{3,}")
"""The same piece of text four times in a row."""

_LINES = re.compile(r"(?:^|\n)([^\n]{3,80})(?:\n\1){5,}")
"""The same line six times in a row."""

LOOKED_AT = 500
"""The characters at the end of a reading in which a loop is looked for."""


def is_loop(text: str) -> bool:
    """Whether a reading goes round in circles at its end: the same letters again and again, but no dotted line."""
    return loop_in(text) is not None


def loop_in(text: str, seen: int | None = None, least: int = 0) -> int | None:
    """Return where a reading begins to go round in circles, behind what it says for the first time.

    What is said again has to have as many characters at least. It was not there in the first `seen` of them; by default
    only the end of the text is looked at.
    """
    begin = max(0, (len(text) if seen is None else seen) - LOOKED_AT)
    for pattern in (_LOOP, _LINES):
        for found in pattern.finditer(text[begin:]):
            if any(map(str.isalpha, found[1])) and found.end() - found.end(1) >= least:
                return begin + found.end(1)
    return None


def without_repeats(text: str, lines: int) -> str:
    """Return a reading up to where it begins again, though all the `lines` that there are were read."""
    found = [line for line in text.splitlines() if line.strip()]
    for number in range(lines, len(found)):
        if any(_repeats(found[number], earlier) for earlier in found[:number]):
            return "\n".join(found[:number])
    return "\n".join(found)


def begins_again(text: str, lines: int) -> bool:
    """Whether a reading begins again, though all the `lines` that there are were read; blank lines are none."""
    return len(without_repeats(text, lines).splitlines()) < sum(bool(line.strip()) for line in text.splitlines())


def joined(before: Sequence[str], text: str, *, overlaps: bool) -> list[str]:
    """Return lines with those of the next band behind them, without those that both begin and end with.

    Of the lines that may be common those count that are most alike: in a list, the next item is nearly so.
    """
    following = [line for line in text.splitlines() if line.strip()]
    kept, begin = seam(before, following, overlaps=overlaps)
    return [*before[:kept], *following[begin:]]


def seam(before: Sequence[str], following: Sequence[str], *, overlaps: bool) -> tuple[int, int]:
    """Return how many of the lines before are kept, and from which of the next band's on they go on behind them."""
    seams = _seams(before, following) if overlaps else []
    return max(seams)[1:] if seams else (len(before), 0)


def _seams(before: Sequence[str], following: Sequence[str]) -> list[tuple[float, int, int]]:
    """Return how two bands may be joined: how alike their common lines are, how many of either are kept, or left out.

    The first band may end, and the second begin, with a torn line: a half of it, cut through.
    """
    seams = []
    for behind, ahead in product(range(TORN + 1), repeat=2):
        kept = len(before) - behind
        least = TORN_ALIKE if behind or ahead else ALIKE
        for common in range(1, min(MOST_COMMON, kept, len(following) - ahead) + 1):
            pairs = zip(before[kept - common : kept], following[ahead : ahead + common], strict=True)
            alike = [_likeness(*pair) for pair in pairs]
            if min(alike) >= least:
                likeness = sum(alike) / common - TORN_COSTS * (behind + ahead)
                seams.append((likeness, kept, ahead + common))
    return seams


def _repeats(line: str, earlier: str) -> bool:
    return len(line) >= SHORT and (_alike(line, earlier) or _alike(line, earlier[: len(line)]))


def _alike(one: str, other: str) -> bool:
    return _likeness(one, other) >= ALIKE


def _likeness(one: str, other: str) -> float:
    """Return how alike two lines are, and their digits: items of a list often differ in nothing else."""
    one, other = " ".join(one.split()), " ".join(other.split())
    return min(_ratio(one, other), _ratio(*(re.sub(r"\D", "", line) for line in (one, other))))


def _ratio(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()
