"""Names of the fields of papers, in English and in Chinese."""

from dataclasses import dataclass

from training.lists import read_tables


@dataclass(frozen=True, slots=True)
class Naming:
    """A field's names in both languages, the plain name first, and questions that fit it alone."""

    nouns: tuple[str, ...]
    chinese: tuple[str, ...]
    special: tuple[str, ...] = ()
    special_chinese: tuple[str, ...] = ()


NAMINGS = {field: Naming(**lists) for field, lists in read_tables("namings").items()}
