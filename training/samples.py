"""Draw the sample pictures of the demo and the tests: `python -m training.samples playground/pictures`."""

import argparse
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image

from training.documents import Document, Kind, Line
from training.fonts import Family, find_families, find_words, open_face
from training.layout import Setting, Type, reading, set_document
from training.pages import Colour, Look, Page, paint
from training.pictures import draw_picture

MOST_BYTES = 150_000
INK: Colour = (24, 22, 28)


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


def _plain(paper: Colour) -> Look:
    return Look(paper, paper, INK, (120, 118, 116), frame=False, sheet=False)


SAMPLES = (
    Sample(
        "receipt.jpg",
        (0, 0),
        "JetBrains Mono",
        40,
        680,
        Look((151, 132, 110), (250, 249, 245), INK, (90, 88, 86), frame=False, sheet=True),
        (
            Line("Harbour Bakery", role="title"),
            Line("84 Station Road"),
            Line("14/03/2025", "09:42"),
            Line("Receipt no. 40718"),
            Line(role="rule"),
            Line("Rye bread", "$4.20"),
            Line("Coffee", "$3.10"),
            Line("Apple cake", "$3.95"),
            Line(role="rule"),
            Line("Subtotal", "$11.25"),
            Line("Tax 8%", "$0.90"),
            Line("Total", "$12.15"),
        ),
        (
            ("What is the total?", "$12.15"),
            ("What is the date?", "14/03/2025"),
            ("How much is the coffee?", "$3.10"),
            ("What is the name of the shop?", "Harbour Bakery"),
            ("What is the phone number?", "There is no phone number in the picture."),
        ),
    ),
    Sample(
        "page.png",
        (840, 1080),
        "Gentium Basic",
        27,
        660,
        _plain((255, 255, 255)),
        (
            Line("The Red Lighthouse", role="title"),
            Line(role="gap"),
            Line(
                "The lamp on the hill was built by hand in one long summer. It has burned for ninety years, and "
                "sailors still look for it before they turn into the harbour.",
                role="flow",
            ),
            Line(role="gap"),
            Line("Visitors may climb the tower on Sundays from 10:30 until dusk. Tickets cost $6.", role="flow"),
            Line(role="gap"),
            Line("Please count the 112 steps.", role="flow"),
        ),
        (("What is the title?", "The Red Lighthouse"), ("What is the last line?", "Please count the 112 steps.")),
    ),
    Sample(
        "note.jpg",
        (800, 560),
        "Cabin",
        44,
        640,
        _plain((252, 244, 196)),
        (Line("Call Maria at 555-0142", role="flow"), Line("before 16:30", role="flow")),
        (
            ("What is the phone number?", "555-0142"),
            ("What is the name?", "Maria"),
            ("What does it say?", "Call Maria at 555-0142\nbefore 16:30"),
        ),
    ),
    Sample(
        "card.jpg",
        (960, 600),
        "Roboto",
        38,
        640,
        _plain((240, 244, 246)),
        (
            Line("Clara Weber", role="title"),
            Line("Architect"),
            Line("Novak & Lund Studio"),
            Line(role="rule"),
            Line("Tel. +49 301 555 018"),
            Line("c.weber@lundstudio.de"),
            Line("www.lundstudio.de"),
        ),
        (
            ("What is the name?", "Clara Weber"),
            ("What is the phone number?", "+49 301 555 018"),
            ("What is the e-mail address?", "c.weber@lundstudio.de"),
            ("What is the person's job?", "Architect"),
        ),
    ),
    Sample(
        "label.jpg",
        (900, 620),
        "Roboto Slab",
        40,
        640,
        _plain((255, 255, 255)),
        (
            Line("Ship to:"),
            Line("Samuel Okafor"),
            Line("27 Garden Street"),
            Line("Bristol BS4 7QT"),
            Line(role="rule"),
            Line("Order no. KD-58213"),
            Line("Weight: 3.4 kg"),
        ),
        (
            ("What is the order number?", "KD-58213"),
            ("What is the weight?", "3.4 kg"),
            ("What is the address?", "27 Garden Street, Bristol BS4 7QT"),
            ("What is the name?", "Samuel Okafor"),
        ),
    ),
)


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
    """Write the pictures and `samples.json`: for each its file, text, and questions with their answers.

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
        questions = [{"question": question, "answer": answer} for question, answer in sample.questions]
        index.append({"file": sample.file, "text": text, "questions": questions})
    for file in FIGURES:
        page = draw_figure(file, fonts)
        page.image.quantize(64).save(folder / file, optimize=True)
        questions = [{"question": qa.question, "answer": qa.answer} for qa in page.qa]
        index.append({"file": file, "text": "", "questions": questions})
    (folder / "samples.json").write_text(json.dumps(index, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    """Draw the sample pictures with typefaces kept out of training."""
    parser = argparse.ArgumentParser(prog="python -m training.samples", description=main.__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=Path("playground/pictures"))
    save_samples(parser.parse_args().folder, find_families(split="test"))


if __name__ == "__main__":
    main()
