"""What is invented about pictures that cannot be read: `python -m bench.invented FOLDER --answers invented.jsonl`.

FOLDER is of `bench.strangers`, or any with pictures in folders by their kind, each with what it says beside it (.txt;
of a text that the model cannot know, an empty one). Each picture is asked for its title, and for all that it says; what
a person would be shown, after nonsense was broken off and what was not read refused, is held to the true text, and the
table of docs/doubt.md written. Answers that --answers kept are not asked for again.
"""

import argparse
import json
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from difflib import SequenceMatcher
from itertools import chain, cycle, repeat
from pathlib import Path

from assistant.doubt import is_refused, judge
from assistant.wording.nothing import says_nothing
from bench.doubt import DOCUMENT, pocket_sureness, replaced
from bench.watched import ask, stopped
from model_service import (
    Detail,
    Doubt,
    GenerationRequest,
    Message,
    ModelConfig,
    PictureRef,
    SamplingParams,
    Sureness,
)
from training.examiner import MOST_TOKENS, load_engine
from training.scores import table

TITLE = "What is the title?"
WHOLE = ("Read the text.", "What does it say?")
"""Questions for all the text of a picture: of each two pictures one is asked the first, one the second."""

BOUND = 60
"""More invented tokens than that are one answer too many."""

SHARED = 3
"""Characters in a row that an answer has in common with a text before they count as read: less is chance."""


@dataclass(frozen=True, slots=True)
class Said:
    """An answer about one picture, as the model gave it."""

    kind: str
    picture: str
    question: str
    text: str
    doubts: tuple[Doubt, ...]

    @property
    def whole(self) -> bool:
        """Whether all the text of the picture was asked for."""
        return self.question in WHOLE


@dataclass(frozen=True, slots=True)
class Shown:
    """What a person is shown of it: whether it was refused or broken off, how many tokens are invented."""

    said: Said
    refused: bool
    broken_off: bool
    invented: int


def main() -> None:
    """Ask about pictures, and count what is invented."""
    parser = argparse.ArgumentParser(prog="python -m bench.invented", description=main.__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--answers", type=Path, required=True, help="keep every answer here, a line of JSON each")
    parser.add_argument("--level", default="standard")
    parser.add_argument("--document", type=Path, default=DOCUMENT)
    given = parser.parse_args()
    pictures = sorted(given.folder.glob("*/*.png"), key=lambda picture: (picture.stem, picture))
    ask_all(pictures, given.answers, given.level)
    sureness = pocket_sureness()
    shown = [shown_of(said, _truth(given.folder, said), sureness) for said in read_said(given.answers)]
    command = f"python -m bench.invented FOLDER --answers {given.answers.name} --level {given.level}"
    date = datetime.now(UTC).date()
    about = f"*{len(pictures)} pictures of `bench.strangers`, {len(shown)} answers, {date}: `{command}`.*"
    made = f"{counted(shown)}\n\n{about}"
    print(made)
    text = given.document.read_text(encoding="utf-8")
    given.document.write_text(replaced(text, "invented", made), encoding="utf-8")


def ask_all(pictures: Sequence[Path], kept: Path, level: str) -> None:
    """Ask what was not asked yet, and keep each answer."""
    known = {(said.kind, said.picture, said.question) for said in read_said(kept)}
    engine = load_engine(ModelConfig(name="pocket", device="cpu"))
    try:
        with kept.open("a", encoding="utf-8") as out:
            wholes = zip(pictures, cycle(WHOLE))
            for picture, question in chain(wholes, zip(pictures, repeat(TITLE))):
                about = picture.parent.name, picture.stem, question
                if about in known:
                    continue
                reference = PictureRef(picture.read_bytes(), Detail.parse(level))
                messages = (Message("user", question, (reference,)),)
                sampling = SamplingParams(max_tokens=MOST_TOKENS)
                said = ask(engine, GenerationRequest("invented", str(picture), messages, sampling))
                out.write(json.dumps(asdict(Said(*about, *said)), ensure_ascii=False) + "\n")
                out.flush()
    finally:
        engine.close()


def read_said(kept: Path) -> Iterator[Said]:
    """Yield the answers that were kept."""
    if kept.exists():
        for line in kept.read_text(encoding="utf-8").splitlines():
            each = json.loads(line)
            yield Said(**{**each, "doubts": tuple(Doubt(**doubt) for doubt in each["doubts"])})


def shown_of(said: Said, truth: str, sureness: Sureness) -> Shown:
    """Return what a person is shown of an answer."""
    told, broken_off = stopped(said.text, said.doubts, sureness)
    text = told.text.strip()
    refused = is_refused(judge(text, told.doubts, sureness, whole=said.whole), text, broken_off=broken_off)
    invented = 0 if refused or says_nothing(told.text) else count_invented(told.text, truth)
    return Shown(said, refused, broken_off, invented)


def count_invented(text: str, truth: str) -> int:
    """Count the characters but blanks, each of them a token, that are not read off a text.

    What is read stands there in the same order, whatever the capitals, `SHARED` characters in a row at least.
    """
    said, there = ("".join(each.casefold().split()) for each in (text, truth))
    blocks = SequenceMatcher(None, said, there, autojunk=False).get_matching_blocks()
    return len(said) - sum(block.size for block in blocks if block.size >= SHARED)


def _truth(folder: Path, said: Said) -> str:
    return (folder / said.kind / f"{said.picture}.txt").read_text(encoding="utf-8")


def counted(shown: Sequence[Shown]) -> str:
    """Return a table with a row for each kind of picture, and one for all."""
    kinds = list(dict.fromkeys(each.said.kind for each in shown))
    rows = [(kind, *_row([each for each in shown if each.said.kind == kind])) for kind in kinds]
    titles = ("", "pictures", "answers", "refused", "broken off", "invented, median", "most", f"over {BOUND} tokens")
    return table(titles, [*rows, ("all", *_row(shown))])


def _row(shown: Sequence[Shown]) -> tuple[object, ...]:
    invented = [each.invented for each in shown]
    return (
        len({(each.said.kind, each.said.picture) for each in shown}),
        len(shown),
        sum(each.refused for each in shown),
        sum(each.broken_off for each in shown),
        round(statistics.median(invented)) if invented else "-",
        max(invented, default=0),
        sum(each > BOUND for each in invented),
    )


if __name__ == "__main__":
    main()
