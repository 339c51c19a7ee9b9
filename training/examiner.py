"""Ask a model the questions of an exam, in this process or in several that share the work."""

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any

from model_service import (
    Detail,
    Doubt,
    Engine,
    EngineInfo,
    GenerationRequest,
    Message,
    ModelConfig,
    PictureRef,
    Region,
    SamplingParams,
)
from model_service.running_answer import doubts_with
from training.exam import Sheet
from training.questions import QA
from training.scores import Answer

MOST_TOKENS = 420

_engines: list[Engine] = []
"""The engine of this process."""


def load_engine(config: ModelConfig) -> Engine:
    """Load the model itself, without the service around it: nothing waits in line here.

    Raises:
        CheckpointError: there is none of this name.
    """
    from model_service.engines.load import load_engine as load

    return load(config)


@contextmanager
def open_model(config: ModelConfig, processes: int) -> Iterator[Callable[..., Iterator[Any]]]:
    """Yield a `map` for functions of this module that need the model: this process's, or that of parallel processes.

    Each process has a copy of the model and one thread of torch. Results come in order, however many processes there
    are; only the seconds differ. Leaving ends the processes and drops the work that they have not begun.
    """
    if processes > 1:
        spawn = multiprocessing.get_context("spawn")
        pool = ProcessPoolExecutor(processes, spawn, initializer=_begin, initargs=(config,))
        try:
            yield pool.map
        finally:
            pool.shutdown(cancel_futures=True)
    else:
        _engines.append(load_engine(config))
        try:
            yield map
        finally:
            _engines.pop().close()


def _begin(config: ModelConfig) -> None:
    os.environ["OMP_NUM_THREADS"] = "1"
    import torch

    torch.set_num_threads(1)
    _engines.append(load_engine(config))


def engine_info(_: object = None) -> EngineInfo:
    """Return facts about the model."""
    return _engines[0].info


def ask(sheet: Sheet, level: str, number: int) -> list[Answer]:
    """Ask every question of a sheet greedily, and time it."""
    return [answer_to(qa, sheet, level, number) for qa in sheet.questions]


def answer_to(qa: QA, sheet: Sheet, level: str, number: int, region: Region | None = None) -> Answer:
    """Ask one question of a sheet, or of a region of it, greedily, and time it."""
    request = GenerationRequest(
        id=f"exam-{level}-{number}",
        chat="exam",
        messages=(Message("user", qa.question, (PictureRef(sheet.picture, Detail.parse(level), region),)),),
        sampling=SamplingParams(max_tokens=MOST_TOKENS),
    )
    start = time.perf_counter()
    first: float | None = None
    said, doubts = "", tuple[Doubt, ...]()
    for step in _engines[0].generate(request):
        first = first or time.perf_counter() - start
        doubts = doubts_with(doubts, len(said), step)
        said += step.text
    seconds = time.perf_counter() - start
    about = level, number, sheet.photographed, sheet.height, qa.kind, qa.question, qa.answer
    return Answer(*about, said.rstrip(), first or seconds, seconds, doubts)  # The engine drops blanks before it.
