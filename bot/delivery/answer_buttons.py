"""The buttons under an answer: "Look closer" asks the same question one level up, "Retry" for another wording."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from assistant.question import Question, Reading
from assistant.storage import Picture
from assistant.texts import Sentence, Texts
from assistant.wording.question import ParsedQuestion, Task
from assistant.wording.regions import REGIONS, RegionName
from bot.addressing import AGAIN
from model_service import Ability, Detail, DetailPlan, EngineInfo, plan_detail

PATTERN = rf"^{AGAIN}([0-9]{{2,4}}):([01]):([0-9]{{1,15}}):({'|'.join(RegionName)}|):({'|'.join(Task)}|)\Z"


@dataclass(frozen=True, slots=True)
class Again:
    """A button's request: the question of the message `question`, at `tokens` at most; `reworded`: in other words."""

    tokens: int
    reworded: bool
    question: int
    part: RegionName | None
    task: Task | None

    @property
    def data(self) -> str:
        """The button's data, 64 bytes at most."""
        return f"{AGAIN}{self.tokens}:{int(self.reworded)}:{self.question}:{self.part or ''}:{self.task or ''}"

    def wanted(self, question: str) -> ParsedQuestion:
        """Return the question to ask again.

        Raises:
            UnknownDetail: no button of ours has such a number of tokens.
        """
        return ParsedQuestion(question, Detail(self.tokens), self.part, self.task, self.reworded)


def read_data(data: str) -> Again | None:
    """Parse a pressed button's data; return None if it is no such button."""
    match = re.match(PATTERN, data)
    if match is None:
        return None
    tokens, reworded, question, part, task = match.groups()
    return Again(
        int(tokens), reworded == "1", int(question), RegionName(part) if part else None, Task(task) if task else None
    )


def buttons_under(
    texts: Texts, question: Question, readings: Sequence[Reading], info: EngineInfo | None
) -> InlineKeyboardMarkup | None:
    """Return the buttons of a finished answer that can help; None if there are none, or if it is not remembered."""
    told = [reading for reading in readings if reading.text]
    if not told:
        return None
    choices = []
    closer = next(filter(None, (closer_than(question, reading, info) for reading in told)), None)
    if closer is not None:
        choices.append((Sentence.BUTTON_CLOSER, closer, False))
    if may_differ(question, info):
        choices.append((Sentence.BUTTON_RETRY, question.settings.detail, True))
    if not choices:
        return None
    part, task = question.parsed.part, question.parsed.task
    row = [
        InlineKeyboardButton(
            texts.say(label), callback_data=Again(detail.tokens, reworded, question.message, part, task).data
        )
        for label, detail, reworded in choices
    ]
    return InlineKeyboardMarkup([row])


def may_differ(question: Question, info: EngineInfo | None) -> bool:
    """Whether another answer can come out: of a model that writes freely, or by chance; a text is read out as it is."""
    if question.parsed.task in {Task.TEXT, Task.TABLE}:
        return False
    return question.settings.temperature > 0 or (info is not None and Ability.DESCRIBE in info.abilities)


def closer_than(question: Question, reading: Reading, info: EngineInfo | None) -> Detail | None:
    """Return the next level that shows more of the picture; None if there is none, or memory does not allow it."""
    plan = None if reading.output is None else reading.output.plan
    return None if plan is None or info is None else closer_level(reading.picture, question.parsed.part, plan, info)


def closer_level(picture: Picture, part: RegionName | None, plan: DetailPlan, info: EngineInfo) -> Detail | None:
    """Return the next level that shows more of a picture, or of a part of it, than a plan did; None if there is none.

    There is none where the model has seen every pixel already, and would only see them larger.
    """
    size = size_of(picture, part)
    if plan.width >= size[0] and plan.height >= size[1]:
        return None
    detail = info.dial.closer(plan.detail)
    while detail is not None and plan_detail(info.dial, detail, *size, info.max_visual_tokens).tokens <= plan.tokens:
        detail = info.dial.closer(detail)
    return detail


def size_of(picture: Picture, part: RegionName | None) -> tuple[int, int]:
    """Return the size of a picture, or of a part of it, in pixels."""
    size = picture.width, picture.height
    return size if part is None else REGIONS[part].size(*size)
