"""`eyeglass calibrate`: measure each level of detail with the configured model on this machine."""

import random
import resource
import statistics
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TextIO

from model_service import Detail, Engine, EngineInfo, ModelConfig, OutOfMemory, open_picture, plan_detail
from training.documents import PAPERS
from training.exam import LARGEST_PRINT, SMALLEST_PRINT, Sheet, choose_questions, jpeg, print_scale
from training.examiner import load_engine, put
from training.fonts import BUILT_IN, Family, FontsError, find_families, find_words
from training.metrics import contains, fold, part_errors
from training.names import GOODS, QUALITIES, SMALL_WORDS
from training.pages import draw
from training.questions import Asked
from training.scores import Answer

READ_OUT = "Read out all the text exactly as printed, nothing else."
"""The request in full: a large model likes to introduce and to explain what it reads."""

CANVASES = ((900, 1200), (1000, 750), (850, 1100), (1100, 850))
MOST_CHARACTERS = 300
SEED = 21
CLOSE = 0.02
"""A level is good enough when its accuracy is within this of the best."""

NO_FONTS = (
    "No typefaces were found on this machine, so all pages are drawn with one plain face. "
    "More make the result sounder: apt install fonts-dejavu-core fonts-liberation2"
)
HEADING = ("level", "tokens", "text read", "fields right", "first token", "answer", "peak memory")


@dataclass(frozen=True, slots=True)
class Mark:
    """One level's result: shares from 0 to 1, medians of seconds, and the peak of memory in bytes.

    `tokens` is the median of the visual tokens spent. If memory did not suffice, `accuracy` is None.
    """

    level: str
    tokens: int
    text_read: float | None = None
    fields_right: float | None = None
    seconds_to_first_token: float = 0.0
    seconds: float = 0.0
    peak_bytes: int = 0

    @property
    def accuracy(self) -> float | None:
        """The mean of both shares."""
        known = [share for share in (self.text_read, self.fields_right) if share is not None]
        return statistics.mean(known) if known else None


def calibrate(config: ModelConfig, levels: Sequence[Detail], pages: int, out: TextIO | None = None) -> list[Mark]:
    """Ask the model about `pages` drawn pages at each level, lowest first; print a table and a recommendation.

    Levels beyond what the model allows are left out.

    Raises:
        CheckpointError: the model cannot be loaded.
        ModelServiceError: it failed for another reason than lack of memory.
    """
    out = out or sys.stdout
    fonts, words, note = materials()
    if note:
        print(note, file=out)
    sheets = draw_sheets(fonts, words, pages)
    engine = load_engine(replace(config, feature_cache_mib=0, prefix_cache_mib=0))
    try:
        info = engine.info
        print(f"{info.model} on {info.device} ({info.dtype}), {pages} drawn pages a level", file=out)
        print(_row(HEADING), file=out, flush=True)
        memory = Memory(info)
        put(engine, sheets[0], sheets[0].questions[-1], "low", 0)  # The very first answer is slower.
        marks, spent = [], 0
        for level in sorted(levels, key=lambda level: level.tokens):
            if spent < info.max_visual_tokens:  # Else it would show the same as the level below.
                marks.append(judge(engine, sheets, level, memory))
                print(_row(_cells(marks[-1])), file=out, flush=True)
            spent = level.tokens
    finally:
        engine.close()
    print(f"\n{recommend(marks)}", file=out)
    return marks


def materials() -> tuple[Sequence[Family], Sequence[str], str]:
    """Return the typefaces and words of this machine, or the built-in ones with a sentence that says so."""
    try:
        words: Sequence[str] = find_words()
    except FontsError:
        words = (*SMALL_WORDS, *GOODS, *QUALITIES)
    try:
        return find_families(), words, ""
    except FontsError:
        return (BUILT_IN,), words, NO_FONTS


def draw_sheets(fonts: Sequence[Family], words: Sequence[str], count: int) -> tuple[Sheet, ...]:
    """Draw papers of all kinds in turn, the same for the same typefaces: a reading each, and fields where present.

    The type is 13 to 22 pixels high where a picture is read at `high`.
    """
    return tuple(_sheet(random.Random(f"calibrate {SEED} {number}"), fonts, words, number) for number in range(count))


def _sheet(rng: random.Random, fonts: Sequence[Family], words: Sequence[str], number: int) -> Sheet:
    width, height = CANVASES[number % len(CANVASES)]
    em = rng.uniform(SMALLEST_PRINT, LARGEST_PRINT) / print_scale(width, height)
    kind = PAPERS[number % len(PAPERS)]
    while True:
        page = draw(rng, fonts, words, width, height, em=em, kind=kind, limit=MOST_CHARACTERS, split="plain")
        if BUILT_IN not in fonts or page.text.isascii():  # Pillow's own face has nothing beyond ASCII.
            break
    questions = choose_questions(page)
    reading = replace(questions[0], question=READ_OUT)
    fields = [qa for qa in questions if qa.kind is Asked.FIELD]
    return Sheet(jpeg(page.image), (reading, *fields), page.kind, page.em)


class Memory:
    """The peak of memory: on a CUDA device what torch allocated there, else what the process has used so far."""

    def __init__(self, info: EngineInfo) -> None:
        self._device = info.device if info.device.startswith("cuda") else None

    def reset(self) -> None:
        """Start over; the process's own peak cannot be reset, so levels go from low to high."""
        if self._device:
            import torch

            torch.cuda.reset_peak_memory_stats(self._device)

    def peak(self) -> int:
        """Return the peak in bytes."""
        if self._device:
            import torch

            return torch.cuda.max_memory_allocated(self._device)
        used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return used if sys.platform == "darwin" else used * 1024


def judge(engine: Engine, sheets: Sequence[Sheet], level: Detail, memory: Memory) -> Mark:
    """Ask every question at one level, and score leniently: the right value may stand in a sentence."""
    memory.reset()
    tokens = round(statistics.median(_tokens(sheet, level, engine.info.max_visual_tokens) for sheet in sheets))
    answers: list[Answer] = []
    try:
        for number, sheet in enumerate(sheets):
            _progress(f"{level}: page {number + 1} of {len(sheets)}")
            answers += [put(engine, sheet, qa, str(level), number) for qa in sheet.questions]
    except OutOfMemory:
        return Mark(str(level), tokens, peak_bytes=memory.peak())
    finally:
        _progress("")
    fields = [contains(answer.said, answer.right) for answer in answers if answer.kind == Asked.FIELD]
    return Mark(
        level=str(level),
        tokens=tokens,
        text_read=_text_read(answer for answer in answers if answer.kind == Asked.TEXT),
        fields_right=sum(fields) / len(fields) if fields else None,
        seconds_to_first_token=statistics.median(answer.seconds_to_first_token for answer in answers),
        seconds=statistics.median(answer.seconds for answer in answers),
        peak_bytes=memory.peak(),
    )


def recommend(marks: Sequence[Mark]) -> str:
    """Recommend the lowest level that is nearly as good as the best, with the reason, in one sentence."""
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


def _text_read(answers: Iterable[Answer]) -> float | None:
    """Return 1 less the rate of wrong characters in the best-fitting part of each answer; at least 0."""
    wrong = length = 0
    for answer in answers:
        wrong += part_errors(answer.said, answer.right)
        length += len(fold(answer.right))
    return max(0.0, 1 - wrong / length) if length else None


def _tokens(sheet: Sheet, level: Detail, most: int) -> int:
    return plan_detail(level, *open_picture(sheet.picture).size, most).tokens


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
    """Print one line on a terminal over the one before; nothing elsewhere."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{text:<40}\r")
        sys.stderr.flush()
