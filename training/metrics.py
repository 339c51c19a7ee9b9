"""How far an answer is from the right one."""

from collections.abc import Iterable


def character_errors(answer: str, right: str) -> int:
    """Characters to insert, delete or replace (Levenshtein), each run of blanks and line feeds being one blank."""
    a, b = _folded(answer), _folded(right)
    row = list(range(len(b) + 1))
    for i, left in enumerate(a, 1):
        previous, row[0] = row[0], i
        for j, other in enumerate(b, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (left != other))
    return row[-1]


def character_error_rate(pairs: Iterable[tuple[str, str]]) -> float:
    """Errors over the characters of the right answers, for (answer, right) pairs; 0.0 without any characters."""
    errors = length = 0
    for answer, right in pairs:
        errors += character_errors(answer, right)
        length += len(_folded(right))
    return errors / length if length else 0.0


def exact(answer: str, right: str) -> bool:
    """Whether both are the same but for blanks around, runs of blanks, and one full stop at the end."""
    return _bare(answer) == _bare(right)


def _folded(text: str) -> str:
    return " ".join(text.split())


def _bare(text: str) -> str:
    return _folded(text).removesuffix(".").rstrip()
