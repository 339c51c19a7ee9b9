"""Which pictures the real half shows, what is asked about each, and the hashes that keep them out of training."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from training.packages import Package, Tool, sha256

DATA = Path(__file__).parent
ASIDE = "~"
"""What begins an answer that is near, not right."""


class OfTheExam(Exception):
    """A file that was to be learned from belongs to the exam."""


class Aim(StrEnum):
    """What a question wants."""

    READ = "read"
    TEXT = "text"
    LONG = "long"
    HARD = "hard"
    REFUSE = "refuse"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture: its file inside a package, from the archive's root, with the file's SHA-256.

    `page`, from 1, is that of a PDF; `crop` is left, top, right and bottom, in pixels.
    """

    name: str
    kind: str
    package: str
    file: str
    sha256: str
    page: int | None = None
    crop: tuple[int, int, int, int] | None = None


@dataclass(frozen=True, slots=True)
class RealQuestion:
    """A question about a picture, its aims, and the answers that are right and near."""

    text: str
    aims: frozenset[Aim]
    right: tuple[str, ...] = ()
    near: tuple[str, ...] = ()


@cache
def packages() -> Mapping[str, Package]:
    """Return the packages by their short names."""
    return {
        name: Package(**{**told, "tool": Tool(told["tool"])}) for name, told in _read("pictures")["packages"].items()
    }


@cache
def pictures() -> tuple[Shown, ...]:
    """Return the pictures in the order of their kinds."""
    told = _read("pictures")["pictures"]
    return tuple(_shown(name, kind, told[name]) for kind, names in _read("questions").items() for name in names)


@cache
def questions() -> Mapping[str, tuple[RealQuestion, ...]]:
    """Return the questions about each picture, by its name."""
    return {
        name: tuple(map(read_question, lines))
        for pictures_of_kind in _read("questions").values()
        for name, lines in pictures_of_kind.items()
    }


def read_question(line: str) -> RealQuestion:
    """Read a line of questions.toml: the question, aims behind `!`, right answers, near ones behind `~`.

    Raises:
        ValueError: it has neither an aim nor an answer, or an unknown aim.
    """
    text, *rest = (part.strip() for part in line.split(" | "))
    aims = {Aim(part.removeprefix("!")) for part in rest if part.startswith("!")}
    answers = [part for part in rest if not part.startswith("!")]
    if not rest:
        raise ValueError(f"no answer: {line}")
    near = tuple(answer.removeprefix(ASIDE) for answer in answers if answer.startswith(ASIDE))
    right = tuple(answer for answer in answers if not answer.startswith(ASIDE))
    return RealQuestion(text, frozenset(aims or {Aim.READ}), right, near)


@cache
def full_texts() -> Mapping[str, str]:
    """Return the whole text of those pictures where it was written down, by their names."""
    asked = {
        name: question.right[0] for name, each in questions().items() for question in each if Aim.TEXT in question.aims
    }
    return {**asked, **_read("texts")}


def is_of_the_exam(sha256: str) -> bool:
    """Whether a file or an archive with this SHA-256, in hexadecimal, belongs to the exam: never train on it."""
    return sha256.lower() in _hashes()


def keep_out(file: Path) -> None:
    """Let a file, or an archive, be learned from.

    Raises:
        OfTheExam: it belongs to the exam.
    """
    keep_out_hash(sha256(file), file.name)


def keep_out_hash(sha256: str, file: str) -> None:
    """Let a file with this SHA-256 be learned from; the error names it.

    Raises:
        OfTheExam: it belongs to the exam.
    """
    if is_of_the_exam(sha256):
        raise OfTheExam(f"{file} belongs to the exam's real half (training/real/pictures.toml): never learn from it")


@cache
def _hashes() -> frozenset[str]:
    files = {shown.sha256 for shown in pictures()}
    return frozenset(files | {package.sha256 for package in packages().values()})


def _shown(name: str, kind: str, told: Mapping[str, Any]) -> Shown:
    crop = told.get("crop")
    return Shown(
        name, kind, told["package"], told["file"], told["sha256"], told.get("page"), tuple(crop) if crop else None
    )


def _read(file: str) -> dict[str, Any]:
    return tomllib.loads((DATA / f"{file}.toml").read_text(encoding="utf-8"))
