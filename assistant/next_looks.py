"""Decide what to offer after an answer: a closer look, the picture turned, another wording."""

from collections.abc import Sequence

from assistant.doubt import Verdict, wrong_share
from assistant.pieces import size_of
from assistant.question import Question, Reading
from assistant.storage import Picture
from assistant.takers import writer
from assistant.together import closer_together
from assistant.wording.nothing import says_nothing
from assistant.wording.question import Task
from model_service import Ability, Detail, DetailPlan, Doubt, EngineInfo, FinishReason, Region, plan_detail

MUCH_MORE = 1.6
"""How many times the tokens of the first look a second one has to spend: half as many again show hardly more."""

MOST_DOUBTFUL = 0.01
"""The share of a text that may be wrong by its own probabilities without a second look at it; it has its marks."""

SHORT = 6
"""The most characters of a text read out that may be all that can be read of a page that is not upright."""


def turned_on(question: Question, readings: Sequence[Reading]) -> int | None:
    """Return the turns of a question's one picture, a quarter on; None if something was found in it as it stands."""
    if len(question.pictures) != 1 or len(readings) != 1:
        return None
    text, judgement = readings[0].text, readings[0].judgement
    if readings[0].thoughts and not text:  # Nothing was said of the picture.
        return None
    if judgement is not None and judgement.verdict is Verdict.CANNOT_READ:
        return (question.pictures[0].turns + 1) % 4
    nothing = says_nothing(text) or (question.parsed.task is Task.TEXT and len(text) <= SHORT)
    return (question.pictures[0].turns + 1) % 4 if nothing else None


def may_differ(question: Question, readings: Sequence[Reading], info: EngineInfo | None) -> bool:
    """Whether another answer can come out: of a model that writes freely, or by chance; a text is read out as it is."""
    if question.parsed.task in {Task.TEXT, Task.TABLE} or any(each.output and each.output.reader for each in readings):
        return False
    return question.settings.temperature > 0 or (info is not None and Ability.DESCRIBE in info.abilities)


def may_think(question: Question, readings: Sequence[Reading], info: EngineInfo | None) -> bool:
    """Whether a question can be thought over that was not; what was read out needs no thoughts."""
    if info is None or not info.can_think or question.parsed.task in {Task.TEXT, Task.TABLE}:
        return False
    return not any(reading.thoughts or (reading.output and reading.output.reader) for reading in readings)


def closer_than(question: Question, reading: Reading, info: EngineInfo | None) -> Detail | None:
    """Return the next level that shows more of the picture; None if there is none, or memory does not allow it.

    It is not worth while where the answer is known to be sure.
    """
    if reading.judgement is not None and reading.judgement.verdict is Verdict.SURE:
        return None
    info = writer(reading.output, info)
    if reading.others:
        return None if info is None else closer_together(question, reading, info)
    plan = None if reading.output is None else reading.output.plan
    if reading.parts is not None and info is not None:  # Each part has a plan of its own.
        closer = info.dial.closer(reading.detail)
        return closer if closer is not None and closer.tokens <= info.max_visual_tokens else None
    if plan is None or info is None:
        return None
    if reading.region != question.looked_at:  # A level that is chosen shows the whole picture.
        return _closer_whole(reading, plan, info)
    return closer_level(reading.picture, reading.region, plan, info)


def second_level(question: Question, reading: Reading, info: EngineInfo) -> Detail | None:
    """Return the level at which a doubtful answer is looked at once more unasked; None if that is of no use.

    What was read in parts was looked at twice where that was needed; where memory was short it is no more than it was.
    """
    output, whole = reading.output, question.parsed.task in {Task.TEXT, Task.TABLE}
    if reading.judgement is None or output is None:
        return None
    broken_off = output.finish_reason is FinishReason.BROKEN_OFF
    if not (broken_off or leaves_doubts(output.text, output.doubts, reading.judgement.verdict, whole=whole)):
        return None
    if output.plan is None or output.memory_short or reading.parts is not None:
        return None
    if reading.others:
        return closer_together(question, reading, info)
    printed = reading.picture.print_height is not None
    return much_closer(size_of(reading.picture, reading.region), output.plan, info, printed=printed)


def leaves_doubts(text: str, doubts: Sequence[Doubt], verdict: Verdict, *, whole: bool) -> bool:
    """Whether an answer that was judged is to be looked at once more: an unsure one, of all the text much of it."""
    if whole and verdict is Verdict.UNSURE:
        return wrong_share(text, doubts) > MOST_DOUBTFUL
    return verdict is not Verdict.SURE


def much_closer(size: tuple[int, int], plan: DetailPlan, info: EngineInfo, *, printed: bool = False) -> Detail | None:
    """Return the next level that shows much more of a picture of `size` than a plan did, else the next that shows more.

    None if there is none. What is `printed` may be shown larger than it is, too: models read that better.
    """
    if _is_all_seen(size, plan) and not printed:
        return None
    return _closer(size, plan, info, MUCH_MORE) or _closer(size, plan, info)


def closer_level(picture: Picture, region: Region | None, plan: DetailPlan, info: EngineInfo) -> Detail | None:
    """Return the next level that shows more of a picture, or of a region of it, than a plan did; None if there is none.

    There is none where the model has seen every pixel already, and would only see them larger.
    """
    size = size_of(picture, region)
    return None if _is_all_seen(size, plan) else _closer(size, plan, info)


def _closer_whole(reading: Reading, plan: DetailPlan, info: EngineInfo) -> Detail | None:
    """Return the next level at which the whole picture shows more than the part that was looked at did."""
    whole, part = size_of(reading.picture, None), size_of(reading.picture, reading.region)
    if _is_all_seen(part, plan):
        return None
    as_close = plan.tokens * whole[0] * whole[1] / (part[0] * part[1])
    return next((level for level in info.dial.levels if _tokens(level, whole, info) > as_close), None)


def _is_all_seen(size: tuple[int, int], plan: DetailPlan) -> bool:
    return plan.width >= size[0] and plan.height >= size[1]


def _closer(size: tuple[int, int], plan: DetailPlan, info: EngineInfo, times: float = 1.0) -> Detail | None:
    """Return the next level that spends more than so many `times` the tokens of a plan."""
    detail = info.dial.closer(plan.detail)
    while detail is not None and _tokens(detail, size, info) <= times * plan.tokens:
        detail = info.dial.closer(detail)
    return detail


def _tokens(detail: Detail, size: tuple[int, int], info: EngineInfo) -> int:
    return plan_detail(info.dial, detail, *size, info.max_visual_tokens).tokens
