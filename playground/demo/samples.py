"""The sample pictures with their right answers."""

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

PICTURES = Path(__file__).parent.parent / "pictures"


@dataclass(frozen=True, slots=True)
class Sample:
    """A picture: its file's name and bytes, the text printed on it, and the right answer to each question."""

    file: str
    data: bytes
    text: str
    answers: dict[str, str]


def load_samples() -> dict[str, Sample]:
    """Load every sample picture by its file's name."""
    entries: list[dict[str, Any]] = json.loads((PICTURES / "samples.json").read_text(encoding="utf-8"))
    return {entry["file"]: _sample(entry) for entry in entries}


def as_pdf(samples: Sequence[Sample]) -> bytes:
    """Return a PDF with a page for each picture."""
    first, *others = [Image.open(io.BytesIO(sample.data)).convert("RGB") for sample in samples]
    buffer = io.BytesIO()
    first.save(buffer, "PDF", save_all=True, append_images=others)
    return buffer.getvalue()


def _sample(entry: dict[str, Any]) -> Sample:
    answers = {asked["question"]: asked["answer"] for asked in entry["questions"]}
    return Sample(entry["file"], (PICTURES / entry["file"]).read_bytes(), entry["text"], answers)
