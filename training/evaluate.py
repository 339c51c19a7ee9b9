"""Examine a model by level of detail: `python -m training.evaluate --model pocket`.

`--plot FILES` draws the tables and the plot of docs/detail.md from kept results, without asking again.
"""

import argparse
import json
import os
import platform
import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from functools import partial
from itertools import repeat
from pathlib import Path

from model_service import LEVEL_TOKENS, EngineInfo, ModelConfig
from training.exam import HEIGHTS, Sheet, exam_sheet, heights_sheet
from training.examiner import ask, engine_info, open_model
from training.fonts import find_families, find_words
from training.kept import Kept
from training.scores import Score, exam_table, score

DOCS = Path("docs")
STUDIES = {"exam": exam_sheet, "heights": heights_sheet}


def main() -> None:
    """Examine a model on pictures in typefaces and templates, and questions in wording, that it never saw."""
    arguments = _parse()
    if arguments.plot:
        from training.figures import draw_figures

        draw_figures(arguments.plot, DOCS / "detail.md", DOCS / "pictures" / "detail.svg")
        return
    examine(arguments)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training.evaluate", description=main.__doc__)
    parser.add_argument("--model", default="pocket")
    parser.add_argument("--study", choices=list(STUDIES), default="exam")
    parser.add_argument("--levels", default=",".join(LEVEL_TOKENS))
    parser.add_argument("--pages", type=int, default=100, help="in the study of heights each page is shown 8 times")
    parser.add_argument("--wording", choices=["test", "plain", "train"], default="test")
    parser.add_argument("--device", choices=["auto", "cpu", "cuda"], default="cpu")
    parser.add_argument("--quantize", choices=["auto", "nf4", "none"], default="auto")
    parser.add_argument("--processes", type=int, default=1, help="more are quicker, but their seconds mean nothing")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", type=Path, help="keep the marks here, as JSON, after each level")
    parser.add_argument("--answers", type=Path, help="keep every answer here, a line of JSON each")
    parser.add_argument("--resume", action="store_true", help="ask only what --answers does not hold yet")
    parser.add_argument("--plot", type=Path, nargs="+", metavar="FILE", help="only draw what --out kept")
    return parser.parse_args()


def examine(arguments: argparse.Namespace) -> list[Score]:
    """Examine level by level and print the scores; keep the results after each level."""
    config = ModelConfig(name=arguments.model, device=arguments.device, quantize=arguments.quantize)
    if arguments.processes == 1:  # The seconds of each answer must be its own.
        config = replace(config, feature_cache_mib=0, prefix_cache_mib=0)
    scores: list[Score] = []
    with open_model(config, arguments.processes) as share:
        sheets = draw_sheets(share, arguments)
        (info,) = share(engine_info, [None])
        held = Kept(arguments.answers, resume=arguments.resume)
        for level in map(str.strip, arguments.levels.split(",")):
            left = [number for number, sheet in enumerate(sheets) if not held.has(level, number, len(sheet.questions))]
            for asked in share(ask, [sheets[number] for number in left], repeat(level), left):
                held.keep(asked)
            answers = held.of(level)
            heights = HEIGHTS if arguments.study == "heights" else ()
            marks = [score(level, answers, height) for height in (None, *heights)]
            scores += marks
            wrong, right = marks[0]["characters_wrong"], marks[0]["fields_right"]
            print(f"{level}: {wrong} of the characters wrong, {right} of the fields right", flush=True)
            if arguments.out:
                kept = report(info, scores, len(sheets), arguments)
                arguments.out.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print("\n" + exam_table([mark for mark in scores if mark.height is None]))
    return scores


def draw_sheets(share: Callable[..., Iterator[Sheet]], arguments: argparse.Namespace) -> list[Sheet]:
    """Draw the sheets of the requested study."""
    count = arguments.pages * (len(HEIGHTS) if arguments.study == "heights" else 1)
    given = {"seed": arguments.seed, "fonts": find_families(split="test"), "words": find_words()}
    return list(share(partial(STUDIES[arguments.study], wording=arguments.wording, **given), range(count)))


def report(info: EngineInfo, scores: Sequence[Score], sheets: int, arguments: argparse.Namespace) -> dict[str, object]:
    """Return the result to keep, ready for JSON."""
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": shlex.join(["python", "-m", "training.evaluate", *sys.argv[1:]]),
        "machine": {"system": platform.platform(), "processors": os.cpu_count(), "python": platform.python_version()},
        "engine": asdict(info),
        "study": arguments.study,
        "wording": arguments.wording,
        "seed": arguments.seed,
        "sheets": sheets,
        "processes": arguments.processes,
        "scores": [mark.kept() for mark in scores],
    }


if __name__ == "__main__":
    main()
