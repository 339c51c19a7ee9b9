"""Small changes of a statement in SQL, of which each should be noticed by a test."""

import re
from collections.abc import Callable, Iterator

SQL = re.compile(
    r"\b(?:SELECT|FROM|WHERE|UPDATE|INSERT|DELETE|VALUES|SET|CASE|WHEN|AND|JOIN|LIMIT|PRAGMA|ORDER BY|ON CONFLICT)\b"
)

_CHANGES: tuple[tuple[str, str | Callable[[re.Match[str]], str]], ...] = (
    (r"(?<![<>!])=(?!=)", "<>"),
    (r"<>", "="),
    (r"<=", "<"),
    (r">=", ">"),
    (r"<(?![>=])", "<="),
    (r"(?<![-<>])>(?![>=])", ">="),
    (r"\bAND\b", "OR"),
    (r"\bOR\b(?! REPLACE| IGNORE)", "AND"),
    (r"\b(?:AND|WHERE) .*", ""),
    (r"\bIS NOT\b", "IS"),
    (r"\bIS\b(?! NOT)", "IS NOT"),
    (r"\bNOT IN\b", "IN"),
    (r"(?<!NOT )\bIN\b", "NOT IN"),
    (r"\bNOT EXISTS\b", "EXISTS"),
    (r"\bDESC\b", "ASC"),
    (r"\bORDER BY .*", ""),
    (r"\bmax\(", "min("),
    (r" \+ ", " - "),
    (r" - ", " + "),
    (r"(?<![\w?.'])\d+\b", lambda found: str(int(found[0]) + 1)),
    (r"'(\w+)'", r"'XX\1'"),
)
"""Patterns, and what to put in the place of each of their matches."""


def is_sql(text: str) -> bool:
    """Whether a text of the program is SQL, or a piece of it."""
    return SQL.search(text) is not None


def changes(sql: str) -> Iterator[str]:
    """The statement with one thing changed in it, in every way that is known."""
    for pattern, new in _CHANGES:
        for found in re.finditer(pattern, sql):
            yield sql[: found.start()] + (new(found) if callable(new) else found.expand(new)) + sql[found.end() :]
