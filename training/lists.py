"""Read the word lists of `training/data`: each list under its name, in the order of the file."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Generic, TypeVar

DATA = Path(__file__).parent / "data"
T = TypeVar("T")


class Named(Generic[T]):
    """The values of one data file, each an attribute of its name in the file."""

    def __init__(self, values: Mapping[str, T]) -> None:
        self.__dict__.update(values)

    def __getattr__(self, name: str) -> T:
        """Refuse a name that the file does not have."""
        raise AttributeError(f"the data file has nothing named {name}")


@cache
def read_data(file: str) -> dict[str, Any]:
    """Read a data file by its path without the ending, as "papers/cards"."""
    return tomllib.loads((DATA / f"{file}.toml").read_text(encoding="utf-8"))


@cache
def read_lists(file: str) -> Named[tuple[str, ...]]:
    """Return the lists of words at the top of a data file."""
    return Named({name: tuple(words) for name, words in _lists(file) if isinstance(words[0], str)})


@cache
def read_rows(file: str) -> Named[tuple[tuple[str, ...], ...]]:
    """Return the lists of lists at the top of a data file."""
    return Named({name: tuple(map(tuple, rows)) for name, rows in _lists(file) if isinstance(rows[0], list)})


def _lists(file: str) -> list[tuple[str, list[Any]]]:
    return [(name, entries) for name, entries in read_data(file).items() if isinstance(entries, list)]


def read_tables(file: str) -> dict[str, dict[str, tuple[str, ...]]]:
    """Return the tables of a data file: several lists each, by name."""
    tables = {name: table for name, table in read_data(file).items() if isinstance(table, dict)}
    return {name: {key: tuple(words) for key, words in table.items()} for name, table in tables.items()}


NAMES = read_lists("names")
"""Names and words that values are invented from."""
