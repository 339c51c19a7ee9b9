"""An engine as `bench.gpu` uses it: load it under watch, ask about pictures, hold long conversations."""

import logging
import os
import secrets
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import torch

from model_service import (
    Detail,
    Gauges,
    GenerationRequest,
    Message,
    ModelConfig,
    PictureRef,
    SamplingParams,
    with_pictures,
)
from model_service.engines.glm4v_engine import GLM4VEngine
from model_service.engines.load import load_engine
from model_service.engines.model import at_once
from model_service.engines.runtime.runner import View
from model_service.engines.runtime.sampling import Sampler
from model_service.engines.weights.packed_cache_writer import KEEPING
from model_service.engines.weights.readahead import CHUNK

GIB = 1024**3
PICTURES = Path(__file__).parent.parent / "playground" / "pictures"
"""Imported by path: the package itself needs a web server's libraries, which the bench does without."""

QUESTION = "What does it say, and what is it good for?"
FOLLOW_UP = "And what is the date?"


def read_files(folder: Path) -> float:
    """Return the seconds to read all shards from the disk, estimated from a third of them."""
    files = sorted(folder.glob("*.safetensors"))
    _evict(files)
    buffer, read, begun = bytearray(CHUNK), 0, time.perf_counter()
    for file in files[: -(-len(files) // 3)]:
        with file.open("rb", buffering=0) as opened:
            while count := opened.readinto(buffer):
                read += count
    seconds = time.perf_counter() - begun
    _evict(files)
    return seconds * sum(file.stat().st_size for file in files) / read


def _evict(files: list[Path]) -> None:
    """Make the system drop its cache of the files, so that they are read from the disk."""
    for file in files:
        with file.open("rb+") as opened:
            os.fsync(opened.fileno())
            os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def load(found: dict[str, object], config: ModelConfig) -> GLM4VEngine:
    """Load the engine, with its packed weights kept; `found` gets its warnings, such as a step that is not captured.

    It also gets the load's figures: `seconds` until it was ready, and `keeping_seconds` from there on, during answers.
    """
    ended, peak = threading.Event(), [0]
    watch = threading.Thread(target=_watch, args=(ended, peak))
    watch.start()
    warnings = _Warnings()
    logging.getLogger("model_service").addHandler(warnings)
    gauges, begun = Gauges(), time.perf_counter()
    try:
        engine = load_engine(config, gauges)
        found["seconds"] = time.perf_counter() - begun
        found["step_captured"] = engine._runner._steps is not None
        note_peak(found)
        if torch.cuda.is_available():
            found["loaded_gpu_gib"] = torch.cuda.memory_allocated() / GIB
        found |= _beside_keeping(engine)
    finally:
        ended.set()
        watch.join()
        logging.getLogger("model_service").removeHandler(warnings)
        found["warnings"] = warnings.texts
    found["stages"] = dict(gauges.stages)
    found["keeping_seconds"] = gauges.stages.get(KEEPING, 0.0)
    found["peak_host_gib"] = peak[0] / GIB
    found["max_visual_tokens"] = engine.info.max_visual_tokens
    return engine


def _beside_keeping(engine: GLM4VEngine) -> dict[str, object]:
    """Time answers until the packed weights are kept, and after that; nothing if they were kept already."""
    if engine._writer is None:
        return {}
    beside = _answers(engine, iter(engine._writer._thread.is_alive, False))
    engine._writer.join()
    after = _answers(engine, range(5))
    engine.forget("bench")
    return {"answers beside keeping": beside, "answers after keeping": after}


def _answers(engine: GLM4VEngine, rounds: Iterable[object]) -> dict[str, float]:
    """Time answers about small pictures: seconds to the first token, median and most, and tokens a second."""
    times = [_answer(engine, request_of("64", QUESTION, tokens=64))[:3] for _ in rounds]
    if not times:
        return {"count": 0}
    firsts = sorted(first for first, _, _ in times)
    speed = sum(tokens for _, _, tokens in times) / sum(first + rest for first, rest, _ in times)
    return {"count": len(times), "first": firsts[len(times) // 2], "slowest": firsts[-1], "tokens_per_second": speed}


def ask(found: dict[str, object], engine: GLM4VEngine, level: str) -> None:
    """Time first and follow-up questions about new pictures: medians of three after a warm-up; peak memory.

    Timed apart: the very first question on a grid, and questions of a new length each, where a library that prepares
    itself for each new shape shows.
    """
    firsts, follow_ups = [], []
    reset_peak()
    for _ in range(4):
        request = request_of(level, QUESTION)
        first, _, _, text = _answer(engine, request)
        messages = (*request.messages, Message("assistant", text), Message("user", FOLLOW_UP))
        follow_up, _, _, _ = _answer(engine, replace(request, messages=messages))
        firsts.append(first)
        follow_ups.append(follow_up)
    plan = engine.plan(request)
    found["tokens"] = 0 if plan is None else plan.tokens
    found["first"], found["follow_up"] = sorted(firsts[1:])[1], sorted(follow_ups[1:])[1]
    note_peak(found)
    longer = [_answer(engine, request_of(level, QUESTION + "?" * more))[0] for more in (1, 2, 3)]
    found["first of a grid"], found["first of a length"] = firsts[0], sorted(longer)[1]
    found["stages"] = _stages(engine, level)


def _stages(engine: GLM4VEngine, level: str) -> dict[str, float]:
    """Time a first question's stages, each begun when the device is done with the one before; medians of three.

    Their sum exceeds the whole, in which the host launches prefill during the device's vision.
    """
    rounds = [_stages_once(engine, request_of(level, QUESTION)) for _ in range(3)]
    return {stage: sorted(times[stage] for times in rounds)[1] for stage in rounds[0]}


@torch.inference_mode()
def _stages_once(engine: GLM4VEngine, request: GenerationRequest) -> dict[str, float]:
    times = {}

    @contextmanager
    def timed(stage: str) -> Iterator[None]:
        begun = time.perf_counter()
        yield
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        times[stage] = time.perf_counter() - begun

    with timed("prompt"):
        prompt = engine._fitting_prompt(request)
    with timed("opening"):
        view = engine._view(request, engine.plan(request))
    if view is None:
        return times
    with timed("pixels"):
        pixels = view.pixels()
    seen = View(view.key, lambda: pixels)
    with timed("vision"):
        at_once(engine._runner._see(seen))
    with timed("prefill"):  # The picture's features are in the cache now.
        _, logits = at_once(engine._runner.prefill(request.chat, prompt, seen, request.sampling.max_tokens))
    with timed("choice"):
        Sampler(request.sampling, engine._allowed).choose(logits)
    return times


def talk(found: dict[str, object], engine: GLM4VEngine, level: str, tiny: bool) -> None:
    """Return tokens a second of an answer after a conversation of 2,000 tokens and the picture; peak memory."""
    request = request_of(level, "spoon" * (40 if tiny else 345), "Indeed.", QUESTION, tokens=24 if tiny else 200)
    _answer(engine, request)
    engine.forget(request.chat)
    reset_peak()
    _, seconds, tokens, _ = _answer(engine, request)
    found["tokens"], found["tokens_per_second"] = tokens, (tokens - 1) / seconds
    prefix = engine._runner._prefixes.find(request.chat)
    found["positions"] = None if prefix is None else prefix.keys.shape[2]
    note_peak(found)


def read(engine: GLM4VEngine, picture: bytes, question: str) -> str:
    """Return the greedy answer to a question, with empty caches."""
    asked = request_of("high", question, tokens=60, picture=picture)
    engine.forget(asked.chat)
    return _answer(engine, asked)[3]


def request_of(level: str, *texts: str, tokens: int = 8, picture: bytes = b"") -> GenerationRequest:
    """Return a request with a conversation about a picture, a new one if none is given."""
    messages = tuple(Message("user" if number % 2 == 0 else "assistant", text) for number, text in enumerate(texts))
    seen = picture or (PICTURES / "page.png").read_bytes() + secrets.token_bytes(8)
    return GenerationRequest(
        id="bench",
        chat="bench",
        messages=with_pictures(messages, PictureRef(seen, Detail.parse(level))),
        sampling=SamplingParams(max_tokens=tokens),
    )


def _answer(engine: GLM4VEngine, request: GenerationRequest) -> tuple[float, float, int, str]:
    """Return seconds to the first token, and from there to the last; the number of tokens; the text."""
    begun = time.perf_counter()
    times, text = [], ""
    for step in engine.generate(request):
        times.append(time.perf_counter())
        text += step.text
    return times[0] - begun, times[-1] - times[0], len(times), text


class _Warnings(logging.Handler):
    """Collect warnings and errors from the log, with their tracebacks."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record's text."""
        self.texts.append(self.format(record))


def _watch(ended: threading.Event, peak: list[int]) -> None:
    """Track the peak of this process's own memory, without the page cache."""
    while not ended.wait(0.02):
        status = Path("/proc/self/status").read_text(encoding="utf-8")
        kib = next((line.split()[1] for line in status.splitlines() if line.startswith("RssAnon")), "0")
        peak[0] = max(peak[0], int(kib) * 1024)


def reset_peak() -> None:
    """Begin to look for the most memory."""
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()


def note_peak(found: dict[str, object]) -> None:
    """Note the most memory since then."""
    if torch.cuda.is_available():
        found["peak_gpu_gib"] = torch.cuda.max_memory_allocated() / GIB
        found["reserved_gpu_gib"] = torch.cuda.max_memory_reserved() / GIB
