"""How far a model's doubts can be relied on: `python -m bench.doubt --report exam.json --answers exam.jsonl`.

It reads what `python -m training.evaluate --out exam.json --answers exam.jsonl` kept, judges each answer as the
assistant does, and writes the tables of docs/doubt.md.
"""

import argparse
import itertools
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from importlib import resources
from pathlib import Path
from typing import Any

from assistant.doubt import Judgement, Verdict, judge
from bench.looked import read_looked
from bench.watched import stopped
from model_service import Doubt, Sureness
from training.metrics import exact, says_absent
from training.questions import Asked
from training.scores import Answer, Share, table

DOCUMENT = Path("docs/doubt.md")
BINS = (0.0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)
"""The edges of the bins of probability; what is at least 0.99 is not told more exactly."""


AUTO = "auto"


@dataclass(frozen=True, slots=True)
class Judged:
    """An answer, what it was judged to be worth, whether it is right, and whether it was broken off."""

    answer: Answer
    judgement: Judgement
    right: bool
    broken_off: bool

    @property
    def sure(self) -> bool:
        """Whether it was given without a mark."""
        return self.judgement.verdict is Verdict.SURE

    @property
    def least(self) -> float:
        """The least probability of its characters."""
        return min((doubt.probability for doubt in self.answer.doubts), default=1.0)


@dataclass(frozen=True, slots=True)
class Character:
    """A character that was read: how probable it was, whether it was marked or refused, and whether it is right."""

    probability: float
    marked: bool
    right: bool


def main() -> None:
    """Judge kept answers, and write the tables of docs/doubt.md."""
    parser = argparse.ArgumentParser(prog="python -m bench.doubt", description=main.__doc__)
    parser.add_argument("--report", type=Path, required=True, help="what `training.evaluate --out` kept")
    parser.add_argument("--answers", type=Path, required=True, help="what `training.evaluate --answers` kept")
    parser.add_argument("--auto", type=Path, help="what `bench.auto --auto` kept of the same pictures")
    parser.add_argument("--document", type=Path, default=DOCUMENT)
    arguments = parser.parse_args()
    report = json.loads(arguments.report.read_text(encoding="utf-8"))
    sureness = pocket_sureness()
    judged = [judged_by(answer, sureness) for answer in read_answers(arguments.answers)]
    levels = list(dict.fromkeys(each.answer.level for each in judged))
    looked = read_looked(arguments.auto) if arguments.auto else []
    auto = {AUTO: [judged_by(each.answer, sureness) for each in looked]} if looked else {}
    made = {
        "reliability": reliability(judged),
        "answers": by_level(judged, levels, answers_row, ANSWERS, auto),
        "readings": by_level(judged, levels, readings_row, READINGS, auto),
    }
    text = arguments.document.read_text(encoding="utf-8")
    for name, lines in made.items():
        text = replaced(text, name, f"{lines}\n\n{origin(report, len(judged))}")
        print(f"{lines}\n")
    arguments.document.write_text(text, encoding="utf-8")


def pocket_sureness() -> Sureness:
    """Return the thresholds that come with the pocket model."""
    config = (resources.files("model_service") / "pocket" / "config.json").read_text(encoding="utf-8")
    return Sureness(**json.loads(config)["sureness"])


def read_answers(file: Path) -> list[Answer]:
    """Return kept answers, a line of JSON each."""
    with file.open(encoding="utf-8") as lines:
        kept = [json.loads(line) for line in lines]
    return [Answer(**{**each, "doubts": tuple(Doubt(**doubt) for doubt in each["doubts"])}) for each in kept]


def judged_by(answer: Answer, sureness: Sureness) -> Judged:
    """Judge an answer as the assistant does, up to where it would have been broken off.

    All the text of a picture is right if no character of it is wrong.
    """
    whole = answer.kind == Asked.TEXT
    right = says_absent(answer.said) if answer.kind == Asked.ABSENT else exact(answer.said, answer.right)
    told, broken_off = stopped(answer.said, answer.doubts, sureness)
    answer = replace(answer, said=told.text, doubts=told.doubts)
    return Judged(answer, judge(told.text, told.doubts, sureness, whole=whole), right, broken_off)


def characters(judged: Judged) -> Iterator[Character]:
    """Yield the characters of a reading but blanks; right are those that stand in the right text in the same order."""
    answer, refused = judged.answer, judged.judgement.verdict is Verdict.CANNOT_READ
    probabilities, marked = [1.0] * len(answer.said), [refused] * len(answer.said)
    for doubt in answer.doubts:
        for place in range(doubt.start, min(max(doubt.end, doubt.start + 1), len(answer.said))):
            probabilities[place] = min(probabilities[place], doubt.probability)
    for start, end in judged.judgement.places:
        marked[start:end] = [True] * (end - start)
    right = [False] * len(answer.said)
    for block in SequenceMatcher(None, answer.said, answer.right, autojunk=False).get_matching_blocks():
        right[block.a : block.a + block.size] = [True] * block.size
    for sign, found in zip(answer.said, zip(probabilities, marked, right, strict=True), strict=True):
        if not sign.isspace():
            yield Character(*found)


def readings(judged: Sequence[Judged]) -> list[Judged]:
    """Return those that are all the text of a picture."""
    return [each for each in judged if each.answer.kind == Asked.TEXT]


def short(judged: Sequence[Judged]) -> list[Judged]:
    """Return the answers to questions."""
    return [each for each in judged if each.answer.kind != Asked.TEXT]


def reliability(judged: Sequence[Judged]) -> str:
    """Return the curves as a table: how many of how many were right, by bins of probability."""
    signs = [sign for reading in readings(judged) for sign in characters(reading)]
    answers = short(judged)
    rows = []
    for low, high in itertools.pairwise(BINS):
        last = high == BINS[-1]
        those = [sign.right for sign in signs if low <= sign.probability < high or (last and sign.probability >= high)]
        these = [each.right for each in answers if low <= each.least < high or (last and each.least >= high)]
        rows.append((f"{low:g} to {high:g}", *_right(those), *_right(these)))
    return table(("probability", "characters", "of these right", "answers, by their least", "of these right"), rows)


def _right(right: Sequence[bool]) -> tuple[int, Share]:
    return len(right), Share(sum(right), len(right))


ANSWERS = (
    "answers",
    "wrong",
    "refused",
    "of those given as sure, wrong (aim: 1%)",
    "of the wrong, marked or refused (aim: 90%)",
    "of the right, marked or refused (at most 5%)",
)


def answers_row(judged: Sequence[Judged]) -> list[object]:
    """Count the answers to questions."""
    answers = short(judged)
    wrong, right = [each for each in answers if not each.right], [each for each in answers if each.right]
    sure = [each for each in answers if each.sure]
    refused = sum(each.judgement.verdict is Verdict.CANNOT_READ for each in answers)
    return [
        len(answers),
        len(wrong),
        refused,
        Share(sum(not each.right for each in sure), len(sure)),
        Share(sum(not each.sure for each in wrong), len(wrong)),
        Share(sum(not each.sure for each in right), len(right)),
    ]


READINGS = (
    "readings",
    "refused",
    "broken off",
    "characters",
    "wrong",
    "of those not marked, wrong",
    "of the wrong, marked or refused",
    "of the right, marked or refused",
)


def readings_row(judged: Sequence[Judged]) -> list[object]:
    """Count the characters of readings."""
    whole = readings(judged)
    signs = [sign for reading in whole for sign in characters(reading)]
    told = [sign for sign in signs if not sign.marked]
    wrong, right = [sign for sign in signs if not sign.right], [sign for sign in signs if sign.right]
    return [
        len(whole),
        sum(each.judgement.verdict is Verdict.CANNOT_READ for each in whole),
        sum(each.broken_off for each in whole),
        len(signs),
        len(wrong),
        Share(sum(not sign.right for sign in told), len(told)),
        Share(sum(sign.marked for sign in wrong), len(wrong)),
        Share(sum(sign.marked for sign in right), len(right)),
    ]


def by_level(
    judged: Sequence[Judged],
    levels: Sequence[str],
    row: Callable[[Sequence[Judged]], list[object]],
    titles: Sequence[str],
    further: Mapping[str, Sequence[Judged]] | None = None,
) -> str:
    """Return a table with a column a level, one for all of them, and one for each of the `further` answers."""
    those: dict[str, Sequence[Judged]] = {
        level: [each for each in judged if each.answer.level == level] for level in levels
    }
    those |= {"all": judged, **(further or {})}
    return table(("", *those), list(zip(titles, *map(row, those.values()), strict=True)))


def origin(report: Mapping[str, Any], answers: int) -> str:
    """Return a line on how the figures came about."""
    machine = f"{report['machine']['processors']} cores, {report['machine']['system'].partition('-')[0]}"
    what = f"{report['sheets']} pictures, {answers} answers, model `{report['engine']['model']}`"
    return f"*{what} on {report['engine']['device']} ({machine}), {report['date'][:10]}: `{report['command']}`.*"


def replaced(text: str, name: str, lines: str) -> str:
    """Return a document with these lines between the marks of that name."""
    pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.DOTALL)
    return pattern.sub(lambda found: f"{found[1]}\n{lines}\n\n{found[2]}", text)


if __name__ == "__main__":
    main()
