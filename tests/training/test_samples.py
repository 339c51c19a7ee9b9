"""The sample pictures in the repository match their index."""

import json
from pathlib import Path

import pytest
from PIL import Image

from training.fonts import BUILT_IN, Family, FontsError, find_families
from training.samples import FIGURES, MOST_BYTES, PHOTOGRAPHS, SAMPLES, draw_sample

PICTURES = Path(__file__).parents[2] / "playground" / "pictures"


def test_every_sample_is_there_with_its_answers() -> None:
    """Small files that open, and answers that are printed on them (but for denied ones)."""
    index = json.loads((PICTURES / "samples.json").read_text(encoding="utf-8"))
    names = (*(sample.file for sample in SAMPLES), *FIGURES, *(each["file"] for each in PHOTOGRAPHS))
    assert [entry["file"] for entry in index] == [*names]
    for entry in index:
        path = PICTURES / entry["file"]
        assert path.stat().st_size <= MOST_BYTES
        with Image.open(path) as image:
            image.load()
        text = " ".join(entry["text"].split())
        for question in entry["questions"] if text else ():
            answer = question["answer"]
            assert answer.startswith("There is no") or all(
                part in text for part in " ".join(answer.split()).split(", ")
            )


def test_drawing_again_gives_the_text_of_the_index() -> None:
    """With the typefaces at hand the samples come out as they are kept."""
    try:
        fonts = find_families(split="test")
    except FontsError as error:
        pytest.skip(str(error))
    index = json.loads((PICTURES / "samples.json").read_text(encoding="utf-8"))
    names = {family.name for family in fonts}
    for sample, entry in zip(SAMPLES, index, strict=False):
        if sample.family not in names:
            pytest.skip(f"no typeface {sample.family}")
        assert draw_sample(sample, fonts)[1] == entry["text"]


def test_a_sample_without_its_typeface_says_so() -> None:
    """The error names the file and the typeface."""
    with pytest.raises(ValueError, match=r"receipt\.jpg: no typeface JetBrains Mono"):
        draw_sample(SAMPLES[0], (BUILT_IN,))
    assert isinstance(BUILT_IN, Family)
