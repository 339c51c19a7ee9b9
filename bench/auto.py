"""What auto is worth, by the answers of an exam: `python -m bench.auto --report exam.json --answers exam.jsonl`.

It reads what `python -m training.evaluate --levels low,standard,fine,high,max --out exam.json --answers exam.jsonl`
kept, draws the same pictures, and takes for auto the answers that its looks would have got: that of the level that is
chosen, and where that is doubtful the one of the next level that shows much more. Answers are exact, as the model
chooses the likeliest token; seconds and tokens are those of all looks. Levels that were not asked are passed over.
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import mean, median
from typing import Any

from assistant.doubt import Verdict, judge, stripped
from assistant.level import Sight, Wish, level_for, sight_in
from assistant.looking import RANKS
from assistant.next_looks import much_closer
from bench.doubt import origin, replaced
from model_service import GLM4V_DIAL, Detail, DetailDial, Doubt, EngineInfo, Sureness, plan_detail
from training.evaluate import STUDIES
from training.exam import Sheet
from training.fonts import find_families, find_words
from training.metrics import character_errors, exact, fold, says_absent
from training.questions import Asked
from training.scores import Answer, table

DOCUMENT = Path("docs/detail.md")
AUTO = "auto"

MOST_HEIGHTS = 8
"""The sizes of type of the study of heights; the exam has many more."""


@dataclass(frozen=True, slots=True)
class Looked:
    """An answer, and what it took: visual tokens and seconds of all `looks`."""

    answer: Answer
    tokens: int
    seconds: float
    looks: int = 1

    @property
    def good(self) -> bool:
        """Whether a short answer is right."""
        said, right = self.answer.said, self.answer.right
        return says_absent(said) if self.answer.kind == Asked.ABSENT else exact(said, right)


def main() -> None:
    """Print the tables, or with --document put the first of them into docs/detail.md."""
    parser = argparse.ArgumentParser(prog="python -m bench.auto", description=main.__doc__)
    parser.add_argument("--report", type=Path, required=True)
    parser.add_argument("--answers", type=Path, nargs="+", required=True)
    parser.add_argument("--document", action="store_true")
    arguments = parser.parse_args()
    report = json.loads(arguments.report.read_text(encoding="utf-8"))
    asked = read_answers(arguments.answers)
    levels = sorted(
        {level for by_level in asked.values() for level in by_level}, key=lambda level: Detail.parse(level).tokens
    )
    asked = {question: by_level for question, by_level in asked.items() if len(by_level) == len(levels)}
    columns = compose(asked, levels, report)
    made = "\n\n".join(tables(columns))
    count = len({number for number, _ in asked})
    print(made, origin({**report, "sheets": count}, sum(map(len, asked.values()))), sep="\n\n")
    if arguments.document:
        lines = f"{made}\n\n{origin({**report, 'sheets': count}, sum(map(len, asked.values())))}"
        DOCUMENT.write_text(replaced(DOCUMENT.read_text(encoding="utf-8"), AUTO, lines), encoding="utf-8")


def read_answers(files: Sequence[Path]) -> dict[tuple[int, str], dict[str, Answer]]:
    """Return the answers by sheet and question, and then by level."""
    found: dict[tuple[int, str], dict[str, Answer]] = defaultdict(dict)
    for file in files:
        for line in file.read_text(encoding="utf-8").splitlines():
            kept = json.loads(line)
            answer = Answer(**{**kept, "doubts": tuple(Doubt(**doubt) for doubt in kept["doubts"])})
            found[answer.sheet, answer.question][answer.level] = answer
    return dict(found)


def compose(
    asked: Mapping[tuple[int, str], Mapping[str, Answer]], levels: Sequence[str], report: Mapping[str, Any]
) -> dict[str, list[Looked]]:
    """Return the answers of each level, and those that auto gives."""
    most = int(report["engine"]["max_visual_tokens"])
    known = tuple(Detail.parse(level) for level in levels)
    dial = DetailDial(GLM4V_DIAL.token_pixels, GLM4V_DIAL.native_side, False, max_tokens=most, levels=known)
    sureness = Sureness(**(report["engine"].get("sureness") or {"sure": 0.7, "readable": 0.7, "begun": 0.2}))
    info = EngineInfo("", "cpu", "", most, dial, sureness=sureness)
    sheets = Sheets(report)
    columns: dict[str, list[Looked]] = {level: [] for level in (*levels, AUTO)}
    for (number, _), by_level in asked.items():
        sight = sheets.sight(number)
        for level, answer in by_level.items():
            plan = plan_detail(dial, Detail.parse(level), sight.width, sight.height, most)
            columns[level].append(Looked(answer, plan.tokens, answer.seconds))
        columns[AUTO].append(auto(sight, by_level, info))
    return columns


def auto(sight: Sight, by_level: Mapping[str, Answer], info: EngineInfo) -> Looked:
    """Return the answer that the looks of auto give, which is that of the closer one, unless it is worth less."""
    kind = next(iter(by_level.values())).kind
    whole = kind == Asked.TEXT
    first = level_for(sight, Wish.READ if whole else Wish.FIND, info.dial, info.max_visual_tokens)
    plan = plan_detail(info.dial, first, sight.width, sight.height, info.max_visual_tokens)
    looked = Looked(by_level[str(first)], plan.tokens, by_level[str(first)].seconds)
    worth = _worth(looked.answer, info, whole=whole)
    second = None if worth is Verdict.SURE else much_closer((sight.width, sight.height), plan, info, sight.line)
    if second is None:
        return looked
    closer = by_level[str(second)]
    tokens = plan_detail(info.dial, second, sight.width, sight.height, info.max_visual_tokens).tokens
    better = closer if RANKS.index(_worth(closer, info, whole=whole)) >= RANKS.index(worth) else looked.answer
    return Looked(better, looked.tokens + tokens, looked.seconds + closer.seconds, 2)


def _worth(answer: Answer, info: EngineInfo, *, whole: bool) -> Verdict:
    assert info.sureness is not None
    return judge(*stripped(answer.said, answer.doubts), info.sureness, whole=whole).verdict


class Sheets:
    """The pictures of the exam, drawn again."""

    def __init__(self, report: Mapping[str, Any]) -> None:
        draw, fonts, words = STUDIES[report["study"]], find_families(split="test"), find_words()
        seed, wording = report["seed"], report["wording"]

        @cache
        def sight(number: int) -> Sight:
            sheet: Sheet = draw(number, seed, fonts, words, wording)
            return sight_in(sheet.picture)

        self.sight = sight


def tables(columns: Mapping[str, Sequence[Looked]]) -> list[str]:
    """Return what each level reads and takes; in the study of heights by the size of type, too."""
    heights = sorted({looked.answer.height for looked in columns[AUTO]})
    made = [_table(columns)]
    if len(heights) <= MOST_HEIGHTS:
        rows = [(f"{height:g} px", *(_at(column, height) for column in columns.values())) for height in heights]
        made.append(table(("type", *columns), rows))
    return made


def _table(columns: Mapping[str, Sequence[Looked]]) -> str:
    most = sum(looked.tokens for looked in columns["high"]) if "high" in columns else 0
    told = list(columns.values())
    rows = [
        ("answers right", *(f"{_right(column):.1%}" for column in told)),
        ("characters wrong", *(f"{_wrong(column):.1%}" for column in told)),
        ("visual tokens, all looks, mean", *(f"{mean(each.tokens for each in column):.0f}" for column in told)),
        ("- of those of `high`", *(f"{sum(each.tokens for each in column) / (most or 1):.0%}" for column in told)),
        ("looked twice", *(f"{mean(each.looks > 1 for each in column):.0%}" for column in told)),
        ("seconds, median", *(f"{median(each.seconds for each in column):.2f}" for column in told)),
        ("seconds, mean", *(f"{mean(each.seconds for each in column):.2f}" for column in told)),
    ]
    return table(("", *columns), rows)


def _at(column: Sequence[Looked], height: float) -> str:
    told = [looked for looked in column if looked.answer.height == height]
    tokens = mean(looked.tokens for looked in told)
    return f"{max(0.0, 1 - _wrong(told)):.0%} / {_right(told):.0%} ({tokens:.0f})"


def _right(column: Sequence[Looked]) -> float:
    short = [looked for looked in column if looked.answer.kind != Asked.TEXT]
    return sum(looked.good for looked in short) / max(1, len(short))


def _wrong(column: Sequence[Looked]) -> float:
    texts = [looked.answer for looked in column if looked.answer.kind == Asked.TEXT]
    errors = sum(character_errors(answer.said, answer.right) for answer in texts)
    return errors / max(1, sum(len(fold(answer.right)) for answer in texts))


if __name__ == "__main__":
    main()
