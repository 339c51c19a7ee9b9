"""The buttons under an answer: "Look closer" asks the same question one level up, "Retry" for another wording."""

import re
from dataclasses import dataclass

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from assistant.texts import Sentence
from assistant.wording.question import ParsedQuestion, Task
from assistant.wording.regions import REGIONS, RegionName
from bot.addressing import AGAIN
from bot.handlers.reading import Answering, Reading
from model_service import Detail, plan_detail

PATTERN = rf"^{AGAIN}([0-9]{{2,4}}):([01]):([0-9]{{1,15}}):({'|'.join(RegionName)}|):({'|'.join(Task)}|)\Z"


@dataclass(frozen=True, slots=True)
class Again:
    """What a button asks for: the question of the message `question`, at `tokens` at most; `anew`: in other words."""

    tokens: int
    anew: bool
    question: int
    part: RegionName | None
    task: Task | None

    @property
    def data(self) -> str:
        """The button's data, 64 bytes at most."""
        return f"{AGAIN}{self.tokens}:{int(self.anew)}:{self.question}:{self.part or ''}:{self.task or ''}"

    def wanted(self, question: str) -> ParsedQuestion:
        """The question as it is asked again.

        Raises:
            UnknownDetail: no button of ours has such a number of tokens.
        """
        return ParsedQuestion(question, Detail(self.tokens), self.part, self.task, self.anew)


def read_data(data: str) -> Again | None:
    """What a pressed button asks for; None where that is no such button."""
    match = re.match(PATTERN, data)
    if match is None:
        return None
    tokens, anew, question, part, task = match.groups()
    return Again(
        int(tokens), anew == "1", int(question), RegionName(part) if part else None, Task(task) if task else None
    )


def buttons_under(work: Answering, readings: list[Reading]) -> InlineKeyboardMarkup | None:
    """The buttons of a finished answer; none where it is not remembered. At the most that is possible, only Retry."""
    told = [reading for reading in readings if reading.text]
    if not told:
        return None
    choices = [(Sentence.BUTTON_RETRY, work.settings.detail, True)]
    closer = closer_than(work, told[0])
    if closer is not None:
        choices.insert(0, (Sentence.BUTTON_CLOSER, closer, False))
    question, part, task = work.message.message_id, work.wanted.part, work.wanted.task
    row = [
        InlineKeyboardButton(work.texts.say(label), callback_data=Again(detail.tokens, anew, question, part, task).data)
        for label, detail, anew in choices
    ]
    return InlineKeyboardMarkup([row])


def closer_than(work: Answering, reading: Reading) -> Detail | None:
    """The next level at which more of the picture is seen; None where there is none, or memory does not allow it."""
    plan, info = reading.output.plan, work.services.model.info
    if plan is None or info is None:
        return None
    size = reading.picture.width, reading.picture.height
    if work.wanted.part is not None:
        size = REGIONS[work.wanted.part].size(*size)
    detail = plan.detail.closer()
    while detail is not None and plan_detail(detail, *size, info.max_visual_tokens).tokens <= plan.tokens:
        detail = detail.closer()
    return detail
