"""Distances of an answer from the right one."""

import re

from training.lists import read_lists

LISTS = read_lists("metrics")


def character_errors(answer: str, right: str) -> int:
    """Count characters to insert, delete or replace (Levenshtein); a run of blanks and line feeds is one blank."""
    said, wanted = fold(answer), fold(right)
    return 0 if said == wanted else _edits(said, wanted)


def exact(answer: str, right: str) -> bool:
    """Return whether both are the same but for outer blanks, runs of blanks, and one full stop at the end."""
    return _bare(answer) == _bare(right)


def says_absent(answer: str) -> bool:
    """Return whether an answer says, in English or in Chinese, that the picture does not show it."""
    return fold(answer).casefold().startswith(LISTS.ABSENT_OPENINGS)


def is_chinese(text: str) -> bool:
    """Return whether there is a Chinese character in it."""
    return any("\u4e00" <= character <= "\u9fff" for character in text)


def fold(text: str) -> str:
    """Strip the text and make each run of blanks and line feeds one blank."""
    return " ".join(text.split())


def _edits(answer: str, right: str) -> int:
    """Count the fewest edits that turn `answer` into `right`."""
    row = list(range(len(answer) + 1))
    for i, wanted in enumerate(right, 1):
        previous, row[0] = row[0], i
        for j, said in enumerate(answer, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (wanted != said))
    return row[-1]


def _bare(text: str) -> str:
    return re.sub(r"[.。]$", "", fold(text)).rstrip()
