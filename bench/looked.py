"""What auto answered, and what its looks took, as `bench.auto` keeps it: a line of JSON each."""

import json
from dataclasses import dataclass
from pathlib import Path

from training.kept import answer_of
from training.metrics import exact, says_absent
from training.questions import Asked
from training.scores import Answer


@dataclass(frozen=True, slots=True)
class Looked:
    """An answer about a picture of `size`, and what it took: visual tokens and seconds of all `looks`, their levels."""

    answer: Answer
    tokens: int
    seconds: float
    looks: tuple[str, ...]
    size: tuple[int, int]

    @property
    def good(self) -> bool:
        """Whether a short answer is right."""
        said, right = self.answer.said, self.answer.right
        return says_absent(said) if self.answer.kind == Asked.ABSENT else exact(said, right)


def read_looked(file: Path) -> list[Looked]:
    """Return what auto answered, as far as a file holds it."""
    if not file.exists():
        return []
    kept = [json.loads(line) for line in file.read_text(encoding="utf-8").split("\n") if line]
    return [
        Looked(answer_of(each["answer"]), each["tokens"], each["seconds"], tuple(each["looks"]), (*each["size"],))
        for each in kept
    ]
