"""Draw the sample pictures of the demo and the tests: `python -m training.samples playground/pictures`."""

import argparse
import json
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from PIL import Image

from training.documents import Document, Kind, Line
from training.fonts import Family, find_families, find_words, open_face
from training.layout import Setting, Type, reading, set_document
from training.lists import read_data
from training.pages import Look, Page, paint
from training.pictures import draw_picture

MOST_BYTES = 150_000


@dataclass(frozen=True, slots=True)
class Sample:
    """A picture to be drawn: its file, least size and size of type in pixels, typeface, contents and questions.

    `measure` is the width that flowing lines are broken to, in pixels. Each question stands with its one right answer.
    """

    file: str
    size: tuple[int, int]
    family: str
    em: int
    measure: int
    look: Look
    lines: tuple[Line, ...]
    questions: tuple[tuple[str, str], ...]
    align: float = 0.0


def _sample(table: Mapping[str, Any]) -> Sample:
    """Return a sample as it stands in the data file."""
    look: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in table["look"].items()
    }
    lines, questions = (Line(**line) for line in table["lines"]), map(tuple, table["questions"])
    made = {"size": tuple(table["size"]), "look": Look(**look), "lines": tuple(lines), "questions": tuple(questions)}
    return Sample(**{**table, **made})


SAMPLES = tuple(_sample(table) for table in read_data("samples")["SAMPLES"])

PHOTOGRAPHS: list[dict[str, Any]] = read_data("samples")["PHOTOGRAPHS"]
"""Real photographs, which lie among the pictures as they are."""


def draw_sample(sample: Sample, fonts: Sequence[Family]) -> tuple[Image.Image, str]:
    """Draw the picture and its text; the same every time.

    Raises:
        ValueError: its typeface is not among `fonts`, or a line is wider than the sample's measure.
    """
    family = next((family for family in fonts if family.name == sample.family), None)
    if family is None:
        raise ValueError(f"{sample.file}: no typeface {sample.family}")
    body = open_face(family.regular[0], sample.em)
    title = open_face((family.bold or family.regular)[0], round(sample.em * 1.25))
    how = Type(body, title, 1.4 * sample.em, sample.align, sample.measure, 4000, margin=0)
    setting = set_document(random.Random(1), Document(Kind.PAGE, sample.lines), how)
    if setting is None:
        raise ValueError(f"{sample.file}: a line is wider than {sample.measure} pixels")
    width = max(sample.size[0], round(setting.right - setting.left + 3 * sample.em))
    height = max(sample.size[1], round(setting.bottom - setting.top + 3 * sample.em))
    return paint(_centred(setting, width, height), sample.look, (width, height)), reading(setting)


def _centred(setting: Setting, width: int, height: int) -> Setting:
    right = (width - setting.left - setting.right) / 2
    down = (height - setting.top - setting.bottom) / 2
    return Setting(
        tuple(replace(run, x=run.x + right, baseline=run.baseline + down) for run in setting.runs),
        tuple((start + right, end + right, y + down) for start, end, y in setting.rules),
        setting.left + right,
        setting.top + down,
        setting.right + right,
        setting.bottom + down,
    )


FIGURES = {"shapes.png": (Kind.SHAPES, (760, 520), 5), "chart.png": (Kind.CHART, (820, 600), 4)}
"""Pictures as the exam draws them: kind, size in pixels, and seed."""


def draw_figure(file: str, fonts: Sequence[Family]) -> Page:
    """Draw a picture of FIGURES with its questions; the same every time."""
    kind, size, seed = FIGURES[file]
    rng = random.Random(f"sample {kind} {seed}")
    return draw_picture(rng, fonts, find_words(), *size, em=30, kind=kind, limit=300, split="test", wording="test")


def save_samples(folder: Path, fonts: Sequence[Family]) -> None:
    """Write the drawn pictures and `samples.json`: for each its file, text, and questions with their answers.

    Raises:
        ValueError: a file would be larger than 150 kB.
    """
    folder.mkdir(parents=True, exist_ok=True)
    index = []
    for sample in SAMPLES:
        image, text = draw_sample(sample, fonts)
        path = folder / sample.file
        if path.suffix == ".png":
            image.quantize(64).save(path, optimize=True)
        else:
            image.save(path, quality=85, optimize=True)
        if path.stat().st_size > MOST_BYTES:
            raise ValueError(f"{sample.file} has {path.stat().st_size} bytes")
        index.append(_entry(sample.file, text, sample.questions))
    for file in FIGURES:
        page = draw_figure(file, fonts)
        page.image.quantize(64).save(folder / file, optimize=True)
        index.append(_entry(file, "", [(qa.question, qa.answer) for qa in page.qa]))
    index.extend(_entry(**photograph) for photograph in PHOTOGRAPHS)
    (folder / "samples.json").write_text(json.dumps(index, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _entry(file: str, text: str, questions: Iterable[Sequence[str]]) -> dict[str, Any]:
    asked = [{"question": question, "answer": answer} for question, answer in questions]
    return {"file": file, "text": text, "questions": asked}


def main() -> None:
    """Draw the sample pictures with typefaces kept out of training."""
    parser = argparse.ArgumentParser(prog="python -m training.samples", description=main.__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=Path("playground/pictures"))
    save_samples(parser.parse_args().folder, find_families(split="test"))


if __name__ == "__main__":
    main()
