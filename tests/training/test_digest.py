"""The recipe draws the same pictures on every machine, to the byte."""

import PIL
import pytest
import torch

from training.batches import Batches, Plan
from training.calibration import WORDS, find_faces
from training.digest import digest
from training.export import byte_tokenizer
from training.fonts import BUILT_IN

EARLY = "38bf73b613f3eadb8f835dab7ba311108ebec5dd25d1a11ed602528fabe20bbe"
LATE = "583f8cc8718ea897602a0da4389ccd9696a49eb84a403e410c1d784235446e2d"


@pytest.fixture
def batches(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> Batches:
    """Draw with matplotlib's typefaces and the repository's words; neither photographs nor corpus are at hand."""
    monkeypatch.setenv("TRAINING_FONTS", str(tmp_path))
    return drawn_with(seed=1)


def drawn_with(seed: int, words: tuple[str, ...] = WORDS) -> Batches:
    """Draw small batches of a run of a thousand steps."""
    faces = tuple(face for face in find_faces() if face is not BUILT_IN)
    return Batches(Plan(1000, 0, 700, seed=seed), byte_tokenizer(), faces, words)


@pytest.mark.parametrize(("first", "kept"), [(0, EARLY), (900, LATE)], ids=["as drawn", "photographed"])
def test_the_first_pictures_are_the_same_everywhere(batches: Batches, first: int, kept: str) -> None:
    """The first 12, and 12 of the end: pixels, letters in their places, questions and answers.

    They follow from the seed, this code, matplotlib's typefaces, and the versions in constraints.txt: another Pillow
    (FreeType, libjpeg) or matplotlib draws letters otherwise, another torch may bend pages otherwise. Neither the
    number of threads nor Python's hashes matter, nor whether the processor has AVX2 or AVX-512; one without both (and
    so without fused sums) rounds the camera's sums otherwise: there photographed pages are left out. Where the code is
    meant to draw otherwise, keep the new hash.
    """
    if first and torch.backends.cpu.get_cpu_capability() not in {"AVX2", "AVX512"}:
        pytest.skip(f"this processor rounds otherwise: {torch.backends.cpu.get_cpu_capability()}")
    assert digest(batches, 12, first) == kept, f"Pillow {PIL.__version__}, torch {torch.__version__}"


@pytest.mark.usefixtures("batches")
def test_another_seed_or_word_is_another_digest() -> None:
    """And so is one picture more; a part of a batch counts as such."""
    told = {
        digest(drawn_with(1), 3),
        digest(drawn_with(1), 4),
        digest(drawn_with(1), 3, first=1),
        digest(drawn_with(2), 3),
        digest(drawn_with(1, WORDS[:5]), 3),
    }
    assert len(told) == 5
