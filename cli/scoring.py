"""Score answers leniently: models like to say more than they were asked for."""

import re


def contains(answer: str, right: str) -> bool:
    """Whether a sentence holds the right value whole, in capitals or not, with any blanks and commas in between.

    12 is not in 123 or 12.50; $12.50 is in "It is $ 12.50."; an address may be broken into lines.
    """
    pattern = r"[\s,]*".join(
        re.escape(character) for character in right if not character.isspace() and character != ","
    )
    return bool(re.search(rf"(?<![A-Za-z0-9])(?<!\d[.,]){pattern}(?![A-Za-z0-9]|[.,]\d)", answer, re.IGNORECASE))


def part_errors(answer: str, right: str) -> int:
    """Count the characters to insert, delete or replace (Levenshtein) in the part of the answer that fits best.

    What is said before it and after it counts nothing. Each run of blanks and line feeds is one blank.
    """
    said, wanted = fold(answer), fold(right)
    row = [0] * (len(said) + 1)
    for i, expected in enumerate(wanted, 1):
        previous, row[0] = row[0], i
        for j, character in enumerate(said, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (expected != character))
    return min(row)


def fold(text: str) -> str:
    """Return the text with each run of blanks and line feeds as one blank, and none around it."""
    return " ".join(text.split())
