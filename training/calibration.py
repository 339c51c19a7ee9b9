"""Draw the pages that come with `eyeglass calibrate`: `python -m training.calibration cli/pages`."""

import argparse
import json
import random
from collections.abc import Sequence
from pathlib import Path

import matplotlib

from training.documents import PAPERS
from training.exam import Sheet, choose_em, jpeg, make_sheet
from training.fonts import BUILT_IN, Family
from training.lists import NAMES, read_tables
from training.pages import draw
from training.questions import Asked

COMMAND = "python -m training.calibration cli/pages"
COUNT = 20
CANVASES = ((900, 1200), (1000, 750), (850, 1100), (1100, 850))
MOST_CHARACTERS = 300
SEED = 21
WORDS = (*NAMES.SMALL_WORDS, *NAMES.GOODS, *NAMES.QUALITIES)

FACES = read_tables("calibration")["FACES"]
"""Text faces that matplotlib carries, and their files: regular, bold, italic."""


def find_faces() -> tuple[Family, ...]:
    """Return the faces of matplotlib and Pillow, so that every development machine draws the same pages."""
    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    found = (Family(name, *((str(folder / f"{file}.ttf"),) for file in files)) for name, files in sorted(FACES.items()))
    return (*found, BUILT_IN)


def draw_sheet(number: int, faces: Sequence[Family]) -> Sheet:
    """Draw one paper by its number from 0, with a question for its whole text and some for its fields.

    Kinds, sizes and faces come in turn. The type is 13 to 22 pixels high where a picture is read at `high`.
    """
    rng = random.Random(f"calibrate {SEED} {number}")
    width, height = CANVASES[number % len(CANVASES)]
    em = choose_em(rng, width, height)
    kind, face = PAPERS[number % len(PAPERS)], faces[number % len(faces)]
    while True:
        page = draw(rng, [face], WORDS, width, height, em=em, kind=kind, limit=MOST_CHARACTERS, split="plain")
        if face is not BUILT_IN or page.text.isascii():  # Pillow's own face has nothing beyond ASCII.
            break
    return make_sheet(page, jpeg(page.image), {Asked.TEXT, Asked.FIELD})


def describe(sheet: Sheet, file: str) -> dict[str, object]:
    """Return what pages.json says of a page: its file, its whole text, and the fields that are asked for."""
    reading, *fields = sheet.questions
    return {
        "file": file,
        "kind": str(sheet.kind),
        "text": reading.answer,
        "fields": [{"question": qa.question, "answer": qa.answer} for qa in fields],
    }


def write_pages(folder: Path, count: int = COUNT) -> None:
    """Write `count` pages and their pages.json to `folder`."""
    faces, described = find_faces(), []
    for number in range(count):
        sheet, file = draw_sheet(number, faces), f"{number + 1:02}.jpg"
        (folder / file).write_bytes(sheet.picture)
        described.append(describe(sheet, file))
    whole = {"made_by": COMMAND, "pages": described}
    (folder / "pages.json").write_text(json.dumps(whole, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Draw the pages of `eyeglass calibrate`; the same every time."""
    parser = argparse.ArgumentParser(prog="python -m training.calibration", description=main.__doc__)
    parser.add_argument("folder", type=Path)
    write_pages(parser.parse_args().folder)


if __name__ == "__main__":
    main()
