"""Examine a model by level of detail: `python -m training.evaluate --model pocket`."""

import argparse
import json
import platform
import shlex
import statistics
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, cast

from model_service import Detail, Engine, GenerationRequest, Message, ModelConfig, SamplingParams
from training.exam import Sheet, exam
from training.fonts import find_families, find_words
from training.metrics import character_error_rate, exact
from training.questions import QA, Asked, Wording

MOST_TOKENS = 320


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model said to one question, and how long it took, in seconds."""

    level: str
    page: int
    kind: str
    question: str
    right: str
    said: str
    seconds_to_first_token: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Score:
    """One level's marks: shares from 0 to 1 (None where nothing was asked), medians of seconds."""

    level: str
    readings: int
    character_error_rate: float
    fields: int
    fields_exact: float | None
    absent: int
    absent_said: float | None
    seconds_to_first_token: float
    seconds: float


def put(engine: Engine, sheet: Sheet, qa: QA, level: str, page: int) -> Answer:
    """Ask one question greedily and take the time."""
    request = GenerationRequest(
        id=f"exam-{level}-{page}",
        chat="exam",
        messages=(Message("user", qa.question),),
        picture=sheet.picture,
        detail=Detail.parse(level),
        sampling=SamplingParams(max_tokens=MOST_TOKENS),
    )
    start = time.perf_counter()
    first: float | None = None
    pieces = []
    for step in engine.generate(request):
        if first is None:
            first = time.perf_counter() - start
        pieces.append(step.text)
    seconds = time.perf_counter() - start
    said = "".join(pieces).strip()
    return Answer(level, page, qa.kind, qa.question, qa.answer, said, first or seconds, seconds)


def examine(engine: Engine, sheets: Sequence[Sheet], levels: Iterable[str]) -> list[Answer]:
    """Every question of every sheet at every level."""
    return [
        put(engine, sheet, qa, level, page)
        for level in levels
        for page, sheet in enumerate(sheets)
        for qa in sheet.questions
    ]


def score(level: str, answers: Iterable[Answer]) -> Score:
    """The marks of one level's answers."""
    mine = [answer for answer in answers if answer.level == level]
    readings = [answer for answer in mine if answer.kind == Asked.TEXT]
    fields = [answer for answer in mine if answer.kind == Asked.FIELD]
    absent = [answer for answer in mine if answer.kind == Asked.ABSENT]
    return Score(
        level=level,
        readings=len(readings),
        character_error_rate=character_error_rate((answer.said, answer.right) for answer in readings),
        fields=len(fields),
        fields_exact=_share(fields),
        absent=len(absent),
        absent_said=_share(absent),
        seconds_to_first_token=statistics.median([answer.seconds_to_first_token for answer in mine] or [0.0]),
        seconds=statistics.median([answer.seconds for answer in mine] or [0.0]),
    )


def table(scores: Iterable[Score]) -> str:
    """The marks as a table in Markdown."""
    lines = [
        "| level | character errors | fields exact | absent said | first token | answer |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for mark in scores:
        lines.append(
            f"| {mark.level} | {mark.character_error_rate:.1%} of {mark.readings} pages "
            f"| {_percent(mark.fields_exact)} of {mark.fields} | {_percent(mark.absent_said)} of {mark.absent} "
            f"| {mark.seconds_to_first_token:.2f} s | {mark.seconds:.2f} s |"
        )
    return "\n".join(lines)


def report(engine: Engine, scores: Sequence[Score], answers: Sequence[Answer], seed: int) -> dict[str, object]:
    """All that is worth keeping, ready for JSON."""
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": shlex.join(["python", "-m", "training.evaluate", *sys.argv[1:]]),
        "machine": {"system": platform.platform(), "processor": platform.processor(), "python": sys.version.split()[0]},
        "engine": asdict(engine.info),
        "seed": seed,
        "scores": [asdict(mark) for mark in scores],
        "answers": [asdict(answer) for answer in answers],
    }


def _share(answers: Sequence[Answer]) -> float | None:
    return sum(exact(answer.said, answer.right) for answer in answers) / len(answers) if answers else None


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"


def main() -> None:
    """Examine a model on pages in typefaces and questions in wording that it never saw."""
    parser = argparse.ArgumentParser(prog="python -m training.evaluate", description=main.__doc__)
    parser.add_argument("--model", default="pocket")
    parser.add_argument("--levels", default="low,standard,fine,high,max")
    parser.add_argument("--pages", type=int, default=100)
    parser.add_argument("--questions", type=int, default=2, help="field questions a page")
    parser.add_argument("--wording", choices=["test", "plain", "train"], default="test")
    parser.add_argument("--device", choices=["auto", "cpu", "cuda"], default="cpu")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    from model_service.glm4v.engine import load_engine

    device = cast('Literal["auto", "cpu", "cuda"]', arguments.device)
    engine: Engine = load_engine(ModelConfig(name=arguments.model, device=device))
    try:
        fonts, words = find_families(split="test"), find_words()
        wording = cast("Wording", arguments.wording)
        sheets = exam(arguments.seed, arguments.pages, fonts, words, arguments.questions, wording=wording)
        levels = [level.strip() for level in arguments.levels.split(",")]
        answers = examine(engine, sheets, levels)
        scores = [score(level, answers) for level in levels]
        print(table(scores))
        if arguments.out:
            text = json.dumps(report(engine, scores, answers, arguments.seed), ensure_ascii=False, indent=1)
            arguments.out.write_text(text + "\n", encoding="utf-8")
    finally:
        engine.close()


if __name__ == "__main__":
    main()
