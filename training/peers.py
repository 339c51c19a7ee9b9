"""Read the same pages with RapidOCR and Tesseract: `python -m training.peers --real FOLDER --out peers.json`.

Pages are drawn ones of the exam, and pictures of the real half whose whole text was written down by eye. RapidOCR comes
with the extra `peers`, Tesseract from the system; who is missing is left out.
"""

import argparse
import io
import json
import os
import platform
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from itertools import count, islice
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from model_service import Detail, Engine, GenerationRequest, Message, ModelConfig, PictureRef, SamplingParams
from training.exam import exam_sheet
from training.examiner import load_engine
from training.fonts import find_families, find_words
from training.metrics import character_errors, fold
from training.questions import Asked
from training.real.fetch import picture_file
from training.real.manifest import full_texts, pictures
from training.scores import Share, table

QUESTION = "Read all the text."
MOST_TOKENS = 1200
SEED = 7

Reader = Callable[[bytes], str]


@dataclass(frozen=True, slots=True)
class PrintedPage:
    """A picture as a JPEG file's bytes, and its whole text."""

    group: str
    name: str
    picture: bytes
    text: str


@dataclass(frozen=True, slots=True)
class PageRead:
    """How many of a page's characters a reader got wrong; `said` is what it read."""

    reader: str
    group: str
    name: str
    wrong: int
    of: int
    said: str


def main() -> None:
    """Read the same pages with each reader that is there, and print the characters wrong."""
    arguments = _parse()
    levels = arguments.levels.split(",")
    pages = [*islice(drawn_pages(), arguments.pages)]
    pages += real_pages(arguments.real) if arguments.real else []
    with closing(load_engine(ModelConfig(name=arguments.model, device="cpu"))) as engine:
        readers = {**{f"{arguments.model}, {level}": model_reader(engine, level) for level in levels}, **peers()}
        found = [*read_all(pages, readers)]
    lines = markdown(found)
    print(lines)
    if arguments.out:
        told = {"date": datetime.now(UTC).isoformat(timespec="seconds"), "processors": os.cpu_count()}
        told |= {
            "system": platform.platform(),
            "command": shlex.join(["python", "-m", "training.peers", *sys.argv[1:]]),
        }
        rows = [[each.reader, each.group, each.name, each.wrong, each.of, each.said] for each in found]
        arguments.out.write_text(json.dumps({**told, "pages": rows}, ensure_ascii=False, indent=1) + "\n", "utf-8")


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training.peers", description=main.__doc__)
    parser.add_argument("--model", default="pocket")
    parser.add_argument("--levels", default="high")
    parser.add_argument("--pages", type=int, default=60, help="drawn pages, half of them photographed")
    parser.add_argument("--real", type=Path, metavar="FOLDER", help="what `python -m training.real.fetch` filled")
    parser.add_argument("--out", type=Path, help="keep what was read here, as JSON")
    return parser.parse_args()


def drawn_pages() -> Iterator[PrintedPage]:
    """Yield the papers of the exam, drawn in typefaces and templates that no training has."""
    fonts, words = find_families(split="test"), find_words()
    for number in count():
        sheet = exam_sheet(number, SEED, fonts, words, "test")
        text = next((qa.answer for qa in sheet.questions if qa.kind is Asked.TEXT), None)
        if text is not None:
            group = "drawn, photographed" if sheet.photographed else "drawn, flat"
            yield PrintedPage(group, str(number), sheet.picture, text)


def real_pages(folder: Path) -> list[PrintedPage]:
    """Return the pictures whose whole text is known."""
    known = full_texts()
    shown = [each for each in pictures() if each.name in known]
    return [PrintedPage("real", each.name, picture_file(folder, each).read_bytes(), known[each.name]) for each in shown]


def peers() -> Mapping[str, Reader]:
    """Return the other readers that are installed."""
    found: dict[str, Reader] = {}
    if find_spec("rapidocr"):
        found["RapidOCR"] = rapid_reader()
    if shutil.which("tesseract"):
        found["Tesseract"] = read_with_tesseract
    return found


def model_reader(engine: Engine, level: str) -> Reader:
    """Return a reader that asks the model, greedily, for all the text at a level."""

    def read(picture: bytes) -> str:
        message = Message("user", QUESTION, (PictureRef(picture, Detail.parse(level)),))
        sampling = SamplingParams(max_tokens=MOST_TOKENS)
        request = GenerationRequest(id=f"peers-{level}", chat="peers", messages=(message,), sampling=sampling)
        return "".join(step.text for step in engine.generate(request))

    return read


def rapid_reader() -> Reader:
    """Return RapidOCR with the models that its package holds."""
    from rapidocr import RapidOCR

    engine: Any = RapidOCR()

    def read(picture: bytes) -> str:
        with Image.open(io.BytesIO(picture)) as image:
            found = engine(np.asarray(image.convert("RGB"))[:, :, ::-1])  # It takes blue before red, as OpenCV.
        return "\n".join(found.txts or ())

    return read


def read_with_tesseract(picture: bytes) -> str:
    """Read a picture with Tesseract's English model."""
    with tempfile.NamedTemporaryFile(suffix=".jpg") as file:
        file.write(picture)
        file.flush()
        command = ("tesseract", file.name, "stdout", "-l", "eng")
        done = subprocess.run(command, check=True, capture_output=True, timeout=120)  # noqa: S603
    return done.stdout.decode("utf-8", "replace")


def read_all(pages: Sequence[PrintedPage], readers: Mapping[str, Reader]) -> Iterator[PageRead]:
    """Read each page with each reader; a page that is too much for one counts as wholly wrong, and no more."""
    for page in pages:
        for name, read in readers.items():
            said, of = read(page.picture), len(fold(page.text))
            yield PageRead(name, page.group, page.name, min(of, character_errors(said, page.text)), of, said)


def markdown(found: Sequence[PageRead]) -> str:
    """Format the characters wrong as a table in Markdown, a column for each reader."""
    readers = list(dict.fromkeys(each.reader for each in found))
    groups = list(dict.fromkeys(each.group for each in found))
    rows: list[Sequence[object]] = []
    for group in groups:
        mine = [each for each in found if each.group == group]
        shares = [_wrong([each for each in mine if each.reader == reader]) for reader in readers]
        rows.append((group, len({each.name for each in mine}), shares[0].of, *shares))
    return table(("characters wrong", "pages", "characters", *readers), rows)


def _wrong(found: Sequence[PageRead]) -> Share:
    return Share(sum(each.wrong for each in found), sum(each.of for each in found))


if __name__ == "__main__":
    main()
