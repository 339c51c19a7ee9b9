"""`eyeglass calibrate`: measure what each level of detail is worth with the configured model on this machine."""

import contextlib
import itertools
import resource
import statistics
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TextIO

from assistant.doubt import stripped
from assistant.thresholds import Tried, thresholds_for
from cli.effort import Effort, between, in_words
from cli.pages import Page, read_pages
from cli.scoring import contains, fold, part_errors
from model_service import (
    Detail,
    EngineInfo,
    GenerationOutput,
    GenerationRequest,
    Limits,
    Message,
    ModelConfig,
    ModelService,
    OutOfMemory,
    PictureRef,
    SamplingParams,
    keep_sureness,
    open_picture,
    open_service,
    plan_detail,
)

READ_OUT = "Read out all the text exactly as printed, nothing else."
"""The prompt, in full: a large model likes to introduce and to explain what it reads."""

MOST_TOKENS = 420
CLOSE = 0.02
"""The distance from the best accuracy within which a level is good enough."""

LEAST_PAGES = 10
"""Of fewer pages, one that is read by chance decides which level is best."""

HEADING = ("level", "tokens", "text read", "fields right", "first token", "answer", "peak memory")

_numbers = itertools.count()


@dataclass(frozen=True, slots=True)
class Mark:
    """The result of one level: shares from 0 to 1, medians of seconds, and the peak of memory in bytes.

    `tokens` is the median of the visual tokens spent. Where memory did not suffice, `accuracy` is None. `tried`
    are the answers, each with how far it is right.
    """

    level: str
    tokens: int
    text_read: float | None = None
    fields_right: float | None = None
    seconds_to_first_token: float = 0.0
    seconds: float = 0.0
    peak_bytes: int = 0
    tried: tuple[Tried, ...] = ()

    @property
    def accuracy(self) -> float | None:
        """Return the mean of both shares."""
        known = [share for share in (self.text_read, self.fields_right) if share is not None]
        return statistics.mean(known) if known else None


async def calibrate(
    config: ModelConfig,
    levels: Sequence[Detail],
    pages: int,
    out: TextIO | None = None,
    model: ModelService | None = None,
) -> list[Mark]:
    """Ask the model about `pages` drawn pages at each level, lowest first; print a table and a recommendation.

    Levels beyond what the model allows are left out.

    Raises:
        CheckpointError: the model cannot be loaded.
        ModelServiceError: it failed for another reason than lack of memory.
    """
    out = out or sys.stdout
    drawn, tried = read_pages(pages), list[Tried]()
    # What is kept of a picture would make a second question quicker; limits are for people.
    bare = replace(config, feature_cache_mib=0, prefix_cache_mib=0, limits=Limits())
    async with model or open_service(bare) as service:
        info = await service.ready()
        print(f"{info.model} on {info.device} ({info.dtype}), {pages} drawn pages a level", file=out)
        memory = Memory(info)
        await _ask(service, drawn[0], READ_OUT, Detail.parse("low"))  # The first answer of all is slower.
        shown = _that_differ(levels, info)
        effort = await foresee(service, drawn, shown, info)
        print(f"This takes about {in_words(effort.total)}.", file=out)
        print(_row(HEADING), file=out, flush=True)
        marks = []
        for level in shown:
            marks.append(await judge(service, drawn, level, info, memory, effort))
            tried += marks[-1].tried
            print(_row(_cells(marks[-1])), file=out, flush=True)
    if pages < LEAST_PAGES:
        print(
            f"\nNothing is recommended after {pages} pages: chance decides. Ask about {LEAST_PAGES} or more.", file=out
        )
        return marks
    if info.sureness is not None and tried:
        print(_keep(config, info, tried), file=out)
    print(f"\n{recommend(marks)}", file=out)
    return marks


def _that_differ(levels: Sequence[Detail], info: EngineInfo) -> list[Detail]:
    """Return the levels, lowest first, without those that would show what the one below has shown."""
    ordered = sorted(levels, key=lambda level: level.tokens)
    below = [0, *(level.tokens for level in ordered)]
    return [level for level, spent in zip(ordered, below, strict=False) if spent < info.max_visual_tokens]


def _keep(config: ModelConfig, info: EngineInfo, tried: Sequence[Tried]) -> str:
    """Keep from where on the model can be relied on, and say so."""
    found = thresholds_for(tried)
    said = f"\nMarked as doubtful from now on: what is less likely than {found.sure:.0%}; not told at all: answers "
    said += f"that are less likely than {found.readable:.0%} on average, or begin with less than {found.begun:.0%}."
    if config.cache is None:
        return f"{said} This is not kept, as there is no model.cache."
    keep_sureness(config.cache, info.model, found)
    return said


class Memory:
    """The peak of memory: on CUDA devices torch's allocations on the fullest, else the process's resident memory."""

    def __init__(self, info: EngineInfo) -> None:
        self._cards = info.device.split(", ") if info.device.startswith("cuda") else []

    def reset(self) -> None:
        """Start over; the process's own peak cannot be reset, so levels go from low to high."""
        if self._cards:
            import torch

            for card in self._cards:
                torch.cuda.reset_peak_memory_stats(card)

    def peak(self) -> int:
        """Return the peak in bytes."""
        if self._cards:
            import torch

            return max(torch.cuda.max_memory_allocated(card) for card in self._cards)
        used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return used if sys.platform == "darwin" else used * 1024


async def judge(  # noqa: PLR0917
    model: ModelService, pages: Sequence[Page], level: Detail, info: EngineInfo, memory: Memory, effort: Effort
) -> Mark:
    """Ask all questions at one level, and count leniently: the right value may stand in a sentence."""
    memory.reset()
    tokens = round(statistics.median(_tokens(page, level, info) for page in pages))
    readings: list[tuple[str, str]] = []
    fields: list[bool] = []
    outputs: list[GenerationOutput] = []
    tried: list[Tried] = []
    try:
        for number, page in enumerate(pages, 1):
            _progress(f"{level}: page {number} of {len(pages)}, about {in_words(effort.left)} left")
            outputs.append(await _ask(model, page, READ_OUT, level))
            readings.append((outputs[-1].text, page.text))
            wrong = part_errors(*readings[-1]) / max(1, len(fold(page.text)))
            tried += _tried(outputs[-1], wrong, whole=True)
            for field in page.fields:
                outputs.append(await _ask(model, page, field.question, level))
                fields.append(contains(outputs[-1].text, field.answer))
                tried += _tried(outputs[-1], float(not fields[-1]), whole=False)
            effort.page_done(level)
    except OutOfMemory:
        return Mark(str(level), tokens, peak_bytes=memory.peak())
    finally:
        effort.level_done(level)
        _progress("")
    return Mark(
        level=str(level),
        tokens=tokens,
        text_read=_text_read(readings),
        fields_right=sum(fields) / len(fields) if fields else None,
        seconds_to_first_token=statistics.median(_first_token(output) for output in outputs),
        seconds=statistics.median(output.seconds for output in outputs),
        peak_bytes=memory.peak(),
        tried=tuple(tried),
    )


def _tried(output: GenerationOutput, wrong: float, *, whole: bool) -> list[Tried]:
    """Return what thresholds can be measured by: nothing where the model told no probabilities."""
    return [Tried(*stripped(output.text, output.doubts), wrong, whole)] if output.rated else []


async def foresee(model: ModelService, pages: Sequence[Page], levels: Sequence[Detail], info: EngineInfo) -> Effort:
    """Return the effort of all questions, judged by those about one page at the lowest and the highest level."""
    seconds: dict[int, float] = {}
    page = sorted(pages, key=lambda page: len(page.fields))[len(pages) // 2]
    for level in {levels[0], levels[-1]}:
        _progress("measuring how long it will take")
        with contextlib.suppress(OutOfMemory):
            answers = [await _ask(model, page, READ_OUT, level)]
            answers += [await _ask(model, page, field.question, level) for field in page.fields]
            seconds[_tokens(page, level, info)] = sum(answer.seconds for answer in answers)
    _progress("")
    return Effort({level: between(seconds, _tokens(page, level, info)) for level in levels}, len(pages))


async def _ask(model: ModelService, page: Page, question: str, level: Detail) -> GenerationOutput:
    """Ask one question greedily."""
    request = GenerationRequest(
        id=f"calibrate-{next(_numbers)}",
        chat="calibrate",
        messages=(Message("user", question, (PictureRef(page.picture, level),)),),
        sampling=SamplingParams(max_tokens=MOST_TOKENS),
    )
    return [output async for output in model.generate(request)][-1]


def _first_token(output: GenerationOutput) -> float:
    return output.seconds if output.seconds_to_first_token is None else output.seconds_to_first_token


def recommend(marks: Sequence[Mark]) -> str:
    """Return a sentence with the lowest level that is nearly as good as the best, and why."""
    known = [(mark, mark.accuracy) for mark in marks if mark.accuracy is not None]
    if not known:
        return "No level can be recommended: the memory of this machine suffices for none."
    best = max(accuracy for _, accuracy in known)
    mark, accuracy = next((mark, accuracy) for mark, accuracy in known if accuracy >= best - CLOSE)
    if accuracy == best:
        return f"Recommended: {mark.level}. No level is better; it is right in {accuracy:.0%} on average."
    return (
        f"Recommended: {mark.level}. It is right in {accuracy:.0%} on average, within 2 points of the best level "
        f"({best:.0%}), and takes {mark.seconds:.1f} s an answer."
    )


def _text_read(readings: Iterable[tuple[str, str]]) -> float | None:
    """Return 1 less the rate of wrong characters in the part of each answer that fits best; not under 0."""
    wrong = length = 0
    for said, right in readings:
        wrong += part_errors(said, right)
        length += len(fold(right))
    return max(0.0, 1 - wrong / length) if length else None


def _tokens(page: Page, level: Detail, info: EngineInfo) -> int:
    return plan_detail(info.dial, level, *open_picture(page.picture).size, info.max_visual_tokens).tokens


def _cells(mark: Mark) -> tuple[str, ...]:
    memory = f"{mark.peak_bytes / 2**30:.2f} GiB"
    if mark.accuracy is None:
        return (mark.level, str(mark.tokens), "out of memory", "-", "-", "-", memory)
    return (
        *(mark.level, str(mark.tokens), _percent(mark.text_read), _percent(mark.fields_right)),
        *(f"{mark.seconds_to_first_token:.2f} s", f"{mark.seconds:.2f} s", memory),
    )


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"


def _row(cells: Iterable[str]) -> str:
    first, *others = cells
    return f"{first:<9}" + "".join(f"{cell:>14}" for cell in others)


def _progress(text: str) -> None:
    """Replace the last line on a terminal; print nothing if standard error is none."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{text:<70}\r")
        sys.stderr.flush()
