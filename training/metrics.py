"""Distances of an answer from the right one."""

import re
from collections.abc import Iterable

ABSENT_OPENINGS = (
    "there is no ",
    "there are no ",
    "there isn't ",
    "there aren't ",
    "no such ",
    "图中没有",
    "图片中没有",
)


def character_errors(answer: str, right: str) -> int:
    """Count characters to insert, delete or replace (Levenshtein); a run of blanks and line feeds is one blank."""
    said, wanted = fold(answer), fold(right)
    return 0 if said == wanted else _edits(said, wanted)[-1]


def part_errors(answer: str, right: str) -> int:
    """Count the same against the best-fitting part of the answer, whatever stands before or after it."""
    return min(_edits(fold(answer), fold(right), anywhere=True))


def character_error_rate(pairs: Iterable[tuple[str, str]]) -> float:
    """Return errors over the characters of the right answers, for (answer, right) pairs; 0.0 without any characters."""
    errors = length = 0
    for answer, right in pairs:
        errors += character_errors(answer, right)
        length += len(fold(right))
    return errors / length if length else 0.0


def exact(answer: str, right: str) -> bool:
    """Return whether both are the same but for outer blanks, runs of blanks, and one full stop at the end."""
    return _bare(answer) == _bare(right)


def contains(answer: str, right: str) -> bool:
    """Return whether a sentence holds the right value whole, in any case, with any blanks and commas in between.

    12 is not in 123 or 12.50; $12.50 is in "It is $ 12.50."; an address may be broken into lines.
    """
    pattern = r"[\s,]*".join(
        re.escape(character) for character in right if not character.isspace() and character != ","
    )
    return bool(re.search(rf"(?<![A-Za-z0-9])(?<!\d[.,]){pattern}(?![A-Za-z0-9]|[.,]\d)", answer, re.IGNORECASE))


def says_absent(answer: str) -> bool:
    """Return whether an answer says, in English or in Chinese, that the picture does not show it."""
    return fold(answer).casefold().startswith(ABSENT_OPENINGS)


def is_chinese(text: str) -> bool:
    """Return whether there is a Chinese character in it."""
    return any("\u4e00" <= character <= "\u9fff" for character in text)


def fold(text: str) -> str:
    """Strip the text and make each run of blanks and line feeds one blank."""
    return " ".join(text.split())


def _edits(answer: str, right: str, *, anywhere: bool = False) -> list[int]:
    """Return for each end of a part of `answer` the fewest edits that turn it into `right`.

    The part begins where the answer does; with `anywhere`, where it is best.
    """
    row = [0] * (len(answer) + 1) if anywhere else list(range(len(answer) + 1))
    for i, wanted in enumerate(right, 1):
        previous, row[0] = row[0], i
        for j, said in enumerate(answer, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (wanted != said))
    return row


def _bare(text: str) -> str:
    return re.sub(r"[.。]$", "", fold(text)).rstrip()
