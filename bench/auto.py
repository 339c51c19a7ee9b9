"""What auto is worth: `python -m bench.auto --levels standard,high,max,auto --pages 500 --answers auto.jsonl`.

The exam's pictures, or with `--study heights` those of eight sizes of type, are asked about through the assistant, as a
person's are: the choice of the level, the second look and the parts of a page included. Answers are kept one by one, so
that a run that was ended goes on where it was; the tables are made of what is kept.
"""

import argparse
import asyncio
import json
import os
import platform
import shlex
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean, median

from assistant.answering import Ended
from assistant.storage import open_database
from assistant.wording.question import Task
from bench.parts import Session
from bot.logs import set_up_logs
from model_service import ModelConfig, open_service
from training.evaluate import STUDIES
from training.exam import Sheet
from training.fonts import find_families, find_words
from training.metrics import character_errors, exact, fold, says_absent
from training.questions import QA, Asked
from training.scores import table

MOST_HEIGHTS = 8
"""The sizes of type of the study of heights; the exam has many more."""


@dataclass(frozen=True, slots=True)
class Marked:
    """An answer: the visual tokens of all its looks, how many `looks` there were, and the seconds of all of them."""

    level: str
    sheet: int
    kind: str
    height: float
    question: str
    right: str
    said: str
    tokens: int
    looks: int
    seconds: float

    @property
    def good(self) -> bool:
        """Whether a short answer is right."""
        return says_absent(self.said) if self.kind == Asked.ABSENT else exact(self.said, self.right)


def main() -> None:
    """Ask, keep, and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m bench.auto", description=main.__doc__)
    parser.add_argument("--levels", default="standard,high,max,auto")
    parser.add_argument("--study", choices=list(STUDIES), default="exam")
    parser.add_argument("--pages", type=int, default=500)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--model", default="pocket")
    parser.add_argument("--answers", type=Path, required=True, help="keep every answer here, a line of JSON each")
    parser.add_argument("--only-tables", action="store_true", help="ask nothing")
    arguments = parser.parse_args()
    set_up_logs("error")
    if not arguments.only_tables:
        asyncio.run(examine(arguments))
    levels = arguments.levels.split(",")
    kept = [answer for answer in read(arguments.answers) if answer.level in levels]
    print(tables(kept, levels))
    machine = f"{os.cpu_count()} cores, {platform.system()}"
    command = shlex.join(["python", "-m", "bench.auto", *sys.argv[1:]])
    sheets = len({answer.sheet for answer in kept})
    print(f"\n*{sheets} pictures, model `{arguments.model}` ({machine}), {datetime.now(UTC):%Y-%m-%d}: `{command}`.*")


async def examine(arguments: argparse.Namespace) -> None:
    """Ask every question at every level, picture by picture; pass over what is kept."""
    kept = {(answer.level, answer.sheet, answer.question) for answer in read(arguments.answers)}
    levels, ended = arguments.levels.split(","), list[Ended]()
    fonts, words = find_families(split="test"), find_words()
    config = ModelConfig(name=arguments.model, device="cpu", feature_cache_mib=0, prefix_cache_mib=0)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with open_database(folder) as database, open_service(config) as model:
            await model.ready()
            chats = {level: Session(database, model, folder, level, ended.append) for level in levels}
            for number in range(arguments.pages):
                sheet = STUDIES[arguments.study](number, arguments.seed, fonts, words, "test")
                for level, chat in chats.items():
                    wanted = [qa for qa in sheet.questions if (level, number, qa.question) not in kept]
                    pictures = await chat.take_in(sheet.picture) if wanted else []
                    for qa in wanted:
                        state = await chat.about(pictures, *asked(qa))
                        said = "\n".join(reading.text for reading in state.readings)
                        keep(arguments.answers, marked(level, number, sheet, qa, said=said, ended=ended.pop()))


def asked(qa: QA) -> tuple[str, str | None]:
    """Return a question as a person asks it: for all text there is a command."""
    return ("", Task.TEXT) if qa.kind is Asked.TEXT else (qa.question, None)


def marked(level: str, number: int, sheet: Sheet, qa: QA, *, said: str, ended: Ended) -> Marked:
    """Return an answer with what it took."""
    plans = [output.plan for output in ended.outputs if output.plan is not None]
    seconds = sum(output.seconds - output.seconds_waited for output in ended.outputs)
    tokens = sum(plan.tokens for plan in plans)
    return Marked(
        level, number, qa.kind, sheet.height, qa.question, qa.answer, said, tokens, len(plans), round(seconds, 3)
    )


def keep(file: Path, answer: Marked) -> None:
    """Add an answer to a file."""
    with file.open("a", encoding="utf-8") as out:
        out.write(json.dumps(asdict(answer), ensure_ascii=False) + "\n")


def read(file: Path) -> Iterator[Marked]:
    """Yield the answers that a file keeps."""
    if file.exists():
        yield from (Marked(**json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines())


def tables(answers: Sequence[Marked], levels: Sequence[str]) -> str:
    """Return what each level reads and takes, of the pictures that were shown at all of them; by height, too."""
    shown = [{answer.sheet for answer in answers if answer.level == level} for level in levels]
    common = [answer for answer in answers if answer.sheet in set.intersection(*shown)]
    heights = sorted({answer.height for answer in common})
    parts = [_table(common, levels)]
    if len(heights) <= MOST_HEIGHTS:
        rows = [(f"{height:g} px", *_by_height(common, levels, height)) for height in heights]
        parts.append(table(("type", *levels), rows))
    return "\n\n".join(parts)


def _table(answers: Sequence[Marked], levels: Sequence[str]) -> str:
    columns = [[answer for answer in answers if answer.level == level] for level in levels]
    most = sum(answer.tokens for answer in columns[levels.index("high")]) if "high" in levels else 0
    rows = [
        ("answers right", *(f"{_right(column)[0]} of {_right(column)[1]}" for column in columns)),
        ("characters wrong", *(f"{_wrong(column):.1%}" for column in columns)),
        ("visual tokens, all looks, mean", *(f"{mean(each.tokens for each in column):.0f}" for column in columns)),
        (
            "- of those of `high`",
            *(f"{sum(each.tokens for each in column) / most:.0%}" if most else "-" for column in columns),
        ),
        ("looked more than once", *(f"{mean(each.looks > 1 for each in column):.0%}" for column in columns)),
        ("seconds, median", *(f"{median(each.seconds for each in column):.2f}" for column in columns)),
        ("seconds, mean", *(f"{mean(each.seconds for each in column):.2f}" for column in columns)),
    ]
    return table(("", *levels), rows)


def _by_height(answers: Sequence[Marked], levels: Sequence[str], height: float) -> Iterator[str]:
    for level in levels:
        column = [answer for answer in answers if answer.level == level and answer.height == height]
        right, of = _right(column)
        tokens = mean(each.tokens for each in column)
        yield f"{max(0.0, 1 - _wrong(column)):.0%} / {right / max(1, of):.0%} ({tokens:.0f})"


def _right(answers: Sequence[Marked]) -> tuple[int, int]:
    short = [answer for answer in answers if answer.kind != Asked.TEXT]
    return sum(answer.good for answer in short), len(short)


def _wrong(answers: Sequence[Marked]) -> float:
    texts = [answer for answer in answers if answer.kind == Asked.TEXT]
    return sum(character_errors(each.said, each.right) for each in texts) / max(
        1, sum(len(fold(each.right)) for each in texts)
    )


if __name__ == "__main__":
    main()
