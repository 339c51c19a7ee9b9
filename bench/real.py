"""Examine a model on pictures of strangers: `python -m bench.real FOLDER --answers real.jsonl --out real.json`.

FOLDER is what `python -m training.real.fetch` filled. Answers are judged as they are shown to a person, doubts and all.
A run goes on where one before it stopped, by what --answers holds; --document writes the table into docs/detail.md.
"""

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from assistant.doubt import Judgement, Verdict, is_refused, judge, stripped
from assistant.texts import Sentence, texts_in
from assistant.wording.nothing import says_too_small
from bench import watched
from bench.doubt import replaced
from bench.looks import look
from bench.machine import facts
from model_service import (
    Detail,
    Doubt,
    Engine,
    GenerationOutput,
    GenerationRequest,
    Message,
    ModelConfig,
    PictureRef,
    Region,
    SamplingParams,
    Sureness,
)
from training.examiner import MOST_TOKENS, load_engine
from training.metrics import is_chinese
from training.real.fetch import picture_file
from training.real.manifest import Aim, Shown, pictures, questions
from training.real.verdicts import USEFUL, Outcome, outcome
from training.scores import Share, table

DOCUMENT = Path("docs/detail.md")
COLUMNS = (*Outcome, "useful")
AUTO = "auto"


@dataclass(frozen=True, slots=True)
class RealAnswer:
    """What a model said to a question about a picture, and what a person is shown: `marked`, if any of it is doubtful.

    `seconds` is until its last token.
    """

    level: str
    picture: str
    kind: str
    question: str
    said: str
    shown: str
    marked: bool
    seconds: float
    outcome: Outcome


def main() -> None:
    """Ask every question about every picture at each level, and print what the answers are worth by kind."""
    arguments = _parse()
    answers = list(examine(arguments))
    levels = arguments.levels.split(",")
    kept = {**facts(), "model": arguments.model, "pictures": len({each.picture for each in answers})}
    kept |= {"levels": {level: counts(at_level(answers, level)) for level in levels}}
    if arguments.out:
        arguments.out.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    lines = markdown(answers, levels)
    origin = f"*{len(answers)} answers about {kept['pictures']} pictures, {kept['date']}: `{kept['command']}`.*"
    print(lines, origin, sep="\n\n")
    if arguments.document:
        text = arguments.document.read_text(encoding="utf-8")
        arguments.document.write_text(replaced(text, "real", f"{lines}\n\n{origin}"), encoding="utf-8")


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.real", description=main.__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", default="pocket")
    parser.add_argument("--levels", default="standard,auto")
    parser.add_argument("--limit", type=int, help="only so many pictures of each kind")
    parser.add_argument("--device", choices=["auto", "cpu", "cuda"], default="cpu")
    parser.add_argument("--answers", type=Path, help="keep every answer here, a line of JSON each, and go on from them")
    parser.add_argument("--out", type=Path, help="keep the counts here, as JSON")
    parser.add_argument("--document", type=Path, nargs="?", const=DOCUMENT, help="write the table into this document")
    return parser.parse_args()


def examine(arguments: argparse.Namespace) -> Iterator[RealAnswer]:
    """Yield the answers of a level, then those of the next; what was asked before is judged again, but not asked."""
    before = _said_before(arguments.answers)
    engine: Engine | None = None
    for level in arguments.levels.split(","):
        for shown in chosen(arguments.limit):
            picture = picture_file(arguments.folder, shown).read_bytes()
            for question in questions()[shown.name]:
                told = before.get((level, shown.name, question.text))
                if told is None:
                    engine = engine or load_engine(ModelConfig(name=arguments.model, device=arguments.device))
                    told = ask(engine, picture, question.text, level, whole=Aim.TEXT in question.aims)
                    _keep(arguments.answers, {"level": level, "picture": shown.name, "question": question.text, **told})
                worth = outcome(told["shown"], question)
                yield RealAnswer(level, shown.name, shown.kind, question.text, **told, outcome=worth)


def chosen(limit: int | None) -> list[Shown]:
    """Return the pictures, of each kind at most so many."""
    seen: dict[str, int] = {}
    found = []
    for shown in pictures():
        seen[shown.kind] = seen.get(shown.kind, 0) + 1
        if limit is None or seen[shown.kind] <= limit:
            found.append(shown)
    return found


class Said(NamedTuple):
    """What was said until it was stopped, and the doubts about it."""

    said: str
    doubts: tuple[Doubt, ...]


def ask(engine: Engine, picture: bytes, question: str, level: str, *, whole: bool) -> dict[str, Any]:
    """Ask greedily; return what was said, what a person is shown of it, whether it is marked, and the seconds.

    With the level `auto` it is looked at as auto does, but for reading in parts.
    """

    def asked(detail: Detail, region: Region | None) -> Said:
        message = Message("user", question, (PictureRef(picture, detail, region),))
        sampling = SamplingParams(max_tokens=MOST_TOKENS)
        return Said(*watched.ask(engine, GenerationRequest(f"real-{level}", "real", (message,), sampling)))

    sureness, begun = engine.info.sureness, time.perf_counter()
    if level == AUTO:
        said, doubts = look(picture, engine.info, asked, whole=whole).better
    else:
        said, doubts = asked(Detail.parse(level), None)
    told, broken_off = watched.stopped(said, doubts, sureness)
    text, marked = as_shown(told, question, sureness, broken_off=broken_off, whole=whole)
    return {"said": said, "shown": text, "marked": marked, "seconds": round(time.perf_counter() - begun, 3)}


def as_shown(
    told: GenerationOutput, question: str, sureness: Sureness | None, *, broken_off: bool, whole: bool
) -> tuple[str, bool]:
    """Return what a person is shown of an answer, and whether some of it is marked as doubtful."""
    text, doubts = stripped(told.text, told.doubts)
    found = Judgement(Verdict.SURE) if sureness is None else judge(text, doubts, sureness, whole=whole)
    if is_refused(found, text, broken_off=broken_off) and not says_too_small(text):
        return texts_in("zh" if is_chinese(question) else "en").say(Sentence.CANNOT_READ), False
    return text, broken_off or found.verdict is Verdict.UNSURE


def at_level(answers: Sequence[RealAnswer], level: str) -> list[RealAnswer]:
    """Return the answers at a level."""
    return [answer for answer in answers if answer.level == level]


def counts(answers: Sequence[RealAnswer]) -> dict[str, dict[str, int]]:
    """Count the outcomes by kind, and of all of them; `marked` are those of the misleading that bear a mark."""
    kinds = dict.fromkeys(answer.kind for answer in answers)
    groups = {kind: [answer for answer in answers if answer.kind == kind] for kind in kinds} | {"all": [*answers]}
    return {kind: _counted(group) for kind, group in groups.items()}


def _counted(answers: Sequence[RealAnswer]) -> dict[str, int]:
    found = {each.value: sum(answer.outcome is each for answer in answers) for each in Outcome}
    found["useful"] = sum(answer.outcome in USEFUL for answer in answers)
    found["marked"] = sum(answer.outcome is Outcome.MISLEADING and answer.marked for answer in answers)
    return {"of": len(answers), **found}


def markdown(answers: Sequence[RealAnswer], levels: Sequence[str]) -> str:
    """Format the shares by level and kind as a table in Markdown."""
    rows: list[Sequence[object]] = []
    for level in levels:
        for kind, found in counts(at_level(answers, level)).items():
            shares = (format(Share(found[column], found["of"]), ".0%") for column in COLUMNS)
            marked = Share(found["marked"], found[Outcome.MISLEADING])
            rows.append((f"`{level}`: {kind}", found["of"], *shares, format(marked, ".0%")))
    return table(("", "of", *COLUMNS, "of the misleading, marked"), rows)


def _said_before(file: Path | None) -> dict[tuple[str, str, str], dict[str, Any]]:
    """Return what a run before this one was told, by level, picture and question."""
    if file is None or not file.exists():
        return {}
    kept = map(json.loads, file.read_text(encoding="utf-8").splitlines())
    return {(each.pop("level"), each.pop("picture"), each.pop("question")): each for each in kept}


def _keep(file: Path | None, told: dict[str, Any]) -> None:
    if file is not None:
        with file.open("a", encoding="utf-8") as out:
            out.write(json.dumps(told, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
