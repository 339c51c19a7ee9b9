"""RapidOCR as the reader beside a model: a well-kept library on the CPU, its models in its wheel."""

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from importlib import metadata
from typing import Any

import numpy as np
from PIL import Image

from model_service.detail import DetailPlan
from model_service.engines.engine import PAUSE, EngineStep, ReaderInfo, Sureness
from model_service.engines.print_boxes import Box, as_table, as_text
from model_service.errors import CheckpointError
from model_service.picture import open_picture
from model_service.seen import cropped
from model_service.types import FinishReason, GenerationRequest, Transcription

LONGEST_SIDE = 2000
"""Pixels to which RapidOCR shrinks a picture."""

SURE = Sureness(sure=0.8)
"""RapidOCR's mean score of a line from which on it is mostly right."""

PATIENCE = 0.001
"""Seconds that a step waits for what is read aside: others wait as long for their next token."""


class RapidOCRReader:
    """Reads on a thread of its own, so that others' answers go on meanwhile."""

    def __init__(self) -> None:
        """Load its models.

        Raises:
            CheckpointError: it is not installed.
        """
        try:
            from rapidocr import RapidOCR
        except ModuleNotFoundError as error:
            raise CheckpointError(
                f"model.reader = \"rapidocr\" needs more packages ({error.name}): pip install 'eyeglass[rapidocr]'"
            ) from None
        logging.getLogger("RapidOCR").setLevel(logging.WARNING)  # Else a line for each file that it opens.
        self._read = RapidOCR(params={"Global.log_level": "warning", "Global.max_side_len": LONGEST_SIDE})
        self._aside = ThreadPoolExecutor(1, "reading")
        self._info = ReaderInfo(f"RapidOCR {metadata.version('rapidocr')}", LONGEST_SIDE, SURE)

    @property
    def info(self) -> ReaderInfo:
        """Its name and version."""
        return self._info

    def plan(self, request: GenerationRequest) -> DetailPlan | None:
        """Check that the picture can be opened; there are no visual tokens.

        Raises:
            PictureRejected: it cannot.
        """
        for picture in request.pictures:
            open_picture(picture.data)
        return None

    def generate(self, request: GenerationRequest) -> Iterator[EngineStep]:
        """Yield pauses while it reads, then a step for each line."""
        picture = request.pictures[0]
        image = cropped(open_picture(picture.data), picture.region)
        yield EngineStep("", reader=self._info.name)  # The answer has begun: others' pictures need not wait.
        reading = self._aside.submit(self._boxes, image)
        try:
            while not wait([reading], PATIENCE).done:
                yield PAUSE
            boxes = reading.result()
        finally:
            reading.cancel()
        lines = as_table(boxes) if request.transcription is Transcription.TABLE else []
        for number, (line, score) in enumerate(lines or as_text(boxes)):
            yield EngineStep(f"\n{line}" if number else line, likely=(score, 0.0))
        yield EngineStep("", FinishReason.STOP)

    def forget(self, chat: str) -> None:
        """Nothing is kept of a chat."""

    def close(self) -> None:
        """End its thread; what it is reading is read to the end."""
        self._aside.shutdown(wait=False, cancel_futures=True)

    def _boxes(self, image: Image.Image) -> list[Box]:
        found: Any = self._read(np.asarray(image.convert("RGB"))[:, :, ::-1])  # OpenCV's order of colours.
        if found.boxes is None or found.txts is None:
            return []
        return [
            _box(corners, text.strip(), float(score))
            for corners, text, score in zip(np.asarray(found.boxes), found.txts, found.scores, strict=True)
            if text.strip()
        ]


def _box(corners: np.ndarray, text: str, score: float) -> Box:
    """Return the upright rectangle around the four corners of a piece, (4, 2)."""
    (left, top), (right, bottom) = corners.min(0).tolist(), corners.max(0).tolist()
    return Box(left, top, right, bottom, text, score)
