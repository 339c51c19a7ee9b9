"""Ask a model the questions of an exam, in this process or in several that share the work."""

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor

from model_service import Detail, Engine, EngineInfo, GenerationRequest, Message, ModelConfig, SamplingParams
from training.exam import Sheet
from training.questions import QA
from training.scores import Answer

MOST_TOKENS = 420
CHUNK = 8
"""Sheets that a process draws at a time."""


def load_engine(config: ModelConfig) -> Engine:
    """Load the model itself, without the service around it: nothing waits in line here.

    Raises:
        CheckpointError: there is none of this name.
    """
    from model_service.engines.glm4v_engine import load_engine as load

    return load(config)


def put(engine: Engine, sheet: Sheet, qa: QA, level: str, number: int) -> Answer:
    """Ask one question greedily and time it."""
    request = GenerationRequest(
        id=f"exam-{level}-{number}",
        chat="exam",
        messages=(Message("user", qa.question),),
        picture=sheet.picture,
        detail=Detail.parse(level),
        sampling=SamplingParams(max_tokens=MOST_TOKENS),
    )
    start = time.perf_counter()
    first: float | None = None
    pieces = []
    for step in engine.generate(request):
        if first is None:
            first = time.perf_counter() - start
        pieces.append(step.text)
    seconds = time.perf_counter() - start
    return Answer(
        level=level,
        sheet=number,
        photographed=sheet.photographed,
        height=sheet.height,
        kind=qa.kind,
        question=qa.question,
        right=qa.answer,
        said="".join(pieces).strip(),
        seconds_to_first_token=first or seconds,
        seconds=seconds,
    )


class Examiner:
    """One model, in this process. To be used as a context manager, which closes it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __enter__(self) -> "Examiner":
        """Return at once."""
        return self

    def __exit__(self, *error: object) -> None:
        """Close the engine."""
        self._engine.close()

    def info(self) -> EngineInfo:
        """Facts about the model."""
        return self._engine.info

    def draw(self, sheet: Callable[[int], Sheet], count: int) -> list[Sheet]:
        """Draw the sheets with numbers from 0."""
        return [sheet(number) for number in range(count)]

    def examine(self, sheets: Sequence[Sheet], level: str) -> Iterator[Answer]:
        """Ask every question of every sheet at one level."""
        for number, sheet in enumerate(sheets):
            yield from (put(self._engine, sheet, qa, level, number) for qa in sheet.questions)


class Examiners:
    """The same in parallel processes, each with a copy of the model and one thread of torch.

    Answers come in the order of the sheets, however many processes there are; only the seconds differ.
    """

    def __init__(self, config: ModelConfig, processes: int) -> None:
        self._pool = ProcessPoolExecutor(
            processes, multiprocessing.get_context("spawn"), initializer=_begin, initargs=(config,)
        )

    def __enter__(self) -> "Examiners":
        """Start the processes; each loads the model when its first sheet comes."""
        return self

    def __exit__(self, *error: object) -> None:
        """End the processes; drop the work that they have not begun."""
        self._pool.shutdown(cancel_futures=True)

    def info(self) -> EngineInfo:
        """The facts about the model, from one of the processes."""
        return self._pool.submit(_info).result()

    def draw(self, sheet: Callable[[int], Sheet], count: int) -> list[Sheet]:
        """Draw the sheets with numbers from 0; the function must be one that can be pickled."""
        return list(self._pool.map(sheet, range(count), chunksize=CHUNK))

    def examine(self, sheets: Sequence[Sheet], level: str) -> Iterator[Answer]:
        """Ask every question of every sheet at one level."""
        for answers in self._pool.map(_answer, sheets, [level] * len(sheets), range(len(sheets))):
            yield from answers


_engines: list[Engine] = []
"""The engine of a process of `Examiners`."""


def _begin(config: ModelConfig) -> None:
    os.environ["OMP_NUM_THREADS"] = "1"
    import torch

    torch.set_num_threads(1)
    _engines.append(load_engine(config))


def _info() -> EngineInfo:
    return _engines[0].info


def _answer(sheet: Sheet, level: str, number: int) -> list[Answer]:
    return [put(_engines[0], sheet, qa, level, number) for qa in sheet.questions]
