"""The scripts of the world in which a sheet may be written, and the typefaces on this machine that have them."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from training.fonts import HELD_OUT, Split, fonts_folder

RANGES = {
    "Latin": "A-Z a-z",
    "figures": "0-9",
    "Cyrillic": "А-Я а-я",
    "Greek": "Α-Ρ Σ-Ω α-ω",
    "Hebrew": "א-ת",
    "Arabic": "ء-غ ف-ي",
    "Devanagari": "अ-ह",
    "Bengali": "অ-ঋ ক-ন",
    "Gurmukhi": "ਕ-ਨ",
    "Gujarati": "ક-ન",
    "Tamil": "க-க ச-ச ட-ட த-த ந-ப ம-வ",
    "Telugu": "క-న",
    "Kannada": "ಕ-ನ",
    "Malayalam": "ക-ന",
    "Sinhala": "ක-න",
    "Thai": "ก-ฮ",
    "Lao": "ກ-ຂ ຄ-ຄ ດ-ທ ນ-ຟ",
    "Khmer": "ក-អ",
    "Myanmar": "က-အ",
    "Tibetan": "ཀ-ག ང-ཇ",
    "Georgian": "ა-ჰ",
    "Armenian": "Ա-Ֆ ա-ֆ",
    "Ethiopic": "ሀ-ሆ ለ-ቆ",
    "Hangul": "가-힣",
    "kana": "ぁ-ん ァ-ヴ",
    "Han": "一-龠",
}
"""The characters of each script, as ranges."""

STACKED = ("Han", "kana", "Hangul")
"""The scripts that are also written from top to bottom, each sign upright."""

WEIGHTS = {"Latin": 14.0, "figures": 10.0, "Han": 12.0, "kana": 3.0, "Hangul": 3.0, "Cyrillic": 6.0, "Greek": 2.0}
"""How often a script is drawn; any other counts 1."""

NOT_LETTERS = ("Symbols", "Math", "Wargames", "Winks", "progenisis", "flatline", "PenguinAttack")
"""Parts of the names of files whose letters are drawn as something else."""

HELD_OUT_FILES = ("uming", "NotoSerifCJK", "femkeklaver", "Rufscript")
"""Faces of other scripts, and handwritten ones, never seen in training."""

FREQUENT = 2500
"""The signs of a large script that are drawn, spread over all of it."""


@dataclass(frozen=True, slots=True)
class Script:
    """A script: its name, its characters, and the faces that have them."""

    name: str
    characters: str
    faces: tuple[str, ...]

    @property
    def weight(self) -> float:
        """How often it is drawn."""
        return WEIGHTS.get(self.name, 1.0)

    def word(self, rng: random.Random, words: Sequence[str]) -> str:
        """Return a word, an amount or a few signs."""
        if self.name == "Latin":
            word = rng.choice(words)
            return rng.choice((word, word, word, word.capitalize(), word.upper()))
        if self.name == "figures":
            return _figures(rng)
        length = rng.randint(1, 5) if self.name in STACKED else rng.randint(2, 9)
        word = "".join(rng.choice(self.characters) for _ in range(length))
        return word.capitalize() if rng.random() < 0.2 else word


def _figures(rng: random.Random) -> str:
    """Return an amount, a date, a time, a telephone number, or plain figures."""
    kind = rng.randrange(6)
    if kind == 0:
        return f"{rng.choice(('', '$', '€', '£'))}{rng.randint(0, 9999)}.{rng.randint(0, 99):02}"
    if kind == 1:
        day, month, year = rng.randint(1, 31), rng.randint(1, 12), rng.randint(1990, 2030)
        return rng.choice("./-").join((f"{day:02}", f"{month:02}", str(year)))
    if kind == 2:
        return f"{rng.randint(0, 23):02}:{rng.randint(0, 59):02}"
    if kind == 3:
        return f"+{rng.randint(1, 99)} {rng.randint(100, 999)} {rng.randint(10000, 9999999)}"
    if kind == 4:
        return f"{rng.randint(0, 999)},{rng.randint(0, 999):03}"
    return str(rng.randint(0, 10 ** rng.randint(1, 8)))


@lru_cache
def find_scripts(split: Split, folder: Path | None = None) -> tuple[Script, ...]:
    """Find the scripts that can be drawn with the faces under `folder` (else the folder of typefaces) of a split."""
    files = [path for path in sorted((folder or fonts_folder()).rglob("*")) if path.suffix in {".ttf", ".otf", ".ttc"}]
    held_out = (*(name.replace(" ", "") for name in HELD_OUT), *HELD_OUT_FILES, "GenB")
    mine = [path for path in files if path.name.startswith(held_out) == (split == "test")]
    mine = [path for path in mine if not any(part in path.name for part in NOT_LETTERS)]
    known = {path: _characters(path) for path in mine}
    scripts = []
    for name, ranges in RANGES.items():
        signs = _expanded(ranges)
        faces = tuple(str(path) for path, has in known.items() if has.issuperset(signs))
        if faces:
            scripts.append(Script(name, "".join(signs), faces))
    return tuple(scripts)


def _expanded(ranges: str) -> list[str]:
    signs = [chr(code) for span in ranges.split() for code in range(ord(span[0]), ord(span[-1]) + 1)]
    return signs[:: max(1, len(signs) // FREQUENT)]


def _characters(path: Path) -> frozenset[str]:
    from fontTools.ttLib import TTFont, TTLibError  # Only training needs it.

    try:
        with TTFont(path, fontNumber=0, lazy=True) as font:
            return frozenset(map(chr, font.getBestCmap() or ()))
    except (TTLibError, OSError):
        return frozenset()
