"""What auto is worth, beside fixed levels: `python -m bench.auto exam.json --answers exam.jsonl --auto auto.jsonl`.

`python -m training.evaluate --levels standard,high,max --out exam.json --answers exam.jsonl` kept what fixed levels
answer. The same pictures are drawn, and asked as auto does: of the part that is no margin, at the level that is chosen,
and where that leaves doubts once more. Seconds and tokens are those of all looks; fixed levels see the whole picture.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from statistics import mean, median
from typing import Any

from bench.doubt import origin, replaced
from bench.looked import Looked, read_looked
from bench.looks import look
from model_service import GLM4V_DIAL, Detail, EngineInfo, ModelConfig, Region, plan_detail
from training import examiner
from training.evaluate import STUDIES
from training.exam import HEIGHTS, Sheet
from training.fonts import find_families, find_words
from training.kept import read_kept
from training.metrics import character_errors, fold
from training.questions import QA, Asked
from training.scores import Answer, table

DOCUMENT = Path("docs/detail.md")
AUTO = "auto"


def main() -> None:
    """Ask as auto does, as far as --auto does not hold it yet; print the tables, and put them into docs/detail.md."""
    parser = argparse.ArgumentParser(prog="python -m bench.auto", description=main.__doc__)
    parser.add_argument("report", type=Path, help="what `training.evaluate --out` kept")
    parser.add_argument("--answers", type=Path, nargs="+", required=True, help="what its --answers kept")
    parser.add_argument("--auto", type=Path, required=True, help="keep here what auto answers")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--document", action="store_true", help="put the table into docs/detail.md")
    arguments = parser.parse_args()
    report = json.loads(arguments.report.read_text(encoding="utf-8"))
    ask_all(report, arguments.auto, arguments.processes)
    columns = compared(report, arguments.answers, read_looked(arguments.auto))
    count = sum(map(len, columns.values()))
    made = tables(columns)[: 2 if report["study"] == "heights" else 1]
    print(*made, origin(report, count), sep="\n\n")
    if arguments.document:
        lines = "\n\n".join([*made, origin(report, count)])
        name = AUTO if report["study"] == "exam" else f"{AUTO} heights"
        DOCUMENT.write_text(replaced(DOCUMENT.read_text(encoding="utf-8"), name, lines), encoding="utf-8")


def ask_all(report: Mapping[str, Any], file: Path, processes: int) -> None:
    """Ask what the file does not hold yet, sheet by sheet."""
    known = {looked.answer.sheet for looked in read_looked(file)}
    left = [number for number in range(report["sheets"]) if number not in known]
    if not left:
        return
    draw, fonts, words = STUDIES[report["study"]], find_families(split="test"), find_words()
    config = ModelConfig(name=report["engine"]["model"], device=report["engine"]["device"])
    config = replace(config, feature_cache_mib=0, prefix_cache_mib=0) if processes == 1 else config
    drawn = partial(draw, seed=report["seed"], fonts=fonts, words=words, wording=report["wording"])
    with examiner.open_model(config, processes) as share, file.open("a", encoding="utf-8") as out:
        for looked in share(ask, map(drawn, left), left):
            out.write("".join(json.dumps(asdict(each), ensure_ascii=False) + "\n" for each in looked))
            out.flush()


def ask(sheet: Sheet, number: int) -> list[Looked]:
    """Ask every question of a sheet as auto does."""
    return [look_at(qa, sheet, number, examiner.engine_info()) for qa in sheet.questions]


def look_at(qa: QA, sheet: Sheet, number: int, info: EngineInfo) -> Looked:
    """Ask a question about a sheet."""

    def asked(level: Detail, region: Region | None) -> Answer:
        return replace(examiner.answer_to(qa, sheet, str(level), number, region), level=AUTO)

    looks = look(sheet.picture, info, asked, whole=qa.kind is Asked.TEXT)
    seconds = sum(answer.seconds for answer in looks.answers)
    return Looked(looks.better, looks.tokens, seconds, tuple(map(str, looks.levels)), looks.size)


def compared(report: Mapping[str, Any], files: Sequence[Path], auto: Sequence[Looked]) -> dict[str, list[Looked]]:
    """Return what was answered at each level, and by auto, to the questions that all were asked."""
    sizes = {looked.answer.sheet: looked.size for looked in auto}
    dial = GLM4V_DIAL if report["engine"]["model"] != "pocket" else replace(GLM4V_DIAL, squashes_at_max=False)
    most = int(report["engine"]["max_visual_tokens"])
    columns: dict[str, list[Looked]] = {}
    for answer in (answer for file in files for answer in read_kept(file) if answer.sheet in sizes):
        size = sizes[answer.sheet]
        tokens = plan_detail(dial, Detail.parse(answer.level), *size, most).tokens
        looked = Looked(answer, tokens, answer.seconds, (answer.level,), size)
        columns.setdefault(answer.level, []).append(looked)
    columns = dict(sorted(columns.items(), key=lambda column: Detail.parse(column[0]).tokens)) | {AUTO: list(auto)}
    shared = set.intersection(*({_question(looked) for looked in column} for column in columns.values()))
    return {name: [looked for looked in column if _question(looked) in shared] for name, column in columns.items()}


def _question(looked: Looked) -> tuple[int, str]:
    return looked.answer.sheet, looked.answer.question


def tables(columns: Mapping[str, Sequence[Looked]]) -> list[str]:
    """Return what each level and auto read and take; and in the study of heights so by the size of type."""
    most = sum(looked.tokens for looked in columns["high"]) if "high" in columns else 0
    told = list(columns.values())
    rows = [
        ("answers", *(str(sum(looked.answer.kind != Asked.TEXT for looked in column)) for column in told)),
        ("answers right", *(f"{_right(column):.1%}" for column in told)),
        ("characters wrong", *(f"{_wrong(column):.1%}" for column in told)),
        ("visual tokens, all looks, mean", *(f"{mean(each.tokens for each in column):.0f}" for column in told)),
        ("- of those of `high`", *(f"{sum(each.tokens for each in column) / (most or 1):.0%}" for column in told)),
        ("looked twice", *(f"{mean(len(each.looks) > 1 for each in column):.0%}" for column in told)),
        ("seconds, median", *(f"{median(each.seconds for each in column):.2f}" for column in told)),
        ("seconds, mean", *(f"{mean(each.seconds for each in column):.2f}" for column in told)),
    ]
    heights = [(f"{height:g} px", *(_at(column, height) for column in told)) for height in HEIGHTS]
    return [table(("", *columns), rows), table(("type", *columns), heights)]


def _at(column: Sequence[Looked], height: float) -> str:
    told = [looked for looked in column if looked.answer.height == height]
    tokens = mean(looked.tokens for looked in told) if told else 0
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
