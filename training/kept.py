"""The answers of an exam in a file, a line of JSON each, as they come, so that it can go on where it stopped."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from model_service import Doubt
from training.scores import Answer


class Kept:
    """Answers by level and sheet; in `file` too, unless it is None. With `resume` those that the file holds count."""

    def __init__(self, file: Path | None, *, resume: bool = False) -> None:
        self._file = file
        self._answers: defaultdict[tuple[str, int], list[Answer]] = defaultdict(list)
        for answer in read_kept(file) if file is not None and resume else ():
            self._answers[answer.level, answer.sheet].append(answer)
        self._write_again()

    def has(self, level: str, sheet: int, questions: int) -> bool:
        """Whether all questions of a sheet were asked at a level; what was left in the middle is forgotten."""
        known = self._answers.get((level, sheet), [])
        if known and len(known) != questions:
            del self._answers[level, sheet]
            self._write_again()
        return len(known) == questions

    def keep(self, answers: Iterable[Answer]) -> None:
        """Keep the answers about a sheet at a level."""
        told = list(answers)
        for answer in told:
            self._answers[answer.level, answer.sheet].append(answer)
        self._write(told)

    def of(self, level: str) -> list[Answer]:
        """Return the answers of a level, sheet by sheet."""
        numbers = sorted(sheet for known, sheet in self._answers if known == level)
        return [answer for sheet in numbers for answer in self._answers[level, sheet]]

    def _write_again(self) -> None:
        """Write what is known: a line may have been torn."""
        if self._file is not None:
            self._file.write_text("", encoding="utf-8")
            self._write(answer for answers in self._answers.values() for answer in answers)

    def _write(self, answers: Iterable[Answer]) -> None:
        if self._file is not None:
            lines = [json.dumps(asdict(answer), ensure_ascii=False) + "\n" for answer in answers]
            with self._file.open("a", encoding="utf-8") as out:
                out.write("".join(lines))


def read_kept(file: Path) -> list[Answer]:
    """Return the answers that a file holds, without a last line that was torn; none where there is no file."""
    found: list[Answer] = []
    with suppress(FileNotFoundError):
        for line in file.read_text(encoding="utf-8").split("\n"):
            with suppress(ValueError):
                found.append(answer_of(json.loads(line)))
    return found


def answer_of(kept: Mapping[str, Any]) -> Answer:
    """Return an answer as its line of JSON has it."""
    return Answer(**{**kept, "doubts": tuple(Doubt(**doubt) for doubt in kept["doubts"])})
